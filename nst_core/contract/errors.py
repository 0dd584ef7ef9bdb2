"""Errors between a plug-in and the core, each with a sentence and a hint for the person."""

from __future__ import annotations


class WireError(Exception):
    """The other side cannot be reached or understood.

    ``str()`` is one sentence for a person on what is wrong. ``hint`` is one on what to do about it.
    Without ``hint``, it is that of the class.
    """

    hint = "Please try again."

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class ProtocolError(WireError):
    """The other side sent something that is not this protocol, or more than is allowed."""

    hint = "Restart GIMP; if it happens again, run “python3 install” again."


class ConnectionLost(WireError):
    """The other side closed the connection, or answered nothing in time."""


class CutOff(ProtocolError, ConnectionLost):
    """The other side ended in the middle of a message."""

    hint = ConnectionLost.hint


class CoreDied(ConnectionLost):
    """The core ended while it worked on this job; other jobs of the person are not affected."""

    hint = "Try again; if it happens again, paint at a smaller size."


class CoreUnavailable(WireError):
    """No core answers, and none could be started."""

    hint = "Run “python3 install” again: it repairs what is missing."


class VersionMismatch(WireError):
    """The two sides have no version of the protocol in common."""

    hint = "Close the other windows that use it; it ends by itself, or run “python3 install” again."


class JobFailed(WireError):
    """The core answered a request with an error.

    ``code`` is one of the codes of ``docs/protocol.md``; ``hint`` says what the person can do.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
