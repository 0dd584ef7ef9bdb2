"""The objective of a scale, with its targets measured on content and styles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from nst_core.engine.detail import Drawn, Source
from nst_core.engine.looking import EMPTY, ContentSeen, Looking, StyleSeen, share_at
from nst_core.engine.losses.distances import (
    Distance,
    GramDistance,
    MomentDistance,
    WassersteinDistance,
)
from nst_core.engine.losses.loss import ContentLoss, Kept, Loss, MomentLoss
from nst_core.engine.losses.moments import Moments, blended
from nst_core.engine.losses.projections import Projections, ProjectionsInFile
from nst_core.engine.losses.sliced import MakeProjections, SlicedWassersteinLoss
from nst_core.engine.losses.variation import Variation
from nst_core.engine.objective import Objective, Term
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.resize import averaged
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.replay import Replayed
from nst_core.engine.tiled_objective import TiledObjective
from nst_core.engine.tiles.segments import Segment
from nst_core.engine.tiles.tiling import whole_layer
from nst_core.recipes.recipe import Matching


def layers_of(matching: Matching) -> tuple[str, ...]:
    """Returns the layers that the objective needs, each once."""
    layers = [layer for layer, _ in (*matching.content_layers, *matching.style_layers)]
    layers += matching.detail_layers if matching.detail else ()
    return tuple(dict.fromkeys(layers))


def objective_for(
    content: Tensor,
    groups: Sequence[Group],
    way: NetworkPass | Sequence[Segment],
    matching: Matching,
    painted: Tensor | None = None,
    protected: Tensor | None = None,
) -> Evaluate:
    """Returns the objective whose targets are measured on ``content`` and the styles, in their given sizes.

    ``content`` is RGB in 0–1, shape (1, 3, H, W). ``groups`` are the styles of this scale, with their shares
    in the content's size. ``way`` is a network pass, which takes whole pictures, or the network in
    segments, which take them tile by tile. ``painted`` is the picture so far, in the content's size. With
    it the terms of the finishing pass are added: they draw its patches to the nearest style patches.
    ``protected`` (1, 1, H, W) in 0–1, in the content's size, is how far the content has the weight of
    protected parts.
    """
    looking = Looking(way)
    make_projections = ProjectionsInFile if looking.segments else Projections
    terms: list[Term] = []

    def add(layer: str, loss: Loss, weight: float) -> None:
        terms.append(Term(layer, loss, weight / loss.unit if matching.relative else weight))

    most = matching.content_weight if protected is None else matching.protected_weight
    content_layers = matching.content_layers if most else ()
    seen = ContentSeen(looking, content, [layer for layer, _ in content_layers])
    for layer, weight in content_layers:
        shares = (
            None if protected is None else _content_shares(matching, averaged(protected, seen.sizes[layer]))
        )
        add(layer, ContentLoss(seen.target(layer), matching.content_form, shares), most * weight)
    sources: dict[str, list[Source]] = {}
    for group in groups:
        styles = [
            (style.weight, _style_seen(style, looking, matching, painted, make_projections))
            for style in group.styles
        ]
        for layer, weight in matching.style_layers:
            share, area = share_at(group.share, seen.sizes[layer])
            if area < EMPTY:
                continue
            add(
                layer,
                _style_loss(matching, styles, layer, share, make_projections),
                matching.style_weight * weight * area,
            )
        for layer in matching.detail_layers if painted is not None else ():
            where = None if group.share is None else averaged(group.share, seen.sizes[layer])
            sources.setdefault(layer, []).extend(_sources(styles, layer, where))
    for layer, layer_sources in sources.items():
        assert painted is not None
        target = Drawn(looking, painted, layer, layer_sources)
        # A whole picture has the memory to assemble the target once, not anew in each evaluation.
        loss = ContentLoss(target if looking.segments else Kept(target.at(whole_layer(seen.sizes[layer]))))
        terms.append(Term(layer, loss, matching.detail / len(sources) / loss.unit))
    variation = (Variation(matching.variation_form), matching.variation_weight)
    weighted_variation = variation if matching.variation_weight else None
    if isinstance(way, Sequence):
        return TiledObjective(way, terms, seen, weighted_variation)
    objective = Objective(way, terms, weighted_variation)
    by_graph = isinstance(way, HalfPass) and content.is_cuda and not objective.waits
    return Replayed(objective) if by_graph else objective


def _content_shares(matching: Matching, protected: Tensor) -> Tensor:
    """Returns the weight (M,) of each position, as a share of that of protected parts."""
    ordinary = matching.content_weight / matching.protected_weight
    return (ordinary + (1 - ordinary) * protected).flatten()


def _style_seen(
    style: Style,
    looking: Looking,
    matching: Matching,
    painted: Tensor | None,
    make_projections: MakeProjections,
) -> StyleSeen:
    layers = [layer for layer, _ in matching.style_layers]
    sliced = matching.style_form == "sliced"
    summed, projected = ((), layers) if sliced else (layers, ())
    patched = matching.detail_layers if painted is not None else ()
    return StyleSeen(looking, style.picture, style.mask, summed, projected, patched, make_projections)


def _style_loss(
    matching: Matching,
    styles: Sequence[tuple[float, StyleSeen]],
    layer: str,
    share: Tensor | None,
    make_projections: MakeProjections,
) -> Loss:
    if matching.style_form == "sliced":
        parts = [(weight, seen.projections[layer], seen.weights[layer]) for weight, seen in styles]
        return SlicedWassersteinLoss(parts, share, make_projections, matching.relative)
    target = blended([(weight, seen.moments[layer]) for weight, seen in styles])
    if matching.style_form == "wasserstein":
        return MomentLoss(WassersteinDistance(target, matching.relative), share)
    return MomentLoss(_DISTANCES[matching.style_form](target), share)


def _sources(styles: Sequence[tuple[float, StyleSeen]], layer: str, where: Tensor | None) -> list[Source]:
    total = sum(weight for weight, _ in styles)
    return [Source(seen.patches[layer], weight / total, where) for weight, seen in styles]


_DISTANCES: dict[str, Callable[[Moments], Distance]] = {
    "gatys": GramDistance,
    "mean": lambda target: GramDistance(target, "mean"),
    "unscaled": lambda target: GramDistance(target, "unscaled"),
    "moments": MomentDistance,
}
