"""Installs in many surroundings: python -m tests.bench.install_matrix [--python PATH…] [--real] OUT.

Each Python is tried in four locales, with homes of odd names and with umask 077. A cell installs without
network from one download, stylizes, asks the doctor, updates and uninstalls. Then nothing may be left but
what the person had. The engine is a stand-in that takes seconds, or the --real one that takes minutes. OUT
gets a table; the status is 1 if a cell fails. As root on Linux it makes the locales that the system lacks,
for the programs that it starts only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.person import LINK, Person, contents, differences
from tests.install.checkout import REPOSITORY, host_python, lock, make_checkout, make_index

# Each locale, and the name from which localedef makes it if the system lacks it.
LOCALES = {
    "C": "",
    "C.UTF-8": "",
    "tr_TR.UTF-8": "tr_TR",
    "de_DE.ISO-8859-1": "de_DE",
}
HOMES = ("Jürg Müller", "a'b\"c$d", LINK, "two\nlines")
STEPS = ("install", "stylize", "doctor", "update", "uninstall")
_PARTS = ("install", "nst_core", "plugin")


class Wrong(Exception):
    """A step did something that it must not do."""


@dataclass(frozen=True)
class Source:
    """One Python with two versions of the project to install, and the download that they need."""

    python: Path
    version: str
    old: Path
    new: Path
    download: Path

    @classmethod
    def make(cls, python: Path, folder: Path, index: Path, real: bool, download: Path | None) -> Source:
        """Makes both versions, and fetches what they need unless there is a ``download``."""
        version = subprocess.check_output([python, "-c", "import platform as p; print(p.python_version())"])
        places = folder / "old", folder / "new"
        for place in places:
            if real:
                for part in _PARTS:
                    ignored = shutil.ignore_patterns("__pycache__")
                    shutil.copytree(REPOSITORY / part, place / part, ignore=ignored)
            else:
                make_checkout(place, index)
        (places[1] / "nst_core/__init__.py").write_text('__version__ = "99.0.0"\n', encoding="utf-8")
        if not real:  # other locks, so that the environment is made anew too
            new_locks = places[1] / "install/locks"
            new_locks.joinpath("torch.txt").write_text("# another\n" + lock(index, "torch"), encoding="utf-8")
            for place in places:
                (place / "install/locks/weights.txt").write_text(lock(index, "onnx"), encoding="utf-8")
        source = cls(python, version.decode().strip(), *places, download or folder / "a stick with spaces")
        if not download:
            source._fetch({} if real else {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)})
        return source

    def _fetch(self, more: dict[str, str]) -> None:
        words: list[str | Path] = [self.python, self.old / "install", "--yes", "--fetch", self.download]
        subprocess.run(words, env={**os.environ, **more}, check=True, stdout=sys.stderr)

    def things(self) -> dict[str, str]:
        """Returns all files that no cell may change, as ``person.contents`` describes them."""
        return {**contents(self.old), **contents(self.new), **contents(self.download)}


@dataclass
class Cell:
    """One combination of a Python, a home and a locale."""

    source: Source
    home: str
    locale: str
    python: Path
    before: list[str]
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """Its name in the table and for --only."""
        return f"{self.source.version}, {shown(self.home)}, {self.locale}"

    def run(self, folder: Path) -> None:
        """Goes through all steps, and puts what is wrong into ``wrong``."""
        began = time.monotonic()
        person = Person.arrive(folder, self.home, self.locale, self.before)
        original = person.things()
        for step in STEPS:
            try:
                getattr(self, f"_{step}")(person)
            except Wrong as error:
                self.wrong.append(f"{step}: {error}")
                break
            except Exception:
                self.wrong.append(f"{step}: {traceback.format_exc()}")
                break
        else:
            self.wrong += differences(original, person.things())
        self.wrong += [f"still running: {line}" for line in person.programs(30)]
        self.seconds = time.monotonic() - began
        shutil.rmtree(folder)

    def _installer(self, person: Person, source: Path, *words: str) -> str:
        return good(person, self.python, source / "install", *words)

    def _install(self, person: Person) -> None:
        output = self._installer(person, self.source.old, "--yes", "--offline", str(self.source.download))
        need(person.state.nst.exists(), output)
        need("GIMP" in output, output)

    def _stylize(self, person: Person) -> None:
        samples = person.state.samples
        result = person.home / "Pictures" / "gemält.png"
        pictures = samples / "photograph.jpg", samples / "styles/night-oil.jpg"
        small = ("--size", "96", "--quality", "draft", "--evaluations", "2")
        output = good(person, person.state.nst, "stylize", *pictures, "-o", result, *small)
        need(result.exists(), output)
        result.unlink()

    def _doctor(self, person: Person) -> None:
        output = good(person, person.state.nst, "doctor")
        need("✗" not in output and "is whole" in output and "paints with it" in output, output)

    def _update(self, person: Person) -> None:
        output = self._installer(person, self.source.new, "--yes", "--offline", str(self.source.download))
        words = ("-I", "-c", "import nst_core; print(nst_core.__version__)")
        version = good(person, person.state.python, *words)
        need(version == "99.0.0\n", output + version)

    def _uninstall(self, person: Person) -> None:
        output = self._installer(person, self.source.new, "--uninstall")
        need("is removed" in output and "Kept" not in output, output)


def good(person: Person, *words: str | Path) -> str:
    """Runs a program that must end well, and returns what it printed. Raises ``Wrong``."""
    run = person.run(*words)
    need(run.returncode == 0 and "Traceback" not in run.stdout, f"status {run.returncode}\n{run.stdout}")
    return run.stdout


def need(so: bool, said: str) -> None:
    """Raises ``Wrong`` with the text ``said`` unless the condition ``so`` is true."""
    if not so:
        raise Wrong(said)


def shown(home: str) -> str:
    """Returns the name of a home in one line."""
    return home.replace("\n", "\\n")


def with_locales(folder: Path) -> list[str]:
    """Returns the words before a command by which it finds all ``LOCALES``.

    Locales that the system lacks are made in ``folder``, which the command then sees as /usr/lib/locale. This
    needs root; without it those locales are tried as they are.
    """
    installed = subprocess.check_output(["locale", "-a"], text=True).lower().replace("-", "").split()
    missing = [
        name
        for name, definition in LOCALES.items()
        if definition and name.lower().replace("-", "") not in installed
    ]
    if not missing:
        return []
    if os.geteuid() or not shutil.which("localedef"):
        print("This system lacks " + ", ".join(missing) + ", which are tried all the same.")
        return []
    shutil.copytree("/usr/lib/locale", folder, dirs_exist_ok=True)
    for name in missing:
        words = ["localedef", "-i", LOCALES[name], "-f", name.partition(".")[2], str(folder / name)]
        subprocess.run(words, check=True)
    script = 'mount --bind "$0" /usr/lib/locale && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(folder)]


def cells(sources: list[Source], before: list[str], real: bool) -> Iterator[Cell]:
    """Yields everything that is tried.

    With the ``real`` engine, and otherwise in one cell of each home, Python makes the environment. In the
    other cells it is copied.
    """
    for source in sources:
        copied = host_python(str(source.python))
        for row, home in enumerate(HOMES):
            for column, locale in enumerate(LOCALES):
                made = real or row % len(LOCALES) == column
                yield Cell(source, home, locale, source.python if made else copied, before)


def table(done: list[Cell]) -> str:
    """Returns the outcome as Markdown: a table, and what was wrong in each cell that failed."""
    lines = [f"| Python | home | {' | '.join(LOCALES)} |", "|---" * (2 + len(LOCALES)) + "|"]
    by_place = {(cell.source.version, cell.home, cell.locale): cell for cell in done}
    for version, home in dict.fromkeys((cell.source.version, cell.home) for cell in done):
        row = [by_place.get((version, home, locale)) for locale in LOCALES]
        texts = [
            f"{'✗' if cell.wrong else '✓'} {cell.seconds:.0f} s{'' if _copied(cell) else ' *'}"
            if cell
            else ""
            for cell in row
        ]
        lines.append(f"| {version} | `{shown(home)}` | {' | '.join(texts)} |")
    failed = [cell for cell in done if cell.wrong]
    lines += ["", f"{len(done)} cells, {len(failed)} failed. *: the environment was made, not copied.", ""]
    for cell in failed:
        lines += [f"## {cell.name}", "", "```", *cell.wrong, "```", ""]
    return "\n".join(lines)


def _copied(cell: Cell) -> bool:
    return cell.python != cell.source.python


def main() -> None:
    """Writes the table; ends with status 1 when a cell has failed, or has changed what it may not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.install_matrix")
    parser.add_argument("out", type=Path, metavar="OUT", help="the file for the table")
    parser.add_argument("--python", type=Path, nargs="+", metavar="PATH", help="instead of this Python")
    parser.add_argument(
        "--real", action="store_true", help="the real engine, of which each cell takes minutes"
    )
    parser.add_argument("--offline", type=Path, metavar="DIR", help="what --fetch has made, for one Python")
    parser.add_argument("--only", default="", help="only the cells of whose name this is a part")
    parser.add_argument("--at-once", type=int, default=1, help="so many cells at a time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ns") as name, tempfile.TemporaryDirectory(prefix="ns") as extra:
        folder = Path(name).resolve()
        index = make_index(folder / "index")
        pythons = args.python or [Path(sys.executable)]
        sources = [
            Source.make(python.absolute(), folder / str(number), index, args.real, args.offline)
            for number, python in enumerate(pythons)
        ]
        originals = [source.things() for source in sources]
        chosen = [
            cell for cell in cells(sources, with_locales(Path(extra)), args.real) if args.only in cell.name
        ]

        def tried(number: int) -> None:
            chosen[number].run(folder / f"person {number}")
            cell = chosen[number]
            print(f"{number + 1}/{len(chosen)} {cell.name}: {'; '.join(cell.wrong) or 'good'}", flush=True)

        with ThreadPoolExecutor(args.at_once) as pool:
            list(pool.map(tried, range(len(chosen))))
        changed = [
            line for source, then in zip(sources, originals) for line in differences(then, source.things())
        ]
    args.out.write_text(
        table(chosen) + "".join(f"In the checkout or the download: {line}\n" for line in changed)
    )
    sys.exit(1 if changed or any(cell.wrong for cell in chosen) else 0)


if __name__ == "__main__":
    main()
