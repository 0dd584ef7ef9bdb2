"""Conversion of raw pixels, as they come over the wire, to the engine's tensors and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def content_tensors(pixels: memoryview | bytes, width: int, height: int, form: str) -> tuple[Tensor, Tensor]:
    """Returns raw pixels as tensors in 0–1: RGB (1, 3, H, W) and alpha (1, 1, H, W).

    ``form`` is ``RGBA u8`` or ``RGBA float``. The more transparent a pixel is, the more its color becomes
    the mean of the visible colors. Otherwise invisible colors would be painted into visible parts. Raises
    ``ValueError`` when ``pixels`` does not have the length for that size.
    """
    rgba = _values(pixels, width, height, form)
    rgba.clip(0, 1, out=rgba)
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if float(alpha.min()) < 1:
        alpha_sum = float(alpha.sum())
        rgb *= alpha
        mean = rgb.sum(axis=(0, 1)) / alpha_sum if alpha_sum else np.full(3, 0.5, np.float32)
        rgb += mean * (1 - alpha)
    return tensor_of(rgb), tensor_of(alpha)


def laid_over(below: Tensor, pixels: memoryview | bytes, form: str) -> Tensor:
    """Returns raw pixels of the same size laid over ``below`` (1, 3, H, W) by their alpha, in 0–1."""
    rgba = tensor_of(_values(pixels, below.shape[3], below.shape[2], form).clip(0, 1))
    return torch.lerp(below, rgba[:, :3], rgba[:, 3:])


def gray_tensor(pixels: memoryview | bytes, size: tuple[int, int]) -> Tensor:
    """Returns raw gray pixels, one byte each, as (1, 1, H, W) in 0–1; ``size`` is (height, width)."""
    return tensor_of(np.frombuffer(pixels, np.uint8).reshape(*size, 1).astype(np.float32) / 255)


def with_hidden(painted: Tensor, shown: Tensor, pixels: memoryview | bytes, form: str) -> Tensor:
    """Returns ``painted`` (1, 3, H, W) with what ``content_tensors`` had removed from ``pixels`` added again.

    Removed were colors outside of sRGB, light brighter than white, and colors below transparency.
    ``shown`` is the RGB that ``content_tensors`` made of ``pixels``. What was removed comes back in full
    where ``painted`` equals ``shown``. It fades out with their difference, and is gone at a quarter of
    the range.
    """
    hidden = tensor_of(_values(pixels, shown.shape[3], shown.shape[2], form)[..., :3]) - shown
    painted = painted.clamp(0, 1)
    if not hidden.any():
        return painted
    unchanged = (1 - 4 * (painted - shown).abs().amax(dim=1, keepdim=True)).clamp(min=0)
    return painted + unchanged * hidden


def raw_pixels(rgb: Tensor, alpha: Tensor, form: str) -> bytes:
    """Returns colors (1, 3, H, W) and alpha (1, 1, H, W) in 0–1 as raw pixels of the format ``form``.

    ``RGBA float`` keeps values outside of that range; ``RGBA u8`` clips them.
    """
    rgba = torch.cat((rgb, alpha), dim=1)[0].permute(1, 2, 0).cpu().numpy()
    if form == "RGBA float":
        return np.ascontiguousarray(rgba, dtype=np.float32).tobytes()
    return (rgba.clip(0, 1) * 255 + 0.5).astype(np.uint8).tobytes()


def _values(pixels: memoryview | bytes, width: int, height: int, form: str) -> npt.NDArray[np.float32]:
    """Returns raw pixels as floats (H, W, 4), bytes divided by 255; of floats, NaN becomes 0."""
    dtype = np.dtype(np.uint8 if form == "RGBA u8" else np.float32)
    values = np.frombuffer(pixels, dtype=dtype).reshape(height, width, 4)
    if dtype == np.uint8:
        scaled: npt.NDArray[np.float32] = np.divide(values, 255, dtype=np.float32)
        return scaled
    finite: npt.NDArray[np.float32] = np.nan_to_num(values)
    return finite


def rgb_bytes(rgb: Tensor) -> bytes:
    """Returns colors (1, 3, H, W) as ``RGB u8`` pixels, clipped to 0–1."""
    return (rgb[0].permute(1, 2, 0).clamp(0, 1) * 255 + 0.5).byte().cpu().numpy().tobytes()


def tensor_of(values: npt.NDArray[Any]) -> Tensor:
    """Returns values (H, W) or (H, W, C) as a float32 tensor (1, C, H, W), always a copy."""
    planes = values.reshape(*values.shape[:2], -1).transpose(2, 0, 1)
    # Without a copy, a gray picture of one pixel would stay a view that cannot be written.
    return torch.from_numpy(np.array(planes[None], dtype=np.float32, order="C"))
