"""What can go wrong between a plug-in and the core, each with a sentence for the person."""

from __future__ import annotations


class WireError(Exception):
    """The other side cannot be reached or understood. ``str()`` is one sentence for a person."""


class ProtocolError(WireError):
    """The other side sent something that is not this protocol, or more than is allowed."""


class ConnectionLost(WireError):
    """The other side closed the connection, or answered nothing in time."""


class CoreUnavailable(WireError):
    """No core answers, and none could be started."""


class JobFailed(WireError):
    """The core answered a job with an error.

    ``code`` is one of the codes of ``docs/protocol.md``; ``hint`` says what the person can do.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint
