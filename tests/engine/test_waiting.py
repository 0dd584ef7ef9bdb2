"""An evaluation asks the device for no number, so that a GPU can replay it without the CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from nst_core.engine.objective import Objective
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings

from .drawn import picture
from .test_half import small_vgg


class Asked(TorchDispatchMode):
    """Inside the block, counts the numbers that are read from tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def __torch_dispatch__(
        self,
        operation: Callable[..., Any],
        types: Sequence[type],
        arguments: tuple[Any, ...] = (),
        named: dict[str, Any] | None = None,
    ) -> Any:
        self.times += operation in (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default)
        return operation(*arguments, **(named or {}))


@pytest.mark.parametrize("where", ["everywhere", "a region", "a face"])
@pytest.mark.parametrize("form", ["auto", "gram", "moments", "wasserstein"])
def test_an_evaluation_reads_no_number(
    form: Literal["auto", "gram", "moments", "wasserstein"], where: str
) -> None:
    matching = recipe(Settings(style_loss=form, protect_faces=False)).matching
    matching = replace(matching, protected_weight=2 * matching.content_weight)
    half = torch.zeros(1, 1, 64, 64)
    half[..., :32] = 1
    groups = [Group((Style(picture(2, 64, 64)),), half if where == "a region" else None)]
    protected = half if where == "a face" else None
    network = HalfPass(small_vgg(), layers_of(matching), torch.float32)
    objective = objective_for(picture(1, 64, 64), groups, network, matching, protected=protected)
    assert isinstance(objective, Objective)
    assert not objective.waits
    with Asked() as asked:
        objective.evaluate(picture(3, 64, 64))
    assert asked.times == 0


def test_what_reads_one_says_so() -> None:
    with Asked() as asked:
        float(torch.ones(()))
    assert asked.times == 1
