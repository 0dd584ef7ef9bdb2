"""The kinds of picture file that the engine reads: one table for command line, batch and plug-in."""

from __future__ import annotations

# The keys are Pillow's names. Kinds that run a program or draw a page (EPS, PDF, SVG …) are left out.
KINDS = {
    "PNG": ("png", "apng"),
    "JPEG": ("jpg", "jpeg", "jpe", "jfif", "mpo"),
    "WEBP": ("webp",),
    "TIFF": ("tif", "tiff"),
    "AVIF": ("avif", "avifs"),
    "HEIF": ("heic", "heif", "hif", "heics", "heifs"),
    "BMP": ("bmp",),
    "DIB": ("dib",),
    "GIF": ("gif",),
    "PPM": ("ppm", "pgm", "pbm", "pnm", "pfm"),
    "TGA": ("tga", "icb", "vda", "vst"),
    "ICO": ("ico",),
    "JPEG2000": ("jp2", "j2k", "j2c", "jpc", "jpf", "jpx"),
    "PCX": ("pcx",),
    "PSD": ("psd",),
}

# GIMP opens these with all layers. The engine reads only the merged picture, where there is one.
FOR_GIMP = ("PSD",)


def endings(without: tuple[str, ...] = ()) -> frozenset[str]:
    """Returns the endings of these kinds, but for those in ``without``, in lower case and with their dot."""
    return frozenset(f".{ending}" for kind in KINDS if kind not in without for ending in KINDS[kind])
