"""One job inside the core: its request, the client that gets the answers, and how it is to end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from nst_core.contract.errors import ConnectionLost
from nst_core.recipes.settings import Settings
from nst_core.service.outbox import Outbox
from nst_core.wire.frames import Blob


class Ending(Enum):
    """How a job is to end early: with the picture so far, or without a result."""

    FINISH = "finish"
    CANCEL = "cancel"


@dataclass(frozen=True)
class ReceivedStyle:
    """A style as received: its file, its weight, and the region of the content that it paints.

    ``data`` holds the bytes of the file. ``weight`` (over 0, up to 1000) is the style's share among the
    styles of the same region. ``region`` is gray, one byte per pixel, of ``region_size`` (height, width).
    It is stretched over the whole content, and white is painted in this style. Without a region the style
    paints wherever no other style's region lies.
    """

    data: memoryview
    weight: float = 1.0
    region: memoryview | None = None
    region_size: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Request:
    """A checked ``start`` message.

    The content has ``width`` × ``height`` pixels in ``format``: ``RGBA u8`` or ``RGBA float``. ``pixels``,
    ``begin`` and the data in ``styles`` are views of the message's blob. ``begin`` is a picture of the
    content's size and format that the run resumes from. ``preview_size`` is the longer side of the
    previews in pixels, 0 for none. A ``quick`` job replaces older quick jobs of its connection.
    """

    id: int
    settings: Settings
    width: int
    height: int
    format: str
    pixels: memoryview
    styles: tuple[ReceivedStyle, ...]
    preview_size: int
    quick: bool
    begin: memoryview | None = None


@dataclass(eq=False)
class Job:
    """A request that waits or runs, and the outbox for its answers.

    Exactly one final answer is sent, whatever happens. ``outcome`` is then the type of that answer, and
    ``on_done`` has been called. ``ahead`` is the number of jobs before this one. ``previews_seen`` is the
    number of the last preview that the client has acknowledged. ``seconds_left`` is what the last progress
    told, None while it is unknown.
    """

    request: Request
    outbox: Outbox
    on_done: Callable[[Job], None] = lambda job: None
    ending: Ending | None = None
    outcome: str = ""
    ahead: int = 0
    seconds_left: float | None = None
    previews_sent: int = 0
    previews_seen: int = 0
    _answering: threading.Lock = field(default_factory=threading.Lock)

    def end(self, ending: Ending) -> None:
        """Asks the job to end early; a canceled job stays canceled."""
        if self.ending is not Ending.CANCEL:
            self.ending = ending

    @property
    def wants_preview(self) -> bool:
        """Whether the client asked for previews and has acknowledged the last one."""
        return self.request.preview_size > 0 and self.previews_seen >= self.previews_sent

    def tell(self, kind: str, *parts: Blob, **fields: Any) -> None:
        """Sends an event of type ``kind``; it replaces an older one of that type that is still unsent.

        When the client is gone, the job is canceled.
        """
        if kind == "progress":
            self.seconds_left = fields.get("seconds_left")
        self._post(kind, parts, fields, slot=(self.request.id, kind))

    def answer(self, kind: str, *parts: Blob, **fields: Any) -> None:
        """Sends the final answer of type ``kind``, unless the job has one already."""
        with self._answering:
            if self.outcome:
                return
            self.outcome = kind
        # Before the answer: a client that has it may use the id again at once.
        self.on_done(self)
        self._post(kind, parts, fields, slot=None)

    def _post(self, kind: str, parts: tuple[Blob, ...], fields: dict[str, Any], slot: object) -> None:
        try:
            self.outbox.post({"type": kind, "id": self.request.id, **fields}, *parts, slot=slot)
        except ConnectionLost:
            self.end(Ending.CANCEL)
