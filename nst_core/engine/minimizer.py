"""Which optimizer changes the pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nst_core.engine.optimizers.adam import Adam
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.optimizer import Minimize
from nst_core.engine.optimizers.steepest import SteepestDescent
from nst_core.recipes.recipe import Steps

OPTIMIZERS: Mapping[str, Callable[[Steps], Minimize]] = {
    "lbfgs": lambda _: lbfgs,
    "adam": lambda steps: Adam(steps.rate, steps.betas, steps.epsilon, steps.relative, steps.averaging),
    "steepest": lambda steps: SteepestDescent(steps.rate),
}


def minimizer(steps: Steps) -> Minimize:
    """Returns the optimizer that ``steps`` names, with its settings."""
    return OPTIMIZERS[steps.optimizer](steps)
