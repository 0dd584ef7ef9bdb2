"""Rounds of run, undo, redo, cancel, stop-and-keep in one GIMP, and what there is after them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .lent import Lent
from .plugged import until
from .session import GimpSession
from .steps import RUNNING, cancel, open_dialog, start, stop, stylize, wait_for_a_preview


@dataclass(frozen=True)
class Amounts:
    """How much there is of what must not grow."""

    layers: int
    undo_steps: bool
    processes: int
    gimp_files: int
    core_files: int
    gimp_threads: int
    core_threads: int


class Rounds:
    """Of one GIMP with one picture open and a core that goes on in high quality until it is told."""

    def __init__(self, gimp: Lent, session: GimpSession) -> None:
        self._gimp, self._session = gimp, session
        start(session, gimp, "Draft")
        self._finished()
        self._undo()

    def round(self) -> None:
        """Leaves the image as it was; raises ``AssertionError`` where something is not as it should be."""
        session = self._session
        open_dialog(session)
        stylize(session, "Draft")
        self._finished()
        self._undo()
        session.key("ctrl+y")
        until(lambda: self._layers() == 2)
        self._undo()

        open_dialog(session)
        stylize(session, "High")
        wait_for_a_preview(session)
        cancel(session)
        until(lambda: self._gimp.core_state() == "ready")
        assert self._layers() == 1

        open_dialog(session)
        stylize(session, "High")
        stop(session)
        self._finished()
        self._undo()

    def amounts(self) -> Amounts:
        """What there is now, no plug-in being at work."""
        until(lambda: not self._gimp.plugin_pids())
        layers = self._layers()
        undo = self._session.menu_sensitive("Edit", "Undo")
        until(lambda: not self._probing())
        gimp, core = self._session.pid, self._gimp.core_pid()
        return Amounts(
            layers,
            undo,
            len(self._gimp.home.processes()),
            files(gimp),
            files(core),
            threads(gimp),
            threads(core),
        )

    def _finished(self) -> None:
        self._session.wait_gone(RUNNING, 60)
        until(lambda: self._layers() == 2)

    def _undo(self) -> None:
        """Takes the result back; nothing else is to be undone then."""
        self._session.key("ctrl+z")
        until(lambda: self._layers() == 1)
        assert not self._session.menu_sensitive("Edit", "Undo")

    def _layers(self) -> int:
        return int(self._session.evaluate("result = len(Gimp.get_images()[0].get_layers())"))

    def _probing(self) -> bool:
        return any(
            b"probe.py" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in self._gimp.home.processes()
        )


def files(pid: int) -> int:
    """How many files a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
