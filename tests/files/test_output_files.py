"""Where a result goes: links, modes and other people's files are as they were before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from nst_core.files.errors import PictureError
from nst_core.files.form import Form
from nst_core.files.reading import read
from nst_core.files.writing import KINDS, check_output, write

from ..folders import names
from .made import plain

PICTURE = plain(0.5)


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_followed(there: bool, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    if there:
        (tmp_path / "far" / "real.png").write_bytes(b"before")
    link = tmp_path / "link.png"
    link.symlink_to(Path("far") / "real.png")
    check_output(link)
    write(link, PICTURE, Form())
    assert link.is_symlink()
    assert names(tmp_path / "far") == ["real.png"]
    assert read(tmp_path / "far" / "real.png", "picture").size == (4, 4)


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_links_in_a_circle_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to("b.png")
    (tmp_path / "b.png").symlink_to("a.png")
    with pytest.raises(PictureError, match=r"^“a\.png” cannot be written: .*\.$"):
        check_output(tmp_path / "a.png")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_keeps_its_mode_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"before")
    (tmp_path / "old.png").chmod(0o604)
    write(tmp_path / "old.png", PICTURE, Form())
    write(tmp_path / "new.png", PICTURE, Form())
    (tmp_path / "usual").touch()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"old.png": 0o604, "new.png": modes["usual"], "usual": modes["usual"]}


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_file_with_two_names_is_written_under_both(size: int, tmp_path: Path) -> None:
    one, other = tmp_path / "one.png", tmp_path / "other.png"
    one.write_bytes(bytes(size))
    os.link(one, other)
    write(one, PICTURE, Form())
    assert one.samefile(other)
    assert read(other, "picture").size == (4, 4)
    assert one.read_bytes().endswith(b"IEND\xaeB`\x82")
    assert names(tmp_path) == ["one.png", "other.png"]


def test_a_part_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    part = tmp_path / ".x.png.part"
    part.write_bytes(b"theirs")
    check_output(tmp_path / "x.png")
    write(tmp_path / "x.png", PICTURE, Form())
    assert part.read_bytes() == b"theirs"
    assert names(tmp_path) == [".x.png.part", "x.png"]


@pytest.mark.parametrize("suffix", KINDS)
def test_a_name_may_be_as_long_as_a_file_system_lets_it(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / ("n" * (255 - len(suffix)) + suffix)
    check_output(path)
    write(path, PICTURE, Form())
    assert read(path, "picture").size == (4, 4)


def test_a_name_that_is_too_long_is_a_sentence_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"^“n+\.png” cannot be written: .*\.$"):
        check_output(tmp_path / ("n" * 252 + ".png"))
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_is_no_file_is_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError, match=r"pipe\.png” is no file that a picture can be kept in\.$"):
        check_output(tmp_path / "pipe.png")


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_what_an_encoder_does_not_take_is_a_sentence(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=rf"^“x\{suffix}” cannot be written: .*\.$"):
        write(tmp_path / f"x{suffix}", PICTURE, Form(dpi=(4e12, 4e12)))
    assert names(tmp_path) == []
