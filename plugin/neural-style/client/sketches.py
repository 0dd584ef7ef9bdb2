"""Sketches: small, quick previews of the result, painted in a thread of their own."""

from __future__ import annotations

import hashlib
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gi.repository import GLib

from client.core import Core
from nst_core.client.job import RawPicture, RemoteJob, StyleFile
from nst_core.contract.errors import WireError
from nst_core.contract.seeds import seed_matters
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message
from text.trouble import Trouble

CONTENT_SIDE = 384
"""Longer side in pixels of the layer as it is sent for a sketch."""

_SMALLEST, _LARGEST = 160, 384  # range of the longer side that is computed, in pixels
_WANTED_SECONDS, _MOST_SECONDS = 6.0, 15.0  # what a sketch should take, and the smallest may take
# A sketch has its own. Another precision is not to be seen in it.
_ITS_OWN: Mapping[str, Any] = {"quality": "draft", "evaluations": 24, "detail": 0, "finish": "quick"}
_NO_MATTER = {*_ITS_OWN, "size", "precision"}
_MOST_KEPT = 40
# What was painted, by the key of its sketch, with the engine's notes: all windows of this process share it.
_KEPT: dict[bytes, tuple[RawPicture, tuple[str, ...]]] = {}


@dataclass(frozen=True)
class Sketch:
    """The content, styles, settings and start picture of one sketch.

    A ``patient`` sketch is painted even on a slow machine. One ``as_it_is`` is computed in the size of its
    content, since that is what one wants to look at.
    """

    content: RawPicture
    styles: Sequence[StyleFile]
    settings: Mapping[str, Any]
    patient: bool = False
    start: RawPicture | None = None
    as_it_is: bool = False

    @cached_property
    def key(self) -> bytes:
        """Two sketches with the same key look alike."""
        changing = seed_matters(self.settings)
        settings = {
            name: value
            for name, value in self.settings.items()
            if name not in _NO_MATTER and (changing or name != "seed")
        }
        digest = hashlib.blake2b(repr((sorted(settings.items()), self.as_it_is)).encode(), digest_size=16)
        for picture in (self.content, self.start):
            digest.update(picture.pixels if picture else b"-")
        for style in self.styles:
            region = style.region
            size = (region.width, region.height) if region else None
            digest.update(repr((style.weight, len(style.data), size)).encode())
            digest.update(style.data)
            digest.update(region.pixels if region else b"")
        return digest.digest()


@dataclass(frozen=True)
class Coming:
    """The picture of a sketch so far, in any size: ``RGB u8`` pixels in rows without gaps."""

    width: int
    height: int
    pixels: bytes


Told = Callable[[int, "RawPicture | Coming | Trouble"], None]


class TooSlow(Trouble):
    """This machine would take ``seconds`` for even the smallest sketch, which is too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__("")
        self.seconds = seconds


class Sketcher:
    """Paints sketches in a thread, one after the other.

    ``tell`` is called in GTK's thread with the number of a sketch, and its picture or the ``Trouble`` that
    prevented it. Before that it is called with what is there so far, as ``Coming``. Each call of ``paint``
    counts from 0, and cancels the sketches of the calls before it.
    """

    def __init__(self, core: Core, tell: Told) -> None:
        self._core = core
        self._tell = tell
        self._change = threading.Condition()
        self._waiting: list[tuple[int, int, Sketch]] = []
        self._round = 0
        self._job: RemoteJob | None = None
        self._channel: Channel | None = None
        self._closed = False
        self.seconds = 0.0
        """What one sketch is expected to take, 0 while that is not known."""
        self.notes: tuple[str, ...] = ()
        """What the engine said of the last one that it painted."""
        threading.Thread(target=self._work, daemon=True).start()

    def paint(self, *sketches: Sketch) -> None:
        """Paints ``sketches``, and cancels all earlier ones; without sketches, it only cancels.

        One that was painted before is told at once, as it was.
        """
        with self._change:
            self._round += 1
            self._waiting = [(self._round, number, sketch) for number, sketch in enumerate(sketches)]
            if self._job:
                self._job.cancel()
            self._change.notify()

    def close(self) -> None:
        """Ends the thread and its connection; ``tell`` is not called any more."""
        with self._change:
            self._closed = True
            self._round += 1
            self._change.notify()
            if self._channel:
                self._channel.close()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._closed:
                    self._change.wait()
                if self._closed:
                    return
                round_, number, sketch = self._waiting.pop(0)
            outcome: RawPicture | Trouble | None
            try:
                outcome = self._remembered(sketch) or self._paint(sketch, round_, number)
            except Trouble as trouble:
                outcome = trouble
            except WireError as error:
                self._channel = None  # the core may have died: the next sketch makes a new connection
                outcome = Trouble(str(error), error.hint)
            except Exception:
                traceback.print_exc()
                outcome = Trouble("Something went wrong in the plug-in.")
            if outcome is not None:
                GLib.idle_add(self._hand_over, round_, number, outcome)

    def _remembered(self, sketch: Sketch) -> RawPicture | None:
        picture, self.notes = _KEPT.get(sketch.key, (None, ()))
        return picture

    def _hand_over(self, round_: int, number: int, told: RawPicture | Coming | Trouble) -> bool:
        if round_ == self._round and not self._closed:
            try:
                self._tell(number, told)
            except Exception:  # GLib would only print it, too
                traceback.print_exc()
        return False

    def _paint(self, sketch: Sketch, round_: int, number: int) -> RawPicture | None:
        """Returns the picture, or None when it was canceled or a newer round has begun.

        Raises ``TooSlow`` once the first look is there, when it would take too long and is not patient.
        """
        settings = {**sketch.settings, **_ITS_OWN}
        settings["size"], seconds = self._side(sketch, settings)
        too_slow = seconds > _MOST_SECONDS and not sketch.patient
        channel = self._channel or self._core.another()
        with self._change:
            self._channel = channel
            if self._closed or round_ != self._round:
                return None
            side = max(CONTENT_SIDE, settings["size"])
            job = self._job = RemoteJob(channel, settings, side, quick=not sketch.patient)

        def hear(message: Message, blob: bytearray) -> None:
            if message["type"] == "preview":
                coming = Coming(int(message["width"]), int(message["height"]), bytes(blob))
                GLib.idle_add(self._hand_over, round_, number, coming)
                if too_slow:
                    job.cancel()

        try:
            result = job.run(sketch.content, sketch.styles, hear, sketch.start)
        finally:
            self._job = None
        if result is None:
            if too_slow and round_ == self._round:
                raise TooSlow(seconds)
            return None
        self.notes = tuple(str(note) for note in result.about.get("notes", ()))
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)  # the oldest
        _KEPT[sketch.key] = result.picture, self.notes
        return result.picture

    def _side(self, sketch: Sketch, settings: Mapping[str, Any]) -> tuple[int, float]:
        """Returns the longer side, in pixels, with which the sketch takes about ``_WANTED_SECONDS``.

        The second result is how many seconds even ``_SMALLEST`` takes, 0 if unknown. What is painted as it is
        has one size only.
        """
        longer = max(sketch.content.width, sketch.content.height)
        smallest = longer if sketch.as_it_is else _SMALLEST
        answer = self._core.ask(
            "estimate",
            seconds=120.0,  # the engine may still be loading
            settings={**settings, "size": smallest},
            width=sketch.content.width,
            height=sketch.content.height,
            resume=sketch.start is not None,
        )
        seconds = answer.get("seconds")
        if not seconds:
            return smallest, 0.0  # the speed of this machine is unknown before its first run
        if sketch.as_it_is:
            return longer, float(seconds)
        # The time is proportional to the number of pixels, and so to the square of the side.
        side = _SMALLEST * (_WANTED_SECONDS / float(seconds)) ** 0.5
        side = int(min(longer, max(_SMALLEST, min(_LARGEST, side))))
        self.seconds = float(seconds) * (side / _SMALLEST) ** 2
        return side, float(seconds)
