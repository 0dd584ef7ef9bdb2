"""The arguments, and the order of the stages."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import FrameType

from nst_core import __version__
from nst_core.wire.lock import try_lock
from nst_core.wire.places import State
from nst_install import gimps, old_gimps, plugin, removal
from nst_install.console import Console, Failure
from nst_install.environment import prepare
from nst_install.gimps import Machine
from nst_install.manifest import Manifest
from nst_install.proof import make_profile, prove_by_command, prove_in_gimp
from nst_install.running import end_core, is_running
from nst_install.supplies import copy_samples, get_weights
from nst_install.work import Work

MENU = "Filters ▸ Neural Style…"
_WAIT_SECONDS = 900.0


def main(source: Path) -> int:
    """Installs from the checkout ``source``, or removes; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 install",
        description="Sets up Neural Style for GIMP: its engine, its network, and the plug-in in every GIMP 3"
        " and 2.10. Running it again repairs what is missing.",
    )
    parser.add_argument("--prefix", type=Path, metavar="DIR", help="the folder for all but the plug-in")
    parser.add_argument("--no-gimp", action="store_true", help="leave GIMP alone: only the command line")
    parser.add_argument("--uninstall", action="store_true", help="remove everything that was installed")
    arguments = parser.parse_args()
    console = Console()
    state = State.of(arguments.prefix.expanduser().absolute() if arguments.prefix else None)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if arguments.uninstall:
            uninstall(state, console)
        else:
            install(source, state, console, with_gimp=not arguments.no_gimp)
    except KeyboardInterrupt:
        console.say("Interrupted. Run it again: it repairs what is not whole.")
        return 130
    except Failure as failure:
        return _fail(failure, state, console)
    except OSError as error:
        what = f"Something could not be read or written ({error.filename or state.root}: {error.strerror})."
        advice = "Make it accessible to you, or choose another folder with --prefix."
        return _fail(Failure(what, advice), state, console)
    except Exception as error:
        what = f"The installer itself failed ({type(error).__name__}: {error})."
        return _fail(Failure(what, "Please report that."), state, console)
    return 0


def install(source: Path, state: State, console: Console, with_gimp: bool) -> None:
    """Goes through all stages. Raises ``Failure`` or ``OSError`` at the first that cannot be done."""
    console.say(f"Neural Style {__version__} goes into {state.root}.")
    if os.environ.get("SUDO_USER") and Path.home() == Path("/root"):
        console.say("Note: run with sudo, this is for root's own GIMP, not for yours.")
    made = [folder for folder in (state.root, *state.root.parents) if not folder.exists()]
    state.root.mkdir(parents=True, exist_ok=True)
    with _lock(state, console) as lock:
        manifest = _open_manifest(state, made)
        _open_log(state)
        work = Work(source, state, console, manifest, dict(os.environ), lock)
        changed = prepare(work)
        changed = get_weights(work) or changed
        copy_samples(work)
        results = _into_gimps(work) if with_gimp else []
        if not results:
            results = [prove_by_command(work, changed)]
    for result in results:
        console.say(f"Look at {result}.")
    if with_gimp and manifest.plugins:
        console.say(f"In GIMP: {MENU} (restart GIMP if it is open).")
    else:
        console.say(f"On the command line: {state.python.with_name('nst')} stylize CONTENT STYLE -o OUT")
    console.say(f"To remove everything: {_removal_command(source, state)}")


def uninstall(state: State, console: Console) -> None:
    """Removes what the manifest lists. Raises ``Failure`` or ``OSError``."""
    path = state.root / "manifest.json"
    if not path.exists():
        console.say(f"Nothing of Neural Style is installed in {state.root}.")
        return
    with _lock(state, console):
        manifest = Manifest.read(path) or Manifest(path)
        kept = removal.remove(state, manifest)
    kept += removal.finish(state, manifest)
    for path in kept:
        console.say(f"Kept, because it was changed or is not from this installer: {path}")
    console.say("Neural Style is removed.")


def _into_gimps(work: Work) -> list[Path]:
    """Places the plug-in in every profile, and returns what each GIMP painted with it."""
    machine = Machine.this()
    programs = gimps.programs(machine, work.log)
    current = [gimp for gimp in programs if gimp.major == 3]
    old = [gimp for gimp in programs if gimp.major < 3]
    for gimp in current:
        make_profile(work, gimp, machine)
    usable = old_gimps.with_python(work, old)
    found = gimps.profiles(machine)
    _place(work, found, plugin.NAME)
    old_found = old_gimps.folders(machine, old, usable)
    _place(work, old_found, plugin.OLD_NAME)
    current += usable
    if (found or old_found) and not current:
        work.console.say("GIMP: only its profile was found, so start it yourself to try the plug-in.")
    elif not current:
        work.console.say("GIMP: no GIMP 3 was found, nor a 2.10 with Python-Fu; run this again with one.")
    ran = is_running(work.state)
    try:
        return [result for gimp in current if (result := prove_in_gimp(work, gimp))]
    finally:
        if not ran:  # else an open GIMP may be painting with it
            end_core(work.state)


def _place(work: Work, profiles: list[Path], name: str) -> None:
    """Places the plug-in ``name`` in each of ``profiles``."""
    files = plugin.contents(work.source, work.state, __version__, name) if profiles else {}
    for profile in profiles:
        folder = plugin.folder_of(profile, name)
        kept = plugin.place(folder, files, work.manifest)
        work.console.say(f"Plug-in: {folder}")
        if kept:
            work.console.say(f"Another plug-in of that name was there; it is in {kept} now.")


def _open_manifest(state: State, made: list[Path]) -> Manifest:
    """Returns the manifest of the state folder, for which the folders ``made`` were just made."""
    path = state.root / "manifest.json"
    manifest = None
    with contextlib.suppress(Failure):  # a damaged one is written anew: every stage records what it makes
        manifest = Manifest.read(path)
    manifest = manifest or Manifest(path)
    manifest.making("run/endpoint*", "run/core.sock", "run/*.lock", "logs/core*.log*", "logs/install.log*")
    manifest.making("speed.*")  # the core's own, like those before it
    manifest.made_folders(made)
    return manifest


def _open_log(state: State) -> None:
    state.logs.mkdir(exist_ok=True)
    log = state.logs / "install.log"
    if log.exists() and log.stat().st_size > 1_000_000:
        log.replace(log.with_name("install.log.1"))
    with log.open("a", encoding="utf-8") as file:
        print(f"\n=== {datetime.now():%Y-%m-%d %H:%M:%S}, {__version__}, Python {sys.version}", file=file)


@contextlib.contextmanager
def _lock(state: State, console: Console) -> Iterator[int]:
    """Holds the lock on the state folder, and yields its descriptor. Raises ``Failure``."""
    end = time.monotonic() + _WAIT_SECONDS
    file = try_lock(state.root / "install.lock")
    if file is None:
        console.say("Another installation into that folder is still at work; waiting for its end.")
    while file is None:
        if time.monotonic() > end:
            raise Failure("Another installation into that folder is still at work.", "Try again later.")
        time.sleep(0.5)
        file = try_lock(state.root / "install.lock")
    with file:
        yield file.fileno()


def _removal_command(source: Path, state: State) -> str:
    words = ["python3", str(source / "install"), "--uninstall"]
    with_prefix = state.root != State.of().root or "NEURAL_STYLE_HOME" in os.environ
    return shlex.join([*words, "--prefix", str(state.root)] if with_prefix else words)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _fail(failure: Failure, state: State, console: Console) -> int:
    log = state.logs / "install.log"
    with contextlib.suppress(OSError), log.open("a", encoding="utf-8") as file:
        traceback.print_exc(file=file)
    console.fail(failure, log)
    return 1
