"""One job inside the core: what was asked, who asked, and how it is to end."""

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
    """How a job that was asked to end early is to end."""

    FINISH = "finish"
    CANCEL = "cancel"


@dataclass(frozen=True)
class ReceivedStyle:
    """A style file as it is, its share among the styles, and where in the content it paints.

    ``region`` is gray, one byte a pixel, of ``region_size`` (height, width), and covers the whole
    content; without one the style paints wherever no other style's region lies.
    """

    data: memoryview
    weight: float = 1.0
    region: memoryview | None = None
    region_size: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Request:
    """A checked ``start`` message. ``pixels``, ``begin`` and what is in ``styles`` are views of its blob.

    ``begin`` is a picture of the content's size and format that the work goes on from.
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
    """A request on its way through the line, and the outbox that its answers go to.

    Exactly one final answer leaves it, whatever happens; ``outcome`` is its type then, and
    ``on_done`` is called.
    """

    request: Request
    outbox: Outbox
    on_done: Callable[[Job], None] = lambda job: None
    ending: Ending | None = None
    outcome: str = ""
    ahead: int = 0
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
        """Sends an event, in the place of an older one of its kind that has not left yet.

        A client that is gone cancels its job.
        """
        self._post(kind, parts, fields, slot=(self.request.id, kind))

    def answer(self, kind: str, *parts: Blob, **fields: Any) -> None:
        """Sends the final answer, unless one has left already."""
        with self._answering:
            if self.outcome:
                return
            self.outcome = kind
        self.on_done(self)  # first: the id is free for the client's next request
        self._post(kind, parts, fields, slot=None)

    def _post(self, kind: str, parts: tuple[Blob, ...], fields: dict[str, Any], slot: object) -> None:
        try:
            self.outbox.post({"type": kind, "id": self.request.id, **fields}, *parts, slot=slot)
        except ConnectionLost:
            self.end(Ending.CANCEL)
