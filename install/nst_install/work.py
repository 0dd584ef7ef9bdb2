"""What every stage is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_core.wire.launch import clean_environment
from nst_core.wire.places import State
from nst_install.commands import Outcome, run
from nst_install.console import Console
from nst_install.manifest import Manifest


@dataclass(frozen=True)
class Work:
    """One run of the installer: from the checkout ``source`` into ``state``.

    ``lock`` is the descriptor of the lock that says that somebody is at work there.
    """

    source: Path
    state: State
    console: Console
    manifest: Manifest
    environment: dict[str, str]
    lock: int

    @property
    def log(self) -> Path:
        """The file that gets everything that other programs say."""
        return self.state.logs / "install.log"

    def python(
        self, *arguments: str, seconds: float | None = None, variables: Mapping[str, str] | None = None
    ) -> Outcome:
        """Runs the core's interpreter as GIMP will: apart from what this shell sets for other Pythons.

        It keeps the lock when we are killed and it is not, so that nobody else works beside it.
        """
        environment = {**clean_environment(self.environment), **(variables or {})}
        environment["NEURAL_STYLE_HOME"] = str(self.state.root)
        command = [str(self.state.python), "-I", "-u", *arguments]
        return run(command, self.log, environment, seconds, self.console.now, [self.lock])
