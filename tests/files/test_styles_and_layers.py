"""Pictures: every common kind is read, alpha and precision are kept, and bombs are refused."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from nst_core.files.errors import PictureError
from nst_core.files.pillow import FORMATS
from nst_core.files.raw import content_tensors, raw_pixels, rgb_bytes, with_hidden
from nst_core.files.style import style_notes, style_tensor

from ..pictures import encoded, moving, png_of


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *(("RGB", kind) for kind in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "PPM", "TGA")),
        *(("L", kind) for kind in ("PNG", "JPEG", "TIFF")),
        *(("RGBA", kind) for kind in ("PNG", "WEBP", "TIFF")),
        *(("P", kind) for kind in ("PNG", "GIF")),
        *(("1", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("I;16", "PNG"), ("F", "TIFF")),
    ],
)
def test_every_common_kind_of_picture_is_a_style(mode: str, kind: str) -> None:
    image = Image.new("L", (5, 3), 128)
    if mode == "I;16":
        image = Image.fromarray(np.full((3, 5), 128 * 257, np.uint16))
    elif mode == "F":
        image = Image.fromarray(np.full((3, 5), 0.5, np.float32))
    else:
        image = image.convert(mode)
    tensor = style_tensor(encoded(image, kind))
    assert tensor.shape == (1, 3, 3, 5)
    middle = float(tensor.mean())
    assert middle == pytest.approx(0.5, abs=0.02) or mode in ("1", "CMYK", "F")


def test_what_is_transparent_becomes_paper() -> None:
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 255))
    assert style_tensor(encoded(image))[0, :, 0].T.tolist() == [[1, 0, 0], [1, 1, 1]]


def test_a_picture_lies_as_its_camera_says() -> None:
    image = Image.new("RGB", (4, 2))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by 90°
    assert style_tensor(encoded(image, "JPEG", exif=exif)).shape == (1, 3, 4, 2)


def test_a_profile_is_followed() -> None:
    lab = ImageCms.createProfile("LAB")
    other = ImageCms.ImageCmsProfile(lab).tobytes()
    image = Image.new("RGB", (2, 2), (200, 100, 50))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert first_pixel(encoded(image, icc_profile=srgb)) == pytest.approx((200, 100, 50), abs=1)
    # one that does not fit the picture, and one that is none, are passed over
    for profile in (other, b"no profile"):
        assert first_pixel(encoded(image, icc_profile=profile)) == pytest.approx((200, 100, 50))


def first_pixel(data: bytes) -> list[float]:
    return (style_tensor(data)[0, :, 0, 0] * 255).tolist()


def test_a_style_keeps_sixteen_bits() -> None:
    deep = np.array([[[1, 2, 3], [256, 257, 258]]], np.uint16)
    assert (style_tensor(png_of_sixteen_bits(deep))[0] * 65_535).round().permute(
        1, 2, 0
    ).tolist() == deep.tolist()


def png_of_sixteen_bits(values: np.ndarray) -> bytes:
    """A PNG of RGB values (H, W, 3), which Pillow cannot write."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png_of((values.shape[1], values.shape[0]), 16, 2, zlib.compress(rows))


def claiming(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to no data."""
    return png_of((width, height), 8, 2, zlib.compress(bytes(100)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        claiming(10, 10),
        claiming(100_000, 100_000),
        claiming(20_000, 20_000),
        encoded(Image.effect_noise((64, 64), 50), "JPEG")[:300],
        encoded(Image.effect_noise((64, 64), 50), "PNG")[:300],
    ],
    ids=["nothing", "text", "svg", "pdf", "eps", "short", "bomb", "large", "cut JPEG", "cut PNG"],
)
def test_what_is_no_picture_is_a_sentence(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"^The style picture .*\.$") as caught:
        style_tensor(data)
    assert caught.value.code == "bad_picture"


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_a_style_that_moves_the_first_picture_is_taken_with_a_sentence(kind: str) -> None:
    both, first = moving(kind)
    assert style_tensor(both)[0, :, 0, 0].tolist() == pytest.approx([1, 0, 0], abs=0.05)
    assert style_notes(both) == ("A style picture moves: only its first picture is taken.",)
    assert style_notes(first) == ()


def test_a_file_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="not there"):
        style_tensor(tmp_path / "gone.png")


@pytest.mark.parametrize("form", ["RGBA u8", "RGBA float"])
def test_raw_pixels_come_back_as_they_were(form: str) -> None:
    kind = np.uint8 if form == "RGBA u8" else np.float32
    values = np.random.default_rng(0).integers(0, 256, (3, 5, 4)).astype(np.uint8)
    values[..., 3] = 255
    raw = values if kind == np.uint8 else values.astype(np.float32) / 255
    rgb, alpha = content_tensors(raw.tobytes(), 5, 3, form)
    assert rgb.shape == (1, 3, 3, 5)
    assert raw_pixels(rgb, alpha, form) == raw.tobytes()


@pytest.mark.parametrize("form", ["RGBA u8", "RGBA float"])
def test_a_layer_is_hardly_more_than_twice_there_as_floats(form: str) -> None:
    """As it lies in the picture and as the engine wants it: 16 bytes a pixel each, and nothing in double."""
    pixel = bytes([9, 99, 199, 255]) if form == "RGBA u8" else struct.pack("4f", 0.1, 0.4, 0.8, 1.0)
    clear = bytes(len(pixel) * 1000)
    for pixels in (pixel * 200_000, clear + pixel * 199_000):
        tracemalloc.start()
        content_tensors(pixels, 500, 400, form)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2.5 * 16 * 200_000


def test_alpha_is_kept_and_what_is_hidden_is_not_seen() -> None:
    pixels = bytes([200, 100, 50, 255] * 3 + [0, 255, 0, 0])
    rgb, alpha = content_tensors(pixels, 2, 2, "RGBA u8")
    assert (rgb[0, :, 1, 1] * 255).round().tolist() == [200, 100, 50]
    assert raw_pixels(rgb, alpha, "RGBA u8")[3::4] == pixels[3::4]


@pytest.mark.parametrize("form", ["RGBA u8", "RGBA float"])
def test_an_unchanged_picture_comes_back_with_what_the_engine_was_not_shown(form: str) -> None:
    if form == "RGBA u8":
        raw = np.random.default_rng(0).integers(0, 256, (3, 5, 4)).astype(np.uint8)
    else:
        raw = np.random.default_rng(0).uniform(-1, 3, (3, 5, 4)).astype(np.float32)
        raw[..., 3] = raw[..., 3].clip(0, 1)
    rgb, alpha = content_tensors(raw.tobytes(), 5, 3, form)
    back = raw_pixels(with_hidden(rgb, rgb, raw.tobytes(), form), alpha, form)
    np.testing.assert_allclose(np.frombuffer(back, raw.dtype).reshape(raw.shape), raw, atol=1e-6)


def test_where_the_picture_is_painted_over_its_hidden_colors_are_gone() -> None:
    raw = np.array([[[3, -1, 0.5, 1]] * 3], np.float32)
    rgb, _ = content_tensors(raw.tobytes(), 3, 1, "RGBA float")
    painted = rgb + torch.tensor([0.0, 0.125, 0.5]).view(1, 1, 1, 3) * torch.tensor([-1, 1, 1]).view(
        1, 3, 1, 1
    )
    back = with_hidden(painted, rgb, raw.tobytes(), "RGBA float")
    assert back[0, :, 0, 0].tolist() == [3, -1, 0.5]
    assert back[0, :2, 0, 1].tolist() == pytest.approx([0.875 + 0.5 * 2, 0.125 - 0.5 * 1])
    assert back[0, :, 0, 2].tolist() == [0.5, 0.5, 1]


def test_a_layer_without_a_visible_pixel_does_no_harm() -> None:
    rgb, _ = content_tensors(bytes(16), 2, 2, "RGBA u8")
    assert bool((rgb == 0.5).all())


def test_values_that_are_no_numbers_do_no_harm() -> None:
    raw = np.array([np.nan, np.inf, -np.inf, 1.0], np.float32).tobytes()
    rgb, _ = content_tensors(raw, 1, 1, "RGBA float")
    assert rgb.flatten().tolist() == [0, 1, 0]


def test_previews_are_plain_rgb() -> None:
    rgb, _ = content_tensors(bytes([1, 2, 3, 255, 4, 5, 6, 255]), 2, 1, "RGBA u8")
    assert rgb_bytes(rgb) == bytes([1, 2, 3, 4, 5, 6])


def test_only_formats_that_are_pixels_are_tried() -> None:
    assert not {"EPS", "PDF", "WMF"} & set(FORMATS)
