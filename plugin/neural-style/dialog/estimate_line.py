"""The line of the dialog that says how much time and memory a run will take."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk

from client.core import Core
from nst_core.contract.enlarging import is_small, is_too_small, wanted_factor
from nst_core.contract.errors import WireError
from nst_core.contract.words import words_for_seconds
from nst_core.wire.frames import Message
from text.language import _

_QUIET = 200  # milliseconds from the last change to the question
_HEIGHT = 36  # pixels of a button: the window would become higher when it appears
_LONG = 90.0  # a draft is offered when a run takes more seconds than this

_WORTH_TELLING = 2.0  # seconds of waiting
Asked = Sequence[Mapping[str, Any]]
"""What is asked of the engine for each picture: its settings, width, height and ``resume``."""


class EstimateLine:
    """A line with the engine's estimate for the current settings.

    ``asked`` returns the questions to ask. ``style`` returns the pixels of the style picture's sides, None if
    unknown. When a run is long, a button offers a draft: it calls ``draft``, which must change the settings.
    """

    def __init__(
        self,
        core: Core,
        asked: Callable[[], Asked],
        style: Callable[[], tuple[int, int] | None],
        draft: Callable[[], None],
    ) -> None:
        self._core = core
        self._asked = asked
        self._style = style
        self._timer = 0
        self._number = 0
        self._told: object = None  # the questions whose answer is shown
        self._words = Gtk.Label(xalign=0.0, wrap=True)
        self._words.get_accessible().set_description(_("What a run will take"))
        # Translators: A button: the quality “Draft” in place of the one that takes too long
        self._draft = Gtk.Button.new_with_mnemonic(_("Use dra_ft"))
        self._draft.set_tooltip_text(_("Choose the quality for trying things out"))
        self._draft.set_valign(Gtk.Align.CENTER)
        self._draft.set_no_show_all(True)
        self._draft.connect("clicked", lambda _button: draft())
        self.widget = Gtk.Box(spacing=12)
        self.widget.set_size_request(-1, _HEIGHT)
        self.widget.pack_start(self._words, False, False, 0)
        self.widget.pack_start(self._draft, False, False, 0)

    def refresh(self) -> None:
        """Asks the engine anew, as soon as ``_QUIET`` milliseconds have passed without another call."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(_QUIET, self._ask)

    def close(self) -> None:
        """Asks no more, and drops an answer that still comes."""
        self._number += 1
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0

    def _ask(self) -> bool:
        self._timer = 0
        if self._core.state == "ready":
            asked = self._asked(), self._style()
            self._number += 1
            if asked != self._told:
                threading.Thread(target=self._work, args=(self._number, *asked), daemon=True).start()
        return False

    def _work(self, number: int, asked: Asked, style: tuple[int, int] | None) -> None:
        try:
            answer = self._all(asked)
            draft = None
            if (answer.get("seconds") or 0.0) > _LONG:
                draft = self._all([{**one, "settings": _as_draft(one["settings"])} for one in asked])
        except WireError:
            return  # the run itself says what is wrong
        of_style = words_for_style(style, (answer["width"], answer["height"]), asked[0]["settings"])
        GLib.idle_add(self._show, number, (asked, style), answer, draft, of_style)

    def _all(self, asked: Asked) -> Message:
        """Returns the answer for the picture that needs most memory, with the time for all pictures."""
        answers = [self._core.ask("estimate", seconds=120.0, **one) for one in asked]
        largest = max(answers, key=lambda one: one["bytes"])
        known = [one["seconds"] for one in answers]
        return {**largest, "seconds": None if None in known else sum(known)}

    def _show(
        self, number: int, asked: object, answer: Message, draft: Message | None, of_style: str
    ) -> bool:
        if number != self._number:
            return False
        self._told = asked
        words = in_words(answer) + of_style
        draft_seconds = float(draft.get("seconds") or 0.0) if draft else 0.0
        worthwhile = 0.0 < draft_seconds < 0.7 * answer["seconds"]
        if worthwhile:
            words += " " + _("A draft takes about {time}.").format(time=words_for_seconds(draft_seconds))
        self._words.set_text(words)
        self._words.set_tooltip_text(details(answer))
        self._draft.set_visible(worthwhile)
        return False


def _as_draft(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, "quality": "draft", "size": 0, "finish": "quick"}


def words_for_style(
    style: tuple[int, int] | None, painted: tuple[int, int], settings: Mapping[str, Any]
) -> str:
    """Returns a sentence for a style that has too few pixels for what is ``painted``, else nothing."""
    factor = wanted_factor(style, painted, float(settings.get("brush_size", 1.0))) if style else 0.0
    if is_too_small(factor):
        return " " + _("The style picture is very small: its strokes come out smaller than in the style.")
    if is_small(factor):
        return " " + _("The style picture is small: it is enlarged, and its strokes are made crisp.")
    return ""


def details(answer: Message) -> str:
    """Returns what only some want to know of the engine's answer: memory, and the size that is painted."""
    memory = f"{answer['bytes'] / 2**30:.1f} GB"
    size = f"{answer['width']} × {answer['height']}"
    # Translators: “2.1 GB”, “1024 × 768”
    return _("It needs {memory} of memory and paints at {size}.").format(memory=memory, size=size)


def in_words(answer: Message) -> str:
    """Returns the engine's answer to ``estimate`` as a person reads it."""
    device = str(answer.get("device") or "")
    # The device is a kind and sometimes a name, such as “cpu” or “cuda NVIDIA H200”.
    # Translators: Where it is painted, as in “About 40 seconds on this processor.”
    where = _("this processor") if device in ("", "cpu") else device.partition(" ")[2] or device.upper()
    if answer.get("seconds") is None:
        return _("The first run on {where}: how long it takes is not known yet.").format(where=where)
    time = words_for_seconds(float(answer["seconds"]))
    # Translators: “about 40 seconds” on the name of a graphics card, or on “this processor”
    words = _("About {time} on {where}.").format(time=time, where=where)
    before = answer.get("before", 0.0)
    if before is None:
        words += " " + _("Another picture is painted before it.")
    elif before > _WORTH_TELLING:
        wait = words_for_seconds(float(before))
        words += " " + _("Another picture is painted before it, for about {time}.").format(time=wait)
    if answer.get("in_tiles"):
        words += " " + _("There is too little memory to paint it at once, so it is painted in tiles.")
    return words
