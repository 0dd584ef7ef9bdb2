"""GIMP 2.10: whether it has Python-Fu at all, which Debian, Ubuntu and others leave out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nst_install.commands import run
from nst_install.gimps import Gimp, profile_of, profiles
from nst_install.places import Machine
from nst_install.work import Work

SECONDS = 120.0
# Asked in Script-Fu, which every GIMP has: without Python-Fu one that is asked in Python never ends.
_ASK = """(gimp-message (if (= TRUE (car (gimp-procedural-db-proc-exists "python-fu-eval")))
 "PYTHON-FU: yes" "PYTHON-FU: no"))"""


def with_python(work: Work, programs: Sequence[Gimp]) -> list[Gimp]:
    """Returns those of the GIMPs 2.10 in ``programs`` that can run the plug-in, and says which cannot.

    The question also makes their profiles.
    """
    found = []
    for gimp in programs:
        if gimp.series != "2.10":
            work.console.say(f"{gimp}: not supported; GIMP 2.10 and GIMP 3 are.")
            continue
        command = [*gimp.command, "-i", "-d", "-f", "-b", _ASK, "-b", "(gimp-quit 1)"]
        outcome = run(command, work.log, gimp.environment(work.environment), seconds=SECONDS)
        if "PYTHON-FU: yes" in outcome.output:
            found.append(gimp)
        elif "PYTHON-FU: no" in outcome.output:
            work.console.say(
                f"{gimp}: it comes without Python-Fu, which the plug-in needs; GIMP 3 has it,"
                " and so have the builds of gimp.org and of Flathub."
            )
        else:
            work.console.say(f"{gimp}: it could not be asked whether it has Python-Fu; left alone.")
    return found


def folders(machine: Machine, programs: Sequence[Gimp], usable: Sequence[Gimp]) -> list[Path]:
    """Returns the profiles to place the plug-in in: of ``usable``, and those whose GIMP was not found."""
    without = {profile_of(gimp, machine) for gimp in programs if gimp not in usable}
    own = [profile_of(gimp, machine) for gimp in usable]
    there = [path for path in profiles(machine, major=2) if path not in without]
    return list(dict.fromkeys([*own, *there]))
