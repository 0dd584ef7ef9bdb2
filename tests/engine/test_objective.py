"""The objective: closed forms of each layer, pulled back to the pixels as autograd does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.losses.distances import GramDistance
from nst_core.engine.losses.loss import ContentLoss, MomentLoss
from nst_core.engine.losses.moments import moments, rows
from nst_core.engine.losses.variation import Variation
from nst_core.engine.networks.backbone import Features
from nst_core.engine.networks.vgg import VGG, Convolution, vgg
from nst_core.engine.objective import Objective, Term
from nst_core.engine.passes.network_pass import AutogradPass

from .drawn import by_autograd, cosine, picture
from .tiny_network import LAYERS, in_double, random_weights, tiny_vgg

ALPHA, BETA = 3.0, 2.0


@pytest.fixture(scope="module")
def tiny() -> VGG:
    return in_double(tiny_vgg())


@pytest.fixture(scope="module")
def real(backbone: VGG) -> VGG:
    return in_double(backbone)


@pytest.fixture(scope="module")
def pictures() -> tuple[Tensor, Tensor, Tensor]:
    sizes = ((25, 18), (25, 18), (16, 27))
    generated, content, style = (picture(seed, *size, torch.float64) for seed, size in enumerate(sizes))
    return generated, content, style


def content_term(layer: str, content: Features) -> Term:
    return Term(layer, ContentLoss(content[layer]), ALPHA)


def style_term(layer: str, style: Features) -> Term:
    target = moments(rows(style[layer]))
    return Term(layer, MomentLoss(GramDistance(target)), BETA)


def published_content(generated: Tensor, target: Tensor) -> Tensor:
    return ALPHA * 0.5 * (generated - target).square().sum()


def published_style(generated: Tensor, target: Tensor) -> Tensor:
    """1/(4N²) Σ (F Fᵀ/M − S Sᵀ/M')²: the published form where both have one size."""
    f, s = generated.flatten(2)[0], target.flatten(2)[0]
    away = f @ f.T / f.shape[1] - s @ s.T / s.shape[1]
    return BETA * away.square().sum() / (4 * f.shape[0] ** 2)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("name", "used"), [("tiny", "content"), ("tiny", "style"), ("tiny", "both"), ("real", "both")]
)
def test_each_layers_closed_form_is_autograds(
    request: pytest.FixtureRequest, pictures: tuple[Tensor, Tensor, Tensor], layer: str, name: str, used: str
) -> None:
    network: VGG = request.getfixturevalue(name)
    generated, content, style = pictures
    through = AutogradPass(network, [layer])
    contents, styles = through.measure(content), through.measure(style)
    terms: list[Term] = []
    plain: list[Callable[[Tensor], Tensor]] = []
    if used != "style":
        terms.append(content_term(layer, contents))
        plain.append(lambda features: published_content(features, contents[layer]))
    if used != "content":
        terms.append(style_term(layer, styles))
        plain.append(lambda features: published_style(features, styles[layer]))
    value, gradient = Objective(through, terms)(generated)

    def whole(pixels: Tensor) -> Tensor:
        features = network.run(pixels, frozenset([layer]))[layer]
        return torch.stack([part(features) for part in plain]).sum()

    expected, slope = by_autograd(whole, generated)
    assert value == pytest.approx(expected, rel=1e-10)
    assert torch.allclose(gradient, slope, rtol=1e-7, atol=1e-10 * float(slope.abs().max()))


@pytest.mark.parametrize("name", ["tiny", "real"])
def test_all_layers_together_and_the_variation(
    request: pytest.FixtureRequest, pictures: tuple[Tensor, Tensor, Tensor], name: str
) -> None:
    network: VGG = request.getfixturevalue(name)
    generated, content, style = pictures
    through = AutogradPass(network, LAYERS)
    contents, styles = through.measure(content), through.measure(style)
    terms = [*(style_term(layer, styles) for layer in LAYERS), content_term("relu4_2", contents)]
    value, gradient = Objective(through, terms, (Variation("l2"), 5.0))(generated)

    def whole(pixels: Tensor) -> Tensor:
        features = network.run(pixels, frozenset(LAYERS))
        parts = [published_style(features[layer], styles[layer]) for layer in LAYERS]
        parts.append(published_content(features["relu4_2"], contents["relu4_2"]))
        for one in (pixels.diff(dim=2), pixels.diff(dim=3)):
            parts.append(5.0 * one.square().sum() / pixels.numel())
        return torch.stack(parts).sum()

    expected, slope = by_autograd(whole, generated)
    assert value == pytest.approx(expected, rel=1e-10)
    assert torch.allclose(gradient, slope, rtol=1e-7, atol=1e-10 * float(slope.abs().max()))


def test_the_mask_of_relu_by_its_formula() -> None:
    """One convolution: dJ/dpixels is its transpose on (α (F − P) + β/(N²M²) (G − A) F) · [F > 0]."""
    network = in_double(vgg(random_weights(), None, preprocessed=False)).cut(["relu1_1"])
    (step,) = network.steps
    assert isinstance(step, Convolution)
    generated, content, style = (picture(seed, 6, 8, torch.float64) for seed in range(3))
    through = AutogradPass(network, ["relu1_1"])
    contents, styles = through.measure(content), through.measure(style)
    terms = [content_term("relu1_1", contents), style_term("relu1_1", styles)]
    _, gradient = Objective(through, terms)(generated)

    before = F.conv2d(generated, step.weight, step.bias, padding=1)
    assert 0 < float((before > 0).double().mean()) < 1
    features = before.clamp_min(0)
    f, s = features.flatten(2)[0], styles["relu1_1"].flatten(2)[0]
    n, m = f.shape
    by_features = ALPHA * (features - contents["relu1_1"])
    by_features = by_features + (BETA / (n * m) ** 2 * (f @ f.T - s @ s.T) @ f).view_as(features)
    expected = F.conv_transpose2d(by_features * (before > 0), step.weight, padding=1)
    assert torch.allclose(gradient, expected, rtol=1e-10)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_network_in_half_the_precision_points_the_same_way(backbone: VGG, layer: str) -> None:
    """The features come back in single precision, so that the sums are made in it."""
    generated, content, style = (picture(seed, 24, 24) for seed in range(3))
    results: list[tuple[float, Tensor]] = []
    for precision in (None, torch.bfloat16):
        through = AutogradPass(backbone, [layer], precision)
        contents, styles = through.measure(content), through.measure(style)
        assert styles[layer].dtype == torch.float32
        terms = [content_term(layer, contents), style_term(layer, styles)]
        results.append(Objective(through, terms)(generated))
    (exact, gradient), (value, slope) = results
    assert slope.dtype == torch.float32
    assert not torch.equal(slope, gradient), "it was not worked out in another precision"
    assert value == pytest.approx(exact, rel=0.03)
    assert cosine(slope, gradient) > 0.99


def test_one_evaluation_leaves_nothing_to_the_next(backbone: VGG) -> None:
    """Its memory is kept, of one size and of another; two losses on a layer add up."""
    style, content = picture(2, 30, 41), picture(1, 25, 18)
    layers = ("relu1_1", "relu4_2")

    def objective() -> Objective:
        network = AutogradPass(backbone, layers)
        contents, styles = network.measure(content), network.measure(style)
        target = moments(rows(styles["relu1_1"]))
        style_loss = MomentLoss(GramDistance(target))
        terms = [Term(layer, ContentLoss(contents[layer]), ALPHA) for layer in layers]
        return Objective(network, [*terms, Term("relu1_1", style_loss, BETA)])

    used = objective()
    first, slope = used(picture(5, 25, 18))
    kept = slope.clone()
    used(picture(6, 25, 18))
    assert torch.equal(slope, kept)
    again, same = used(picture(5, 25, 18))
    assert (again, same.tolist()) == (first, kept.tolist())
    fresh, alone = objective()(picture(5, 25, 18))
    assert (fresh, alone.tolist()) == (first, kept.tolist())
