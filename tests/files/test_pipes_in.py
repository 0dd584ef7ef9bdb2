"""Pictures that come through pipes: read once, whole, or one sentence; never an endless wait."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from nst_core.contract.places import State
from nst_core.files import sources
from nst_core.files.errors import PictureError
from nst_core.files.form import Form
from nst_core.files.metadata import made_with, packet
from nst_core.files.reading import read, read_mask
from nst_core.files.writing import write

from ..conftest import SAMPLES
from ..nst_process import run_nst
from ..pictures import WOODCUT, encoded
from .made import plain

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")

DEEP = replace(plain(0.3, (40, 60)), form=Form(16))


def stored(kind: str) -> bytes:
    """The photograph as a file of 60 × 40 pixels."""
    return encoded(Image.open(SAMPLES / "photograph.jpg").resize((60, 40)), kind)


@contextlib.contextmanager
def fed(path: Path, data: bytes) -> Iterator[Path]:
    """Yields a named pipe to which somebody writes."""

    def feed() -> None:
        with contextlib.suppress(BrokenPipeError), path.open("wb") as pipe:
            pipe.write(data)

    os.mkfifo(path)
    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield path
    finally:
        feeder.join()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PATIENCE", 0.05)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "GIF"])
def test_a_named_pipe_is_read(kind: str, tmp_path: Path) -> None:
    with fed(tmp_path / "pipe", stored(kind)) as pipe:
        assert read(pipe, "picture").size == (40, 60)


def test_deep_pictures_settings_and_masks_come_through_pipes_too(tmp_path: Path) -> None:
    for end in ("png", "tif"):
        path = tmp_path / f"x.{end}"
        write(path, DEEP, DEEP.form, packet({"seed": 1}))
        with fed(tmp_path / f"picture-{end}", path.read_bytes()) as pipe:
            assert read(pipe, "picture").form.depth == 16
        with fed(tmp_path / f"mask-{end}", path.read_bytes()) as pipe:
            assert read_mask(pipe, "mask").shape == (40, 60)
        with fed(tmp_path / f"like-{end}", path.read_bytes()) as pipe:
            assert made_with(pipe) == {"seed": 1}


@pytest.mark.usefixtures("impatient")
def test_a_pipe_that_nobody_writes_to_is_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PictureError, match=r"^(Nothing more of the|The) picture “pipe” (comes|is empty)\.$"):
        read(tmp_path / "pipe", "picture")


@pytest.mark.usefixtures("impatient")
def test_a_pipe_that_stays_open_is_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    held = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(held, stored("PNG")[:500])
    try:
        with pytest.raises(PictureError, match=r"^Nothing more of the picture “pipe” comes\.$"):
            read(tmp_path / "pipe", "picture")
    finally:
        os.close(held)


def test_what_comes_without_end_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST", 1 << 20)
    with (
        fed(tmp_path / "pipe", bytes(4 << 20)) as pipe,
        pytest.raises(PictureError, match=r"^The picture “pipe” has no end"),
    ):
        read(pipe, "picture")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_picture(device: str) -> None:
    with pytest.raises(PictureError, match=r"^The picture “\w+” is no file\.$"):
        read(Path(device), "picture")


def planned(state: State, piped: bytes, *words: object) -> subprocess.CompletedProcess[str]:
    """A dry run of ``nst stylize`` that is given ``piped`` on its standard input."""
    return run_nst(state, "stylize", *words, "--dry-run", standard_input=piped)


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_the_standard_input_may_be_the_picture(installed: State, tmp_path: Path, name: str) -> None:
    done = planned(installed, stored("JPEG"), name, WOODCUT, "-o", tmp_path / "x.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The result has 60 × 40 pixels" in done.stdout


def test_it_can_be_only_one_of_them(installed: State, tmp_path: Path) -> None:
    done = planned(installed, stored("JPEG"), "-", "-", "-o", tmp_path / "x.png")
    assert done.returncode == 1
    assert done.stderr == (
        "The style picture from the standard input is empty. What comes through a pipe can be read only"
        " once.\n"
    )
