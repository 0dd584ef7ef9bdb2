"""How busy other programs keep the processor: a run beside them takes longer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import psutil

_FRESH = 5.0  # seconds for which a measurement holds
_LOOK = 0.3  # seconds of a measurement


@dataclass(frozen=True)
class _Sample:
    when: float  # seconds, on the monotonic clock
    others: float  # processor seconds that other programs have had since the system's start


class Load:
    """Measures what other programs take. Work of low priority, which gives way, does not count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = 0.0
        self._until = 0.0
        self.cores = psutil.cpu_count() or 1

    def slowdown(self) -> float:
        """Returns how many times as long a run will take as on a quiet machine, 1 or more.

        Measuring takes a third of a second, and holds for a few seconds.
        """
        with self._lock:
            if time.monotonic() > self._until:
                before = _sample()
                time.sleep(_LOOK)
                self._busy = self.busy_since(before)
                self._until = time.monotonic() + _FRESH
            # As many threads as cores share these with what runs already.
            return 1.0 + self._busy / self.cores

    def now(self) -> _Sample:
        """Returns a sample, for ``busy_since``."""
        return _sample()

    def busy_since(self, before: _Sample) -> float:
        """Returns how many cores other programs have kept busy since ``before``, on average."""
        after = _sample()
        busy = (after.others - before.others) / max(after.when - before.when, 1e-3)
        return min(max(busy, 0.0), float(self.cores))

    def share_since(self, before: _Sample) -> float:
        """Returns what part (above 0, at most 1) of the cores other programs have left since ``before``."""
        return max(0.1, 1.0 - self.busy_since(before) / self.cores)


def _sample() -> _Sample:
    times, own = psutil.cpu_times(), psutil.Process().cpu_times()
    kinds = ("user", "system", "irq", "softirq", "steal")  # not ``nice``: of low priority
    busy = sum(getattr(times, kind, 0.0) for kind in kinds)
    return _Sample(time.monotonic(), busy - own.user - own.system)
