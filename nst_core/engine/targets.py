"""What the picture is to be like: the objective of a scale, with targets measured on content and styles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nst_core.engine.backbone import Features
from nst_core.engine.distances import (
    Distance,
    GramDistance,
    MomentDistance,
    WassersteinDistance,
)
from nst_core.engine.losses import ContentLoss, Loss, MomentLoss
from nst_core.engine.moments import Moments, blended, moments, rows
from nst_core.engine.network import NetworkPass
from nst_core.engine.objective import Objective, Term
from nst_core.engine.patches import from_nearest_patches
from nst_core.engine.resize import averaged, size_of
from nst_core.engine.sliced import SlicedWassersteinLoss
from nst_core.engine.style import Group
from nst_core.engine.variation import Variation
from nst_core.recipe import Matching

Measured = list[tuple[float, Features, "Tensor | None"]]  # of each style: its weight, features and mask

_EMPTY = 1e-4  # share of the picture below which a region is none


def layers_of(matching: Matching) -> tuple[str, ...]:
    """Returns the layers that the objective looks at."""
    wanted = [layer for layer, _ in (*matching.content_layers, *matching.style_layers)]
    wanted += matching.detail_layers if matching.detail else ()
    return tuple(dict.fromkeys(wanted))


def objective_for(
    content: Tensor,
    groups: Sequence[Group],
    network: NetworkPass,
    matching: Matching,
    painted: Tensor | None = None,
) -> Objective:
    """Returns the objective whose targets are measured on ``content`` and the styles as they are.

    ``groups`` are the styles of this scale with their shares in the size of ``content`` (1, 3, H, W). With
    ``painted``, the picture so far in that size, the finishing pass's terms are added: its patches
    are drawn to the nearest of the styles.
    """
    terms: list[Term] = []

    def add(layer: str, loss: Loss, weight: float) -> None:
        terms.append(Term(layer, loss, weight / max(loss.at_zero, 1e-12) if matching.relative else weight))

    content_features = network.measure(content)
    if matching.content_weight:
        for layer, weight in matching.content_layers:
            loss = ContentLoss(content_features[layer], matching.content_form)
            add(layer, loss, matching.content_weight * weight)
    painted_features = None if painted is None else network.measure(painted)
    drawn: dict[str, Tensor] = {}
    for group in groups:
        measured: Measured = [
            (style.weight, network.measure(style.picture), style.mask) for style in group.styles
        ]
        for layer, weight in matching.style_layers:
            share, area = _share_at(group.share, content_features[layer])
            if area < _EMPTY:
                continue
            parts = [
                (part, features[layer], _mask_at(mask, features[layer])) for part, features, mask in measured
            ]
            add(layer, _style_loss(matching, parts, share), matching.style_weight * weight * area)
        if painted_features is not None:
            for layer in matching.detail_layers:
                found = _from_patches(painted_features[layer], measured, layer)
                share = torch.ones(1) if group.share is None else averaged(group.share, size_of(found))
                drawn[layer] = drawn.get(layer, torch.zeros_like(found)) + share.to(found) * found
    for layer, target in drawn.items():
        loss = ContentLoss(target)
        terms.append(Term(layer, loss, matching.detail / len(drawn) / max(loss.at_zero, 1e-12)))
    variation = (Variation(matching.variation_form), matching.variation_weight)
    return Objective(network, terms, variation if matching.variation_weight else None)


def _style_loss(
    matching: Matching, parts: Sequence[tuple[float, Tensor, Tensor | None]], share: Tensor | None
) -> Loss:
    if matching.style_form == "sliced":
        return SlicedWassersteinLoss(parts, share)
    target = blended([(part, moments(rows(features), mask)) for part, features, mask in parts])
    return MomentLoss(_DISTANCES[matching.style_form](target), target, share)


def _share_at(share: Tensor | None, features: Tensor) -> tuple[Tensor | None, float]:
    """Returns how much each position counts (M,), of sum 1 (None: all alike), and which part that is."""
    if share is None:
        return None, 1.0
    counts = averaged(share, size_of(features)).flatten()
    whole = float(counts.sum())
    return counts / max(whole, 1e-12), whole / counts.numel()


def _mask_at(mask: Tensor | None, features: Tensor) -> Tensor | None:
    weights, area = _share_at(mask, features)
    return weights if area >= _EMPTY else None  # a style of which nothing counts is taken whole


def _from_patches(features: Tensor, measured: Measured, layer: str) -> Tensor:
    """Returns the features put together from the styles' patches, each style's by its weight."""
    whole = sum(weight for weight, _, _ in measured)
    found = [
        weight / whole * from_nearest_patches(features, style[layer], _mask_at(mask, style[layer]))
        for weight, style, mask in measured
    ]
    return torch.stack(found).sum(dim=0)


_DISTANCES: dict[str, Callable[[Moments], Distance]] = {
    "gatys": GramDistance,
    "mean": lambda target: GramDistance(target, "mean"),
    "unscaled": lambda target: GramDistance(target, "unscaled"),
    "moments": MomentDistance,
    "wasserstein": WassersteinDistance,
}
