"""The root of a matrix by products, against its eigenvalues in double precision."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.roots import roots


def matrix(condition: float, size: int = 40) -> tuple[Tensor, Tensor, Tensor]:
    """A positive matrix of this condition, its root, and its inverse root."""
    generator = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))[0]
    values = 300 * condition ** -torch.linspace(0, 1, size, dtype=torch.float64)
    return tuple(basis * values**power @ basis.T for power in (1.0, 0.5, -0.5))  # type: ignore[return-value]


@pytest.mark.parametrize("condition", [1.0, 1e2, 1e5])
def test_root_and_inverse_root_are_those_by_eigenvalues(condition: float) -> None:
    whole, root, inverse = matrix(condition)
    for dtype, exact in ((torch.float64, 1e-5), (torch.float32, 1e-3)):
        found, found_inverse = roots(whole.to(dtype))
        assert found.dtype == dtype
        assert float((found - root).norm() / root.norm()) < exact
        assert float((found_inverse - inverse).norm() / inverse.norm()) < exact


def test_an_eigenvalue_of_zero_gives_a_finite_inverse() -> None:
    root, inverse = roots(torch.diag(torch.tensor([4.0, 1.0, 0.0])))
    assert root.diagonal().tolist() == pytest.approx([2, 1, 0], abs=1e-3)
    assert inverse.diagonal()[:2].tolist() == pytest.approx([0.5, 1], rel=1e-3)
    assert bool(torch.isfinite(inverse).all())


def test_what_is_not_finite_stays_so() -> None:
    root, inverse = roots(torch.full((3, 3), float("nan")))
    assert not bool(torch.isfinite(root).any())
    assert not bool(torch.isfinite(inverse).any())
