"""Runs pip with our settings, and tells the cause when it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nst_core.pip.causes import Failed, why
from nst_core.pip.command import pip_command
from nst_install.commands import Outcome, run
from nst_install.console import Failure


@dataclass(frozen=True)
class Pip:
    """The pip of the interpreter ``python``.

    Its output goes to the file ``log``, and its latest line to ``on_line``. Its downloads are kept in the
    folder ``cache``. It inherits the descriptors ``keep_open``. For ``ours``, ``working`` and ``offline`` see
    ``pip_command``.
    """

    python: Path
    log: Path
    ours: Mapping[str, str]
    working: Path
    cache: Path
    on_line: Callable[[str], None]
    keep_open: Sequence[int] = ()
    offline: Path | None = None

    def __call__(self, command: str, *words: str, more: Mapping[str, str] | None = None) -> Outcome:
        """Runs pip's ``command`` with ``words``, for packages that are locked by hash.

        ``more`` are further environment variables. Raises ``Failure`` with the cause when pip fails.
        """
        pip = pip_command(
            self.python,
            self.ours,
            command,
            *words,
            working=self.working,
            offline=self.offline,
            more={"PIP_CACHE_DIR": str(self.cache), **(more or {})},
        )
        outcome = run(
            pip.line, self.log, self.ours, pip.variables, on_line=self.on_line, keep_open=self.keep_open
        )
        if not outcome.good:
            failed = Failed.read(
                outcome.status,
                pip.report,
                outcome.last_error,
                settings=pip.variables,
                folder=self.working,
                offline=self.offline,
            )
            raise Failure(*why(failed))
        return outcome
