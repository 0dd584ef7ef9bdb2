"""The stages in their order, and what is printed when one of them fails."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shlex
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from nst_core import __version__
from nst_core.contract.places import State
from nst_core.processes.programs import ENDINGS
from nst_install import builds, device, into_gimps, removal, versions
from nst_install.console import Console, Failure, Refusal
from nst_install.doctor import examine
from nst_install.environment import prepare, write_command
from nst_install.fetching import fill
from nst_install.links import is_link
from nst_install.manifest import Manifest
from nst_install.options import Options, read
from nst_install.ownership import refuse_others
from nst_install.plan import InstallationPlan, look
from nst_install.proof import prove_by_command, prove_engine
from nst_install.running import core_ended
from nst_install.session import locked, opened
from nst_install.supplies import WEIGHTS_BYTES, copy_samples, get_weights
from nst_install.surroundings import refuse_bad
from nst_install.work import InstalledEngine, Work

MENU = "Filters ▸ Neural Style…"


def main(source: Path, words: Sequence[str] | None = None) -> int:
    """Installs from the checkout ``source``, removes, or examines, as ``words`` ask.

    Returns the exit status: 0 when all went well, 1 after a failure, 130 when interrupted.
    """
    options = read(words)
    console = Console(options.json)
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup a hang-up stays ignored
            signal.signal(number, _interrupt)
    report: dict[str, Any] = {"error": None}
    state = None
    try:
        state = state_of(options.prefix)
        status = _do(source, state, options, console, report)
    except KeyboardInterrupt:
        console.say(
            "Interrupted. Run it again: it goes on where it was, and what was there before still works."
        )
        status, report["error"] = 130, {"what": "Interrupted.", "advice": "Run it again."}
    except Failure as failure:
        status = _fail(failure, state, console, report)
    except OSError as error:
        status = _fail(_of_system(error), state, console, report)
    except Exception as error:
        what = f"The installer itself failed ({type(error).__name__}: {error})."
        status = _fail(Failure(what, "Please report that."), state, console, report)
    if options.json:
        print(json.dumps(report, indent=1))
    return status


def _do(source: Path, state: State, options: Options, console: Console, report: dict[str, Any]) -> int:
    if options.uninstall:
        report["kept"] = [str(path) for path in uninstall(state, console)]
        return 0
    if options.doctor:
        return examine(source, state, options, console, report)
    if options.fetch:
        return _fetch(source, options.fetch, options, console)
    if options.offline and not options.offline.is_dir():
        raise Refusal(
            f"There is no folder {options.offline}.",
            f"Make it where there is a network, by “python3 install --fetch {options.offline}”.",
        )
    refuse_others(state)
    plan = look(source, state, options, os.environ)
    report["plan"] = plan.fields()
    for line in plan.lines():
        console.say(line)
    if options.dry_run:
        for fact in plan.troubles:
            console.say(f"It could not be done: {fact.what} {fact.advice}")
        console.say("Nothing was done: this was a dry run.")
        return 0
    refuse_bad(plan.facts)
    if not options.yes and not console.agrees("Continue?"):
        console.say("Nothing was done.")
        return 0
    with opened(source, state, console, options.offline) as work:
        results = install(work, plan, with_gimp=not options.no_gimp)
    report["painted"] = [str(result) for result in results]
    for result in results:
        console.say(f"Look at {result}.")
    if not options.no_gimp and work.manifest.plugins:
        console.say(f"In GIMP: {MENU} (restart GIMP if it is open).")
    else:
        console.say(f"On the command line: {state.python.with_name('nst')} stylize CONTENT STYLE -o OUT")
    console.say(f"To remove everything: {_removal_command(source, state)}")
    return 0


def _fetch(source: Path, folder: Path, options: Options, console: Console) -> int:
    """Fills the folder that a machine without network installs from; returns the exit status."""
    target = device.CPU if options.cpu else device.here()
    build = builds.choose(source, target, options.cpu, os.environ, None)
    size = f"{(build.download + WEIGHTS_BYTES) / 1e6:.0f} MB"
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    if folder.exists():
        raise Refusal(f"{folder} is there already.", "Name a new folder.")
    console.say(f"{size} for PyTorch for {target} and {python}: into {folder}.")
    if options.dry_run or not (options.yes or console.agrees("Continue?")):
        console.say("Nothing was done.")
        return 0
    fill(source, folder, build, console, os.environ)
    console.say(
        f"Nothing was installed: run “python3 install --offline {folder}” on a machine of the same kind."
    )
    return 0


def install(work: Work, plan: InstallationPlan, with_gimp: bool) -> list[Path]:
    """Goes through all stages, and returns the painted pictures.

    Raises ``Failure`` or ``OSError`` at the first stage that cannot be done. The engine that was current
    stays until the new one has passed its self-test. It returns if the new one then fails the proof.
    """
    before = versions.current(work.state)
    engine = prepare(work, plan.build, __version__)
    changed = get_weights(work, engine) or engine != before
    copy_samples(work)
    if engine == before and versions.is_ours(work.state, engine.environment):
        write_command(work.state, engine.environment)  # the home may have moved, and nst holds its path
    prove_engine(work, engine)
    if engine != before:
        use(work, engine)
    try:
        usable = into_gimps.place_everywhere(work, work.source, __version__, plan.gimps) if with_gimp else []
        results = into_gimps.prove_everywhere(work, usable)
        if not results:
            results = [prove_by_command(work, changed)]
    except (Failure, OSError) as error:
        if before is None or engine == before or not before.core.is_dir():
            raise
        roll_back(work, before)
        failure = error if isinstance(error, Failure) else _of_system(error)
        advice = f"{failure.advice} Until then the version before is current again."
        raise Failure(failure.what, advice) from error
    versions.tidy(work.state, work.manifest)
    return results


def use(work: Work, engine: InstalledEngine) -> None:
    """Makes ``engine`` the current one, after the previous one has finished its picture.

    Raises ``Failure`` when the previous one does not end.
    """
    state = work.state
    with core_ended(state, work.console):
        if versions.core_of(engine.environment) != engine.core:
            versions.run_core(engine.environment, engine.core)
        write_command(state, engine.environment)
        current = versions.current(state)
        if current is None or current.environment != engine.environment or not is_link(state.environment):
            versions.switch(state, work.manifest, engine.environment)


def roll_back(work: Work, before: InstalledEngine) -> None:
    """Makes ``before`` current again, and puts its plug-in in place of the new one."""
    use(work, before)
    into_gimps.place_again(work, before.core, before.core.name.rpartition("-")[0])
    versions.tidy(work.state, work.manifest)


def uninstall(state: State, console: Console) -> list[Path]:
    """Removes what the manifest lists, and returns the files that stay.

    Raises ``Failure`` or ``OSError`` when something cannot be removed.
    """
    path = state.root / "manifest.json"
    if Manifest.read(path) is None:
        console.say(f"Nothing of Neural Style is installed in {state.root}.")
        return []
    with locked(state, console):
        manifest = Manifest.read(path) or Manifest(path)
        kept = removal.remove(state, manifest, console)
    kept += removal.finish(state, manifest)
    for path in kept:
        console.say(f"Kept, because it was changed or is not from this installer: {path}")
    console.say("Neural Style is removed.")
    return kept


def _removal_command(source: Path, state: State) -> str:
    words = ["python3", str(source / "install"), "--uninstall"]
    with_prefix = state.root != State.of().root or "NEURAL_STYLE_HOME" in os.environ
    return shlex.join([*words, "--prefix", str(state.root)] if with_prefix else words)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def state_of(prefix: Path | None) -> State:
    """Returns the state folder, as an absolute path without links.

    Raises ``Refusal`` when the home folder is unknown, or HOME is not an absolute path.
    """
    home = os.environ.get("HOME")
    if os.name == "posix" and home is not None and not Path(home).is_absolute():
        raise Refusal(f"HOME is “{home}”, which is no whole path.", "Set it to your home folder.")
    try:
        Path.home()  # raises RuntimeError for a user without a home, even if ``prefix`` needs none
        return State(State.of(prefix).root.resolve())
    except RuntimeError as error:
        raise Refusal(
            "This system does not know your home folder: HOME is not set and your user has no entry.",
            "Set HOME to a folder of yours.",
        ) from error


def _of_system(error: OSError) -> Failure:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return Failure("The disk is full.", "Make room and run it again; what was there before still works.")
    name = f"{error.filename}: " if error.filename else ""
    what = f"Something could not be read or written ({name}{error.strerror})."
    return Failure(what, "Make it accessible to you, or choose another folder with --prefix.")


def _fail(failure: Failure, state: State | None, console: Console, report: dict[str, Any]) -> int:
    report["error"] = {"what": failure.what, "advice": failure.advice}
    log = None if isinstance(failure, Refusal) or state is None else state.logs / "install.log"
    with contextlib.suppress(OSError):
        if log and log.exists():  # without a log the folder may be somebody else's
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                traceback.print_exc(file=file)
    console.fail(failure, log)
    return 1
