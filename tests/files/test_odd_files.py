"""Picture files that are not quite as others are, or are none."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import tifffile

from nst_core.files.errors import PictureError
from nst_core.files.reading import read
from nst_core.files.style import style_tensor

from ..pictures import moving, png_chunk
from .made import HEIC, SHAPE, numbers, stored_png, stored_tiff


@pytest.mark.parametrize("data", [b"", b"text", b"II*\0", b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40])
def test_what_is_no_picture_is_a_sentence(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_bytes(data)
    with pytest.raises(PictureError, match=r"^The picture “x\.tif” cannot be read: .*\.$"):
        read(tmp_path / "x.tif", "picture")


def png_with(path: Path, *parts: bytes, at_end: bool = False) -> npt.NDArray[np.uint8]:
    """Writes a PNG with further parts before its pixels or after them; returns what these are."""
    pixels: npt.NDArray[np.uint8] = numbers("uint8", 3)
    stored_png(path, pixels)
    data = path.read_bytes()
    at = data.index(b"IEND" if at_end else b"IDAT") - 4
    path.write_bytes(data[:at] + b"".join(parts) + data[at:])
    return pixels


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize(
    "part",
    [
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3 << 20))),
        png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(3 << 20))),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(30 << 20))),
        png_chunk(b"tEXt", b"Comment\0" + bytes(70 << 20)),
        png_chunk(b"tEXt", b"Comment\0wrong", spoiled=True),
        png_chunk(b"pHYs", bytes(9), spoiled=True),
        png_chunk(b"eXIf", b"MM", spoiled=True),
        png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(30 << 20))),
        png_chunk(b"iCCP", b"x\0\0no"),
        png_chunk(b"iCCP", b"x"),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0"),
        png_chunk(b"abCd", b"unknown", spoiled=True),
    ],
    ids=lambda part: f"{part[4:8].decode()} {len(part)}",
)
def test_what_lies_around_a_picture_does_not_hinder_it(part: bytes, at_end: bool, tmp_path: Path) -> None:
    pixels = png_with(tmp_path / "x.png", part, at_end=at_end)
    assert np.array_equal(np.rint(read(tmp_path / "x.png", "picture").rgb * 255), pixels)
    style = style_tensor((tmp_path / "x.png").read_bytes())
    assert np.array_equal(np.rint(style[0].permute(1, 2, 0).numpy() * 255), pixels)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("marked", [0, 1])
def test_a_thumbnail_before_the_picture_is_not_the_picture(marked: int, kind: str, tmp_path: Path) -> None:
    pixels = numbers(kind, 3)
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        size = SHAPE if marked else (2, 1)
        file.write(np.zeros((*size, 3), np.uint8), photometric="rgb", subfiletype=marked)
        file.write(pixels, photometric="rgb", metadata=None)
    picture = read(tmp_path / "x.tif", "picture")
    top = 1 if kind == "float32" else np.iinfo(kind).max
    np.testing.assert_allclose(picture.rgb, pixels / top, atol=1e-6)
    if kind != "float32":
        style = style_tensor((tmp_path / "x.tif").read_bytes())
        assert style.shape == (1, 3, *SHAPE)


@pytest.mark.parametrize("end", [".heic", ".png", ""])
def test_a_picture_of_a_telephone_is_read(end: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{end}"
    path.write_bytes(base64.b64decode(HEIC))
    picture = read(path, "picture")
    assert picture.size == (48, 64)
    assert picture.rgb[4, 4].tolist() == pytest.approx([0.86, 0.16, 0.12], abs=0.05)
    assert picture.rgb[44, 4].tolist() == pytest.approx([0.08, 0.24, 0.78], abs=0.05)
    assert style_tensor(path.read_bytes()).shape == (1, 3, 48, 64)


def test_of_what_moves_the_first_picture_is_taken_with_a_sentence(tmp_path: Path) -> None:
    for kind in ("gif", "png", "webp", "avif"):
        path = tmp_path / f"x.{kind}"
        both, first = moving(kind)
        path.write_bytes(both)
        picture = read(path, "picture")
        assert picture.notes == (f"The picture “x.{kind}” moves: only its first picture is taken.",)
        assert picture.rgb[0, 0].tolist() == pytest.approx([1, 0, 0], abs=0.05)
        path.write_bytes(first)
        assert read(path, "picture").notes == ()


def test_the_merged_picture_of_layers_is_read(tmp_path: Path) -> None:
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, 2, 4, 8, 3)
    planes = bytes([200] * 8 + [100] * 8 + [50] * 8)
    (tmp_path / "x.psd").write_bytes(header + bytes(12) + struct.pack(">H", 0) + planes)
    picture = read(tmp_path / "x.psd", "picture")
    assert picture.size == (2, 4)
    assert (picture.rgb[0, 0] * 255).tolist() == [200, 100, 50]


def test_no_library_adds_words_of_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    stored_tiff(tmp_path / "x.tif", numbers("uint8", 3), compression="zlib")
    data = (tmp_path / "x.tif").read_bytes()
    (tmp_path / "x.tif").write_bytes(data[:-50])
    with pytest.raises(PictureError):
        read(tmp_path / "x.tif", "picture")
    assert capfd.readouterr() == ("", "")
