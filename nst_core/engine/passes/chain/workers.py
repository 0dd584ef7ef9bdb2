"""The threads that the blocks of a layer are shared out to.

They are threads of our own and not numba's, whose portable threading layer must not be entered by two
threads at once, and not PyTorch's: a worker takes a block from the map to the result without waiting for
another, and the next block when it is done, so that on a busy machine the faster one does more. None ever
spins: between layers they sleep.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import torch
from torch import Tensor

Task = Callable[[int, int], None]

_own = threading.local()
_starting = threading.Lock()


def scratch(count: int) -> Tensor:
    """Returns ``count`` numbers of this thread's own, of any value, valid until the next call."""
    kept: Tensor | None = getattr(_own, "kept", None)
    if kept is None or kept.numel() < count:
        kept = _own.kept = torch.empty(count)
    return kept[:count]


class Workers:
    """As many threads as PyTorch uses for the one that makes it; within each PyTorch uses one."""

    def __init__(self, count: int) -> None:
        self._count = count
        ready = threading.Barrier(count + 1)

        def begin() -> None:
            # Asking comes first: what a thread that never asked was told, PyTorch forgets when it
            # first needs the number, and takes the one that was set last in any thread.
            torch.get_num_threads()
            torch.set_num_threads(1)
            torch.set_grad_enabled(False)
            ready.wait()

        self._threads = ThreadPoolExecutor(count, "nst-chain", begin)
        for _ in range(count):
            self._threads.submit(int)  # a thread starts when there is something for it to do
        ready.wait()
        # What a worker set is also what PyTorch would begin with in any later thread.
        torch.set_num_threads(count)

    def share(self, length: int, block: int, task: Task) -> None:
        """Calls ``task(begin, end)`` for blocks of 0 … ``length``, by several threads at once."""
        starts = itertools.count(0, block)

        def work() -> None:
            for begin in starts:  # one counter for all: its next() cannot be interrupted
                if begin >= length:
                    return
                task(begin, min(begin + block, length))

        for done in [self._threads.submit(work) for _ in range(min(self._count, -(-length // block)))]:
            done.result()

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count


@cache
def _started(count: int) -> Workers:
    return Workers(count)


def workers() -> Workers:
    """Returns the workers for the number of threads that PyTorch uses now."""
    with _starting:
        return _started(torch.get_num_threads())
