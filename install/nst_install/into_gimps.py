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


def place_everywhere(work: Work, source: Path, version: str, found: Iterable[Gimp]) -> list[Gimp]:
    """Places the plug-in of ``source`` in every profile; returns the GIMPs that can run it."""
    machine = Machine.this()
    current = [gimp for gimp in found if gimp.major == 3]
    old = [gimp for gimp in found if gimp.major < 3]
    for gimp in current:
        make_profile(work, gimp, machine)
    usable = old_gimps.with_python(work, old)
    profiles = gimps.profiles(machine)
    old_profiles = old_gimps.folders(machine, old, usable)
    _place(work, source, version, profiles, plugin.NAME)
    _place(work, source, version, old_profiles, plugin.OLD_NAME)
    current += usable
    if (profiles or old_profiles) and not current:
        work.console.say("GIMP: only its profile was found, so start it yourself to try the plug-in.")
    elif not current:
        work.console.say("GIMP: no GIMP 3 was found, nor a 2.10 with Python-Fu; run this again with one.")
    return current


def prove_everywhere(work: Work, found: Iterable[Gimp]) -> list[Path]:
    """Returns what each GIMP painted with the plug-in. Raises ``Failure``."""
    ran = is_running(work.state)
    try:
        return [result for gimp in found if (result := prove_in_gimp(work, gimp))]
    finally:
        if not ran:  # else an open GIMP works with it
            end_if_idle(work.state)


def place_again(work: Work, source: Path, version: str) -> None:
    """Puts the plug-in of ``source`` to where one of ours lies now, saying nothing."""
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
