"""What Apple's MPS does not take is done on the processor."""

from __future__ import annotations

import torch

from nst_core.engine.losses.distances import WassersteinDistance
from nst_core.engine.losses.moments import Moments, moments, rows
from nst_core.engine.pictures.resize import averaged

from .apples import Apples, on_apples
from .drawn import features


def test_masks_are_averaged_to_sizes_that_do_not_divide_theirs() -> None:
    mask = torch.rand(1, 1, 37, 50, generator=torch.Generator().manual_seed(0))
    reduced = averaged(on_apples(mask), (16, 23))
    assert isinstance(reduced, Apples)
    assert torch.equal(reduced.cpu(), averaged(mask, (16, 23)))


def test_the_wasserstein_distance_takes_the_targets_roots_elsewhere() -> None:
    target, own = (moments(rows(features(seed).float())) for seed in (1, 2))
    there = [Moments(of.count, on_apples(of.mean), on_apples(of.second)) for of in (target, own)]
    slope = WassersteinDistance(there[0])(there[1])
    expected = WassersteinDistance(target)(own)
    assert torch.equal(slope.value.cpu(), expected.value)
    assert isinstance(slope.second, Apples)
    assert torch.equal(slope.second.cpu(), expected.second)
