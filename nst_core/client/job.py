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

_ids = itertools.count(1)
_RESUBMISSIONS = 2  # how often a job is sent again at most, after its core died


@dataclass(frozen=True)
class RawPicture:
    """Raw pixels, row by row from the top without gaps; ``format`` is ``RGBA u8`` or ``RGBA float``."""

    width: int
    height: int
    format: str
    pixels: Blob


@dataclass(frozen=True)
class Region:
    """Where a style paints: raw gray pixels, one byte each, row by row from the top.

    They may have any size, and lie over the whole content.
    """

    width: int
    height: int
    pixels: Blob


@dataclass(frozen=True)
class StyleFile:
    """The bytes of a style file, its weight among the styles, and the region that it paints.

    The weight is above 0, and ``MOST_WEIGHT`` at most. Without a region, the style paints wherever no
    other style's region lies.
    """

    data: Blob
    weight: float = 1.0
    region: Region | None = None


@dataclass(frozen=True)
class Result:
    """The finished picture, in the size and format of the content; ``about`` is the core's message."""

    picture: RawPicture
    about: Message


class RemoteJob:
    """A style transfer that the core does for this client.

    ``run`` blocks and belongs in a thread of its own. ``cancel`` and ``finish`` may be called from any
    thread at any time. ``preview_size`` is the longer side of the previews in pixels; 0 means no
    previews. A ``quick`` job takes the place of an older quick one of the same connection.

    A core that dies loses only the job that it was at. ``again`` connects anew and returns the channel.
    With it, a job that still waited in line when its core died is sent again, up to ``_RESUBMISSIONS``
    times. A job that had begun is not: it may be what the core died of.
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

        ``styles`` are one to ``MOST_STYLES`` style files, or the bytes of a single one. ``on_event`` gets
        each ``queued``, ``stage``, ``progress`` and ``preview``; a preview comes with its pixels (RGB
        u8). ``start`` is a picture to go on from, in the content's size and format. Where it is
        transparent, the job goes on from the content.

        Raises ``JobFailed`` with the core's sentence, or when content, start and styles together have
        more than 1 GiB. Raises ``CoreDied`` when the core ends before its answer, ``ProtocolError`` when
        its answer does not fit, and what ``again`` raises.
        """
        style_files = [StyleFile(styles)] if isinstance(styles, (bytes, bytearray, memoryview)) else styles
        parts = [content.pixels, *([start.pixels] if start else [])]
        for style in style_files:
            parts += [style.data, style.region.pixels] if style.region else [style.data]
        if sum(map(len, parts)) > AFTER_PROOF.blob:
            raise JobFailed(
                "too_large",
                "The layer and the style picture together have more than 1 GiB of pixels.",
                "Use a smaller layer, or reduce its precision to 8 bits.",
            )
        for attempts_left in range(_RESUBMISSIONS, -1, -1):
            try:
                self._send(content, style_files, parts, start is not None)
                return self._follow(content, on_event)
            except ConnectionLost as error:
                if self._asked == "cancel":
                    return None
                self._started = False
                if self._begun or self._again is None or not attempts_left:
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
        """Gives each message of the job to ``on_event``; returns the result, None when it was cancelled."""
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

    def prefer(self) -> None:
        """Asks the core to do the job before all others that wait. A core that cannot does nothing."""
        if self._started:
            self._say("prefer")

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
    """Returns the picture of a result. Raises ``ProtocolError`` when it does not fit the content."""
    picture = RawPicture(
        int(message.get("width", 0)), int(message.get("height", 0)), str(message.get("format")), blob
    )
    expected = (content.width, content.height, content.format)
    if (picture.width, picture.height, picture.format) != expected or len(blob) != len(content.pixels):
        raise ProtocolError("The engine answered with a picture of another size.")
    return picture
