"""One picture being painted: the job runs in a thread, what it tells waits in a queue."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from wire.errors import CoreDied, JobFailed, WireError
from wire.job import Job, Picture, StyleFile
from wire.words import words_for_seconds

from core import Core
from language import _
from last_preview import enlarged
from trouble import Trouble


@dataclass(frozen=True)
class Status:
    """What is going on, in words; ``fraction`` (0–1) of the work is done."""

    text: str
    fraction: float


@dataclass(frozen=True)
class Preview:
    """The picture so far, small, as ``RGB u8`` pixels."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True)
class Done:
    """The end: a picture, or trouble, or neither when it was cancelled."""

    picture: Picture | None = None
    trouble: Trouble | None = None


Event = Union[Status, Preview, Done]


class Painting:
    """A style transfer on its way. ``events`` yields what came since; ``Done`` is the last."""

    def __init__(
        self,
        core: Core,
        content: Picture,
        styles: Sequence[StyleFile],
        settings: Mapping[str, Any],
        preview_size: int = 0,
    ) -> None:
        self._core = core
        self._content = content
        self._styles = styles
        self._settings = settings
        self._preview_size = preview_size
        self._events: queue.Queue[Event] = queue.Queue()
        self._job: Job | None = None
        self._wish = ""
        self._fraction = 0.0
        threading.Thread(target=self._work, daemon=True).start()

    def wait(self, seconds: float) -> list[Event]:
        """Returns what came since, after waiting up to ``seconds`` for something."""
        events: list[Event] = []
        try:
            events.append(self._events.get(timeout=seconds) if seconds else self._events.get_nowait())
            while True:
                events.append(self._events.get_nowait())
        except queue.Empty:
            return events

    def cancel(self) -> None:
        """Ends without a picture."""
        self._wish = "cancel"
        if self._job:
            self._job.cancel()

    def finish(self) -> None:
        """Ends with the picture as it is now."""
        self._wish = "finish"
        if self._job:
            self._job.finish()

    def _work(self) -> None:
        try:
            self._put(Status(_("Starting the engine…"), 0.0))
            job = Job(self._core.channel(), self._settings, self._preview_size, again=self._core.again)
            self._job = job
            if self._wish == "cancel":
                job.cancel()
            elif self._wish == "finish":
                job.finish()
            result = job.run(self._content, self._styles, self._hear)
            self._put(Done(result.picture if result else None))
        except Trouble as trouble:
            self._put(Done(trouble=trouble))
        except JobFailed as failure:
            self._put(Done(trouble=Trouble(str(failure), failure.hint)))
        except CoreDied as error:
            last = self._job and self._job.last_preview
            kept = enlarged(*last, self._content) if last else None
            self._put(Done(trouble=Trouble(str(error), _unharmed(error), kept)))
        except WireError as error:
            self._put(Done(trouble=Trouble(str(error), _unharmed(error))))
        except Exception:
            traceback.print_exc()
            self._put(Done(trouble=Trouble("Something went wrong in the plug-in.")))

    def _hear(self, message: Mapping[str, Any], blob: bytearray) -> None:
        kind = message["type"]
        if kind == "preview":
            self._put(Preview(int(message["width"]), int(message["height"]), bytes(blob)))
        elif kind == "queued":
            ahead = int(message["ahead"])
            words = _("Another picture is being painted; yours is next.")
            if ahead > 1:
                words = _("Another picture is being painted; {count} are before yours.").format(count=ahead)
            self._put(Status(words, 0.0))
        elif kind == "stage":
            self._put(Status(f"{_(message['text'])}…", self._fraction))
        elif kind == "progress":
            self._fraction = float(message["fraction"])
            text = _("Step {number} of {count}: {width} × {height}").format(
                number=message["scale"],
                count=message["scales"],
                width=message["width"],
                height=message["height"],
            )
            left = message.get("seconds_left")
            if left is not None:
                text += " — " + _("about {time} left").format(time=words_for_seconds(float(left)))
            self._put(Status(text, self._fraction))

    def _put(self, event: Event) -> None:
        self._events.put(event)


def _unharmed(error: WireError) -> str:
    return f"{_('The image is as it was.')} {_(error.hint)}"
