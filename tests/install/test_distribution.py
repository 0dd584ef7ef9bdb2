"""What distributors take: a wheel and an sdist of the core, and the plug-in for Flatpak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from nst_install.plugin import contents

from nst_core import __version__
from nst_core.contract.places import State

from ..conftest import REPOSITORY

FLATPAK = REPOSITORY / "packaging" / "flatpak"
NAME = "org.gimp.GIMP.Plugin.NeuralStyle"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return folder


def test_the_wheel_holds_the_core_and_its_command(built: Path, tmp_path: Path) -> None:
    wheel = built / f"nst_core-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        entries = archive.read(f"nst_core-{__version__}.dist-info/entry_points.txt").decode()
        archive.extractall(tmp_path)
    assert {"nst_core/__main__.py", "nst_core/contract/places.py", "nst_core/commands/doctor.py"} <= set(
        names
    )
    assert all(name.startswith(("nst_core/", "nst_core-")) for name in names)
    assert "nst = nst_core.__main__:main" in entries
    said = subprocess.check_output(
        [sys.executable, "-m", "nst_core", "--help"],
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert "doctor" in said


def test_the_sdist_is_enough_to_build_and_install_from(built: Path) -> None:
    with tarfile.open(built / f"nst_core-{__version__}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "LICENSE", "README.md", "install/__main__.py", "install/locks/torch.txt"}
    assert wanted <= names
    assert f"packaging/flatpak/{NAME}.json" in names
    assert not any(name.startswith("tests/") for name in names)


def test_the_flatpak_extension_has_the_plugin_where_gimp_looks(tmp_path: Path) -> None:
    manifest = json.loads((FLATPAK / f"{NAME}.json").read_text(encoding="utf-8"))
    assert (manifest["id"], manifest["runtime"], manifest["branch"]) == (NAME, "org.gimp.GIMP", "3")
    assert manifest["build-options"]["prefix"] == f"/app/extensions/{NAME.rpartition('.')[2]}"
    (module,) = manifest["modules"]
    for command in module["build-commands"]:
        variables = {**os.environ, "FLATPAK_DEST": str(tmp_path)}
        subprocess.run(["sh", "-ec", command], cwd=REPOSITORY, env=variables, check=True)
    plugin = tmp_path / "plug-ins" / "neural-style"
    assert os.access(plugin / "neural-style.py", os.X_OK)
    by_the_installer = contents(REPOSITORY, State(tmp_path), "1.2")
    assert {path.relative_to(plugin).as_posix() for path in plugin.rglob("*.*")} == {
        name for name in by_the_installer if name != "install.json"
    }
    about = ElementTree.parse(tmp_path / "share" / "metainfo" / f"{NAME}.metainfo.xml")
    assert about.findtext("id") == NAME


def test_a_plugin_without_the_installer_finds_the_engine_where_it_usually_is(tmp_path: Path) -> None:
    (tmp_path / "state" / "environment" / "bin").mkdir(parents=True)
    python = tmp_path / "state" / "environment" / "bin" / "python"
    python.touch()
    said = subprocess.check_output(
        [
            sys.executable,
            "-c",
            "from client.installation import installation; print(installation().command[0])",
        ],
        text=True,
        env={
            "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY / "plugin/neural-style", REPOSITORY))),
            "NEURAL_STYLE_HOME": str(tmp_path / "state"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    assert said.strip() == str(python)
