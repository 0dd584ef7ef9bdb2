"""Patches: put together from what the style has, and from nothing that is masked."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.patches import Patches
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.tiles.tiling import all_of

from .drawn import features


def from_nearest_patches(looking: Tensor, style: Tensor, counts: Tensor | None = None) -> Tensor:
    """Features with each patch replaced by its nearest in a style, both taken whole."""
    patches = Patches(size_of(style), counts)
    patches.see(style, all_of(style))
    return patches.put_together(patches.nearest(looking), all_of(looking))


@pytest.mark.parametrize("size", [(7, 9), (2, 3), (1, 6), (1, 1)])
def test_a_picture_looked_up_in_itself_gives_itself(size: tuple[int, int]) -> None:
    values = features(1, *size, channels=6) + 0.01
    assert torch.allclose(from_nearest_patches(values, values), values)


def test_brightness_does_not_choose_the_patch() -> None:
    values = features(1, 7, 9, channels=6) + 0.01
    assert torch.allclose(from_nearest_patches(3 * values, values), values)


def stripes() -> Tensor:
    """The left half is all of the first channel, the right half all of the second, five times as strong."""
    values = torch.zeros(1, 2, 3, 12)
    values[0, 0, :, :6] = 1.0
    values[0, 1, :, 6:] = 5.0
    return values


def test_the_nearest_by_hand() -> None:
    """What looks like the left half is given its value, with none of the other's strength."""
    looking = torch.zeros(1, 2, 4, 4)
    looking[:, 0] = 7.0
    looking[:, 1] = 0.1
    expected = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 4, 4)
    assert torch.equal(from_nearest_patches(looking, stripes()), expected)
    assert torch.equal(from_nearest_patches(looking.flip(1), stripes()), 5 * expected.flip(1))


def test_a_border_is_found_where_there_is_one() -> None:
    style = stripes()
    assert torch.equal(from_nearest_patches(style[..., 3:9], style), style[..., 3:9])


def test_masked_positions_are_never_used() -> None:
    """With the right half masked, all that is seen of it is what borders on the left."""
    style = stripes()
    counts = torch.zeros(3, 12)
    counts[:, :5] = 1 / 15
    patched = from_nearest_patches(style[:, :, :, 6:], style, counts.flatten())
    assert float(patched[:, 1].abs().max()) == 0
    assert float(patched[:, 0].max()) == 1


def test_what_lies_beyond_the_patches_in_use_does_not_matter() -> None:
    style, other = features(1, 8, 8, 5), features(2, 8, 8, 5)
    counts = torch.zeros(8, 8)
    counts[:, :4] = 1 / 32
    changed = torch.cat((style[..., :5], other[..., 5:]), dim=3)
    looking = features(3, 6, 5, 5)
    one, two = (from_nearest_patches(looking, picture, counts.flatten()) for picture in (style, changed))
    assert torch.equal(one, two)


def test_of_a_style_of_four_thousand_positions_all_are_looked_at() -> None:
    """What is like the style's each position must find that position, not one some way off."""
    style = features(1, 64, 64, 3) + 0.01
    assert torch.allclose(from_nearest_patches(style, style), style)


def test_of_a_large_style_some_are_looked_at_and_the_whole_picture_is_filled() -> None:
    style = features(1, 90, 70, 2).float()
    patched = from_nearest_patches(features(2, 9, 70, 2).float(), style)
    assert patched.shape == (1, 2, 9, 70)
    assert float(style.min()) <= float(patched.min()) <= float(patched.max()) <= float(style.max())
    assert float(patched.std()) > 0.1
