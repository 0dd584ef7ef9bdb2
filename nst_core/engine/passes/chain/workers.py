"""The threads that compute the blocks of a layer.

They are not numba's: two threads must not enter its portable threading layer at once. They are not PyTorch's
either. A worker here takes a block from the map to the result without waiting for another worker. Then it
takes the next block, so that on a busy machine the faster workers do more. Workers never spin: between
layers they sleep.
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
    """Returns this thread's scratch buffer: ``count`` floats of any value, valid until its next call."""
    buffer: Tensor | None = getattr(_own, "kept", None)
    if buffer is None or buffer.numel() < count:
        buffer = _own.kept = torch.empty(count)
    return buffer[:count]


class Workers:
    """A pool of ``count`` threads. Within each of them PyTorch uses one thread."""

    def __init__(self, count: int) -> None:
        self._count = count
        ready = threading.Barrier(count + 1)

        def begin() -> None:
            # The thread must ask first. PyTorch forgets a number that is set in a thread that never asked for
            # it: when it needs the number, it takes the one that was set last in any thread.
            torch.get_num_threads()
            torch.set_num_threads(1)
            torch.set_grad_enabled(False)
            ready.wait()

        self._threads = ThreadPoolExecutor(count, "nst-chain", begin)
        for _ in range(count):
            self._threads.submit(int)  # the pool starts a thread only when there is a task for it
        ready.wait()
        # Any later thread would begin with the number that a worker set last.
        torch.set_num_threads(count)

    def share(self, length: int, block: int, task: Task) -> None:
        """Calls ``task(begin, end)`` for each block of 0 … ``length``, in several threads at once.

        Returns when all blocks are done. Raises what a task raised.
        """
        starts = itertools.count(0, block)

        def work() -> None:
            for begin in starts:  # all threads share this counter: its next() cannot be interrupted
                if begin >= length:
                    return
                task(begin, min(begin + block, length))

        for future in [self._threads.submit(work) for _ in range(min(self._count, -(-length // block)))]:
            future.result()

    @property
    def count(self) -> int:
        """The number of threads."""
        return self._count


@cache
def _started(count: int) -> Workers:
    return Workers(count)


def workers() -> Workers:
    """Returns as many workers as PyTorch uses threads now. They are started once and kept."""
    with _starting:
        return _started(torch.get_num_threads())
