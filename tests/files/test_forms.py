"""Picture files: what is read is written back as it was, in every form that the kind of file has."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from nst_core.files.errors import PictureError
from nst_core.files.form import FilePicture, Form
from nst_core.files.reading import read, read_mask
from nst_core.files.writing import check_size, write

from ..folders import names
from ..pictures import encoded, png_of
from . import profiles
from .made import SHAPE, in_file, numbers, plain, stored_png, stored_tiff


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_comes_back_to_the_last_bit(
    kind: str, channels: int, compression: str | None, tmp_path: Path
) -> None:
    pixels = numbers(kind, channels)
    picture = read(stored_tiff(tmp_path / "in.tif", pixels, compression=compression), "picture")
    write(tmp_path / "out.tif", picture, picture.form)
    after = in_file(tmp_path / "out.tif")
    assert after.dtype == pixels.dtype
    np.testing.assert_allclose(after, pixels, rtol=0, atol=2e-7 if kind == "float32" else 0)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_a_png_comes_back_to_the_last_bit(kind: str, channels: int, tmp_path: Path) -> None:
    pixels = numbers(kind, channels)
    picture = read(stored_png(tmp_path / "in.png", pixels), "picture")
    assert picture.form.depth == (8 if kind == "uint8" else 16)
    write(tmp_path / "out.png", picture, picture.form)
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "in.png").read_bytes()
    again = read(tmp_path / "out.png", "picture")
    assert np.array_equal(again.rgb, picture.rgb)
    top = np.iinfo(kind).max
    assert np.array_equal(np.rint(picture.rgb[..., 0] * top), pixels[..., 0])
    if picture.alpha is not None:
        assert np.array_equal(np.rint(picture.alpha * top), pixels[..., -1])


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_pillow_reads_the_png_that_is_written(mode: str, tmp_path: Path) -> None:
    before = Image.effect_noise((31, 17), 60).convert(mode)
    pixels = np.asarray(before).reshape(17, 31, -1)
    with Image.open(stored_png(tmp_path / "x.png", pixels)) as after:
        assert after.mode == mode
        assert np.array_equal(np.asarray(after), np.asarray(before))


def test_sixteen_bits_compressed_as_lzw_are_read_whole(tmp_path: Path) -> None:
    """tifffile has no code for LZW; two pixels of 8 bits that Pillow packs are the bytes of one of 16."""
    pixels = numbers("uint16", 3)
    twice = np.frombuffer(pixels.tobytes(), np.uint8).reshape(SHAPE[0], SHAPE[1] * 2, 3)
    data = bytearray(encoded(Image.fromarray(twice), "TIFF", compression="tiff_lzw"))
    (at,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, at)
    for number in range(entries):
        tag, _, _, value = struct.unpack_from("<HHII", data, at + 2 + 12 * number)
        if tag == 256:  # width
            struct.pack_into("<I", data, at + 2 + 12 * number + 8, SHAPE[1])
        elif tag == 258:  # bits of each channel
            struct.pack_into("<3H", data, value, 16, 16, 16)
    (tmp_path / "x.tif").write_bytes(data)
    picture = read(tmp_path / "x.tif", "picture")
    assert picture.form.depth == 16
    assert np.array_equal(np.rint(picture.rgb * 65535), pixels)


def test_floats_in_a_compression_that_cannot_be_read_are_a_sentence(tmp_path: Path) -> None:
    stored_tiff(tmp_path / "x.tif", numbers("float32", 3))
    data = bytearray((tmp_path / "x.tif").read_bytes())
    at = data.index(struct.pack("<HHIH", 259, 3, 1, 1)) + 8
    struct.pack_into("<H", data, at, 5)
    (tmp_path / "x.tif").write_bytes(data)
    with pytest.raises(PictureError, match="has floats that are compressed"):
        read(tmp_path / "x.tif", "picture")


def test_an_interlaced_png_of_sixteen_bits_is_read_whole(tmp_path: Path) -> None:
    pixels = numbers("uint16", 4)
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    rows = [row for y, x, down, across in passes for row in pixels[y::down, x::across] if len(row)]
    packed = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows))
    (tmp_path / "x.png").write_bytes(png_of((SHAPE[1], SHAPE[0]), 16, 6, packed, interlaced=True))
    picture = read(tmp_path / "x.png", "picture")
    assert picture.alpha is not None
    assert np.array_equal(np.rint(picture.rgb * 65535), pixels[..., :3])
    assert np.array_equal(np.rint(picture.alpha * 65535), pixels[..., 3])


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif", "deep", "float"])
def test_a_picture_lies_as_its_camera_says_once(turn: int, kind: str, tmp_path: Path) -> None:
    ramp = np.add.outer(np.arange(8) * 20, np.arange(16) * 4).astype(np.uint8)
    pixels = np.repeat(ramp[..., None], 3, axis=2)
    path = tmp_path / f"in.{kind if len(kind) < 5 and kind != 'deep' else 'tif'}"
    if kind in ("deep", "float"):
        deep = pixels.astype(np.uint16) * 257 if kind == "deep" else (pixels / 255).astype(np.float32)
        stored_tiff(path, deep, extratags=[(274, "H", 1, turn, True)])
    else:
        exif = Image.Exif()
        exif[274] = turn
        more = {"lossless": True} if kind == "webp" else {"quality": 100} if kind == "jpg" else {}
        Image.fromarray(pixels).save(path, exif=exif, **more)
    flat = ramp if turn < 5 else ramp.T
    expected = {1: flat, 2: flat[:, ::-1], 3: flat[::-1, ::-1], 4: flat[::-1]}.get(turn)
    if expected is None:
        expected = {5: flat, 6: flat[:, ::-1], 7: flat[::-1, ::-1], 8: flat[::-1]}[turn]
    picture = read(path, "picture")
    np.testing.assert_allclose(picture.rgb[..., 0] * 255, expected, atol=3)
    write(tmp_path / "out.png", picture, picture.form)
    again = read(tmp_path / "out.png", "picture")
    np.testing.assert_allclose(again.rgb, picture.rgb, atol=1e-6)


def test_colors_that_were_multiplied_by_alpha_are_taken_apart(tmp_path: Path) -> None:
    pixels = np.zeros((1, 2, 4), np.uint16)
    pixels[0, 0] = (10000, 20000, 0, 40000)
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric="rgb", extrasamples=["assocalpha"])
    picture = read(tmp_path / "x.tif", "picture")
    assert picture.rgb[0, 0].tolist() == pytest.approx([0.25, 0.5, 0], abs=1e-4)
    assert picture.rgb[0, 1].tolist() == [0, 0, 0]


def test_values_that_are_no_numbers_do_no_harm(tmp_path: Path) -> None:
    pixels = np.array([[[np.nan, np.inf, -np.inf], [2.0, -1.0, 0.5]]], np.float32)
    assert read(stored_tiff(tmp_path / "x.tif", pixels), "picture").rgb.tolist() == [[[0, 1, 0], [1, 0, 0.5]]]


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_planes_of_a_tiff_are_put_together(planar: str, tmp_path: Path) -> None:
    pixels = numbers("uint16", 3)
    planes = pixels if planar == "contig" else pixels.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "x.tif", planes, photometric="rgb", planarconfig=planar)
    assert np.array_equal(np.rint(read(tmp_path / "x.tif", "picture").rgb * 65535), pixels)


def test_a_mask_is_grey_and_not_here_where_it_is_transparent(tmp_path: Path) -> None:
    image = Image.new("RGBA", (3, 1), (255, 255, 255, 255))
    image.putpixel((1, 0), (0, 0, 0, 255))
    image.putpixel((2, 0), (255, 255, 255, 0))
    image.save(tmp_path / "x.png")
    assert read_mask(tmp_path / "x.png", "region").tolist() == [pytest.approx([1, 0, 0])]


def test_what_a_kind_of_file_lacks_is_left_out(tmp_path: Path) -> None:
    picture = FilePicture(np.zeros((2, 2, 3), np.float32), np.zeros((2, 2), np.float32))
    write(tmp_path / "x.jpg", picture, Form(16))
    assert read(tmp_path / "x.jpg", "picture").rgb.min() > 0.98  # white paper
    grey = Form(16, grey=True, profile=profiles.of_greys())
    write(tmp_path / "x.webp", plain(0.5), grey)
    after = read(tmp_path / "x.webp", "picture")
    assert after.form.profile is None
    assert after.rgb.mean() == pytest.approx(0.5, abs=0.01)


def test_a_file_that_fails_halfway_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "x.png", plain(), Form())
    before = (tmp_path / "x.png").read_bytes()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nst_core.files.png._filtered", fail)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "x.png", plain(), Form())
    assert names(tmp_path) == ["x.png"]
    assert (tmp_path / "x.png").read_bytes() == before


def test_kinds_have_a_largest_size(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no more than 16383 pixels"):
        check_size(tmp_path / "x.webp", (10, 16384))
    check_size(tmp_path / "x.png", (10, 70_000))
