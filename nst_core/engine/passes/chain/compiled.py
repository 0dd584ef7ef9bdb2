"""Compiling loops to machine code with numba: once per machine, if a folder for the cache is writable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

# ``contract`` lets a product and a sum become one instruction. No other part of fast-math is allowed:
# infinities and NaN must survive, because they tell the optimizer to end a run.
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def compiled(signature: str) -> Callable[[Loop], Loop]:
    """Compiles the decorated function at import, for ``signature`` in numba's notation.

    The machine code is kept in the folder that numba chooses: ``NUMBA_CACHE_DIR``, one beside the file, or
    the user's cache. If none is writable, or the disk is full, each process compiles anew.
    """

    def compile_it(function: Loop) -> Loop:
        compile_at: Callable[..., Callable[[Loop], Loop]] = numba.njit
        try:
            return compile_at(signature, cache=True, **_OPTIONS)(function)
        except (RuntimeError, OSError):
            return compile_at(signature, **_OPTIONS)(function)

    return compile_it
