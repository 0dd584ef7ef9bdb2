"""``nst doctor``: repeats the proofs, looks for known faults, and mends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nst_core import __version__
from nst_core.contract.places import State
from nst_core.service.redaction import redacted
from nst_install import device, gimps, into_gimps, old_gimps, plugin, surroundings, versions
from nst_install.console import Console, Failure
from nst_install.environment import Stamp, has_command, is_whole, write_command
from nst_install.options import Options
from nst_install.places import Machine
from nst_install.proof import prove_engine
from nst_install.running import answers, is_running
from nst_install.session import opened
from nst_install.work import InstalledEngine, Work

LITTLE_MEMORY = 2_000_000_000
_REPAIR = "Run “python3 install” again: it repairs what is missing."


@dataclass(frozen=True)
class Finding:
    """One thing that was checked. ``advice`` is empty if all is well. ``mend``, if any, repairs it."""

    what: str
    advice: str = ""
    mend: Callable[[], object] | None = None


def examine(source: Path, state: State, options: Options, console: Console, report: dict[str, Any]) -> int:
    """Checks everything, prints the findings, and mends what the person agrees to.

    ``options.yes`` counts as agreement. A report without private data goes to ``doctor.txt`` in the state
    folder. ``report["troubles"]`` lists what is still wrong. Returns the exit status: 1 if something is
    wrong, otherwise 0. Raises ``Failure`` when nothing is installed.
    """
    if not (state.root / "manifest.json").exists():
        raise Failure(f"Nothing of Neural Style is installed in {state.root}.", "Run “python3 install”.")
    with opened(source, state, console, options.offline) as work:
        findings = list(_findings(work, with_gimp=not options.no_gimp))
        troubles = [finding for finding in findings if finding.advice]
        for finding in findings:
            console.say(f"{'✗' if finding.advice else '✓'} {finding.what} {finding.advice}".rstrip())
        curable = [finding.mend for finding in troubles if finding.mend]
        mends = bool(curable) and (
            options.yes or (console.asks and console.agrees(f"Mend {len(curable)} of it?"))
        )
        if mends:
            for mend in curable:
                mend()
            console.say("Mended; once more:")
            findings = list(_findings(work, with_gimp=not options.no_gimp))
            troubles = [finding for finding in findings if finding.advice]
            for finding in troubles:
                console.say(f"✗ {finding.what} {finding.advice}")
        engine = versions.current(state)
        diagnosis = work.core(engine, "diagnose", seconds=60).output if engine else ""
        text = "\n".join(
            [diagnosis.strip(), "", *(f"{finding.what} {finding.advice}".rstrip() for finding in findings)]
        )
        path = state.root / "doctor.txt"
        work.manifest.making(path.name)
        path.write_text(redacted(text) + "\n", encoding="utf-8", errors="backslashreplace")
    report["troubles"] = [{"what": finding.what, "advice": finding.advice} for finding in troubles]
    console.say(f"A report without anything private is in {path}.")
    return 1 if troubles else 0


def _findings(work: Work, with_gimp: bool) -> Iterator[Finding]:
    for fact in surroundings.look(work.state, surroundings.Need()):
        if fact.advice:
            yield Finding(fact.what, fact.advice)
    engine = versions.current(work.state)
    yield from _of_engine(work, engine)
    yield from _of_machine(engine)
    yield from _of_core(work)
    if with_gimp and engine:
        yield from _of_plugins(work)


def _of_engine(work: Work, engine: InstalledEngine | None) -> Iterator[Finding]:
    if engine is None:
        yield Finding("The engine is not there, or was moved.", _REPAIR)
        return
    stamp = Stamp.read(engine.environment)
    if not engine.core.is_dir():
        yield Finding("The engine was moved: its own files are not where they were.", _REPAIR)
        return
    if not engine.python(work.state).exists():
        yield Finding(f"The Python {stamp.python} that the engine was made with is gone.", _REPAIR)
        return
    if not is_whole(work, engine.environment, stamp):
        yield Finding("The engine is damaged.", _REPAIR)
        return
    yield Finding(f"The engine is whole ({stamp.build}, Python {stamp.python}).")
    if not has_command(work.state, engine.environment):

        def write() -> None:
            write_command(work.state, engine.environment)

        yield Finding(f"{work.state.nst} is missing or from another place.", "It can be written.", write)
    checked = work.core(engine, "weights", "check", seconds=120)
    if not checked.good:

        def get() -> object:
            with work.downloading():
                return work.core(engine, "weights", "get")

        yield Finding(checked.last_line, "They can be fetched again.", get)
        return
    yield Finding("The network's weights are whole.")
    try:
        prove_engine(work, engine)
    except Failure as failure:
        yield Finding(failure.what, failure.advice)


def _of_machine(engine: InstalledEngine | None) -> Iterator[Finding]:
    best = device.here()
    small = engine is not None and Stamp.read(engine.environment).build == "torch-cpu"
    if best.kind == "cuda" and small:
        yield Finding(f"There is a GPU ({best.name}), but the engine is the one for the processor.", _REPAIR)
    else:
        yield Finding(f"It computes on {best}.")
    memory = device.memory()
    if memory is not None and memory < LITTLE_MEMORY:
        yield Finding(f"Only {memory / 1e9:.1f} GB of memory are free.", "Close something, or choose Draft.")


def _of_core(work: Work) -> Iterator[Finding]:
    if not is_running(work.state):
        return
    if answers(work.state):
        yield Finding("The engine is running and answers.")
    else:
        yield Finding(
            "An engine that was left over holds its place and does not answer.",
            "Log out and in again, which ends it, and close GIMP before.",
        )


def _of_plugins(work: Work) -> Iterator[Finding]:
    machine = Machine.this()
    programs = gimps.programs(machine, work.log)
    old = [gimp for gimp in programs if gimp.major < 3]
    usable = old_gimps.with_python(work, old)
    places = [(profile, plugin.NAME) for profile in gimps.profiles(machine)]
    places += [(profile, plugin.OLD_NAME) for profile in old_gimps.folders(machine, old, usable)]
    healthy = True
    for profile, name in places:
        for finding in _of_profile(work, profile, name):
            healthy = healthy and not finding.advice
            yield finding
    provable = [gimp for gimp in programs if gimp.major == 3] + usable
    for gimp in provable if healthy else ():
        try:
            into_gimps.prove_everywhere(work, [gimp])
        except Failure as failure:
            yield Finding(failure.what, failure.advice)
        else:
            yield Finding(f"{gimp} paints with it.")
    if not provable:
        yield Finding("No GIMP was found that can be asked.")


def _of_profile(work: Work, profile: Path, name: str) -> Iterator[Finding]:
    folder = plugin.folder_of(profile, name)
    files = plugin.contents(work.source, work.state, __version__, name)

    def mend() -> object:
        return plugin.place(folder, files, work.manifest)

    for stray in _strays(profile, name):
        yield Finding(
            f"A copy of the plug-in lies at {stray}, where GIMP does not find it or finds it twice.",
            "Remove it; this installation has its own.",
        )
    if not folder.is_dir():
        yield Finding(f"The profile {profile} has no plug-in yet: it is newer.", "It can be placed.", mend)
    elif not plugin.may_run(folder):
        yield Finding(f"GIMP may not run {folder}.", "It needs the run bit, which can be set.", mend)
    elif not plugin.holds(folder, files):
        yield Finding(f"The plug-in {folder} is changed, or of another version.", "It can be replaced.", mend)
    else:
        yield Finding(f"The plug-in is in {profile}.")


def _strays(profile: Path, name: str) -> Iterator[Path]:
    """Yields misplaced copies of the plug-in: in a folder of another name, or directly in ``plug-ins``.

    GIMP expects the folder and the file of a plug-in to have the same name.
    """
    for path in sorted((profile / "plug-ins").glob(f"*/{name}.py")):
        if path.parent.name != name:
            yield path.parent
    if (profile / "plug-ins" / f"{name}.py").exists():
        yield profile / "plug-ins" / f"{name}.py"
