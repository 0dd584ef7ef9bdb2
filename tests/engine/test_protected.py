"""Parts of the content that are to stay recognizable, through losses, objectives and whole runs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.loss import ContentLoss
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.style import Style, grouped
from nst_core.engine.targets import layers_of, objective_for
from nst_core.engine.tiles.segments import segments_of
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Matching
from nst_core.recipes.settings import Settings

from .drawn import by_autograd, features, picture
from .small_runs import painted, small
from .tiny_network import in_double, tiny_vgg


def left_half(picture: Tensor) -> Tensor:
    mask = torch.zeros_like(picture[:, :1])
    mask[..., : mask.shape[-1] // 2] = 1
    return mask


def test_a_position_counts_by_its_weight() -> None:
    generated, content = features(1), features(2)
    weights = torch.rand(35, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    value, slope = ContentLoss(content, weights=weights)(generated)
    expected, gradient = by_autograd(
        lambda at: 0.5 * (weights.view(1, 1, 5, 7) * (at - content).square()).sum(), generated
    )
    assert float(value) == pytest.approx(float(expected), rel=1e-12)
    assert torch.allclose(slope, gradient, rtol=1e-12)


def test_tiles_give_the_objective_of_the_whole() -> None:
    backbone, size = in_double(tiny_vgg()), (203, 501)
    matching = Matching(content_weight=0.01, protected_weight=0.5)
    content, style = picture(1, *size, torch.float64), picture(2, 90, 120, torch.float64)
    groups, _ = grouped([Style(style)], size, None)
    pixels, protected = picture(3, *size, torch.float64), picture(4, *size, torch.float64)[:, :1]
    segments = segments_of(backbone, layers_of(matching), 2**15)
    ways = (pass_for(backbone, layers_of(matching)), segments)
    whole, tiled = (
        objective_for(content, groups, way, matching, protected=protected)(pixels) for way in ways
    )
    assert tiled[0] == pytest.approx(float(whole[0]), rel=1e-9)
    assert float((tiled[1] - whole[1]).norm() / whole[1].norm()) < 1e-9


@pytest.mark.parametrize("strength", [75, 100])
def test_the_protected_part_keeps_more_of_the_content(
    tiny: VGG, content: Tensor, style: Tensor, strength: int
) -> None:
    mask = left_half(content)
    how = small(20, 64, 64, strength=strength)
    with_mask = painted(tiny, content, style, how, protected=mask).picture
    without = painted(tiny, content, style, how).picture
    small_size = (43, 64)

    def apart(result: Tensor, part: slice) -> float:
        difference = resized(result, small_size) - resized(content, small_size)
        return float(difference[..., part].diff(dim=3).square().mean())  # of shapes, not of colors

    assert size_of(with_mask) == size_of(content)
    assert apart(with_mask, slice(0, 28)) < 0.8 * apart(without, slice(0, 28))


def test_faces_are_protected_only_where_the_style_is_stronger() -> None:
    assert recipe(Settings(strength=35)).matching.protected_weight == 0
    for strength in (36, 75, 100):
        matching = recipe(Settings(strength=strength)).matching
        assert matching.protected_weight > matching.content_weight
        balance = matching.protected_weight / matching.style_weight
        weak = recipe(Settings(strength=35)).matching
        assert balance == pytest.approx(weak.content_weight / weak.style_weight)
    assert recipe(Settings(strength=75, protect_faces=False)).matching.protected_weight == 0
    assert recipe(Settings(strength=75, recipe="gatys")).matching.protected_weight == 0
