"""Losses against the published closed forms (Gatys, Ecker, Bethge 2016, equations 1, 2, 4 and 6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.distances import GramDistance, GramForm, MomentDistance, WassersteinDistance
from nst_core.engine.losses.loss import ContentForm, ContentLoss, Loss, MomentLoss
from nst_core.engine.losses.moments import moments, rows
from nst_core.engine.losses.sliced import SlicedWassersteinLoss

from .drawn import features, projected, shares


def gram_loss(style: Tensor, form: GramForm = "gatys") -> MomentLoss:
    target = moments(rows(style))
    return MomentLoss(GramDistance(target, form))


LOSSES: dict[str, Callable[[Tensor], Loss]] = {
    "content": ContentLoss,
    "course": lambda target: ContentLoss(target, "course"),
    "mean": lambda target: ContentLoss(target, "mean"),
    "gram": gram_loss,
    "gram mean": lambda target: gram_loss(target, "mean"),
    "gram unscaled": lambda target: gram_loss(target, "unscaled"),
    "moments": lambda t: MomentLoss(MomentDistance(moments(rows(t)))),
    "wasserstein": lambda t: MomentLoss(WassersteinDistance(moments(rows(t)), floor=1e-6)),
    "sliced": lambda t: SlicedWassersteinLoss([(1.0, projected(t), None)]),
}
EVERY = pytest.mark.parametrize("name", LOSSES)


def test_content_loss_and_gradient_are_the_published_ones() -> None:
    generated, content = features(1), features(2)
    value, slope = ContentLoss(content)(generated)
    assert float(value) == pytest.approx(0.5 * float((generated - content).square().sum()), rel=1e-12)
    assert torch.allclose(slope, generated - content, rtol=1e-12)


@pytest.mark.parametrize("form", ["course", "mean"])
def test_the_other_content_forms_are_theirs(form: ContentForm) -> None:
    generated, content = features(1), features(2)
    _, channels, height, width = content.shape
    divisor = {"course": 4.0, "mean": 1.0}[form] * height * width * channels
    value, slope = ContentLoss(content, form)(generated)
    assert float(value) == pytest.approx(float((generated - content).square().sum()) / divisor, rel=1e-12)
    assert torch.allclose(slope, 2 * (generated - content) / divisor, rtol=1e-12)


def test_style_loss_and_gradient_are_the_published_ones() -> None:
    generated, style = features(1), features(2)
    n, m = generated.shape[1], generated.shape[2] * generated.shape[3]
    f, s = generated.view(n, m), style.view(n, m)
    g, a = f @ f.T, s @ s.T
    value, slope = gram_loss(style)(generated)
    assert float(value) == pytest.approx(float((g - a).square().sum()) / (4 * n**2 * m**2), rel=1e-12)
    assert torch.allclose(slope.reshape(n, m), (g - a) @ f / (n**2 * m**2), rtol=1e-10)


@pytest.mark.parametrize(("form", "value", "slope"), [("gatys", 25 / 64, 5 / 16), ("mean", 25 / 16, 5 / 4)])
def test_style_loss_by_hand(form: GramForm, value: float, slope: float) -> None:
    """Two channels at two positions: G = diag(5, 0), A = 0, so that Σ (G − A)² = 25, N = M = 2."""
    generated = torch.tensor([[1.0, 2.0], [0.0, 0.0]]).view(1, 2, 1, 2)
    loss, gradient = gram_loss(torch.zeros_like(generated), form)(generated)
    assert float(loss) == pytest.approx(value)
    assert gradient.flatten().tolist() == pytest.approx([slope, 2 * slope, 0, 0])


def test_style_loss_of_sums_by_hand() -> None:
    """The mean of (F Fᵀ)² is 25/4, and its derivative by f is 4/N² · 5 f."""
    generated = torch.tensor([[1.0, 2.0], [0.0, 0.0]]).view(1, 2, 1, 2)
    loss, gradient = gram_loss(torch.zeros_like(generated), "unscaled")(generated)
    assert float(loss) == pytest.approx(25 / 4)
    assert gradient.flatten().tolist() == pytest.approx([5, 10, 0, 0])


def test_a_weight_of_positions_is_as_many_of_them() -> None:
    """A position that counts twice is the same as two positions."""
    generated, style = features(1, 1, 3), features(2)
    target = moments(rows(style))
    twice = torch.cat((generated, generated[..., :1]), dim=3)
    counts = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
    for distance in (GramDistance(target), MomentDistance(target), WassersteinDistance(target)):
        value, slope = MomentLoss(distance, counts)(generated)
        expected, slopes = MomentLoss(distance)(twice)
        assert float(value) == pytest.approx(float(expected), rel=1e-9)
        assert torch.allclose(slope[..., 0], slopes[..., 0] + slopes[..., 3], rtol=1e-7)
        assert torch.allclose(slope[..., 1:], slopes[..., 1:3], rtol=1e-7)


def test_positions_without_weight_have_no_say_and_are_left_alone() -> None:
    generated, other = features(1), features(3)
    counts = shares(4, 35)
    hidden = (counts == 0).view(1, 1, 5, 7)
    assert 0 < int(hidden.sum()) < 35
    target = moments(rows(features(2)))
    for distance in (GramDistance(target), MomentDistance(target), WassersteinDistance(target)):
        loss = MomentLoss(distance, counts)
        value, slope = loss(generated)
        changed, _ = loss(torch.where(hidden, other, generated))
        assert float(changed) == float(value)
        assert not bool(slope.masked_select(hidden).any())
        assert bool(slope.masked_select(~hidden).any())


@EVERY
def test_style_may_have_another_size(name: str) -> None:
    """What repeats the style has its statistics; content and sums depend on the size."""
    if name in ("content", "course", "mean", "gram unscaled"):
        return
    style = features(4, 8, 6)
    tiled = style.repeat(1, 1, 2, 3)
    value, _ = LOSSES[name](style)(tiled)
    assert float(value) < {"sliced": 1e-2, "wasserstein": 1e-8}.get(name, 1e-12)


@EVERY
def test_the_unit_is_the_loss_of_nothing(name: str) -> None:
    """For a target as strong as layers commonly are, or stronger."""
    target = features(5) * 3
    loss = LOSSES[name](target)
    value, _ = loss(torch.zeros_like(target))
    exact = 1e-2 if name == "wasserstein" else 1e-6  # it has a floor of variances
    assert loss.unit == pytest.approx(1.0 if name == "moments" else float(value), rel=exact)
    assert float(value) / loss.unit == pytest.approx(1.0, rel=max(exact, 1e-3))
    same, slope = loss(target)
    assert float(same) == pytest.approx(0, abs=1e-8 if name == "wasserstein" else 1e-10)
    assert float(slope.abs().max()) < 1e-6


@EVERY
def test_the_weight_is_a_factor_of_both(name: str) -> None:
    loss, generated = LOSSES[name](features(5)), features(6)
    (value, slope), (thrice, slopes) = loss(generated), loss(generated, 3.0)
    assert float(thrice) == pytest.approx(3 * float(value))
    assert torch.allclose(slopes, 3 * slope, rtol=1e-9)


@EVERY
def test_features_are_not_changed_by_being_looked_at(name: str) -> None:
    generated, target = features(6), features(5)
    before, target_before = generated.clone(), target.clone()
    LOSSES[name](target)(generated, 2.0)
    assert torch.equal(generated, before)
    assert torch.equal(target, target_before)


@EVERY
def test_the_gradient_is_the_slope(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    generated, target, along = torch.rand(3, 1, 4, 5, 7, generator=generator, dtype=torch.float64)
    loss = LOSSES[name](target)
    _, gradient = loss(generated)
    difference = loss(generated + 1e-6 * along)[0] - loss(generated - 1e-6 * along)[0]
    assert float((gradient * along).sum()) == pytest.approx(float(difference) / 2e-6, rel=1e-5)
