"""What is set for Python, pip and the shell: the engine is installed all the same, or it is said why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from .checkout import host_python
from .installing import command, home_of, install, run


@pytest.mark.parametrize("module", ["_ctypes", "_lzma"])
def test_a_python_that_was_built_without_a_module(
    checkout: Path, environment: dict[str, str], module: str
) -> None:
    """As pyenv's do (pyenv#1933, pytorch/vision#2921): all would be fetched, and then not start."""
    site = next(host_python().parents[1].glob("lib/*/site-packages"))
    without = site / "without.pth"
    without.write_text(f"import sys; sys.modules[{module!r}] = None\n", encoding="utf-8")
    try:
        done = install(checkout, environment, "--no-gimp")
    finally:
        without.unlink()
    assert done.returncode == 1
    assert done.stderr.startswith(f"This Python was built without {module[1:]}, which the engine needs:")
    assert not (home_of(environment) / ".local").exists()


def test_a_person_whose_pip_installs_for_the_user(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    """As some systems have it for all (pip#8977): a virtual environment takes no such package."""
    settings = home_of(environment) / ".config/pip/pip.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[install]\nuser = true\nrequire-virtualenv = true\nno-binary = :all:\n")
    del environment["PIP_CONFIG_FILE"]
    done = install(checkout, environment, "--no-gimp")
    assert done.returncode == 0, done.stderr


def test_a_limit_on_addresses_is_told(checkout: Path, environment: dict[str, str]) -> None:
    limited = ["bash", "-c", 'ulimit -v 3000000; exec "$@"', "bash"]
    done = run([*limited, *command(checkout, "--yes", "--no-gimp")], environment)
    assert done.returncode == 1
    assert "(ulimit -v)" in done.stderr


def test_what_pip_is_told_otherwise_does_not_matter(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "constraints.txt").write_text("numpy<1.0\n")
    odd = {"TARGET": tmp_path / "t", "PREFIX": tmp_path / "p", "DRY_RUN": 1, "USER": 1, "NO_DEPS": 1}
    odd["CONSTRAINT"] = tmp_path / "constraints.txt"
    done = install(checkout, {**environment, **{f"PIP_{key}": str(odd[key]) for key in odd}}, "--no-gimp")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "t").exists()
    assert not (tmp_path / "p").exists()


def test_other_pythons_settings_do_not_matter(checkout: Path, environment: dict[str, str]) -> None:
    done = install(checkout, {**environment, "PYTHONPATH": "/nowhere", "PYTHONSAFEPATH": "1"}, "--no-gimp")
    assert done.returncode == 0, done.stderr
