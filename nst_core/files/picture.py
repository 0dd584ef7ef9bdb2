"""Pictures as bytes and files, and as the engine's tensors."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageCms, ImageOps
from torch import Tensor

from nst_core.files.pillow import image_in, moves
from nst_core.wire.errors import JobFailed

MAX_PIXELS: Final = 128_000_000


class PictureError(JobFailed):
    """A picture cannot be read. ``str()`` is one sentence for a person."""

    def __init__(
        self, message: str, hint: str = "Choose another picture, or save it as PNG or JPEG first."
    ) -> None:
        super().__init__("bad_picture", message, hint)


def opened(data: bytes | memoryview | Path, what: str = "style picture") -> Image.Image:
    """Returns the picture in a file's bytes, upright, in sRGB, with its mode reduced to RGB or RGBA.

    ``what`` names it in errors. Raises ``PictureError`` for anything that is no picture, is cut
    off, or has more than ``MAX_PIXELS`` pixels.
    """
    source = data if isinstance(data, Path) else io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own bomb warning comes at fewer pixels
            with image_in(source) as file:
                if file.width * file.height > MAX_PIXELS:
                    raise PictureError(f"The {what} has too many pixels ({file.width} × {file.height}).")
                return _in_srgb(ImageOps.exif_transpose(file))
    except PictureError:
        raise
    except FileNotFoundError as error:
        raise PictureError(f"The {what} is not there any more.") from error
    except Exception as error:  # a decoder may raise anything at all for bytes that are no picture
        raise PictureError(
            f"The {what} cannot be read: it is damaged or no known kind of picture."
        ) from error


def _in_srgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        grey = np.asarray(image, dtype=np.float64)
        top = 65535.0 if image.mode.startswith("I") else max(1.0, float(grey.max()))
        image = Image.fromarray((np.clip(grey / top, 0, 1) * 255 + 0.5).astype(np.uint8), "L")
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "PA", "LA", "La", "1", "RGBA", "RGBa"):
        image = image.convert("RGB")
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):  # a broken profile does not spoil the pixels
            source, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def style_tensor(data: bytes | memoryview | Path) -> Tensor:
    """Returns a style file as RGB in 0–1, shape (1, 3, H, W); what is transparent becomes white paper.

    Raises ``PictureError``.
    """
    image = opened(data)
    if image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image).convert("RGB")
    return _to_tensor(np.asarray(image, dtype=np.uint8).astype(np.float32) / 255)


def style_notes(data: bytes | memoryview) -> tuple[str, ...]:
    """Returns sentences on what of a style file, which ``style_tensor`` has read, is not taken."""
    with image_in(io.BytesIO(data)) as file:
        return (_MOVES,) if moves(file) else ()


def content_tensors(pixels: memoryview | bytes, width: int, height: int, form: str) -> tuple[Tensor, Tensor]:
    """Returns raw ``RGBA u8`` or ``RGBA float`` pixels as (RGB, alpha) in 0–1, (1, 3 and 1, H, W).

    Colors below full transparency fade into the mean of the visible ones: what nobody sees must
    not be painted into what is seen.
    """
    rgba = _values(pixels, width, height, form)
    rgba.clip(0, 1, out=rgba)
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if float(alpha.min()) < 1:
        seen = float(alpha.sum())
        rgb *= alpha
        mean = rgb.sum(axis=(0, 1)) / seen if seen else np.full(3, 0.5, np.float32)
        rgb += mean * (1 - alpha)
    return _to_tensor(rgb), _to_tensor(alpha)


def laid_over(below: Tensor, pixels: memoryview | bytes, form: str) -> Tensor:
    """Returns raw pixels of the size of ``below`` (1, 3, H, W) laid over it, in 0–1."""
    rgba = _to_tensor(_values(pixels, below.shape[3], below.shape[2], form).clip(0, 1))
    return torch.lerp(below, rgba[:, :3], rgba[:, 3:])


def gray_tensor(pixels: memoryview | bytes, size: tuple[int, int]) -> Tensor:
    """Returns raw gray pixels, one byte each, of ``size`` (height, width) as (1, 1, H, W) in 0–1."""
    return _to_tensor(np.frombuffer(pixels, np.uint8).reshape(*size, 1).astype(np.float32) / 255)


def with_hidden(painted: Tensor, shown: Tensor, pixels: memoryview | bytes, form: str) -> Tensor:
    """Returns ``painted`` and, where it is still as ``shown``, what ``content_tensors`` took from the pixels.

    That are colors outside of sRGB, light brighter than white, and colors below transparency. They
    fade out where the picture has changed, and are gone where it has by a quarter of the range.
    """
    hidden = _to_tensor(_values(pixels, shown.shape[3], shown.shape[2], form)[..., :3]) - shown
    painted = painted.clamp(0, 1)
    if not hidden.any():
        return painted
    alike = (1 - 4 * (painted - shown).abs().amax(dim=1, keepdim=True)).clamp(min=0)
    return painted + alike * hidden


def raw_pixels(rgb: Tensor, alpha: Tensor, form: str) -> bytes:
    """Returns (1, 3, H, W) colors and (1, 1, H, W) alpha in 0–1 as raw pixels of the named format.

    Floats may lie outside of that range.
    """
    rgba = torch.cat((rgb, alpha), dim=1)[0].permute(1, 2, 0).cpu().numpy()
    if form == "RGBA float":
        return np.ascontiguousarray(rgba, dtype=np.float32).tobytes()
    return (rgba.clip(0, 1) * 255 + 0.5).astype(np.uint8).tobytes()


def _values(pixels: memoryview | bytes, width: int, height: int, form: str) -> npt.NDArray[np.float32]:
    kind = np.dtype(np.uint8 if form == "RGBA u8" else np.float32)
    values = np.frombuffer(pixels, dtype=kind).reshape(height, width, 4)
    if kind == np.uint8:
        scaled: npt.NDArray[np.float32] = np.divide(values, 255, dtype=np.float32)
        return scaled
    finite: npt.NDArray[np.float32] = np.nan_to_num(values)
    return finite


def rgb_bytes(rgb: Tensor) -> bytes:
    """Returns (1, 3, H, W) colors in 0–1 as ``RGB u8`` pixels."""
    return (rgb[0].permute(1, 2, 0).clamp(0, 1) * 255 + 0.5).byte().cpu().numpy().tobytes()


def _to_tensor(values: npt.NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)[None], dtype=np.float32))


_MOVES = "A style picture moves: only its first picture is taken."
