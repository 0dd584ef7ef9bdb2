"""What happens when one side of a job in GIMP 2.10 ends in the middle of it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State

from ..conftest import SAMPLES
from ..gimp.plugged import until
from ..gimp.processes import end_group
from .plugged import OldPlugged, answer
from .root import OldGimpRoot

pytestmark = pytest.mark.gimp


@pytest.fixture
def gimp(
    old_root: OldGimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OldPlugged]:
    with OldPlugged.opened(old_root, "endings", installed, tmp_path_factory.mktemp("ns")) as plugged:
        yield plugged


def core_state(gimp: OldPlugged) -> str:
    """``ready``, ``busy``, or ``none``, as the core itself says."""
    try:
        return gimp.core_state()
    except CoreUnavailable:
        return "none"


@pytest.mark.parametrize("killed", ["core", "plug-in"])
def test_killed_in_mid_run(gimp: OldPlugged, killed: str, tmp_path: Path) -> None:
    long = gimp.arguments(quality="high", size=512)
    code = gimp.code(SAMPLES / "photograph.jpg", long, report='told["count"] = len(image.layers)')
    command = gimp.root.console_command(code, gimp.home)
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("w") as stdout, err.open("w") as stderr:
        process = gimp.root.start(command, gimp.home, stdout=stdout, stderr=stderr)
    try:
        until(lambda: core_state(gimp) == "busy", 90)
        core = gimp.core_pid()
        if killed == "core":
            os.kill(core, signal.SIGKILL)
        else:
            (plugin,) = gimp.plugin_pids()
            os.kill(plugin, signal.SIGKILL)
        process.wait(60)
    finally:
        end_group(process)
    told = answer(subprocess.CompletedProcess(command, 0, out.read_text(), err.read_text()))
    assert told["status"] != "success"
    assert told["count"] == 1
    if killed == "core":
        assert "The engine stopped unexpectedly. The image is as it was; please try again." in told["said"]
    else:
        until(lambda: core_state(gimp) == "ready", 60)
        assert gimp.core_pid() == core, "the core goes on, only the job has ended"
