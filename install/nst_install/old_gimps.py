"""Whether a GIMP 2.10 has Python-Fu, which Debian, Ubuntu and others leave out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nst_install.commands import run
from nst_install.gimps import Gimp, profile_of, profiles
from nst_install.places import Machine
from nst_install.work import Work

SECONDS = 120.0
# The question is in Script-Fu, which every GIMP has. Without Python-Fu, GIMP never ends when asked in Python.
_ASK = """(gimp-message (if (= TRUE (car (gimp-procedural-db-proc-exists "python-fu-eval")))
 "PYTHON-FU: yes" "PYTHON-FU: no"))"""


def with_python(work: Work, programs: Sequence[Gimp]) -> list[Gimp]:
    """Returns the GIMPs 2.10 in ``programs`` that can run the plug-in, and prints why others cannot.

    GIMP makes its profile when it is asked.
    """
    usable = []
    for gimp in programs:
        if gimp.series != "2.10":
            work.console.say(f"{gimp}: not supported; GIMP 2.10 and GIMP 3 are.")
            continue
        command = [*gimp.command, "-i", "-d", "-f", "-b", _ASK, "-b", "(gimp-quit 1)"]
        outcome = run(command, work.log, gimp.environment(work.environment), seconds=SECONDS)
        if "PYTHON-FU: yes" in outcome.output:
            usable.append(gimp)
        elif "PYTHON-FU: no" in outcome.output:
            work.console.say(
                f"{gimp}: it comes without Python-Fu, which the plug-in needs; GIMP 3 has it,"
                " and so have the builds of gimp.org and of Flathub."
            )
        else:
            work.console.say(f"{gimp}: it could not be asked whether it has Python-Fu; left alone.")
    return usable


def folders(machine: Machine, programs: Sequence[Gimp], usable: Sequence[Gimp]) -> list[Path]:
    """Returns the profiles to place the plug-in in.

    These are the profiles of ``usable``, and those of which no GIMP is in ``programs``.
    """
    unusable = {profile_of(gimp, machine) for gimp in programs if gimp not in usable}
    usable_profiles = [profile_of(gimp, machine) for gimp in usable]
    others = [path for path in profiles(machine, major=2) if path not in unusable]
    return list(dict.fromkeys([*usable_profiles, *others]))
