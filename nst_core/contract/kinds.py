"""The kinds of picture file that the engine reads: one table for command line, batch and plug-in."""

from __future__ import annotations

# By what Pillow calls them. Those that run a program or draw a page (EPS, PDF, SVG …) stay out.
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

# Of these the engine reads the merged picture alone, where there is one, and GIMP all layers.
FOR_GIMP = ("PSD",)


def endings(without: tuple[str, ...] = ()) -> frozenset[str]:
    """Returns the endings of these kinds, with their dot and in small letters, but for ``without``."""
    return frozenset(f".{ending}" for kind in KINDS if kind not in without for ending in KINDS[kind])
