"""Other programs: what they see of our environment, and that none outlives us or is started elsewhere."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nst_core.processes.programs import begin, clean_environment, end

from ..conftest import REPOSITORY
from ..install.checkout import hears_hangups
from ..waiting import until_gone

# What a shell of a person's may hold that has broken another program before.
HARMFUL = {
    "PYTHONHOME": "/usr",
    "PYTHONPATH": "/x",
    "PYTHONSTARTUP": "/x",
    "VIRTUAL_ENV": "/x",
    "CONDA_PREFIX": "/x",
    "LD_LIBRARY_PATH": "/x",
    "LD_PRELOAD": "/x",
    "GI_TYPELIB_PATH": "/x",
    "PIP_TARGET": "/x",
    "PIP_CONSTRAINT": "/x",
    "TORCH_LOGS": "bogus",
    "SOMETHING_NEW": "1",
}
NEEDED = {
    "HOME": "/home/me",
    "LC_ALL": "de_DE.UTF-8",
    "https_proxy": "http://proxy:3128",
    "CUDA_VISIBLE_DEVICES": "0",
    "NEURAL_STYLE_HOME": "/x",
}


def test_programs_see_what_they_need_and_nothing_else() -> None:
    assert clean_environment({**HARMFUL, **NEEDED}) == NEEDED


def test_the_core_sees_nothing_of_gimps_packaging() -> None:
    inside = {
        "APPDIR": "/tmp/.mount_gimp",
        "PATH": "/tmp/.mount_gimp/usr/bin:/usr/bin",
        "LD_LIBRARY_PATH": "/tmp/.mount_gimp/lib",
        "LD_PRELOAD": "libgimp.so",
        "PYTHONHOME": "/tmp/.mount_gimp/usr",
        "PYTHONPATH": "/x",
        "GI_TYPELIB_PATH": "/x",
        "GDK_PIXBUF_MODULEDIR": "/x",
        "HOME": "/home/me",
        "LANG": "de_DE.UTF-8",
        "CUDA_VISIBLE_DEVICES": "0",
        "HTTPS_PROXY": "http://proxy:3128",
    }
    assert clean_environment(inside) == {
        "PATH": "/usr/bin",
        "HOME": "/home/me",
        "LANG": "de_DE.UTF-8",
        "CUDA_VISIBLE_DEVICES": "0",
        "HTTPS_PROXY": "http://proxy:3128",
    }


@pytest.mark.parametrize("folder", ["nst_core", "plugin/neural-style", "install/nst_install"])
def test_one_place_starts_programs(folder: str) -> None:
    """Nobody else calls subprocess, or a function of os that starts something."""
    for file in sorted((REPOSITORY / folder).rglob("*.py")):
        if file.name == "programs.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("subprocess.run", "subprocess.Popen", "subprocess.call"), file
                assert not called.startswith(("os.system", "os.spawn", "os.popen", "subprocess.check")), file


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the console ends them")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_none_outlives_us(tmp_path: Path, number: int) -> None:
    parent = (
        "import os, sys, time\n"
        "from nst_core.processes.programs import begin\n"
        "process = begin(['sleep', '600'], os.environ)\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    ours = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, env=ours, preexec_fn=hears_hangups
    )
    assert process.stdout
    child = int(process.stdout.readline())
    process.send_signal(number)
    process.communicate(timeout=20)
    until_gone(child)


def test_the_end_takes_what_was_started_in_turn() -> None:
    process = begin(["sh", "-c", "sleep 600 & echo $!; wait"], os.environ, output=subprocess.PIPE)
    assert process.stdout
    grandchild = int(process.stdout.readline())
    end(process)
    process.stdout.close()
    until_gone(grandchild)
