"""What a command says when it cannot be done."""

from __future__ import annotations

import os

from nst_core.weights.errors import WeightsError
from nst_core.wire.errors import WireError


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
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return f"{reason}: {os.fsdecode(error.filename)}" if error.filename else reason
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"This should not have happened ({what}). Please report it with what “nst diagnose” says."
