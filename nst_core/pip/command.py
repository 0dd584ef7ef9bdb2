"""The command that runs pip, with no more of a person's settings than where packages come from, and how."""

from __future__ import annotations

import ast
import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_core.processes.programs import ISOLATED, begin

# All others change where, whether or what pip installs: what we install is locked by hash, and has its place.
_TAKEN_OVER = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider"),
    *("cert", "client-cert", "proxy", "timeout", "default-timeout", "retries", "use-deprecated"),
)
_SECONDS = 60.0
_DRIVER = Path(__file__).with_name("driver.py")


@dataclass(frozen=True)
class PipCommand:
    """A command line, the variables that it needs, and the file in which it tells what went wrong."""

    line: list[str]
    variables: dict[str, str]
    report: Path


def pip_command(
    python: Path,
    ours: Mapping[str, str],
    command: str,
    *words: str,
    working: Path,
    offline: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> PipCommand:
    """Returns what runs ``command`` of the pip of ``python`` for packages that are locked by hash.

    It works in the folder ``working``, since the wheels are gigabytes, and /tmp is often a part of the
    memory. ``offline`` is a folder that holds all that is otherwise fetched.
    """
    settings = {**_settings(python, ours, command), **(more or {})}
    words = ("--require-hashes", "--only-binary", ":all:", *words)
    if offline:
        for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
            settings.pop(name, None)
        settings["PIP_NO_INDEX"] = "1"
        words = ("--find-links", offline.as_uri(), *words)  # pip splits a plain path at its spaces
    settings |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(working))
    report = working / "pip-report.json"
    line = [str(python), *ISOLATED, "-u", str(_DRIVER), str(report), command, *words]
    return PipCommand(line, settings, report)


def _settings(python: Path, ours: Mapping[str, str], command: str) -> dict[str, str]:
    """Returns the variables by which the pip of ``python`` runs ``command`` as we mean it.

    Of what a person has set, in files of pip's or in our environment ``ours``, they hold what is taken over.
    """
    names = {f"PIP_{name.upper().replace('-', '_')}" for name in _TAKEN_OVER} | {"PIP_CONFIG_FILE"}
    told = {key: value for key, value in ours.items() if key.upper() in names}
    values = {}
    for section in ("global", command, ":env:"):
        for key, value in _listed(python, ours, told):
            name = key.removeprefix(f"{section}.")
            if name in _TAKEN_OVER and name != key:
                values[name] = value
    return {
        **{f"PIP_{name.upper().replace('-', '_')}": value for name, value in values.items()},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_NO_COLOR": "1",
    }


def _listed(python: Path, ours: Mapping[str, str], told: Mapping[str, str]) -> list[tuple[str, str]]:
    """What pip itself says of its settings: it knows its files, on every system."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        words = [str(python), *ISOLATED, "-m", "pip", "config", "list"]
        more = {**told, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        process = begin(words, ours, more, output=subprocess.PIPE, errors=subprocess.DEVNULL)
        said, _ = process.communicate(timeout=_SECONDS)
        if process.returncode == 0:
            return [pair for line in said.decode("utf-8", "replace").splitlines() if (pair := _pair(line))]
    return [(f":env:.{key[4:].lower().replace('_', '-')}", value) for key, value in told.items()]


def _pair(line: str) -> tuple[str, str] | None:
    key, _, value = line.partition("=")
    with contextlib.suppress(ValueError, SyntaxError):
        return key.strip(), str(ast.literal_eval(value))
    return None
