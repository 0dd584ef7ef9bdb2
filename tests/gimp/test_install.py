"""``python3 install`` beside a real GIMP: the plug-in is placed, proved by painting, and taken away again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from nst_core.contract.places import State

from ..conftest import REPOSITORY
from .home import Home
from .root import GimpRoot

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

# In the one GIMP says its version in Turkish, in the other it takes no command that is not ASCII.
LOCALES = {"3.0": {"LC_ALL": "C.UTF-8", "LANGUAGE": "tr"}, "3.2": {"LC_ALL": "C"}}


def test_it_is_proved_in_gimp_and_removed_again(
    gimp_root: GimpRoot, gimp_home: Home, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = State(tmp_path_factory.mktemp("ns") / "Jürg's")
    state.root.mkdir()
    gimp_root.bind(state.root)
    gimp_root.bind(REPOSITORY, read_only=True)
    gimp_root.bind_python(installed.python)
    shutil.copytree(installed.weights, state.weights)
    state.environment.symlink_to(installed.environment)  # 6 GB need not be made once more
    python = Path(
        subprocess.check_output(
            [installed.python, "-c", "import sys; print(sys._base_executable)"], text=True
        ).strip()
    )

    def install(*arguments: str) -> str:
        command = [str(python), str(REPOSITORY / "install"), "--prefix", str(state.root), *arguments]
        done = gimp_root.run(command, gimp_home, timeout=1200, env=LOCALES[gimp_root.series])
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    profiles = set(gimp_home.config.parent.iterdir())
    said = install()
    result = state.root / f"first-result-gimp-{gimp_root.series}.png"
    assert f"Look at {result}." in said
    assert "Filters ▸ Neural Style…" in said
    with Image.open(result) as painted, Image.open(state.samples / "photograph.jpg") as photograph:
        assert painted.size == photograph.size
    plugin = gimp_home.config / "plug-ins" / "neural-style"
    assert (plugin / "neural-style.py").stat().st_mode & 0o111 == 0o111
    assert sorted(path.name for path in plugin.parent.iterdir()) == ["neural-style"]

    install("--uninstall")
    assert set(gimp_home.config.parent.iterdir()) == profiles
    assert not plugin.exists()
    assert installed.python.exists()
    assert [path.name for path in state.root.iterdir()] == ["environment"]  # it did not make that
