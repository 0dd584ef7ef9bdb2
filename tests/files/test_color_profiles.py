"""Color profiles: followed where the file is read, and kept where it is written."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from nst_core.files.form import Form
from nst_core.files.reading import read
from nst_core.files.writing import KINDS, write

from . import profiles
from .made import SHAPE, numbers, stored_png, stored_tiff


@pytest.mark.parametrize("curve", [profiles.gamma(2.2), profiles.gamma(1.0), profiles.SRGB_CURVE])
def test_colors_are_those_of_littlecms(curve: bytes, tmp_path: Path) -> None:
    profile = profiles.of_primaries(curve=curve)
    pixels = numbers("uint8", 3)
    picture = read(stored_png(tmp_path / "x.png", pixels, profile), "picture")
    assert picture.form.profile == profile
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    expected = ImageCms.profileToProfile(Image.fromarray(pixels), source, ImageCms.createProfile("sRGB"))
    assert expected is not None
    np.testing.assert_allclose(picture.rgb * 255, np.asarray(expected), atol=1.01)


@pytest.mark.parametrize(
    ("profile", "channels"),
    [
        (profiles.of_primaries(), 3),
        (profiles.of_primaries(curve=profiles.SRGB_CURVE), 4),
        (profiles.of_greys(), 1),
        (profiles.of_greys(), 2),
    ],
)
def test_what_srgb_has_comes_back_in_its_own_colors(profile: bytes, channels: int, tmp_path: Path) -> None:
    pixels = numbers("uint16", channels)
    if channels > 2:  # grey-like colors are in every space
        pixels[..., :3] = 20000 + pixels[..., :3] // 8
    picture = read(stored_png(tmp_path / "in.png", pixels, profile), "picture")
    write(tmp_path / "out.png", picture, picture.form)
    again = read(tmp_path / "out.png", "picture")
    assert again.form.profile == profile
    np.testing.assert_allclose(again.rgb, picture.rgb, atol=1e-4)
    assert (tmp_path / "out.png").stat().st_size == (tmp_path / "in.png").stat().st_size


def test_a_profile_of_tables_is_followed_there_and_back(tmp_path: Path) -> None:
    pixels = np.full((*SHAPE, 3), 128, np.uint8)
    profile = profiles.of_tables()
    picture = read(stored_png(tmp_path / "in.png", pixels, profile), "picture")
    assert picture.rgb.mean() * 255 == pytest.approx(119, abs=2)  # half of the lightness
    write(tmp_path / "out.png", picture, picture.form)
    with Image.open(tmp_path / "out.png") as after:
        assert after.info["icc_profile"] == profile
        assert np.asarray(after).mean() == pytest.approx(128, abs=2)


@pytest.mark.parametrize(
    "profile",
    [b"no profile", profiles.of_primaries()[:200], profiles.of_greys(), profiles.of_tables(there_only=True)],
    ids=["none", "cut", "of greys", "one way"],
)
def test_a_profile_that_is_of_no_use_is_passed_over(profile: bytes, tmp_path: Path) -> None:
    pixels = numbers("uint8", 3)
    picture = read(stored_png(tmp_path / "in.png", pixels, profile), "picture")
    assert picture.form.profile is None
    assert np.array_equal(np.rint(picture.rgb * 255), pixels)


def test_cmyk_becomes_srgb(tmp_path: Path) -> None:
    Image.new("CMYK", (4, 4), (0, 255, 255, 0)).save(tmp_path / "x.jpg")
    picture = read(tmp_path / "x.jpg", "picture")
    assert picture.form == Form(dpi=picture.form.dpi)
    assert picture.rgb[0, 0].tolist() == pytest.approx([1, 0, 0], abs=0.02)


def test_a_profile_of_any_honest_size_is_followed(tmp_path: Path) -> None:
    profile = profiles.of_primaries() + bytes(2 << 20)
    pixels = numbers("uint8", 3)
    large = read(stored_png(tmp_path / "large.png", pixels, profile), "picture")
    small = read(stored_png(tmp_path / "small.png", pixels, profiles.of_primaries()), "picture")
    assert np.array_equal(large.rgb, small.rgb)
    assert large.form.profile == profile
    for suffix in KINDS:
        write(tmp_path / f"x{suffix}", large, large.form)
        assert read(tmp_path / f"x{suffix}", "picture").form.profile == profile


def test_a_profile_that_no_file_could_take_is_followed_but_not_kept(tmp_path: Path) -> None:
    pixels = numbers("uint8", 3)
    path = stored_tiff(tmp_path / "x.tif", pixels, iccprofile=profiles.of_primaries() + bytes(20 << 20))
    picture = read(path, "picture")
    small = read(stored_png(tmp_path / "small.png", pixels, profiles.of_primaries()), "picture")
    np.testing.assert_allclose(picture.rgb, small.rgb, atol=1e-6)
    for suffix in KINDS:
        write(tmp_path / f"y{suffix}", picture, picture.form)
