"""What a command says when it cannot be done."""

from __future__ import annotations

import os
import sys

from nst_core.contract.errors import WireError
from nst_core.weights.errors import WeightsError


class CommandError(Exception):
    """A command cannot be done. ``str()`` is one sentence for a person."""


def sentence_of(error: Exception) -> str:
    """Returns what a person is told of an error."""
    if isinstance(error, WireError):
        return f"{error} {error.hint}".strip()
    if isinstance(error, (WeightsError, CommandError)):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this."
    if isinstance(error, ImportError):
        return f"The engine could not be loaded ({str(error).splitlines()[0]}).{_limited()}"
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return f"{reason}: {os.fsdecode(error.filename)}" if error.filename else reason
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"This should not have happened ({what}). Please report it with what “nst diagnose” says."


def _limited() -> str:
    """Why a library may not find room: most of the addresses that they take are never used."""
    if sys.platform == "win32":
        return " Run “python3 install” again: it repairs what is missing."
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return " Run “python3 install” again: it repairs what is missing."
    return f" This shell limits programs to {limit / 1e9:.1f} GB of addresses: run “ulimit -v unlimited”."
