"""Kills the installer at random moments: python -m tests.bench.install_kills [--times 30] [--seed N].

It kills a first installation, an update or an uninstallation with a stand-in engine, by SIGKILL and SIGHUP in
turn. After each kill nothing that the installer has started may run, and the person's own files must be as
they were. The next run must end well, and after uninstalling only the person's files may be left. Python
makes each environment anew, so each takes its while.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.bench.person import Person, differences
from tests.install.checkout import fake, hears_hangups, lock, make_checkout, make_index

KINDS = ("install", "update", "uninstall")
NUMBERS = (signal.SIGKILL, signal.SIGHUP)
_GONE = 3.0  # seconds until the system has removed what was killed
_SECONDS = 30.0  # by then a program that was told to end has ended, even on a busy machine


@dataclass
class Kills:
    """A person, and a project that becomes a new version before each installation."""

    person: Person
    checkout: Path
    index: Path
    chance: random.Random
    version: int = 0

    def command(self, kind: str) -> list[str]:
        """Returns the command that does ``kind``: install, update or uninstall."""
        words = [sys.executable, str(self.checkout / "install"), "--yes"]
        return [*words, "--uninstall"] if kind == "uninstall" else words

    def renew(self) -> None:
        """Makes the project another version with other locks, so that everything is made anew."""
        self.version += 1
        text = f'__version__ = "0.0.{self.version}"\n'
        (self.checkout / "nst_core/__init__.py").write_text(text, encoding="utf-8")
        text = f"# {self.version}\n{lock(self.index, 'torch')}"
        (self.checkout / "install/locks/torch.txt").write_text(text, encoding="utf-8")

    def done(self, kind: str) -> float:
        """Does ``kind`` undisturbed, and returns the seconds that it took.

        Raises ``AssertionError`` when it does not end well.
        """
        began = time.monotonic()
        process = self.person.run(*self.command(kind), more=self.packages)
        assert process.returncode == 0, process.stdout
        assert "Traceback" not in process.stdout, process.stdout
        return time.monotonic() - began

    @property
    def packages(self) -> dict[str, str]:
        """The environment variables that tell pip where the packages are."""
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)}

    def killed(self, kind: str, seconds: float, number: signal.Signals) -> int:
        """Does ``kind`` and sends it the signal ``number`` after ``seconds``; returns how it ended.

        Raises ``AssertionError`` when it ended in another way than that signal or the installer allow.
        """
        log = self.person.folder / "said.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(kind),
                env={**self.person.environment, **self.packages},
                cwd=self.person.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=hears_hangups,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
            try:
                status = process.wait(_SECONDS)
            finally:
                process.kill()
                process.wait()
        text = log.read_text(encoding="utf-8", errors="replace")
        log.unlink()
        assert "Traceback" not in text or status == -number, text
        assert status in (0, 130, -number), f"status {status}: {text}"
        return status

    def once(self, kind: str, whole: dict[str, float], number: signal.Signals) -> str:
        """Kills ``kind`` once at a random moment, checks what comes after, and describes the kill.

        ``whole`` has the seconds that each kind takes undisturbed. Raises ``AssertionError`` when a check
        fails.
        """
        before = self.person.things()
        if kind != "install":
            self.renew()
            self.done("install")
        self.renew()
        moment = self.chance.uniform(0.0, whole[kind])
        status = self.killed(kind, moment, number)
        survivors = self.person.programs(_GONE)
        assert not survivors, f"still running: {survivors}"
        after = self.person.things()
        harmed = [name for name in before if after.get(name) != before[name] and not _is_folder(before[name])]
        assert not harmed, f"gone or changed: {harmed}"
        self.done(kind)
        if kind != "uninstall":
            words = ("-I", "-c", "import nst_core; print(nst_core.__version__)")
            version = self.person.run(self.person.state.python, *words).stdout
            assert version == f"0.0.{self.version}\n", version
            self.done("uninstall")
        changes = differences(before, self.person.things())
        assert not changes, changes
        return f"{kind}, {number.name} after {moment:.2f} of {whole[kind]:.1f} s: status {status}"


def _is_folder(thing: str) -> bool:
    """Whether ``thing``, a value of ``Person.things``, describes a folder: it has only its mode."""
    return thing.isdigit()


def main() -> None:
    """Prints a line for each kill; raises ``AssertionError`` at the first one that did harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.install_kills")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument(
        "--each", type=float, default=0.5, help="seconds that each command of the engine takes"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ns") as name:
        folder = Path(name).resolve()
        index = make_index(folder / "index")
        checkout = make_checkout(folder / "checkout", index)
        fake(checkout, each=options.each)
        person = Person.arrive(folder / "person", "Jürg Müller", "C.UTF-8")
        kills = Kills(person, checkout, index, random.Random(options.seed))
        durations = {"install": kills.done("install")}
        kills.renew()
        durations |= {kind: kills.done("install" if kind == "update" else kind) for kind in KINDS[1:]}
        tally: Counter[int] = Counter()
        for number in range(options.times):
            signal_number = NUMBERS[number % 2]
            description = kills.once(KINDS[number % 3], durations, signal_number)
            tally[int(description.rpartition(" ")[2])] += 1
            print(f"{number + 1}/{options.times} {description}", flush=True)
        print(f"{options.times} kills by seed {options.seed}; how they ended: {dict(tally)}")


if __name__ == "__main__":
    os.environ.pop("NEURAL_STYLE_HOME", None)
    main()
