"""Small quick pictures of what would come out, painted beside everything else."""

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

_SMALLEST, _LARGEST = 160, 384  # longer side that is computed
_WANTED_SECONDS, _MOST_SECONDS = 3.0, 15.0
_EVALUATIONS = 24


@dataclass(frozen=True)
class Sketch:
    """What one small picture is to be painted from; ``patient`` ones are painted however slow it is."""

    content: RawPicture
    styles: Sequence[StyleFile]
    settings: Mapping[str, Any]
    patient: bool = False
    start: RawPicture | None = None


Told = Callable[[int, "RawPicture | Trouble"], None]


class TooSlow(Trouble):
    """This machine would take too long for a preview; ``seconds`` is how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__("")
        self.seconds = seconds


class Sketcher:
    """Paints sketches in a thread, one after the other.

    ``tell`` is called in GTK's thread with the number of the sketch and its picture, or what kept it
    from being painted. ``paint`` drops what was asked before; so newer ones cancel older ones.
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
        """Has these painted, and none that was asked for before."""
        with self._change:
            self._round += 1
            self._waiting = [(self._round, number, sketch) for number, sketch in enumerate(sketches)]
            if self._job:
                self._job.cancel()
            self._change.notify()

    def close(self) -> None:
        """Ends it; nothing more is told."""
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
            told: RawPicture | Trouble | None
            try:
                told = self._paint(sketch, round_)
            except Trouble as trouble:
                told = trouble
            except WireError as error:
                self._channel = None  # the core may have died: the next one finds a new connection
                told = Trouble(str(error), error.hint)
            except Exception:
                traceback.print_exc()
                told = Trouble("Something went wrong in the plug-in.")
            if told is not None:
                GLib.idle_add(self._hand_over, round_, number, told)

    def _hand_over(self, round_: int, number: int, told: RawPicture | Trouble) -> bool:
        if round_ == self._round and not self._closed:
            try:
                self._tell(number, told)
            except Exception:  # GLib would print it and go on all the same
                traceback.print_exc()
        return False

    def _paint(self, sketch: Sketch, round_: int) -> RawPicture | None:
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
        """Returns how large it can be so that it comes soon. Raises ``TooSlow``."""
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
            return _SMALLEST
        if seconds > _MOST_SECONDS and not sketch.patient:
            raise TooSlow(float(seconds))
        side = _SMALLEST * (_WANTED_SECONDS / float(seconds)) ** 0.5
        return int(min(longer, max(_SMALLEST, min(_LARGEST, side))))
