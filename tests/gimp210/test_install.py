"""``python3 install`` beside a real GIMP 2.10: placed, proved by painting, and taken away again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from nst_core.contract.places import State

from ..conftest import REPOSITORY
from .root import OldGimpRoot

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]


def test_it_is_proved_in_gimp_and_removed_again(
    old_root: OldGimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = old_root.new_home("install")
    state = State(tmp_path_factory.mktemp("ns") / "Jürg's")
    state.root.mkdir()
    old_root.bind(state.root)
    old_root.bind(REPOSITORY, read_only=True)
    old_root.bind_python(installed.python)
    state.environment.symlink_to(installed.environment)  # 6 GB need not be made once more
    shutil.copytree(installed.weights, state.weights)  # the removal takes them away
    ask = [str(installed.python), "-c", "import sys; print(sys._base_executable)"]
    python = subprocess.check_output(ask, text=True).strip()

    def install(*arguments: str) -> str:
        command = [python, str(REPOSITORY / "install"), "--prefix", str(state.root), *arguments]
        done = old_root.run(command, home, timeout=300, env={"LC_ALL": "C.UTF-8", "LANGUAGE": "es"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        said = install()
        plugin = home.config / "plug-ins" / "neural-style-gimp2"
        result = state.root / "first-result-gimp-2.10.png"
        assert f"Look at {result}." in said
        assert "Filters ▸ Neural Style…" in said
        with Image.open(result) as painted, Image.open(state.samples / "photograph.jpg") as photograph:
            assert painted.size == photograph.size
        assert (plugin / "neural-style-gimp2.py").stat().st_mode & 0o111 == 0o111
        assert sorted(path.name for path in plugin.parent.iterdir()) == ["neural-style-gimp2"]
        assert list(plugin.glob("*.pyc")), "Python 2 leaves these, and they go with the rest"

        install("--uninstall")
        assert not plugin.exists()
        assert Path(installed.python).exists()
    finally:
        home.close()
