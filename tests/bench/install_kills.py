"""Kills the installer at random moments: python -m tests.bench.install_kills [--times 30] [--seed N].

A first installation, an update or an uninstallation with a stand-in engine is killed, by KILL and by HUP in
turn. After each nothing may run that it has started, the person's own files are as they were, the next run
ends well, and after uninstalling only they are left. Environments are made as Python makes them, so each
takes its while.
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
_GONE = 3.0  # until the system has taken away what was killed
_SECONDS = 30.0  # in which a program that was told to end has ended, on a machine that is busy too


@dataclass
class Kills:
    """A person, and a project that becomes a new version each time that it is to be installed."""

    person: Person
    checkout: Path
    index: Path
    chance: random.Random
    version: int = 0

    def command(self, kind: str) -> list[str]:
        """The words that do ``kind``."""
        words = [sys.executable, str(self.checkout / "install"), "--yes"]
        return [*words, "--uninstall"] if kind == "uninstall" else words

    def renew(self) -> None:
        """Makes the project another version, with other locks, so that all is made anew."""
        self.version += 1
        text = f'__version__ = "0.0.{self.version}"\n'
        (self.checkout / "nst_core/__init__.py").write_text(text, encoding="utf-8")
        text = f"# {self.version}\n{lock(self.index, 'torch')}"
        (self.checkout / "install/locks/torch.txt").write_text(text, encoding="utf-8")

    def done(self, kind: str) -> float:
        """Does ``kind`` undisturbed; returns the seconds that it took. It must end well."""
        began = time.monotonic()
        done = self.person.run(*self.command(kind), more=self.packages)
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        return time.monotonic() - began

    @property
    def packages(self) -> dict[str, str]:
        """Where the packages come from."""
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)}

    def killed(self, kind: str, seconds: float, number: signal.Signals) -> int:
        """Does ``kind`` and kills it after so many ``seconds``; returns how it ended."""
        said = self.person.folder / "said.txt"
        with said.open("wb") as output:
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
        text = said.read_text(encoding="utf-8", errors="replace")
        said.unlink()
        assert "Traceback" not in text or status == -number, text
        assert status in (0, 130, -number), f"status {status}: {text}"
        return status

    def once(self, kind: str, whole: dict[str, float], number: signal.Signals) -> str:
        """One kill and what comes after it; says when it was and how it ended."""
        had = self.person.things()
        if kind != "install":
            self.renew()
            self.done("install")
        self.renew()
        moment = self.chance.uniform(0.0, whole[kind])
        status = self.killed(kind, moment, number)
        left = self.person.programs(_GONE)
        assert not left, f"still running: {left}"
        now = self.person.things()
        harmed = [name for name in had if now.get(name) != had[name] and not _is_folder(had[name])]
        assert not harmed, f"gone or changed: {harmed}"
        self.done(kind)
        if kind != "uninstall":
            words = ("-I", "-c", "import nst_core; print(nst_core.__version__)")
            told = self.person.run(self.person.state.python, *words).stdout
            assert told == f"0.0.{self.version}\n", told
            self.done("uninstall")
        wrong = differences(had, self.person.things())
        assert not wrong, wrong
        return f"{kind}, {number.name} after {moment:.2f} of {whole[kind]:.1f} s: status {status}"


def _is_folder(thing: str) -> bool:
    return thing.isdigit()


def main() -> None:
    """Prints a line for each kill; ends with an error at the first after which something was not right."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.install_kills")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument(
        "--each", type=float, default=0.5, help="seconds that each command of the engine takes"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ns") as name:
        folder = Path(name).resolve()
        index = make_index(folder / "index")
        checkout = make_checkout(folder / "checkout", index)
        fake(checkout, each=asked.each)
        person = Person.arrive(folder / "person", "Jürg Müller", "C.UTF-8")
        kills = Kills(person, checkout, index, random.Random(asked.seed))
        whole = {"install": kills.done("install")}
        kills.renew()
        whole |= {kind: kills.done("install" if kind == "update" else kind) for kind in KINDS[1:]}
        tally: Counter[int] = Counter()
        for number in range(asked.times):
            signals = NUMBERS[number % 2]
            said = kills.once(KINDS[number % 3], whole, signals)
            tally[int(said.rpartition(" ")[2])] += 1
            print(f"{number + 1}/{asked.times} {said}", flush=True)
        print(f"{asked.times} kills by seed {asked.seed}; how they ended: {dict(tally)}")


if __name__ == "__main__":
    os.environ.pop("NEURAL_STYLE_HOME", None)
    main()
