"""``nst batch``: a folder painted with one network; what fails is named and does not stop the rest."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nst_core.commands import painting
from nst_core.commands.targets import targets
from nst_core.contract.places import State
from nst_core.files.metadata import made_with

from ..folders import names
from ..nst_process import NST, environment
from ..pictures import WOODCUT, moving, small_photograph
from .nst import QUICK, Nst


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, one that is none, and files that nobody would take for pictures."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.png", "b.jpg", "d.BMP"):
        small_photograph(folder / name)
    (folder / "c.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("notes")
    (folder / ".hidden.png").write_bytes(b"")
    return folder


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        image.load()
        return image.size


def test_it_paints_what_can_be_read_and_names_the_rest(nst: Nst, folder: Path) -> None:
    output = folder.parent / "out"
    done = nst("batch", folder, WOODCUT, "-o", output, *QUICK, "--seed", 5)
    assert done.status == 1
    assert "c.png is left out. The picture “c.png” cannot be read" in done.err
    assert "notes.txt is left out. The picture “notes.txt” cannot be read" in done.err
    assert ".hidden" not in done.err
    assert names(output) == ["a.png", "b.jpg", "d.BMP.png"]
    assert done.out.split() == [str(output / name) for name in names(output)]
    stored = made_with(output / "b.jpg")
    assert stored is not None
    assert stored["settings"]["seed"] == 5
    assert size_of(output / "a.png") == (60, 40)


def test_what_is_there_already_is_left_unless_told(
    nst: Nst, folder: Path, idle_engine: list[dict[str, Any]]
) -> None:
    for name in ("c.png", "notes.txt"):
        (folder / name).unlink()
    output = folder.parent / "out"
    output.mkdir()
    (output / "a.png").write_bytes(b"mine")
    done = nst("batch", folder, WOODCUT, "-o", output)
    assert done.status == 0
    assert "“a.png” is there already." in done.err
    assert "b.jpg: A note." in done.err
    assert (output / "a.png").read_bytes() == b"mine"
    assert len(idle_engine) == 2
    assert nst("batch", folder, WOODCUT, "-o", output, "--overwrite").status == 0
    assert len(idle_engine) == 5
    assert size_of(output / "a.png") == (60, 40)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("gone", WOODCUT, "-o", "out"), "There is no folder “gone”."),
        (("empty", WOODCUT, "-o", "out"), "There is no picture in “empty”."),
        (("in", WOODCUT, "-o", "in"), "The results need a folder of their own"),
        (("in", WOODCUT, "-o", "no/such"), "There is no folder “no” to make “such” in."),
        (("in", WOODCUT, "-o", "in/a.png"), "“in/a.png” cannot be made: File exists."),
        (("in", "-o", "out"), "Name at least one style picture."),
        (("in", "gone.png", "-o", "out"), "The style picture “gone.png” is not there."),
        (
            ("in", WOODCUT, "-o", "out", "--quality", "best"),
            "--quality is draft, normal or high, not “best”.",
        ),
        (("in", WOODCUT, "-o", "out", "--like", "in/a.png"), "“a.png” holds no settings of Neural Style."),
        (("in", WOODCUT, "-o", "out", "--weights", "1,2"), "--weights is a number for each style"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    nst: Nst, folder: Path, arguments: tuple[object, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    Path("empty").mkdir()
    done = nst("batch", *arguments)
    assert done.status == 1
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1
    assert names(Path()) == ["empty", "in"]


def test_one_network_does_all(
    nst: Nst, folder: Path, idle_engine: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[object] = []
    load = painting.network

    def counted(*arguments: Any) -> object:
        loads.append(arguments)
        return load(*arguments)

    monkeypatch.setattr(painting, "network", counted)
    nst("batch", folder, WOODCUT, "-o", folder.parent / "out")
    assert len(loads) == 1
    assert len(idle_engine) == 3


def test_every_kind_of_picture_is_painted_whatever_it_is_called(
    nst: Nst, tmp_path: Path, idle_engine: list[dict[str, Any]]
) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name, kind in (("p.jfif", "JPEG"), ("q.avif", "AVIF"), ("r", "PNG"), ("s.txt", "WEBP")):
        small_photograph(folder / name, kind=kind)
    done = nst("batch", folder, WOODCUT, "-o", output)
    assert (done.status, done.err.count("left out")) == (0, 0)
    assert names(output) == ["p.jfif.png", "q.avif.png", "r.png", "s.txt.png"]


def test_no_two_pictures_have_one_result() -> None:
    sources = [
        "A.png",
        "Caf\u00e9.png",
        "Cafe\u0301.png",
        "a.PNG",
        "a.gif",
        "a.gif.png",
        "b",
        "b.png",
        "b.bmp",
    ]
    pairs = targets([Path(name) for name in sources], Path("out"))
    assert [source.name for source, _ in pairs] == sources
    assert [target.name for _, target in pairs] == [
        *("A.png", "Caf\u00e9.png", "Cafe\u0301.png.png", "a.PNG.png", "a.gif-2.png", "a.gif.png"),
        *("b-2.png", "b.png", "b.bmp.png"),
    ]


def test_a_name_as_long_as_can_be_is_painted(
    nst: Nst, folder: Path, idle_engine: list[dict[str, Any]]
) -> None:
    long = [f"{'n' * 251}.png", f"{'n' * 251}.gif", "n" * 255]
    for name in long:
        Image.open(folder / "a.png").save(folder / name, "GIF" if name.endswith("gif") else "PNG")
    output = folder.parent / "out"
    done = nst("batch", folder, WOODCUT, "-o", output)
    assert "too long" not in done.err
    assert len(done.out.splitlines()) == 6
    assert len(names(output)) == 6


def test_any_error_of_one_picture_leaves_the_others(
    nst: Nst, folder: Path, idle_engine: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = painting.stylize

    def stylize(**arguments: Any) -> object:
        if not idle_engine:
            idle_engine.append({})
            raise ZeroDivisionError("no")
        return idle(**arguments)

    monkeypatch.setattr(painting, "stylize", stylize)
    done = nst("batch", folder, WOODCUT, "-o", folder.parent / "out")
    assert done.status == 1
    assert "a.png is left out. This should not have happened (ZeroDivisionError: no)." in done.err
    assert names(folder.parent / "out") == ["b.jpg", "d.BMP.png"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_is_no_file_is_named(nst: Nst, folder: Path, idle_engine: list[dict[str, Any]]) -> None:
    (folder / "gone.png").symlink_to("nowhere.png")
    done = nst("batch", folder, WOODCUT, "-o", folder.parent / "out")
    assert "gone.png is left out. The picture “gone.png” is not there." in done.err
    assert len(names(folder.parent / "out")) == 3


@pytest.mark.parametrize("link", ["soft", "hard"])
@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_link_back_to_a_picture_does_not_paint_over_it(
    nst: Nst, folder: Path, idle_engine: list[dict[str, Any]], link: str
) -> None:
    output = folder.parent / "out"
    output.mkdir()
    (os.symlink if link == "soft" else os.link)(folder / "a.png", output / "a.png")
    before = (folder / "a.png").read_bytes()
    done = nst("batch", folder, WOODCUT, "-o", output, "--overwrite")
    assert done.status == 1
    assert "/a.png” is one of the pictures to paint with: give another folder for the results." in done.err
    assert (folder / "a.png").read_bytes() == before
    assert len(names(output)) == 3


def test_of_what_moves_the_first_picture_is_painted_with_a_word(
    nst: Nst, tmp_path: Path, idle_engine: list[dict[str, Any]]
) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.gif").write_bytes(moving("GIF")[0])
    done = nst("batch", folder, folder / "a.gif", "-o", output)
    assert done.status == 0
    assert "The style picture “a.gif” moves: only its first picture is taken.\n" in done.err
    assert "a.gif: The picture “a.gif” moves: only its first picture is taken.\n" in done.err
    assert Image.open(output / "a.gif.png").convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process")
def test_ctrl_c_ends_it_with_whole_files_only(installed: State, folder: Path) -> None:
    output = folder.parent / "out"
    command = [*NST, "batch", str(folder), str(WOODCUT), "-o", str(output)]
    command += ["--size", "48", "--evaluations", "400"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(installed)
    ) as core:
        assert core.stdout is not None
        first = core.stdout.readline()
        core.send_signal(signal.SIGINT)
        _, err = core.communicate(timeout=60)
    assert first.decode().strip() == str(output / "a.png")
    assert core.returncode == 130, err.decode()
    assert b"Stopped after" in err
    assert b"Traceback" not in err
    assert not [path for path in output.iterdir() if path.name.startswith(".")]
    assert all(size_of(path) == (60, 40) for path in output.iterdir())
