"""Features and pictures drawn at random, and slopes of what is defined on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nst_core.engine.losses.projections import Projections
from nst_core.engine.losses.sliced import project
from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.engine.tiles.tiling import all_of


def features(seed: int, height: int = 5, width: int = 7, channels: int = 4) -> Tensor:
    """Activations after ReLU, in double precision: none is negative, some are zero."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, channels, height, width, generator=generator, dtype=torch.float64).relu()


def picture(seed: int, height: int, width: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """RGB of independent pixels."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, generator=generator, dtype=dtype)


def shares(seed: int, positions: int) -> Tensor:
    """Weights of positions, of sum 1; some are zero."""
    generator = torch.Generator().manual_seed(seed)
    drawn = (torch.rand(positions, generator=generator, dtype=torch.float64) - 0.2).relu()
    return drawn / drawn.sum()


def rounding(terms: int) -> float:
    """How far a sum of so many products, none negative, may be off in single precision: as a part of itself.

    In whatever order a library adds, it is within λ √n u, with u = ε/2 and here λ = 2, with a probability of
    1 − 2 exp(−λ²/2) at least (Higham and Mary 2019, "A New Approach to Probabilistic Rounding Error
    Analysis", theorem 2.4): the norm of many such sums all the more. A product and a weight round, too.
    """
    return float(torch.finfo(torch.float32).eps) * (terms + 2) ** 0.5


def by_autograd(definition: Callable[[Tensor], Tensor], at: Tensor) -> tuple[float, Tensor]:
    """Returns value and gradient of ``definition``."""
    at = at.detach().clone().requires_grad_()
    value = definition(at)
    (gradient,) = torch.autograd.grad(value, at)
    return float(value.detach()), gradient


def gradient_of(backbone: Backbone, layers: Sequence[str], pixels: Tensor) -> Tensor:
    """That of the sum of these layers' features."""
    network = AutogradPass(backbone, layers)
    features = network.features(pixels)
    return network.pull_back({layer: torch.ones_like(values) for layer, values in features.items()})


def apart(one: Tensor, other: Tensor) -> float:
    """How far a tensor is from another, as a part of the other's length."""
    assert one.shape == other.shape
    one, other = one.double(), other.double()
    return float((one - other).norm() / other.norm().clamp_min(1e-30))


def cosine(one: Tensor, other: Tensor) -> float:
    """How far two gradients point the same way; 1 is exactly."""
    return float(torch.nn.functional.cosine_similarity(one.double().flatten(), other.double().flatten(), 0))


def projected(values: Tensor) -> Projections:
    """All projections of features (1, N, H, W), as sliced Wasserstein is given a style's."""
    projections = Projections(values.shape[1], values[0, 0].numel())
    project(values, all_of(values), projections)
    return projections
