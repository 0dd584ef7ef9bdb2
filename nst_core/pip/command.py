"""The command that runs pip: of a person's settings, it takes over only where packages come from, and how."""

from __future__ import annotations

import ast
import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_core.processes.programs import ISOLATED, begin, end

# The person's settings that are taken over. All others change where, whether or what pip installs. But our
# packages are locked by hash, and have their place.
_TAKEN_OVER = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider"),
    *("cert", "client-cert", "proxy", "timeout", "default-timeout", "retries", "use-deprecated"),
)
_SECONDS = 60.0  # in which pip has to list its settings
_DRIVER = Path(__file__).with_name("driver.py")


@dataclass(frozen=True)
class PipCommand:
    """A command line, its environment variables, and the file in which it reports what went wrong."""

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
    """Returns what runs ``command`` with ``words`` in the pip of ``python``; packages are locked by hash.

    ``ours`` is our environment, and ``more`` are further variables. pip puts its temporary files into the
    folder ``working``: wheels have gigabytes, and /tmp often lies in memory. ``offline`` is a folder that
    holds every package; pip asks no index then.
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
    """Returns the variables with which the pip of ``python`` runs ``command``, and reads no settings itself.

    They hold what is taken over of the person's settings, from pip's files and from our environment
    ``ours``.
    """
    names = {f"PIP_{name.upper().replace('-', '_')}" for name in _TAKEN_OVER} | {"PIP_CONFIG_FILE"}
    from_environment = {key: value for key, value in ours.items() if key.upper() in names}
    listed = _listed(python, ours, from_environment)
    settings = {}
    for section in ("global", command, ":env:"):  # as in pip, a later section wins
        for key, value in listed:
            name = key.removeprefix(f"{section}.")
            if name in _TAKEN_OVER and name != key:
                settings[name] = value
    return {
        **{f"PIP_{name.upper().replace('-', '_')}": value for name, value in settings.items()},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_NO_COLOR": "1",
    }


def _listed(python: Path, ours: Mapping[str, str], told: Mapping[str, str]) -> list[tuple[str, str]]:
    """Returns pip's settings as (section and name, value): pip itself knows its files, on every system.

    When pip does not list them, these are the ones in the environment, ``told``.
    """
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        words = [str(python), *ISOLATED, "-m", "pip", "config", "list"]
        variables = {**told, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        process = begin(words, ours, variables, output=subprocess.PIPE, errors=subprocess.DEVNULL)
        try:
            output, _ = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            end(process)
            raise
        if process.returncode == 0:
            return [pair for line in output.decode("utf-8", "replace").splitlines() if (pair := _pair(line))]
    return [(f":env:.{key[4:].lower().replace('_', '-')}", value) for key, value in told.items()]


def _pair(line: str) -> tuple[str, str] | None:
    """Returns a line of pip's list as (key, value); None when it is something else."""
    key, _, value = line.partition("=")
    with contextlib.suppress(ValueError, SyntaxError):
        return key.strip(), str(ast.literal_eval(value))
    return None
