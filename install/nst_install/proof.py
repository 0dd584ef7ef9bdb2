"""The proof that the installation works: the sample picture is painted, in GIMP if there is one."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nst_core.client.launch import core_command
from nst_install import versions
from nst_install.commands import Outcome, run
from nst_install.console import Failure
from nst_install.environment import has_command
from nst_install.gimps import Gimp, profile_of
from nst_install.places import Machine
from nst_install.work import InstalledEngine, Work

SECONDS = 240.0  # for a first start of GIMP and of the engine on a slow, busy machine
_STYLE = "night-oil.jpg"
_SCRIPT = Path(__file__).with_name("in_gimp.py")
_OLD_SCRIPT = Path(__file__).with_name("in_gimp2.py")


def make_profile(work: Work, gimp: Gimp, machine: Machine) -> None:
    """Starts ``gimp`` once, if it never was started, so that it makes its profile.

    In a profile that we made, GIMP would not take over the settings of an older GIMP.
    """
    if profile_of(gimp, machine).is_dir():
        return
    work.console.begin(str(gimp))
    work.console.now("first start")
    run(gimp.batch("pass"), work.log, gimp.environment(work.environment), seconds=SECONDS)
    if not profile_of(gimp, machine).is_dir():
        work.manifest.make_folder(profile_of(gimp, machine))
    work.console.done(f"its profile was made, {profile_of(gimp, machine)}.")


def prove_engine(work: Work, engine: InstalledEngine) -> None:
    """Has ``engine`` compare what it computes on its device with stored numbers.

    Raises ``Failure`` when they differ.
    """
    work.console.begin("Self-test")
    outcome = _as_people_do(work, engine)("doctor", "--engine", seconds=600)
    if not outcome.good:
        raise Failure(
            f"The engine does not compute what it should ({outcome.reason}).",
            "Run “python3 install --cpu” for one that needs no GPU; what was there before still works.",
        )
    work.console.done(outcome.last_line)


def prove_by_command(work: Work, changed: bool) -> Path:
    """Paints the sample on the command line, and returns the path of the result.

    An earlier result stays unless something has ``changed`` since. Raises ``Failure`` when it cannot paint.
    """
    started = time.monotonic()
    work.console.begin("Proof")
    result = work.state.root / "first-result.png"
    if result.exists() and not changed:
        work.console.done("the sample was painted before, and nothing has changed.")
        return result
    work.manifest.making(result.name)
    result.unlink(missing_ok=True)
    photograph, style = _sample(work)
    words = ["stylize", str(photograph), str(style), "-o", str(result), "--quality", "draft", "--size", "384"]
    engine = versions.current(work.state)
    outcome = _as_people_do(work, engine)(*words, seconds=600)
    if not outcome.good or not result.exists():
        raise Failure(
            f"The engine could not paint the sample picture ({outcome.reason}).",
            "Run “python3 install” again; it repairs what is missing.",
        )
    work.console.done(f"the sample was painted in {time.monotonic() - started:.0f} s.")
    return result


def prove_in_gimp(work: Work, gimp: Gimp) -> Path | None:
    """Has ``gimp`` paint the sample with the plug-in, and returns the path of the result.

    Returns None when a GIMP in a sandbox cannot, because its engine may have to be started outside. Raises
    ``Failure`` when any other GIMP cannot.
    """
    started = time.monotonic()
    work.console.begin(f"Proof in {gimp}")
    result = work.state.root / f"first-result-gimp-{gimp.series}.png"
    work.manifest.making(result.name)
    result.unlink(missing_ok=True)
    photograph, style = _sample(work)
    arguments = (str(photograph), str(style), str(result))
    # In the locale C, GIMP refuses code that is not ASCII. In Python 2 a text is bytes.
    code = f"import runpy; runpy.run_path({str(_SCRIPT)!a})['prove'](*{arguments!a})"
    if gimp.major < 3:
        script, *paths = (repr(os.fsencode(path))[1:] for path in (_OLD_SCRIPT, *arguments))
        code = f"script = {{}}; execfile({script}, script); script['prove'](pdb, {', '.join(paths)})"
    outcome = run(gimp.batch(code), work.log, gimp.environment(work.environment), seconds=SECONDS)
    proofs = [line for line in outcome.output.splitlines() if line.startswith("PROOF: ")]
    proved = outcome.good if gimp.major == 3 else "PROOF: done" in proofs
    if proved and result.exists():
        work.console.done(f"the sample was painted in {time.monotonic() - started:.0f} s.")
        return result
    if "not a valid batch interpreter" in outcome.output:
        reason = "it cannot run plug-ins that are written in Python"
    elif outcome.status is None:
        reason = f"it did not end within {SECONDS:.0f} s"
    else:
        warnings = [line.partition("-Warning: ")[2] for line in outcome.output.splitlines()]
        words = next((line for line in reversed(warnings) if line), "")  # what the plug-in said in GIMP 2.10
        reason = (words or (proofs[-1].removeprefix("PROOF: ") if proofs else outcome.last_line)).rstrip(".")
    what = f"{gimp} could not paint the sample picture ({reason})."
    if gimp.boxed:
        command = shlex.join(core_command(work.state))
        work.console.done(f"{what} Start the engine outside of the {gimp.kind} first: {command}")
        return None
    raise Failure(what, "Close GIMP if it is open, see that it is whole, and run “python3 install” again.")


def _as_people_do(work: Work, engine: InstalledEngine | None) -> Callable[..., Outcome]:
    """Returns the function that runs a command of ``engine``.

    It runs ``nst``, as people do, if the current ``nst`` is this installation's and of this engine.
    """
    if engine is None:
        return work.nst
    is_ours = versions.current(work.state) == engine and has_command(work.state, engine.environment)
    return work.nst if is_ours else partial(work.core, engine)


def _sample(work: Work) -> tuple[Path, Path]:
    return work.state.samples / "photograph.jpg", work.state.samples / "styles" / _STYLE
