"""The entry point of the engine: ``stylize`` paints a content picture in one or more styles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from nst_core.engine.minimizer import minimizer
from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.optimizer import Evaluate, Minimize, until_plateau
from nst_core.engine.passes.choice import pass_for, way_for
from nst_core.engine.passes.precision import possible
from nst_core.engine.pictures.colors import matched_colors, with_colors_of
from nst_core.engine.pictures.resize import averaged, resized, size_of
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.start import recolored, start_picture
from nst_core.engine.pictures.style import Group, Style, grouped
from nst_core.engine.pictures.tones import toned
from nst_core.engine.pictures.upsampling import carried_up
from nst_core.engine.progress import Callback, Decision, Progress
from nst_core.engine.pyramid import TARGETS, Scale, scales
from nst_core.engine.targets import layers_of, objective_for
from nst_core.engine.tiles.memory_budget import Share, share_of
from nst_core.engine.tiles.out_of_memory import OutOfMemory, memory_errors
from nst_core.engine.tiles.segments import segments_of
from nst_core.recipes.recipe import Colors, Recipe

# A scale has converged when twenty evaluations lower the objective by less than one percent.
_PLATEAU_WINDOW, _PLATEAU_FALL = 20, 0.01


class DivergedError(Exception):
    """The objective was not finite at the start, so nothing could be optimized."""


@dataclass(frozen=True)
class Stylized:
    """A painted picture (1, 3, H, W) in 0–1, the size it was computed in, and notes for the user."""

    picture: Tensor
    size: Size
    notes: tuple[str, ...]


def stylize(
    *,
    content: Tensor,
    styles: Sequence[Style],
    backbone: Backbone,
    recipe: Recipe,
    visible: Tensor | None = None,
    protected: Tensor | None = None,
    start: Tensor | None = None,
    cost: Callable[[Size], float] = math.prod,
    memory_budget: int | None = None,
    on_progress: Callback = lambda progress: Decision.GO_ON,
) -> Stylized | None:
    """Returns ``content`` painted in ``styles``, in its own size, or None when the run was canceled.

    ``content`` is RGB in 0–1, shape (1, 3, H, W). All pictures are on the backbone's device. ``visible``
    (1, 1, H, W) in 0–1 is the content's alpha; transparent pixels take no part in any statistic.
    ``protected`` (1, 1, H, W) in 0–1 marks parts, such as faces, that are to stay recognizable. The
    pixels are optimized from coarse to fine, from the recipe's start picture. With a picture ``start``,
    only the finest scale is computed, from that picture. The network's weights never change. Where
    nothing is to be painted (style weight 0, empty regions), the result is ``content``.

    ``on_progress`` is called after each evaluation. On *finish* the picture so far is returned.
    ``cost`` returns the cost of one evaluation at a size, in any unit; the reported fraction is computed
    from it.

    A scale that needs more than ``memory_budget`` bytes (None: unknown) is computed in tiles. So is a scale
    that runs out of memory. If memory is still too small, or if a finer scale diverges, the result is
    that of the scale before, enlarged. Notes say so.

    Raises ``DivergedError`` and ``OutOfMemory``, both at the first scale only. Raises ``ValueError`` when
    there is no style, and ``UnknownLayerError`` when the backbone does not have a layer of the recipe.
    """
    if not styles:
        raise ValueError("there is no style")
    groups, coverage = grouped(styles, size_of(content), visible)
    if recipe.matching.style_weight == 0 or (coverage is not None and float(coverage.max()) == 0):
        return Stylized(content, size_of(content), ())
    original = content
    content, styles = _recolored(content, styles, recipe.colors, visible)
    plan = scales(size_of(content), recipe, resumed=start is not None)
    notes = _notes(styles, plan[-1].size, recipe.brush_size)
    first_content = resized(content, plan[0].size)
    if start is None:
        groups, _ = grouped(styles, plan[0].size, visible)
        pixels = start_picture(recipe.start, first_content, groups, recipe.seed)
    else:
        pixels = start
    layers = layers_of(recipe.matching)
    precision, relative = recipe.precision, recipe.matching.relative
    make = partial(pass_for, precision=precision, relative=relative)
    way = way_for(backbone, precision, relative)
    if precision_note := possible(precision, backbone.device, relative)[1]:
        notes += (precision_note,)
    minimize = minimizer(recipe.steps)
    run = _Run(plan, cost, on_progress, recipe.schedule.plateau)
    painted_by: Sequence[Group] = ()
    for number, scale in enumerate(plan):
        share: Share | None = share_of(memory_budget, scale.size, way)
        failure = _TOO_LARGE
        while share is not None:
            try:
                with memory_errors():
                    segments = () if share.area is None else segments_of(backbone, layers, share.area, make)
                    scale_start = resized(pixels, scale.size)
                    at_scale = [style.at(scale.size, recipe.brush_size) for style in styles]
                    groups, _ = grouped(at_scale, scale.size, visible)
                    lbfgs_in_memory = partial(lbfgs, history=share.pairs, half=share.half)
                    pixels = run.minimize(
                        number,
                        objective_for(
                            recolored(resized(content, scale.size), groups, recipe.matching.recolored),
                            groups,
                            # Each scale has a new pass: a shared one would keep the memory of the last.
                            segments or make(backbone, layers),
                            recipe.matching,
                            painted=scale_start if scale.detail else None,
                            protected=None if protected is None else averaged(protected, scale.size),
                        ),
                        scale_start,
                        lbfgs_in_memory if minimize is lbfgs else minimize,
                    )
                painted_by = groups  # a finer scale may fail after its own are made
                break
            except OutOfMemory:
                share = share.less(scale.size)
            except DivergedError:
                if number == 0:
                    raise
                share, failure = None, _DIVERGED
        else:  # no share of memory was enough, or a finer scale diverged
            if number == 0:
                raise OutOfMemory
            height, width = plan[number - 1].size
            notes += (failure.format(width=width, height=height),)
            break
        if segments and _TILED not in notes:
            notes += (_TILED,)
        if run.decision is Decision.CANCEL:
            return None
        if run.decision is Decision.FINISH:
            break
    picture = carried_up(toned(pixels.clamp(0, 1), painted_by, recipe.colors.toned), content)
    if recipe.colors.keep:
        picture = torch.lerp(picture, with_colors_of(picture, original), recipe.colors.strength)
    if coverage is not None:
        picture = torch.lerp(original, picture, coverage)
    return Stylized(picture, size_of(pixels), notes)


class _Run:
    """The run through all scales: its completed fraction, and the callback's last decision."""

    def __init__(
        self, plan: Sequence[Scale], cost: Callable[[Size], float], on_progress: Callback, plateau: bool
    ) -> None:
        self._plan = plan
        self._work = [cost(scale.size) * scale.work for scale in plan]
        self._fraction = 0.0
        self._on_progress = on_progress
        self._plateau = plateau
        self.decision = Decision.GO_ON

    def minimize(self, number: int, objective: Evaluate, pixels: Tensor, minimize: Minimize) -> Tensor:
        """Returns the pixels after one scale. Raises ``DivergedError`` when ``minimize`` yields nothing.

        A scale may be started again, in smaller tiles. It then takes its share of the remaining fraction,
        so the reported fraction never decreases.
        """
        scale, fraction_before = self._plan[number], self._fraction
        scale_fraction = (1 - fraction_before) * self._work[number] / sum(self._work[number:])
        iterates = minimize(objective, pixels)
        if self._plateau:
            iterates = until_plateau(iterates, _PLATEAU_WINDOW, _PLATEAU_FALL)
        evaluation = 0
        for evaluation, iterate in enumerate(iterates, start=1):
            pixels = iterate.pixels
            self._fraction = min(1.0, fraction_before + scale_fraction * (evaluation + TARGETS) / scale.work)
            self.decision = self._on_progress(
                Progress(
                    scale=number + 1,
                    scales=len(self._plan),
                    size=scale.size,
                    evaluation=evaluation,
                    evaluations=scale.evaluations,
                    fraction=self._fraction,
                    objective=iterate.value,
                    pixels=pixels,
                )
            )
            if self.decision is not Decision.GO_ON or evaluation == scale.evaluations:
                break
        if evaluation == 0:
            raise DivergedError
        self._fraction = min(1.0, fraction_before + scale_fraction)
        return pixels


def _recolored(
    content: Tensor, styles: Sequence[Style], colors: Colors, visible: Tensor | None
) -> tuple[Tensor, Sequence[Style]]:
    """Returns content and styles with the color matching that ``colors`` asks for before painting."""
    if colors.match_style:
        styles = [
            replace(
                style,
                picture=matched_colors(
                    style.picture, content, colors.map, colors.strength, (style.own_mask, visible)
                ),
            )
            for style in styles
        ]
    if colors.match_content:
        # In one size all styles count alike.
        palette = torch.cat([resized(style.picture, (128, 128)) for style in styles], dim=3)
        content = matched_colors(content, palette, colors.map, colors.strength, (visible, None))
    return content, styles


def _notes(styles: Sequence[Style], finest: Size, brush_size: float) -> tuple[str, ...]:
    small = any(style.is_too_small(finest, brush_size) for style in styles)
    plain = any(style.is_plain for style in styles)
    return (*((_SMALL_STYLE,) if small else ()), *((PLAIN_STYLE,) if plain else ()))


PLAIN_STYLE = "A style picture has next to no contrast: little but its colors will be seen."
_SMALL_STYLE = "A style picture has fewer pixels than the result needs, so its strokes come out smaller."
_TOO_LARGE = "The memory sufficed for {width} × {height} pixels only; they were enlarged."
_DIVERGED = "A finer step went out of range: this is the picture of {width} × {height} pixels before it."
_TILED = "There was too little memory for the picture at once. It was painted in tiles, which takes longer."
