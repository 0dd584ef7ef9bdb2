"""Picture files: what is read is written back as it was, in every form that the kind of file has."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image, ImageCms

from nst_core.files.errors import PictureError
from nst_core.files.form import FilePicture, Form
from nst_core.files.metadata import made_with, packet
from nst_core.files.png import write_png
from nst_core.files.reading import read, read_mask
from nst_core.files.style import style_tensor
from nst_core.files.writing import KINDS, check_size, write

from . import profiles

RANDOM = np.random.default_rng(0)
SHAPE = (7, 5)


def numbers(kind: str, channels: int) -> npt.NDArray[Any]:
    """Random values of every size that the kind has."""
    shape = (*SHAPE, channels)
    if kind == "float32":
        return RANDOM.random(shape).astype(np.float32)
    return RANDOM.integers(0, np.iinfo(kind).max + 1, shape).astype(kind)


def stored_png(path: Path, pixels: npt.NDArray[Any], profile: bytes | None = None) -> Path:
    with path.open("wb") as file:
        write_png(file, pixels, profile=profile, dpi=None, xmp=None)
    return path


def stored_tiff(path: Path, pixels: npt.NDArray[Any], **options: Any) -> Path:
    channels = pixels.shape[2]
    options = {"photometric": "minisblack" if channels < 3 else "rgb", **options}
    if channels in (2, 4):
        options = {"extrasamples": ["unassalpha"], "planarconfig": "contig", **options}
    tifffile.imwrite(path, pixels if channels > 1 else pixels[..., 0], metadata=None, **options)
    return path


def in_file(path: Path) -> npt.NDArray[Any]:
    """The channels of a TIFF as another program reads them."""
    values = np.asarray(tifffile.imread(path))
    return values if values.ndim == 3 else values[..., None]


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
    file = io.BytesIO()
    Image.fromarray(twice).save(file, "TIFF", compression="tiff_lzw")
    data = bytearray(file.getvalue())
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
    body = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows))
    data = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", SHAPE[1], SHAPE[0], 16, 6, 0, 0, 1)
    for name, content in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")):
        data += struct.pack(">I", len(content)) + name + content
        data += struct.pack(">I", zlib.crc32(name + content))
    (tmp_path / "x.png").write_bytes(data)
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


@pytest.mark.parametrize("suffix", KINDS)
def test_profile_resolution_and_settings_are_kept(suffix: str, tmp_path: Path) -> None:
    profile = profiles.of_primaries()
    form = Form(8, False, profile, (300.0, 150.0))
    note = {"settings": {"strength": 50}, "styles": ["„<&>“ \U0001f58c.png"]}
    path = tmp_path / f"x{suffix}"
    picture = FilePicture(np.full((*SHAPE, 3), 0.5, np.float32))
    write(path, picture, form, packet(note))
    after = read(path, "picture")
    assert after.form.profile == profile
    assert after.form.dpi == pytest.approx((300, 150), rel=0.001)
    np.testing.assert_allclose(after.rgb, picture.rgb, atol=0.01)
    assert made_with(path) == note


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_settings_are_kept_in_deep_files(suffix: str, tmp_path: Path) -> None:
    picture = FilePicture(np.full((*SHAPE, 3), 0.5, np.float32))
    write(tmp_path / f"x{suffix}", picture, Form(32), packet({"seed": 1}))
    assert made_with(tmp_path / f"x{suffix}") == {"seed": 1}


@pytest.mark.parametrize(
    "inside",
    [b"", b"no xml", b"<x/>", b'<x xmlns:n="https://neural-style.invalid/1.0/" n:made-with="[1]"/>'],
)
def test_what_holds_no_settings_holds_none(inside: bytes, tmp_path: Path) -> None:
    write(tmp_path / "x.png", FilePicture(np.zeros((2, 2, 3), np.float32)), Form(), inside)
    assert made_with(tmp_path / "x.png") is None
    (tmp_path / "x.txt").write_text("text")
    assert made_with(tmp_path / "x.txt") is None


def test_settings_are_found_as_an_element_too(tmp_path: Path) -> None:
    inside = b'<x xmlns:n="https://neural-style.invalid/1.0/"><n:made-with>{"seed":1}</n:made-with></x>'
    write(tmp_path / "x.jpg", FilePicture(np.zeros((2, 2, 3), np.float32)), Form(), inside)
    assert made_with(tmp_path / "x.jpg") == {"seed": 1}


@pytest.mark.parametrize("curve", [profiles.gamma(2.2), profiles.gamma(1.0), profiles.SRGB_CURVE])
def test_colors_are_those_of_littlecms(curve: bytes, tmp_path: Path) -> None:
    profile = profiles.of_primaries(curve=curve)
    pixels = numbers("uint8", 3)
    picture = read(stored_png(tmp_path / "x.png", pixels, profile), "picture")
    assert picture.form.profile == profile
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    wanted = ImageCms.profileToProfile(Image.fromarray(pixels), source, ImageCms.createProfile("sRGB"))
    assert wanted is not None
    np.testing.assert_allclose(picture.rgb * 255, np.asarray(wanted), atol=1.01)


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
    given = pixels if planar == "contig" else pixels.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "x.tif", given, photometric="rgb", planarconfig=planar)
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
    write(tmp_path / "x.webp", FilePicture(np.full((4, 4, 3), 0.5, np.float32)), grey)
    after = read(tmp_path / "x.webp", "picture")
    assert after.form.profile is None
    assert after.rgb.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("data", [b"", b"text", b"II*\0", b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40])
def test_what_is_no_picture_is_a_sentence(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_bytes(data)
    with pytest.raises(PictureError, match=r"^The picture “x\.tif” cannot be read: .*\.$"):
        read(tmp_path / "x.tif", "picture")


def test_a_file_that_fails_halfway_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = FilePicture(np.zeros((4, 4, 3), np.float32))
    write(tmp_path / "x.png", picture, Form())
    before = (tmp_path / "x.png").read_bytes()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nst_core.files.png._filtered", fail)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "x.png", picture, Form())
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]
    assert (tmp_path / "x.png").read_bytes() == before


def test_kinds_have_a_largest_size(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no more than 16383 pixels"):
        check_size(tmp_path / "x.webp", (10, 16384))
    check_size(tmp_path / "x.png", (10, 70_000))


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


# 64 × 48, red above and blue below; nothing that is installed writes this kind.
HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAC8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5j"
    "bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBp"
    "eGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAADdtZGF0AAAAKygBrxOA5TH3/6nE/41k/x3JmTqDEL/p+Pud3v6t"
    "8SPrupcmthNq9G60nXg="
)


def chunk(name: bytes, body: bytes, spoiled: bool = False) -> bytes:
    crc = zlib.crc32(name + body) ^ spoiled
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)


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
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3 << 20))),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(3 << 20))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(30 << 20))),
        chunk(b"tEXt", b"Comment\0" + bytes(70 << 20)),
        chunk(b"tEXt", b"Comment\0wrong", spoiled=True),
        chunk(b"pHYs", bytes(9), spoiled=True),
        chunk(b"eXIf", b"MM", spoiled=True),
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(30 << 20))),
        chunk(b"iCCP", b"x\0\0no"),
        chunk(b"iCCP", b"x"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0"),
        chunk(b"abCd", b"unknown", spoiled=True),
    ],
    ids=lambda part: f"{part[4:8].decode()} {len(part)}",
)
def test_what_lies_around_a_picture_does_not_hinder_it(part: bytes, at_end: bool, tmp_path: Path) -> None:
    pixels = png_with(tmp_path / "x.png", part, at_end=at_end)
    assert np.array_equal(np.rint(read(tmp_path / "x.png", "picture").rgb * 255), pixels)
    style = style_tensor((tmp_path / "x.png").read_bytes())
    assert np.array_equal(np.rint(style[0].permute(1, 2, 0).numpy() * 255), pixels)


def test_settings_are_found_beside_large_text(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    write(path, FilePicture(np.zeros((2, 2, 3), np.float32)), Form(), packet({"seed": 1}))
    data = path.read_bytes()
    at = data.index(b"iTXt") - 4
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3 << 20)))
    path.write_bytes(data[:at] + text + data[at:])
    assert made_with(path) == {"seed": 1}


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
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    for kind in ("gif", "png", "webp", "avif"):
        path = tmp_path / f"x.{kind}"
        frames[0].save(path, save_all=True, append_images=frames[1:])
        picture = read(path, "picture")
        assert picture.notes == (f"The picture “x.{kind}” moves: only its first picture is taken.",)
        assert picture.rgb[0, 0].tolist() == pytest.approx([1, 0, 0], abs=0.05)
        frames[0].save(path)
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
