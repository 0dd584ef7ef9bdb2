"""Color profiles: from a file's own colors to sRGB and back.

Pillow converts at most 8 bits per channel. But nearly every profile that pictures are edited in consists
of a matrix and three curves. This module converts those in floats. All other profiles go through Pillow.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from nst_core.files.form import Values

_STEPS = np.linspace(0, 1, 65536)  # where curves are tabulated, as finely as 16 bits
_BAND = 1 << 20  # pixels converted at a time, so that a large picture needs little extra memory

# The primaries of sRGB in the profile connection space (XYZ, adapted to D50), as its ICC profile has them.
_SRGB = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]], np.float64
)

# What a broken profile raises, in Pillow or here.
_FAILURES = (ImageCms.PyCMSError, OSError, ValueError, struct.error, IndexError, KeyError, ZeroDivisionError)


@dataclass(frozen=True)
class _Curves:
    """A profile of curves (C, 65536) to linear light and, for colors, a matrix from that to XYZ."""

    curves: npt.NDArray[np.float64]
    matrix: npt.NDArray[np.float64] | None

    def to_srgb(self, values: Values) -> Values:
        light = np.stack(
            [np.interp(values[..., i], _STEPS, curve) for i, curve in enumerate(self.curves)], axis=-1
        )
        if self.matrix is not None:
            light = light @ (np.linalg.inv(_SRGB) @ self.matrix).T
        return _encoded(light.clip(0, 1)).astype(np.float32)

    def from_srgb(self, values: Values) -> Values:
        light = _decoded(values.astype(np.float64))
        if self.matrix is not None:
            light = (light @ (np.linalg.inv(self.matrix) @ _SRGB).T).clip(0, 1)
        channels = [np.interp(light[..., i], curve, _STEPS) for i, curve in enumerate(self.curves)]
        return np.stack(channels, axis=-1).astype(np.float32)


def to_srgb(values: Values, profile: bytes | None) -> tuple[Values, bytes | None]:
    """Returns values (H, W, 1 or 3) in 0–1 as sRGB, and the profile with which ``from_srgb`` goes back.

    That profile is None when ``profile`` is missing, is broken, is for another kind of picture, or has no
    way back. The values are taken to be sRGB then.
    """
    if not profile:
        return values, None
    grey = values.shape[-1] == 1
    try:
        if profile[16:20] != (b"GRAY" if grey else b"RGB "):
            return values, None
        curves = _parsed(profile, grey)
        if curves:
            return _in_bands(curves.to_srgb, values), profile
        if grey:
            return values, None
        # Raises when there is no way back: the profile of a scanner has none.
        _by_pillow(profile, forth=False)(values[:1, :1])
        return _in_bands(_by_pillow(profile, forth=True), values), profile
    except _FAILURES:
        return values, None


def from_srgb(values: Values, profile: bytes | None) -> Values:
    """Returns sRGB values (H, W, 1 or 3) in 0–1 in the colors of ``profile``, which ``to_srgb`` returned.

    Without a profile, they are returned as they are.
    """
    if not profile:
        return values
    curves = _parsed(profile, values.shape[-1] == 1)
    return _in_bands(curves.from_srgb if curves else _by_pillow(profile, forth=False), values)


def image_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Returns an 8-bit image of any mode (CMYK, Lab …) as RGB, by its profile.

    When the profile is broken, Pillow converts the image without it.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except _FAILURES:
        converted = None
    return converted or image.convert("RGB")


def _in_bands(convert: Callable[[Values], Values], values: Values) -> Values:
    count = max(1, values.shape[0] * values.shape[1] // _BAND)
    return np.concatenate([convert(band) for band in np.array_split(values, count) if band.size])


def _by_pillow(profile: bytes, forth: bool) -> Callable[[Values], Values]:
    """Returns a conversion through Pillow, in 8 bits: ``forth`` to sRGB, or else from it."""
    own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    ends = (own, srgb) if forth else (srgb, own)
    transform = ImageCms.buildTransform(ends[0], ends[1], "RGB", "RGB")

    def convert(values: Values) -> Values:
        image = Image.fromarray((values * 255 + 0.5).astype(np.uint8), "RGB")
        changed = ImageCms.applyTransform(image, transform)
        unit: Values = np.asarray(changed).astype(np.float32) / np.float32(255)
        return unit

    return convert


def _parsed(profile: bytes, grey: bool) -> _Curves | None:
    """Returns a profile as curves and matrix; None when it is made in another way, or has no way back."""
    (count,) = struct.unpack_from(">I", profile, 128)
    tags: dict[bytes, bytes] = {}
    for index in range(min(count, 100)):
        name, offset, length = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        tags[name] = profile[offset : offset + length]
    if b"A2B0" in tags or profile[20:24] != b"XYZ ":
        return None
    curve_names = (b"kTRC",) if grey else (b"rTRC", b"gTRC", b"bTRC")
    if not all(name in tags for name in curve_names):
        return None
    curves = np.stack([_curve(tags[name]) for name in curve_names])
    if (np.diff(curves) < 0).any() or (curves[:, -1] <= curves[:, 0]).any():
        return None  # a curve that falls cannot be inverted
    if grey:
        return _Curves(curves, None)
    columns = [
        np.array(struct.unpack_from(">3i", tags[name], 8)) / 65536 for name in (b"rXYZ", b"gXYZ", b"bXYZ")
    ]
    matrix = np.stack(columns, axis=1)
    return _Curves(curves, matrix) if abs(np.linalg.det(matrix)) > 1e-6 else None


def _curve(tag: bytes) -> npt.NDArray[np.float64]:
    """Returns the curve of a tag (ICC.1:2022, 10.6 and 10.18) at ``_STEPS``.

    Raises ``ValueError`` when the tag holds no curve.
    """
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return _STEPS
        entries = np.frombuffer(tag, ">u2", count, 12).astype(np.float64)
        if count == 1:  # one entry is a gamma exponent in 1/256
            entries, count = _STEPS ** (entries[0] / 256) * 65535, len(_STEPS)
        return np.interp(_STEPS, np.linspace(0, 1, count), entries / 65535)
    if tag[:4] != b"para":
        raise ValueError("no curve")
    (kind,) = struct.unpack_from(">H", tag, 8)
    parameters = [number / 65536 for number in struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", tag, 12)]
    g, a, b, c, d, e, f = (parameters + [0.0] * 6)[:7]
    if kind == 0:
        a, d = 1.0, 0.0
    elif kind in (1, 2):  # constant below the point where the power begins
        e = f = c
        c, d = 0.0, -b / a
    power = np.maximum(a * _STEPS + b, 0) ** g + e
    curve: npt.NDArray[np.float64] = np.where(d <= _STEPS, power, c * _STEPS + f)
    return curve.clip(0, 1)


def _encoded(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns linear light as sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def _decoded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns sRGB as linear light (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
