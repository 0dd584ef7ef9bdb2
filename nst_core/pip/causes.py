"""Why pip failed: one table from the exceptions that it met to a sentence and an advice."""

from __future__ import annotations

import errno
import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

AGAIN = "what was there before still works, and what is fetched already is kept"
_RUN = f"run “python3 install” again; {AGAIN}."


class Told(NamedTuple):
    """What went wrong, and what to do about it: one sentence each."""

    what: str
    advice: str


@dataclass(frozen=True)
class Failed:
    """A run of pip that failed.

    ``status`` is its exit status, or None when it was ended by its time limit. ``errors`` are the
    exceptions that ``driver.py`` wrote down. ``settings`` are pip's environment variables. ``folder`` is
    the one that pip worked in. ``offline`` is the folder of packages, when one takes the place of the
    index.
    """

    status: int | None
    errors: list[dict[str, Any]]
    settings: Mapping[str, str]
    folder: Path
    offline: Path | None = None
    last: str = field(default="")
    """The line of its log that says most, for what is in no table."""

    @classmethod
    def read(cls, status: int | None, report: Path, last: str, **named: Any) -> Failed:
        """Returns the failure that ``driver.py`` has reported in ``report``; ``named`` are further fields.

        A report that is missing or damaged counts as one without exceptions.
        """
        try:
            errors = json.loads(report.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            errors = []
        return cls(status, errors, last=last, **named)

    def first(self, *kinds: str, **facts: Any) -> dict[str, Any] | None:
        """Returns the first exception of one of the types ``kinds`` that has all ``facts``, else None.

        Without ``kinds``, every type fits. A fact is one value, or a tuple of the values that fit.
        """
        for error in self.errors:
            fits = all(error.get(name) in _several(value) for name, value in facts.items())
            if fits and (not kinds or set(kinds) & set(error["types"])):
                return error
        return None

    @property
    def index(self) -> str:
        """The package index as a sentence names it, with its host when that is known."""
        hosts = [error["host"] for error in self.errors if "host" in error]
        return f"The package index {hosts[0]}" if hosts else "The package index"

    @property
    def package(self) -> str:
        """The name of the package that an exception speaks of; ``engine`` when none does."""
        packages = [error["package"] for error in self.errors if "package" in error]
        return packages[0] if packages else "engine"


def why(failed: Failed) -> Told:
    """Returns the sentences of the first cause in the table that fits, or that the reason is not known."""
    for cause in _TABLE:
        sentences = cause(failed)
        if sentences:
            return sentences
    reason = failed.last.rstrip(".") or "pip gave no reason"
    return Told(f"The packages could not be installed, for a reason not known here ({reason}).", _big(_RUN))


def full_disk(folder: Path) -> Told | None:
    """Returns the sentences when the disk of ``folder`` is full, else None.

    Full means that fewer than 100 inodes or less than 50 MB are left. On Windows, None is all that it
    returns.
    """
    if not hasattr(os, "statvfs"):
        return None
    space = os.statvfs(folder)
    if space.f_files and space.f_favail < 100:
        return Told(
            f"The disk of {folder} can hold no more files, though it has bytes left (inodes).",
            "Remove files there, or choose a folder on another disk with --prefix.",
        )
    if space.f_bavail * space.f_frsize < 50_000_000:
        return Told(f"The disk of {folder} is full.", f"Make room and {_RUN}")
    return None


def _disk(failed: Failed) -> Told | None:
    if failed.first(errno=_QUOTA):
        return Told(
            f"Your quota on the disk of {failed.folder} is used up.",
            f"Make room, ask for more, or choose a folder on another disk with --prefix; {AGAIN}.",
        )
    if failed.first(errno=(errno.ENOSPC, _WINDOWS_FULL)):
        sentences = full_disk(failed.folder)
        return sentences or Told(f"The disk of {failed.folder} is full.", f"Make room and {_RUN}")
    return None


def _memory(failed: Failed) -> Told | None:
    # The system ends a program with SIGKILL when the memory runs out.
    if failed.status == -9 or failed.first("MemoryError") or failed.first(errno=errno.ENOMEM):
        return Told("The memory ran out.", f"Close other programs and {_RUN}")
    return None


def _rights(failed: Failed) -> Told | None:
    error = failed.first("PermissionError") or failed.first(errno=errno.EROFS)
    if error is None:
        return None
    where = error.get("file", failed.folder)
    advice = "Make it writable for you, or choose another folder with --prefix."
    return Told(f"{where} cannot be written.", advice)


def _hash(failed: Failed) -> Told | None:
    if not failed.first("HashMismatch", "HashErrors"):
        return None
    return Told(
        f"A package ({failed.package}) is not what it has to be, so that nothing of it was used.",
        f"Try again with another network or package index; {AGAIN}.",
    )


def _certificate(failed: Failed) -> Told | None:
    error = failed.first("SSLCertVerificationError", "SSLError")
    if not error:
        return None
    if failed.first("SSLCertVerificationError", verify_code=(9, 10)):  # OpenSSL: not valid yet, expired
        return Told(
            f"{failed.index} has a certificate that is not valid at this machine's date.",
            f"Set the clock right and {_RUN}",
        )
    return Told(
        f"{failed.index} has a certificate that this machine does not trust.",
        "Name the file of your network's certificates by PIP_CERT, or set the clock right, and run it again.",
    )


def _answer(failed: Failed) -> Told | None:
    if failed.first(status=407):
        return Told(
            "The proxy asks for a name and a password (407).",
            f"Put them into HTTPS_PROXY (http://name:password@proxy:port) and {_RUN}",
        )
    error = failed.first(status=tuple(code for code in range(400, 600) if code != 404))
    if not error:
        return None
    return Told(
        f"{failed.index} refused what was asked for ({error['status']}).",
        f"Ask who runs it, or name another one by PIP_INDEX_URL, and {_RUN}",
    )


def _cut(failed: Failed) -> Told | None:
    if failed.first("IncompleteDownloadError", "IncompleteRead", "ProtocolError", "ChunkedEncodingError"):
        return Told("A download stopped in the middle.", _big(_RUN))
    return None


def _silence(failed: Failed) -> Told | None:
    if failed.first("NameResolutionError", "gaierror"):
        return Told(
            f"{failed.index} was not found: its name is known to no server here.",
            f"Check the connection and {_RUN}",
        )
    if failed.first("ProxyError"):
        return Told("The proxy does not answer.", f"Check HTTPS_PROXY and the connection and {_RUN}")
    if failed.first("ConnectionError", "NewConnectionError", "ConnectTimeout", "ReadTimeout", "HTTPError"):
        return Told(f"{failed.index} did not answer.", f"Check the connection and {_RUN}")
    return None


def _missing(failed: Failed) -> Told | None:
    if not failed.first("DistributionNotFound"):
        return None
    python = f"Python {platform.python_version()} on this system"
    if failed.offline:
        return Told(
            f"{failed.offline} has no {failed.package} for {python}.",
            "Make it with the same Python and the same system, by this command where there is a network.",
        )
    if failed.settings.get("PIP_NO_INDEX", "0") not in ("0", "false", "no", "off", ""):
        places = failed.settings.get("PIP_FIND_LINKS", "").strip() or "no other place"
        return Told(
            f"pip is told to use no package index, only {places}, and has no {failed.package} for {python}.",
            "Take back PIP_NO_INDEX (or “no-index” in pip's settings: “python3 -m pip config list”).",
        )
    index = failed.settings.get("PIP_INDEX_URL", "")
    if index:
        return Told(
            f"The package index {_host(index)} has no {failed.package} for {python}.",
            "Try another one by PIP_INDEX_URL, or run the installer with another Python (3.10 to 3.14).",
        )
    return Told(
        f"There is no {failed.package} for {python}.",
        "Run the installer with another Python (3.10 to 3.14), for example “python3.12 install”.",
    )


_QUOTA = getattr(errno, "EDQUOT", -1)
_WINDOWS_FULL = 112  # ERROR_DISK_FULL
_TABLE: tuple[Callable[[Failed], Told | None], ...] = (
    *(_memory, _disk, _hash, _certificate, _answer, _cut, _silence, _rights, _missing),
)


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _host(address: str) -> str:
    """Returns the host of an address, without the name and password that may be in front of it."""
    return address.split("://")[-1].split("/")[0].rpartition("@")[2]


def _big(text: str) -> str:
    """Returns ``text`` with a capital at its start."""
    return text[0].upper() + text[1:]
