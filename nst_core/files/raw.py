"""Raw pixels as they come over the wire, and the engine's tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


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
    return tensor_of(rgb), tensor_of(alpha)


def laid_over(below: Tensor, pixels: memoryview | bytes, form: str) -> Tensor:
    """Returns raw pixels of the size of ``below`` (1, 3, H, W) laid over it, in 0–1."""
    rgba = tensor_of(_values(pixels, below.shape[3], below.shape[2], form).clip(0, 1))
    return torch.lerp(below, rgba[:, :3], rgba[:, 3:])


def gray_tensor(pixels: memoryview | bytes, size: tuple[int, int]) -> Tensor:
    """Returns raw gray pixels, one byte each, of ``size`` (height, width) as (1, 1, H, W) in 0–1."""
    return tensor_of(np.frombuffer(pixels, np.uint8).reshape(*size, 1).astype(np.float32) / 255)


def with_hidden(painted: Tensor, shown: Tensor, pixels: memoryview | bytes, form: str) -> Tensor:
    """Returns ``painted`` and, where it is still as ``shown``, what ``content_tensors`` took from the pixels.

    That are colors outside of sRGB, light brighter than white, and colors below transparency. They
    fade out where the picture has changed, and are gone where it has by a quarter of the range.
    """
    hidden = tensor_of(_values(pixels, shown.shape[3], shown.shape[2], form)[..., :3]) - shown
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


def tensor_of(values: npt.NDArray[Any]) -> Tensor:
    """Returns (H, W) or (H, W, C) values as (1, C, H, W)."""
    planes = values.reshape(*values.shape[:2], -1).transpose(2, 0, 1)
    # Copied: a gray of one pixel is a view that cannot be written.
    return torch.from_numpy(np.array(planes[None], dtype=np.float32, order="C"))
