"""Roots in the making: tests go on meanwhile, and one that cannot be made fails what wants it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from .making import Making
from .root import GimpRoot

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("apt-get"), reason="no root is made here"
)


class Pretended:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def making() -> Iterator[Making]:
    making = Making()
    yield making
    making.close()


def script(folder: Path, text: str) -> Path:
    path = folder / "make.sh"
    path.write_text(text)
    return path


def test_they_are_made_one_after_the_other_while_tests_go_on(making: Making, tmp_path: Path) -> None:
    order, go_on = tmp_path / "order", tmp_path / "go on"
    order.touch()
    path = script(tmp_path, f'while [ ! -e "{go_on}" ]; do sleep 0.01; done; echo "$1" >>"{order}"')
    for name in ("first", "second"):
        making.ask(name, path, [name], lambda: cast(GimpRoot, Pretended()))
    assert order.read_text() == ""
    go_on.touch()
    making.wait("second")
    assert order.read_text() == "first\nsecond\n"


def test_what_wants_one_that_cannot_be_made_fails_and_says_why(making: Making, tmp_path: Path) -> None:
    path = script(tmp_path, "echo unpacking >&2; echo the disk is full >&2; exit 1")
    making.ask("the root", path, [], lambda: cast(GimpRoot, Pretended()))
    with pytest.raises(pytest.fail.Exception, match=r"^the root cannot be made: the disk is full"):
        making.root("the root")


def test_one_that_cannot_be_used_fails_too(making: Making, tmp_path: Path) -> None:
    def use() -> GimpRoot:
        raise OSError("no mount namespace")

    making.ask("the root", script(tmp_path, "exit 0"), [], use)
    with pytest.raises(pytest.fail.Exception, match="the root cannot be used: no mount namespace"):
        making.root("the root")
