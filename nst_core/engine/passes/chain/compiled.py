"""Loops compiled to machine code: once per machine, kept on disk where a folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])

# A product and a sum may become one instruction. Nothing else of fast-math: values that are not
# finite must stay so, because the optimizer ends a run by them.
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def compiled(signature: str) -> Callable[[Loop], Loop]:
    """Compiles the decorated function for ``signature``, at import.

    Its machine code is kept where numba finds a folder: ``NUMBA_CACHE_DIR``, beside the file, or the
    user's cache. Where none can be written, or the disk is full, each process compiles anew.
    """

    def compile_it(function: Loop) -> Loop:
        compile_at: Callable[..., Callable[[Loop], Loop]] = numba.njit
        try:
            return compile_at(signature, cache=True, **_OPTIONS)(function)
        except (RuntimeError, OSError):
            return compile_at(signature, **_OPTIONS)(function)

    return compile_it
