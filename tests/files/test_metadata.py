"""What is written beside the pixels: resolution, and the settings that a picture was made with."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from nst_core.files.form import Form
from nst_core.files.metadata import made_with, packet
from nst_core.files.reading import read
from nst_core.files.writing import KINDS, write

from ..pictures import png_chunk
from . import profiles
from .made import numbers, plain, stored_tiff


@pytest.mark.parametrize("suffix", KINDS)
def test_profile_resolution_and_settings_are_kept(suffix: str, tmp_path: Path) -> None:
    profile = profiles.of_primaries()
    form = Form(8, False, profile, (300.0, 150.0))
    note = {"settings": {"strength": 50}, "styles": ["„<&>“ \U0001f58c.png"]}
    path = tmp_path / f"x{suffix}"
    picture = plain(0.5)
    write(path, picture, form, packet(note))
    after = read(path, "picture")
    assert after.form.profile == profile
    assert after.form.dpi == pytest.approx((300, 150), rel=0.001)
    np.testing.assert_allclose(after.rgb, picture.rgb, atol=0.01)
    assert made_with(path) == note


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_settings_are_kept_in_deep_files(suffix: str, tmp_path: Path) -> None:
    picture = plain(0.5)
    write(tmp_path / f"x{suffix}", picture, Form(32), packet({"seed": 1}))
    assert made_with(tmp_path / f"x{suffix}") == {"seed": 1}


@pytest.mark.parametrize(
    "inside",
    [b"", b"no xml", b"<x/>", b'<x xmlns:n="https://neural-style.invalid/1.0/" n:made-with="[1]"/>'],
)
def test_what_holds_no_settings_holds_none(inside: bytes, tmp_path: Path) -> None:
    write(tmp_path / "x.png", plain(), Form(), inside)
    assert made_with(tmp_path / "x.png") is None
    (tmp_path / "x.txt").write_text("text")
    assert made_with(tmp_path / "x.txt") is None


def test_settings_are_found_as_an_element_too(tmp_path: Path) -> None:
    inside = b'<x xmlns:n="https://neural-style.invalid/1.0/"><n:made-with>{"seed":1}</n:made-with></x>'
    write(tmp_path / "x.jpg", plain(), Form(), inside)
    assert made_with(tmp_path / "x.jpg") == {"seed": 1}


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("dpi", [(4e9, 4e9), (70_000.0, 300.0), (300.0, 0.5)])
def test_a_resolution_that_nobody_believes_is_passed_over(
    kind: str, dpi: tuple[float, float], tmp_path: Path
) -> None:
    path = stored_tiff(tmp_path / "x.tif", numbers(kind, 3), resolution=dpi, resolutionunit="INCH")
    picture = read(path, "picture")
    assert picture.form.dpi is None
    for suffix in KINDS:
        write(tmp_path / f"y{suffix}", picture, picture.form)


def test_settings_are_found_beside_large_text(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    write(path, plain(), Form(), packet({"seed": 1}))
    data = path.read_bytes()
    at = data.index(b"iTXt") - 4
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3 << 20)))
    path.write_bytes(data[:at] + text + data[at:])
    assert made_with(path) == {"seed": 1}
