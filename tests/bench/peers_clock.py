"""The clock of a run of another tool: it ends the run when the processor seconds are spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class OutOfTime(Exception):
    """The processor seconds of a run are spent."""


class Clock:
    """Counts evaluations and processor seconds; ``variables`` are what the optimizer changes."""

    def __init__(self, allowed: float) -> None:
        self._allowed = allowed
        self.evaluations = 0
        self.variables: list[Tensor] = []
        self.start()

    def start(self) -> None:
        """Sets the seconds back to zero."""
        self._began = self._last = time.process_time()

    @property
    def seconds(self) -> float:
        """The processor seconds since the start."""
        return time.process_time() - self._began

    def evaluated(self) -> None:
        """Counts an evaluation. Raises ``OutOfTime`` when another one as long would be too late."""
        now = time.process_time()
        self.evaluations += 1
        if 2 * now - self._last - self._began > self._allowed:
            raise OutOfTime
        self._last = now

    def watch(self, name: str) -> None:
        """Replaces torch's optimizer ``name`` by one that reports to this clock."""
        clock = self
        original: Any = getattr(torch.optim, name)

        class Watched(original):  # type: ignore[misc]
            def step(self, closure: Callable[[], Any] | None = None) -> Any:
                clock.variables = self.param_groups[0]["params"]
                if closure is None:
                    super().step()
                    clock.evaluated()
                    return None

                def counted() -> Any:
                    loss = closure()
                    clock.evaluated()
                    return loss

                return super().step(counted)

        setattr(torch.optim, name, Watched)


def seconds_of(run: Callable[[], Tensor]) -> tuple[Tensor, float]:
    """Returns what ``run`` returns, and the processor seconds that it took."""
    began = time.process_time()
    result = run()
    return result, time.process_time() - began
