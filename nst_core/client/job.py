"""One job seen from the client: send it, follow it, end it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nst_core.contract.errors import ConnectionLost, CoreDied, JobFailed, ProtocolError
from nst_core.wire.channel import Channel
from nst_core.wire.frames import AFTER_PROOF, Blob, Message

MOST_STYLES = 4
MOST_WEIGHT = 1000.0  # of a style; the least is more than 0

_ids = itertools.count(1)
_RESUBMISSIONS = 2


@dataclass(frozen=True)
class RawPicture:
    """Raw pixels, rows from the top without gaps; ``format`` is ``RGBA u8`` or ``RGBA float``."""

    width: int
    height: int
    format: str
    pixels: Blob


@dataclass(frozen=True)
class Region:
    """Where a style paints: raw gray pixels, one byte each, over the whole content in any size."""

    width: int
    height: int
    pixels: Blob


@dataclass(frozen=True)
class StyleFile:
    """A style file as it is, its share among the styles (over 0, up to ``MOST_WEIGHT``), and where it paints.

    Without a region that is wherever no other style's region lies.
    """

    data: Blob
    weight: float = 1.0
    region: Region | None = None


@dataclass(frozen=True)
class Result:
    """The finished picture, in the size and format of the content."""

    picture: RawPicture
    about: Message


class RemoteJob:
    """A style transfer that the core does for this client.

    ``run`` blocks and belongs in a thread of its own; ``cancel`` and ``finish`` may be called from
    any thread at any time. ``preview_size`` is the longer side of the previews in pixels, 0 for
    none. A ``quick`` job takes the place of an older quick one of the same connection.

    A core that dies takes with it only the job that it was at: with ``again``, which connects anew
    and returns the channel, a job that still waited in line is sent again by itself. The one that
    was being done is not: it may be what the core died of.
    """

    def __init__(
        self,
        channel: Channel,
        settings: Mapping[str, Any],
        preview_size: int = 0,
        quick: bool = False,
        again: Callable[[], Channel] | None = None,
    ) -> None:
        self._channel = channel
        self._settings = dict(settings)
        self._preview_size = preview_size
        self._quick = quick
        self._again = again
        self._id = next(_ids)
        self._asked: str | None = None
        self._started = False
        self._begun = False
        self.last_preview: tuple[Message, bytearray] | None = None
        """The last ``preview`` and its pixels (RGB u8): what there is to keep when the core dies."""

    def run(
        self,
        content: RawPicture,
        styles: Blob | Sequence[StyleFile],
        on_event: Callable[[Message, bytearray], None] = lambda message, blob: None,
        start: RawPicture | None = None,
    ) -> Result | None:
        """Sends the job and returns its result, or None when it was cancelled.

        ``styles`` are up to four, or the bytes of the one style file. ``on_event`` gets each
        ``queued``, ``stage``, ``progress`` and ``preview``, the last with its pixels (RGB u8). ``start``,
        of the content's size and format, is a picture to go on from; where it is transparent, from
        the content.
        Raises ``JobFailed`` with the core's sentence, ``CoreDied`` when the core ends before its
        answer, and what ``again`` raises.
        """
        wanted = [StyleFile(styles)] if isinstance(styles, (bytes, bytearray, memoryview)) else styles
        parts = [content.pixels, *([start.pixels] if start else [])]
        for style in wanted:
            parts += [style.data, style.region.pixels] if style.region else [style.data]
        if sum(map(len, parts)) > AFTER_PROOF.blob:
            raise JobFailed(
                "too_large",
                "The layer and the style picture together have more than 1 GiB of pixels.",
                "Use a smaller layer, or reduce its precision to 8 bits.",
            )
        for left in range(_RESUBMISSIONS, -1, -1):
            try:
                self._send(content, wanted, parts, start is not None)
                return self._follow(content, on_event)
            except ConnectionLost as error:
                if self._asked == "cancel":
                    return None
                self._started = False
                if self._begun or self._again is None or not left:
                    raise CoreDied("The engine stopped unexpectedly.") from error
                self._channel.close()
                self._channel = self._again()
        raise AssertionError("the last round returns or raises")

    def _send(
        self, content: RawPicture, styles: Sequence[StyleFile], parts: Sequence[Blob], resume: bool
    ) -> None:
        self._channel.send(
            {
                "type": "start",
                "id": self._id,
                "settings": self._settings,
                "content": {"width": content.width, "height": content.height, "format": content.format},
                "styles": [_described(style) for style in styles],
                "style": {"length": len(styles[0].data)},  # for a core that knows of one style only
                "preview_size": self._preview_size,
                "quick": self._quick,
                "resume": resume,
            },
            *parts,
        )
        self._started = True
        if self._asked:
            self._say(self._asked)

    def _follow(self, content: RawPicture, on_event: Callable[[Message, bytearray], None]) -> Result | None:
        while True:
            message, blob = self._channel.receive()
            if message.get("id") != self._id:
                continue
            kind = message["type"]
            if kind == "result":
                return Result(_picture(message, blob, content), message)
            if kind == "cancelled":
                return None
            if kind == "error":
                raise JobFailed(
                    str(message.get("code", "internal")),
                    str(message.get("message", "Something went wrong in the engine.")),
                    str(message.get("hint", "")),
                )
            self._begun = self._begun or kind in ("stage", "progress", "preview")
            if kind == "preview":
                self.last_preview = message, blob
            on_event(message, blob)
            if kind == "preview":
                self._say("preview_ack", n=message.get("n"))

    def cancel(self) -> None:
        """Asks the core to end the job without a result."""
        self._ask("cancel")

    def finish(self) -> None:
        """Asks the core to stop here and to answer with the picture so far."""
        self._ask("finish")

    def _ask(self, what: str) -> None:
        self._asked = what
        if self._started:
            self._say(what)

    def _say(self, kind: str, **fields: Any) -> None:
        with contextlib.suppress(ConnectionLost):  # the receiving thread notices and reports it
            self._channel.send({"type": kind, "id": self._id, **fields})


def _described(style: StyleFile) -> Message:
    region = style.region and {"width": style.region.width, "height": style.region.height}
    return {"length": len(style.data), "weight": style.weight, "region": region}


def _picture(message: Message, blob: bytearray, content: RawPicture) -> RawPicture:
    picture = RawPicture(
        int(message.get("width", 0)), int(message.get("height", 0)), str(message.get("format")), blob
    )
    same = (content.width, content.height, content.format)
    if (picture.width, picture.height, picture.format) != same or len(blob) != len(content.pixels):
        raise ProtocolError("The engine answered with a picture of another size.")
    return picture
