"""pip run for the installer: by our settings, with the cause of a failure told."""

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
    """The pip of ``python``; what it says goes to ``log``, what it fetches is kept in ``cache``.

    For ``ours``, ``working`` and ``offline`` see ``pip_command``.
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
        """Runs ``command`` for what is locked by hash. Raises ``Failure``."""
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
