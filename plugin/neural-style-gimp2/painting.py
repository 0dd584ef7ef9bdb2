# -*- coding: utf-8 -*-
"""One picture being painted: the core's messages become events, without threads."""

from __future__ import absolute_import, division, print_function, unicode_literals

import collections
import time
import traceback

from client import Job, clock
from frames import JobFailed, WireError
from trouble import Trouble
from words import words_for_seconds

Status = collections.namedtuple("Status", "text fraction")  # what is going on, and the part that is done, 0–1
Preview = collections.namedtuple("Preview", "width height pixels")  # the picture so far, small, RGB u8
Done = collections.namedtuple("Done", "picture trouble")  # a picture or trouble; neither when it was canceled

_NAP = 0.05  # seconds between two polls of a core that is starting


class Painting(object):
    """A style transfer on its way. ``wait`` returns the events since its last call; the last is ``Done``."""

    def __init__(self, core, content, style, settings, preview_size=0):
        self._core = core
        self._content = content
        self._style = style
        self._job_of = lambda channel: Job(channel, settings, preview_size)
        self._job = None
        self._channel = None
        self._wish = ""
        self._fraction = 0.0
        self._done = False
        self._events = [Status("Starting the engine…", 0.0)]

    @property
    def channel(self):
        """The connection to watch, or None before there is one."""
        return self._channel

    def wait(self, seconds):
        """Returns the events since the last call, after waiting up to ``seconds`` for one."""
        try:
            self._go_on(seconds)
        except Trouble as trouble:
            self._end(None, trouble)
        except JobFailed as failure:
            self._end(None, Trouble(failure.args[0], failure.hint))
        except WireError:
            self._end(
                None, Trouble("The engine stopped unexpectedly.", "The image is as it was; please try again.")
            )
        except Exception:
            traceback.print_exc()
            self._end(None, Trouble("Something went wrong in the plug-in."))
        events, self._events = self._events, []
        return events

    def cancel(self):
        """Asks the core to end without a picture."""
        self._ask("cancel")

    def finish(self):
        """Asks the core to end with the picture as it is now."""
        self._ask("finish")

    def _ask(self, wish):
        self._wish = wish
        if self._job:
            getattr(self._job, wish)()

    def _go_on(self, seconds):
        deadline = clock() + seconds
        while not self._job:
            channel = self._core.channel()
            if channel:
                self._start(channel)
            elif clock() >= deadline:
                return
            else:
                time.sleep(_NAP)
        if seconds and not self._events:
            self._channel.wait(max(0.0, deadline - clock()))
        frame = None if self._done else self._channel.take()
        while frame:
            self._hear(*frame)
            frame = None if self._done else self._channel.take()

    def _start(self, channel):
        self._job = self._job_of(channel)
        self._channel = channel
        self._job.start(self._content, self._style)
        self._style = None
        if self._wish:
            self._ask(self._wish)

    def _hear(self, message, blob):
        kind, value = self._job.hear(message, blob)
        if kind == "result":
            self._end(value, None)
        elif kind == "cancelled":
            self._end(None, None)
        elif kind == "event":
            self._tell(value, blob)

    def _tell(self, message, blob):
        kind = message["type"]
        if kind == "preview":
            self._events.append(Preview(int(message["width"]), int(message["height"]), blob))
        elif kind == "queued":
            ahead = int(message["ahead"])
            place = "yours is next" if ahead == 1 else "%d are before yours" % ahead
            self._events.append(Status("Another picture is being painted; %s." % place, 0.0))
        elif kind == "stage":
            self._events.append(Status("%s…" % message["text"], self._fraction))
        elif kind == "progress":
            self._fraction = float(message["fraction"])
            text = _stage(message["scale"], message["scales"])
            seconds_left = message.get("seconds_left")
            if seconds_left is not None:
                text += " — about %s left" % words_for_seconds(float(seconds_left))
            self._events.append(Status(text, self._fraction))

    def _end(self, picture, trouble):
        if not self._done:
            self._done = True
            self._events.append(Done(picture, trouble))


def _stage(scale, scales):
    """Returns what is done at the scale of this number, from 1, as a painter would call it."""
    if scale == 1 and scales > 1:
        return "Sketching"
    return "Painting" if scale < scales else "Detailing"
