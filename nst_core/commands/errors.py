"""What a command tells the user when it fails."""

from __future__ import annotations

import os
import sys

from nst_core.contract.errors import WireError
from nst_core.weights.errors import WeightsError


class CommandError(Exception):
    """A command cannot be carried out. ``str()`` is one sentence for the user."""


def sentence_of(error: Exception) -> str:
    """Returns what the user is told about an error, in one or two sentences."""
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
    description = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"This should not have happened ({description}). Please report it with what “nst diagnose” says."


def _limited() -> str:
    """Returns what to do when a library cannot be loaded, after a space.

    A limit on the address space may be the cause: libraries reserve far more addresses than they use.
    """
    if sys.platform == "win32":
        return " Run “python3 install” again: it repairs what is missing."
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return " Run “python3 install” again: it repairs what is missing."
    return f" This shell limits programs to {limit / 1e9:.1f} GB of addresses: run “ulimit -v unlimited”."
