"""Steepest descent: the lecture's update, in steps of a known size."""

from __future__ import annotations

import itertools

import pytest
import torch

from nst_core.engine.optimizers.steepest import SteepestDescent

from .bowls import bowl


def test_each_step_is_the_gradient_times_one_factor() -> None:
    evaluate, start = bowl(spread=0.5)
    pixels = [iterate.pixels for iterate in itertools.islice(SteepestDescent(0.02)(evaluate, start), 6)]
    eta = 0.02 / float(evaluate(start)[1].abs().mean())
    for one, following in itertools.pairwise(pixels):
        assert torch.allclose(following, (one - eta * evaluate(one)[1]).clamp(0, 1), rtol=1e-12)


@pytest.mark.parametrize("rate", [0.001, 0.05])
def test_the_first_step_changes_a_pixel_by_the_rate_on_average(rate: float) -> None:
    evaluate, start = bowl(spread=0.5)
    first, second = (
        iterate.pixels for iterate in itertools.islice(SteepestDescent(rate)(evaluate, start), 2)
    )
    assert float((second - first).abs().mean()) == pytest.approx(rate)
