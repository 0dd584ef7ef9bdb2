"""The plug-in in every profile, and the proof in every GIMP."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nst_install import gimps, old_gimps, plugin
from nst_install.gimps import Gimp
from nst_install.places import Machine
from nst_install.proof import make_profile, prove_in_gimp
from nst_install.running import end_if_idle, is_running
from nst_install.work import Work


def place_everywhere(work: Work, source: Path, version: str, present: Iterable[Gimp]) -> list[Gimp]:
    """Places the plug-in of ``source`` in every profile; returns the GIMPs in ``present`` that can run it.

    Raises ``Failure`` when the plug-in is missing or cannot be placed, ``OSError`` when a write fails.
    """
    machine = Machine.this()
    runnable = [gimp for gimp in present if gimp.major == 3]
    old = [gimp for gimp in present if gimp.major < 3]
    for gimp in runnable:
        make_profile(work, gimp, machine)
    usable = old_gimps.with_python(work, old)
    profiles = gimps.profiles(machine)
    old_profiles = old_gimps.folders(machine, old, usable)
    _place(work, source, version, profiles, plugin.NAME)
    _place(work, source, version, old_profiles, plugin.OLD_NAME)
    runnable += usable
    if (profiles or old_profiles) and not runnable:
        work.console.say("GIMP: only its profile was found, so start it yourself to try the plug-in.")
    elif not runnable:
        work.console.say("GIMP: no GIMP 3 was found, nor a 2.10 with Python-Fu; run this again with one.")
    return runnable


def prove_everywhere(work: Work, present: Iterable[Gimp]) -> list[Path]:
    """Has each GIMP in ``present`` paint the sample, and returns the results of those that could.

    Raises ``Failure`` when a GIMP outside of a sandbox could not.
    """
    was_running = is_running(work.state)
    try:
        return [result for gimp in present if (result := prove_in_gimp(work, gimp))]
    finally:
        if not was_running:  # a core that ran before may belong to an open GIMP
            end_if_idle(work.state)


def place_again(work: Work, source: Path, version: str) -> None:
    """Replaces every plug-in of ours by the one of ``source``, and prints nothing."""
    for folder in map(Path, list(work.manifest.plugins)):
        if folder.is_dir() and (source / "plugin" / folder.name).is_dir():
            plugin.place(folder, plugin.contents(source, work.state, version, folder.name), work.manifest)


def _place(work: Work, source: Path, version: str, profiles: list[Path], name: str) -> None:
    """Places the plug-in ``name`` in each of ``profiles``."""
    files = plugin.contents(source, work.state, version, name) if profiles else {}
    for profile in profiles:
        folder = plugin.folder_of(profile, name)
        kept = plugin.place(folder, files, work.manifest)
        work.console.say(f"Plug-in: {folder}")
        if kept:
            work.console.say(f"Another plug-in of that name was there; it is in {kept} now.")
