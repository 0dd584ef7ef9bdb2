"""Painting pictures one after the other: a thread runs the jobs and puts their events into a queue."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Union

from client.core import Core
from image.last_preview import enlarged
from nst_core.client.job import RawPicture, RemoteJob, Result, StyleFile
from nst_core.contract.errors import CoreDied, JobFailed, WireError
from nst_core.contract.words import words_for_seconds
from text.language import _
from text.trouble import CORE_DIED, Trouble


@dataclass(frozen=True)
class Status:
    """What is going on, as a text for the person; ``fraction`` (0–1) of all the work is done.

    ``passable`` says whether pictures wait that this one could be painted before.
    """

    text: str
    fraction: float
    passable: bool = False


@dataclass(frozen=True)
class Preview:
    """The picture so far, scaled down, as ``RGB u8`` pixels; ``number`` is its task's, from 0."""

    number: int
    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True)
class Done:
    """The end: the pictures, or the trouble, or neither after a cancel.

    There are fewer pictures than tasks when the person stopped early.
    """

    pictures: Sequence[RawPicture] = ()
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Task:
    """A content, the styles to paint it in, and the picture to go on from, if any."""

    content: RawPicture
    styles: Sequence[StyleFile]
    start: RawPicture | None = None


Event = Union[Status, Preview, Done]


class Painting:
    """Paints the tasks ``work`` one after the other, in a thread that starts at once.

    ``settings`` are the parameters by their names in the protocol. ``preview_size`` is the longer side of
    the previews in pixels; 0 means no previews. ``wait`` returns the events, the last of which is ``Done``.
    """

    def __init__(
        self, core: Core, work: Sequence[Task], settings: Mapping[str, Any], preview_size: int = 0
    ) -> None:
        self._core = core
        self._all = work
        self._settings = settings
        self._preview_size = preview_size
        self._events: queue.Queue[Event] = queue.Queue()
        self._job: RemoteJob | None = None
        self._wish = ""
        self._number = 0
        self._fraction = 0.0
        self._notes: dict[str, None] = {}
        threading.Thread(target=self._work, daemon=True).start()

    def wait(self, seconds: float) -> list[Event]:
        """Returns the events since the last call; if there are none, waits up to ``seconds`` for one."""
        events: list[Event] = []
        try:
            events.append(self._events.get(timeout=seconds) if seconds else self._events.get_nowait())
            while True:
                events.append(self._events.get_nowait())
        except queue.Empty:
            return events

    @property
    def notes(self) -> list[str]:
        """The engine's sentences about the finished pictures, translated, each of them once."""
        return list(self._notes)

    def cancel(self) -> None:
        """Asks for an end without pictures."""
        self._wish = "cancel"
        if self._job:
            self._job.cancel()

    def finish(self) -> None:
        """Asks for an end with the finished pictures, and with the current one as it is now."""
        self._wish = "finish"
        if self._job:
            self._job.finish()

    def prefer(self) -> None:
        """Asks to be painted before all others that wait."""
        if self._job:
            self._job.prefer()

    def _work(self) -> None:
        pictures: list[RawPicture] = []
        try:
            starting = self._core.state == "starting"
            self._put(Status(_("Starting the engine…") if starting else _("Getting ready…"), 0.0))
            for number, task in enumerate(self._all):
                self._number, self._fraction = number, 0.0
                result = self._paint(task)
                if result is None:
                    self._put(Done())
                    return
                pictures.append(result.picture)
                self._notes.update(dict.fromkeys(_(str(note)) for note in result.about.get("notes", ())))
                if self._wish:
                    break
            self._put(Done(pictures))
        except Trouble as trouble:
            self._put(Done(trouble=trouble))
        except JobFailed as failure:
            self._put(Done(trouble=Trouble(str(failure), failure.hint, code=failure.code)))
        except CoreDied as error:
            last_preview = self._job and self._job.last_preview
            if last_preview:
                with suppress(Exception):  # if memory is short, the person must still hear of the end
                    pictures.append(enlarged(*last_preview, self._all[self._number].content))
            self._put(Done(trouble=Trouble(str(error), _unharmed(error), pictures, CORE_DIED)))
        except WireError as error:
            self._put(Done(trouble=Trouble(str(error), _unharmed(error))))
        except Exception:
            traceback.print_exc()
            self._put(Done(trouble=Trouble("Something went wrong in the plug-in.")))

    def _paint(self, work: Task) -> Result | None:
        job = RemoteJob(self._core.channel(), self._settings, self._preview_size, again=self._core.again)
        self._job = job
        # ``cancel`` or ``finish`` may have been called before there was a job.
        if self._wish == "cancel":
            job.cancel()
        elif self._wish == "finish":
            job.finish()
        return job.run(work.content, work.styles, self._hear, work.start)

    def _hear(self, message: Mapping[str, Any], blob: bytearray) -> None:
        kind = message["type"]
        if kind == "preview":
            self._put(Preview(self._number, int(message["width"]), int(message["height"]), bytes(blob)))
        elif kind == "queued":
            ahead = int(message["ahead"])
            words = _("Another picture is being painted; yours is next.")
            if ahead > 1:
                words = _("Another picture is being painted; {count} are before yours.").format(count=ahead)
            self._tell(words, passable=ahead > 1)
        elif kind == "stage":
            self._tell(f"{_(message['text'])}…")
        elif kind == "progress":
            self._fraction = float(message["fraction"])
            text = _stage(int(message["scale"]), int(message["scales"]))
            left = message.get("seconds_left")
            if left is not None:
                # Translators: Follows a stage: “Painting — about 20 seconds left”
                text += " — " + _("about {time} left").format(time=words_for_seconds(float(left)))
            self._tell(text)

    def _tell(self, text: str, passable: bool = False) -> None:
        count = len(self._all)
        if count > 1:
            text = _("Layer {number} of {count}.").format(number=self._number + 1, count=count) + " " + text
        self._put(Status(text, (self._number + self._fraction) / count, passable))

    def _put(self, event: Event) -> None:
        self._events.put(event)


def _stage(scale: int, scales: int) -> str:
    """Returns what is done at the scale of this number, from 1, as a painter would call it."""
    if scale == 1 and scales > 1:
        # Translators: The first stage of a run, at few pixels
        return _("Sketching")
    # Translators: Stages of a run. Detailing is the last one, at full size
    return _("Painting") if scale < scales else _("Detailing")


def _unharmed(error: WireError) -> str:
    """Returns the hint of ``error``, after a sentence that the image is unchanged."""
    return f"{_('The image is as it was.')} {_(error.hint)}"
