"""Published recipes against plain references, written from the publications with torch's autograd alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.minimizer import minimizer
from nst_core.engine.networks.vgg import BLOCKS, vgg
from nst_core.engine.objective import Objective
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.recipe import Recipe
from nst_core.recipes.settings import Settings

from .drawn import apart, by_autograd, picture
from .tiny_network import activations, in_double, random_weights

NAMES = ("gatys", "deeplearning.ai", "fast.ai", "tensorflow", "steepest")
SIZE = (32, 48)  # of all pictures: even down to the last pooling, where publications differ in what they drop
FIRSTS = ("1_1", "2_1", "3_1", "4_1", "5_1")

Layers = dict[str, Tensor]


def network_of(name: str) -> dict[str, Tensor]:
    return random_weights("vgg16" if name == "fast.ai" else "vgg19")


def reference_layers(name: str, pixels: Tensor) -> Layers:
    """Features F, N × M, as the publication computes them from RGB in 0–1."""
    average = name in ("gatys", "fast.ai")
    tensors = network_of(name)
    values = pixels
    if name != "deeplearning.ai":
        values = 255 * pixels.flip(1) - torch.tensor([103.939, 116.779, 123.68]).double().view(1, 3, 1, 1)
    features: Layers = {}
    for block, count in enumerate(BLOCKS["vgg16" if name == "fast.ai" else "vgg19"], start=1):
        for index in range(1, count + 1):
            layer = f"{block}_{index}"
            kernel, bias = (tensors[f"conv{layer}.{part}"].double() for part in ("weight", "bias"))
            values = F.conv2d(values, kernel, bias, padding=1).relu()
            features[layer] = values.flatten(2)[0]
        values = F.avg_pool2d(values, 2) if average else F.max_pool2d(values, 2)
    return features


def gatys(f: Layers, p: Layers, s: Layers, _: Tensor) -> Tensor:
    """α/β = 10⁻³; equations 1, 4, 5 and 7."""
    content = 0.5 * (f["4_2"] - p["4_2"]).square().sum()
    style = torch.zeros(()).double()
    for layer in FIRSTS:
        (n, m), gram, target = f[layer].shape, f[layer] @ f[layer].T, s[layer] @ s[layer].T
        style = style + (gram - target).square().sum() / (4 * n**2 * m**2) / 5
    return 1e-3 * content + style


def course(f: Layers, p: Layers, s: Layers, _: Tensor) -> Tensor:
    """10 · J_content + 40 · Σ 0.2 J_style, content on the deepest convolution."""
    content = (f["5_4"] - p["5_4"]).square().sum() / (4 * f["5_4"].numel())
    style = torch.zeros(()).double()
    for layer in FIRSTS:
        away = f[layer] @ f[layer].T - s[layer] @ s[layer].T
        style = style + 0.2 * away.square().sum() / (4 * f[layer].numel() ** 2)
    return 10 * content + 40 * style


def article(f: Layers, p: Layers, s: Layers, _: Tensor) -> Tensor:
    """K · l₁ + l₂ with mean squared errors of features and of F Fᵀ."""
    style = [F.mse_loss(f[layer] @ f[layer].T, s[layer] @ s[layer].T) for layer in FIRSTS[:4]]
    return 1e3 * F.mse_loss(f["4_2"], p["4_2"]) + torch.stack(style).sum()


def tutorial(f: Layers, p: Layers, s: Layers, pixels: Tensor) -> Tensor:
    """1e4 · content + 1e-2/5 · Σ style + 30 · total variation."""
    grams = [[x[layer] @ x[layer].T / x[layer].shape[1] for layer in FIRSTS] for x in (f, s)]
    style = torch.stack([F.mse_loss(*pair) for pair in zip(*grams, strict=True)]).sum()
    variation = pixels.diff(dim=2).abs().sum() + pixels.diff(dim=3).abs().sum()
    return 1e4 * F.mse_loss(f["5_2"], p["5_2"]) + 1e-2 / 5 * style + 30 * variation


REFERENCES: dict[str, Callable[[Layers, Layers, Layers, Tensor], Tensor]] = {
    "gatys": gatys,
    "deeplearning.ai": course,
    "fast.ai": article,
    "tensorflow": tutorial,
    "steepest": gatys,
}


@pytest.fixture(scope="module")
def pictures() -> tuple[Tensor, Tensor, Tensor]:
    generated, content, style = (picture(seed, *SIZE, torch.float64) for seed in range(3))
    return generated, content, style


def objective_of(published: Recipe, name: str, content: Tensor, style: Tensor) -> Objective:
    tensors, look = network_of(name), published.look
    network = in_double(
        vgg(
            tensors,
            activations(tensors) if look.normalized else None,
            preprocessed=look.preprocessed,
            pooling=look.pooling,
            pooling_factor=look.pooling_factor,
            padding=look.padding,
        )
    )
    through = AutogradPass(network, layers_of(published.matching))
    groups = [Group((Style(style),), None)]
    return objective_for(content, groups, through, published.matching)


def reference_of(name: str, content: Tensor, style: Tensor) -> Callable[[Tensor], Tensor]:
    contents, styles = reference_layers(name, content), reference_layers(name, style)
    return lambda pixels: REFERENCES[name](reference_layers(name, pixels), contents, styles, pixels)


@pytest.mark.parametrize("name", NAMES)
def test_objective_and_gradient_are_the_published_ones(
    pictures: tuple[Tensor, Tensor, Tensor], name: str
) -> None:
    generated, content, style = pictures
    value, gradient = objective_of(PUBLISHED[name], name, content, style)(generated)
    expected, slope = by_autograd(reference_of(name, content, style), generated)
    assert value == pytest.approx(expected, rel=1e-5)
    assert apart(gradient, slope) < 1e-5


@pytest.mark.parametrize(
    ("name", "rate", "betas", "epsilon"),
    [("deeplearning.ai", 0.01, (0.9, 0.999), 1e-7), ("tensorflow", 0.02, (0.99, 0.999), 0.1)],
)
def test_the_first_steps_of_adam_are_tensorflows(
    pictures: tuple[Tensor, Tensor, Tensor],
    name: str,
    rate: float,
    betas: tuple[float, float],
    epsilon: float,
) -> None:
    """Kingma and Ba (2015), section 2: lr · √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε̂), clipped after each step."""
    generated, content, style = pictures
    objective = objective_of(PUBLISHED[name], name, content, style)
    iterates = itertools.islice(minimizer(PUBLISHED[name].steps)(objective, generated), 6)
    reference, pixels = reference_of(name, content, style), generated
    first, second = torch.zeros_like(pixels), torch.zeros_like(pixels)
    for step, iterate in enumerate(iterates, start=1):
        assert torch.allclose(iterate.pixels, pixels, atol=1e-5)
        _, slope = by_autograd(reference, pixels)
        first = betas[0] * first + (1 - betas[0]) * slope
        second = betas[1] * second + (1 - betas[1]) * slope**2
        rated = rate * (1 - betas[1] ** step) ** 0.5 / (1 - betas[0] ** step)
        pixels = (pixels - rated * first / (second.sqrt() + epsilon)).clamp(0, 1)
    assert float((pixels - generated).abs().mean()) > 0.01


def test_steepest_descent_follows_the_published_gradient(pictures: tuple[Tensor, Tensor, Tensor]) -> None:
    """G := G − η ∂J/∂G with one η."""
    generated, content, style = pictures
    published = PUBLISHED["steepest"]
    objective = objective_of(published, "steepest", content, style)
    iterates = itertools.islice(minimizer(published.steps)(objective, generated), 3)
    reference = reference_of("steepest", content, style)
    eta = published.steps.rate / float(by_autograd(reference, generated)[1].abs().mean())
    for one, following in itertools.pairwise(iterate.pixels for iterate in iterates):
        expected = (one - eta * by_autograd(reference, one)[1]).clamp(0, 1)
        assert torch.allclose(following, expected, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_chosen_with_nothing_else_changed_it_is_the_published_one(name: str) -> None:
    chosen = recipe(Settings(recipe=name))  # type: ignore[arg-type]
    assert chosen == PUBLISHED[name]


@pytest.mark.parametrize(
    ("name", "size", "evaluations", "start", "noise"),
    [
        ("gatys", 512, 500, "noise", None),
        ("deeplearning.ai", 400, 2500, "content", 0.25),
        ("fast.ai", 512, 300, "noise", None),
        ("tensorflow", 512, 1000, "content", 0.0),
    ],
)
def test_it_works_at_one_scale_from_the_published_start(
    name: str, size: int, evaluations: int, start: str, noise: float | None
) -> None:
    published = PUBLISHED[name]
    assert (published.schedule.size, published.schedule.smallest) == (size, size)
    assert published.schedule.evaluations == (evaluations,)
    assert not published.schedule.plateau
    assert published.start.kind == start
    assert noise is None or published.start.noise == noise
