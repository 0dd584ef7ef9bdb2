"""Sketches: small, quick previews of the result, painted in a thread of their own."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import GLib

from client.core import Core
from nst_core.client.job import RawPicture, RemoteJob, StyleFile
from nst_core.contract.errors import WireError
from nst_core.wire.channel import Channel
from text.trouble import Trouble

CONTENT_SIDE = 384
"""Longer side in pixels of the layer as it is sent for a sketch."""

_SMALLEST, _LARGEST = 160, 384  # range of the longer side that is computed, in pixels
_WANTED_SECONDS, _MOST_SECONDS = 3.0, 15.0  # what a sketch should take, and the smallest may take
_EVALUATIONS = 24


@dataclass(frozen=True)
class Sketch:
    """The content, styles, settings and start picture of one sketch.

    A ``patient`` sketch is painted even on a slow machine.
    """

    content: RawPicture
    styles: Sequence[StyleFile]
    settings: Mapping[str, Any]
    patient: bool = False
    start: RawPicture | None = None


Told = Callable[[int, "RawPicture | Trouble"], None]


class TooSlow(Trouble):
    """This machine would take ``seconds`` for even the smallest sketch, which is too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__("")
        self.seconds = seconds


class Sketcher:
    """Paints sketches in a thread, one after the other.

    ``tell`` is called in GTK's thread with the number of a sketch, and its picture or the ``Trouble`` that
    prevented it. Each call of ``paint`` counts from 0, and cancels the sketches of the calls before it.
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
        self.notes: tuple[str, ...] = ()
        """What the engine said of the last one that it painted."""
        threading.Thread(target=self._work, daemon=True).start()

    def paint(self, *sketches: Sketch) -> None:
        """Paints ``sketches``, and cancels all earlier ones; without sketches, it only cancels."""
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
                outcome = self._paint(sketch, round_)
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

    def _hand_over(self, round_: int, number: int, told: RawPicture | Trouble) -> bool:
        if round_ == self._round and not self._closed:
            try:
                self._tell(number, told)
            except Exception:  # GLib would only print it, too
                traceback.print_exc()
        return False

    def _paint(self, sketch: Sketch, round_: int) -> RawPicture | None:
        """Returns the picture, or None when it was canceled or a newer round has begun."""
        settings = {**sketch.settings, "quality": "draft", "evaluations": _EVALUATIONS, "detail": 0}
        settings["size"] = self._side(sketch, settings)
        channel = self._channel or self._core.another()
        with self._change:
            self._channel = channel
            if self._closed or round_ != self._round:
                return None
            job = self._job = RemoteJob(channel, settings, quick=not sketch.patient)
        try:
            result = job.run(sketch.content, sketch.styles, start=sketch.start)
        finally:
            self._job = None
        if result is None:
            return None
        self.notes = tuple(str(note) for note in result.about.get("notes", ()))
        return result.picture

    def _side(self, sketch: Sketch, settings: Mapping[str, Any]) -> int:
        """Returns the longer side, in pixels, with which the sketch takes about ``_WANTED_SECONDS``.

        Raises ``TooSlow`` when even ``_SMALLEST`` takes more than ``_MOST_SECONDS``, unless it is patient.
        """
        longer = max(sketch.content.width, sketch.content.height)
        answer = self._core.ask(
            "estimate",
            seconds=120.0,  # the engine may still be loading
            settings={**settings, "size": _SMALLEST},
            width=sketch.content.width,
            height=sketch.content.height,
            resume=sketch.start is not None,
        )
        seconds = answer.get("seconds")
        if not seconds:
            return _SMALLEST  # the speed of this machine is unknown before its first run
        if seconds > _MOST_SECONDS and not sketch.patient:
            raise TooSlow(float(seconds))
        # The time is proportional to the number of pixels, and so to the square of the side.
        side = _SMALLEST * (_WANTED_SECONDS / float(seconds)) ** 0.5
        return int(min(longer, max(_SMALLEST, min(_LARGEST, side))))
