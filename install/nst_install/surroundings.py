"""What surrounds the state folder: the checks that come before anything is fetched."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nst_core.contract.places import State
from nst_core.limits import left_by_limits
from nst_core.processes.lock import try_lock
from nst_core.processes.programs import begin, end
from nst_install import device
from nst_install.console import Failure
from nst_install.links import is_link
from nst_install.manifest import RANDOM

_ELSEWHERE = "Choose a folder on another disk with --prefix."
_WRITABLE = "Make it writable for you, or choose another folder with --prefix."
_PROBE = ".neural-style-"
_PARTS = {"link", "lock", "program"}  # the files of a probe
_LEAST_MEMORY = 1_200_000_000  # bytes, for the engine itself and the smallest picture
_ADDRESSES = 6_000_000_000  # bytes of address space that the engine's libraries take, mostly unused


@dataclass(frozen=True)
class Fact:
    """One checked requirement. ``advice`` is empty if it is met, and otherwise says what to do."""

    name: str
    what: str
    advice: str = ""


@dataclass(frozen=True)
class Need:
    """The room that an installation takes: ``size`` in bytes, and the number of ``files``."""

    size: int = 0
    files: int = 0


def look(state: State, need: Need) -> list[Fact]:
    """Checks what surrounds ``state``; writes a folder with a few small files there, and removes it."""
    folder = nearest(state.root)
    facts = [*_of_person(folder), *_of_python(), _of_name(state.root)]
    _remove_old_probes(folder)
    try:
        with tempfile.TemporaryDirectory(prefix=_PROBE, dir=folder) as probe:
            facts += _of_disk(Path(probe), folder)
    except OSError as error:
        facts.append(Fact("write", *_unwritable(folder, error)))
    return [*facts, *_of_room(folder, need), *_of_memory()]


def refuse_bad(facts: list[Fact]) -> None:
    """Raises ``Failure`` for the first of ``facts`` that is not met."""
    for fact in facts:
        if fact.advice:
            raise Failure(fact.what, fact.advice)


def nearest(folder: Path) -> Path:
    """Returns ``folder``, or the innermost folder around it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _of_person(folder: Path) -> Iterator[Fact]:
    if sys.platform == "win32":
        return
    owner, me = folder.stat().st_uid, os.geteuid()
    if me == 0 and owner != 0:
        yield Fact(
            "owner",
            f"{folder} belongs to another user, and this is run by root: that user could change none of it.",
            "Run it as that user, without sudo.",
        )
    elif me == 0 and os.environ.get("SUDO_USER", "root") != "root" and folder.is_relative_to(Path.home()):
        yield Fact(
            "owner",
            "This is run by sudo and would be for root alone: no other user's GIMP would find it.",
            "Run it as yourself, without sudo: it needs no rights.",
        )
    else:
        yield Fact("owner", f"{folder} is for this user.")


def _of_python() -> Iterator[Fact]:
    if find_spec("venv") and find_spec("ensurepip"):
        yield Fact("venv", "This Python makes virtual environments.")
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    yield Fact(
        "venv",
        "This Python cannot make virtual environments, because its venv module is not complete.",
        f"Install it (on Debian and Ubuntu: “sudo apt install {package}”) and run “python3 install” again.",
    )


def _of_name(root: Path) -> Fact:
    try:
        str(root).encode()
    except UnicodeEncodeError:
        return Fact(
            "name",
            f"{root} has a name that is not UTF-8, with which Python's own tools cannot work.",
            "Choose a folder of another name with --prefix.",
        )
    return Fact("name", f"{root} is a name that all programs can use.")


def _remove_old_probes(folder: Path) -> None:
    """Removes probes older than a minute, which killed runs left; a newer one may belong to another run."""
    for probe in folder.glob(_PROBE + RANDOM):
        with contextlib.suppress(OSError):
            old = time.time() - probe.lstat().st_mtime > 60
            if old and not is_link(probe) and {path.name for path in probe.iterdir()} <= _PARTS:
                shutil.rmtree(probe)


def _of_disk(probe: Path, folder: Path) -> Iterator[Fact]:
    mount = _mount(folder)
    yield Fact("write", f"{folder} can be written.")
    if sys.platform == "win32":
        return  # junctions replace links there, and every file may be run
    try:
        (probe / "link").symlink_to("nothing")
        yield Fact("links", f"The disk of {folder} has symbolic links.")
    except OSError:
        yield Fact("links", f"The disk at {mount} has no symbolic links.", _ELSEWHERE)
    try:
        with try_lock(probe / "lock") or (probe / "lock").open("ab"):
            yield Fact("locks", f"The disk of {folder} has locks.")
    except OSError:
        yield Fact("locks", f"The disk at {mount} has no file locks.", _ELSEWHERE)
    if _runs(probe):
        yield Fact("run", f"Programs on the disk of {folder} can be run.")
    else:
        yield Fact("run", f"No program can be run from {mount} (it is mounted “noexec”).", _ELSEWHERE)


def _runs(probe: Path) -> bool:
    """Whether a program in ``probe`` can be run, and a library there can be mapped into memory."""
    script = probe / "program"
    script.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    script.chmod(0o700)
    try:
        end(begin([script], os.environ, output=subprocess.DEVNULL))
        with script.open("rb") as file:
            mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC).close()
    except PermissionError:
        return False
    except OSError:  # there is no /bin/sh, which says nothing about the disk
        return True
    return True


def _unwritable(folder: Path, error: OSError) -> tuple[str, str]:
    mount = _mount(folder)
    if error.errno == errno.EROFS:
        return f"The disk at {mount} can only be read.", _ELSEWHERE
    if error.errno == errno.ENOSPC and _files_left(folder) == 0:
        return _no_files(mount), _ELSEWHERE
    if error.errno == errno.ENOSPC:
        return f"The disk at {mount} is full.", f"Make room there. {_ELSEWHERE}"
    if error.errno == getattr(errno, "EDQUOT", -1):
        return f"Your quota on the disk at {mount} is used up.", f"Make room there. {_ELSEWHERE}"
    return f"{folder} cannot be written ({error.strerror}).", _WRITABLE


def _of_room(folder: Path, need: Need) -> Iterator[Fact]:
    free = shutil.disk_usage(folder).free
    if free < need.size:
        yield Fact(
            "room",
            f"The engine needs {need.size / 1e9:.1f} GB of disk space while it is installed, and {folder} has"
            f" {free / 1e9:.1f} GB left.",
            f"Make room there. {_ELSEWHERE}",
        )
    else:
        yield Fact("room", f"{free / 1e9:.1f} GB are free.")
    inodes = _files_left(folder)
    if inodes is not None and inodes < need.files:
        yield Fact("files", f"{_no_files(_mount(folder))[:-1]}: {need.files} are needed.", _ELSEWHERE)
    else:
        yield Fact("files", "There is room for the files.")


def _no_files(mount: Path) -> str:
    return f"The disk at {mount} can hold too few more files, though it has bytes left (inodes)."


def _files_left(folder: Path) -> int | None:
    """Returns how many more files the disk can hold; None where it has no such limit."""
    if not hasattr(os, "statvfs"):
        return None
    status = os.statvfs(folder)
    return status.f_favail if status.f_files else None


def _of_memory() -> Iterator[Fact]:
    limit = left_by_limits()
    free = min((each for each in (limit, device.memory()) if each is not None), default=None)
    if limit is not None and limit == free and limit < _LEAST_MEMORY:
        yield Fact(
            "memory",
            f"A limit of this container or service leaves {limit / 1e9:.1f} GB of memory, and the engine"
            f" needs {_LEAST_MEMORY / 1e9:.1f} GB.",
            "Raise the limit.",
        )
    elif free is not None and free < _LEAST_MEMORY:
        yield Fact(
            "memory",
            f"Only {free / 1e9:.1f} GB of memory are free, and the engine needs"
            f" {_LEAST_MEMORY / 1e9:.1f} GB.",
            "Close other programs.",
        )
    else:
        yield Fact("memory", "There is enough memory." if free is None else f"{free / 1e9:.1f} GB of memory.")
    addresses = address_limit()
    if addresses is not None and addresses < _ADDRESSES:
        yield Fact(
            "addresses",
            f"This shell limits programs to {addresses / 1e9:.1f} GB of addresses (ulimit -v), and the"
            f" engine's libraries take {_ADDRESSES / 1e9:.0f} GB.",
            "Run “ulimit -v unlimited”, or take the limit out of your shell's settings.",
        )


def address_limit() -> int | None:
    """Returns the bytes of address space that a program started here may have; None without a limit."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if soft == resource.RLIM_INFINITY else soft


def _mount(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_mount())
