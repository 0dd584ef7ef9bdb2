"""One job inside the core: what was asked, who asked, and how it is to end."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from nst_core.settings import Settings
from nst_core.wire.channel import Channel
from nst_core.wire.errors import ConnectionLost
from nst_core.wire.frames import Blob, Message


class Ending(Enum):
    """How a job that was asked to end early is to end."""

    FINISH = "finish"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Request:
    """A checked ``start`` message. ``pixels`` and ``style`` are views of its blob."""

    id: int
    settings: Settings
    width: int
    height: int
    format: str
    pixels: memoryview
    style: memoryview
    preview_size: int


@dataclass(eq=False)
class Job:
    """A request on its way through the queue, and the channel that its answers go to.

    Exactly one final answer leaves it, whatever happens.
    """

    request: Request
    channel: Channel
    ending: Ending | None = None
    done: threading.Event = field(default_factory=threading.Event)
    previews_sent: int = 0
    previews_seen: int = 0
    _answering: threading.Lock = field(default_factory=threading.Lock)

    def end(self, ending: Ending) -> None:
        """Asks the job to end; a cancelled job stays cancelled."""
        if self.ending is not Ending.CANCEL:
            self.ending = ending

    @property
    def wants_preview(self) -> bool:
        """Whether the client asked for previews and has seen the last one."""
        return self.request.preview_size > 0 and self.previews_seen >= self.previews_sent

    def tell(self, kind: str, *parts: Blob, **fields: Any) -> None:
        """Sends an event; a client that is gone cancels its job."""
        self._send({"type": kind, "id": self.request.id, **fields}, *parts)

    def answer(self, kind: str, *parts: Blob, **fields: Any) -> None:
        """Sends the final answer, unless one has left already."""
        with self._answering:
            if self.done.is_set():
                return
            self.done.set()
        self._send({"type": kind, "id": self.request.id, **fields}, *parts)

    def _send(self, message: Message, *parts: Blob) -> None:
        try:
            self.channel.send(message, *parts)
        except ConnectionLost:
            self.end(Ending.CANCEL)
