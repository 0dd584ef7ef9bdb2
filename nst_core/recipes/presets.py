"""From the settings that a person chose to the recipe of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.recipe import (
    CONTENT_LAYER,
    Colors,
    Matching,
    NetworkOptions,
    Recipe,
    Schedule,
    Start,
    Steps,
    Weighted,
)
from nst_core.recipes.settings import Settings

QUALITIES = MappingProxyType(
    {
        "draft": Schedule(size=512, smallest=96, evaluations=(80, 40, 22)),
        "normal": Schedule(size=1024, smallest=96, evaluations=(120, 90, 50, 28)),
        "high": Schedule(size=2048, smallest=96, evaluations=(200, 180, 120, 70, 36)),
    }
)


# The power with which the weights follow the strength. With it the structural similarity falls in even steps.
_EVENLY = 1.3

_PROTECTED = 0.35  # the strength (0–1) at which protected parts are painted, whatever the picture's is

# How far tones are moved at most. At strength 90, more than half of the way was no nearer to the style.
_TONED = 0.5

LARGEST = 2**20  # pixels of a longer side that no layer has, so that the finest scale is the layer's size


def recipe(settings: Settings) -> Recipe:
    """Returns the recipe for what a person chose. ``auto`` keeps the value of the chosen recipe."""
    published = PUBLISHED.get(settings.recipe)
    base = published or Recipe(schedule=QUALITIES[settings.quality])
    return replace(
        base,
        schedule=_schedule(base.schedule, settings),
        look=_look(base.look, settings),
        matching=_matching(base.matching, settings),
        start=_start(base.start, settings),
        colors=_colors(settings),
        steps=base.steps if settings.optimizer == "auto" else Steps(settings.optimizer),
        brush_size=settings.brush_size,
        seed=settings.seed,
        precision=settings.precision,
    )


def on_network(
    chosen: Recipe, layers: Sequence[str], style_layers: Sequence[str], content_layer: str
) -> Recipe:
    """Returns the recipe ``chosen`` for a network that has ``layers``.

    A recipe names VGG's layers. Those that the network does not have are replaced by its own: ``relu4_2`` by
    ``content_layer``, and others by the one of ``style_layers`` that corresponds to their block. But if the
    network has another layer of the block, the last of these is taken: in VGG-16 for the fourth of VGG-19.
    Weights of layers that become the same are added up.
    """

    def own(layer: str) -> str:
        if layer in layers:
            return layer
        if layer == CONTENT_LAYER:
            return content_layer
        block = int(layer[4])
        inside = [name for name in layers if name.startswith(f"relu{block}_")]
        return inside[-1] if inside else style_layers[min(block, len(style_layers)) - 1]

    def weighted(known: Weighted) -> Weighted:
        sums: dict[str, float] = {}
        for layer, weight in known:
            sums[own(layer)] = sums.get(own(layer), 0.0) + weight
        return tuple(sums.items())

    matching = replace(
        chosen.matching,
        content_layers=weighted(chosen.matching.content_layers),
        style_layers=weighted(chosen.matching.style_layers),
        detail_layers=tuple(dict.fromkeys(own(layer) for layer in chosen.matching.detail_layers)),
    )
    return replace(chosen, matching=matching)


def _schedule(base: Schedule, settings: Settings) -> Schedule:
    size = LARGEST if settings.finish == "exact" else settings.size or base.size
    single = base.smallest == base.size
    evaluations = base.evaluations
    if settings.evaluations:
        first, few = evaluations[0], evaluations[:1] if single else evaluations
        evaluations = tuple(max(1, settings.evaluations * each // first) for each in few)
    return Schedule(size, size if single else base.smallest, evaluations, base.plateau)


def _look(base: NetworkOptions, settings: Settings) -> NetworkOptions:
    look = base if settings.network == "auto" else replace(base, network=settings.network)
    if settings.pooling != "auto":
        look = replace(look, pooling=settings.pooling, pooling_factor=None)
    return look if settings.padding == "auto" else replace(look, padding=settings.padding)


def _matching(base: Matching, settings: Settings) -> Matching:
    # The strength shifts weight from content to style: 50 is the recipe's own balance, 0 is no style, 100 is
    # no content.
    strength = settings.strength / 100
    content = base.content_weight * (2 * (1 - strength)) ** _EVENLY
    style = base.style_weight * (2 * strength) ** _EVENLY
    # Published recipes paint faces as all else, and a weak style leaves them as they are.
    protects = settings.protect_faces and settings.recipe == "default" and strength > _PROTECTED
    protected = style * base.content_weight * (1 / _PROTECTED - 1) ** _EVENLY if protects else 0.0
    matching = replace(
        base,
        content_weight=content,
        protected_weight=protected,
        recolored=base.recolored * _recoloring(settings.strength),
        style_weight=style,
        detail=settings.detail / 100,
    )
    if settings.style_loss != "auto":
        form = "gatys" if settings.style_loss == "gram" else settings.style_loss
        matching = replace(matching, style_form=form, relative=True)
    if settings.smoothness:
        weight = 0.1 * 10 ** (settings.smoothness / 25)
        matching = replace(matching, variation_form="nine", variation_weight=weight)
    # Deeper layers have larger forms. The sum of the weights must stay, for that is the style's weight.
    fall = 4 ** ((settings.forms - 50) / 50)
    weights = [weight * fall**depth for depth, (_, weight) in enumerate(matching.style_layers)]
    scale = sum(weight for _, weight in matching.style_layers) / sum(weights)
    names = [layer for layer, _ in matching.style_layers]
    layers = tuple((name, weight * scale) for name, weight in zip(names, weights, strict=True))
    return replace(matching, style_layers=layers)


def _start(base: Start, settings: Settings) -> Start:
    start = base if settings.start == "auto" else Start(settings.start)
    start = replace(start, recolored=start.recolored * _recoloring(settings.strength))
    return start if settings.start_noise < 0 else replace(start, noise=settings.start_noise)


def _recoloring(strength: float) -> float:
    """Returns how far (0–1) the content's colors are moved toward the style's.

    That is as far as the mean color of a converged run moves, measured: from 30 on all the way.
    """
    return min(1.0, strength / 30)


def _colors(settings: Settings) -> Colors:
    keep, amount = settings.keep_colors, settings.color_strength / 100
    # Who keeps the colors keeps the tones. Published recipes end where they end.
    toned = min(_TONED, settings.strength / 100) if settings.recipe == "default" else 0.0
    return Colors(
        match_style=keep and settings.color_method != "luminance",
        keep=keep and settings.color_method != "match",
        match_content=settings.match_content,
        map=settings.color_map,
        strength=amount,
        toned=toned * (1 - amount) if keep else toned,
    )
