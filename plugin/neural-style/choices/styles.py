"""The chosen styles, read from files and open images, with the regions that they paint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio, GLib

from choices.arguments import STYLES
from image.png import png
from image.selection import Area as Part
from nst_core.client.job import RawPicture, Region, StyleFile
from nst_core.contract.kinds import FOR_GIMP, endings
from text.language import _
from text.trouble import Trouble

MAX_STYLE_BYTES = 200_000_000
_ENGINE_READS = endings(without=FOR_GIMP)  # GIMP opens any other file, and it is sent as PNG
_LONGEST_STYLE = 4096  # longer side, in pixels, of a style that GIMP reads: no result needs more
_LONGEST_REGION = 1024  # the same for a region

Area = tuple[int, int, int, int]
"""A rectangle of the image: left, top, width, height in pixels."""


@dataclass(frozen=True)
class ChosenStyle:
    """One style as it was chosen: a file or a drawable, its weight, and the drawable of its region.

    With ``elsewhere`` it paints where no other style has a region.
    """

    file: Gio.File | None
    layer: Gimp.Drawable | None
    weight: float
    region: Gimp.Drawable | None
    elsewhere: bool = False

    @property
    def name(self) -> str:
        """The name of the layer, or that of the file without its ending."""
        if self.layer is not None:
            return str(self.layer.get_name())
        return Path(self.file.get_parse_name()).stem if self.file else ""

    def read(self) -> bytes:
        """Returns the bytes of a picture file: the chosen file if the engine can read it, or a PNG.

        Raises ``Trouble`` when it is gone, cannot be read, or is a file of more than ``MAX_STYLE_BYTES``.
        """
        if self.layer is not None:
            if not self.layer.is_valid():
                raise Trouble(_("The style's layer is not there any more."), _("Choose another style."))
            return drawable_png(self.layer)
        assert self.file
        local = self.file.get_path()
        if not local or Path(local).suffix.lower() not in _ENGINE_READS:
            return _through_gimp(self.file)
        path = Path(local)
        name = Path(self.file.get_parse_name()).name  # the path itself may be no valid text
        try:
            if path.stat().st_size > MAX_STYLE_BYTES:
                raise Trouble(
                    _("The style picture “{name}” is too large.").format(name=name),
                    _("Choose one below 200 MB."),
                )
            return path.read_bytes()
        except OSError as error:
            raise Trouble(
                _("The style picture “{name}” cannot be opened.").format(name=name),
                _("Choose a picture that is still there."),
            ) from error

    def sent(self, data: bytes, area: Area) -> StyleFile:
        """Returns the style for a job: ``data``, its weight, and its region in ``area`` of the image.

        Raises ``Trouble`` when the layer or channel of the region is gone.
        """
        if self.region is None:
            return StyleFile(data, self.weight)
        if not self.region.is_valid():
            raise Trouble(_("A style's region is not there any more."), _("Choose another region."))
        return StyleFile(data, self.weight, _region(self.region, area))


def chosen(config: Gimp.ProcedureConfig) -> list[ChosenStyle]:
    """Returns the styles in ``config`` that have a file or a layer."""
    return named(config, STYLES)


def named(config: Gimp.ProcedureConfig, names: Sequence[str]) -> list[ChosenStyle]:
    """Returns those of them whose arguments begin with one of ``names``."""
    styles = [
        ChosenStyle(
            config.get_property(f"{name}-file"),
            config.get_property(f"{name}-layer"),
            config.get_property(f"{name}-weight"),
            config.get_property(f"{name}-region"),
            config.get_property(f"{name}-elsewhere"),
        )
        for name in names
    ]
    return [style for style in styles if style.file is not None or style.layer is not None]


def by_selection(config: Gimp.ProcedureConfig) -> bool:
    """Whether a chosen style paints in the selection: then the selection does not limit what is painted."""
    return any(isinstance(style.region, Gimp.Selection) for style in chosen(config))


def read(config: Gimp.ProcedureConfig, area: Area) -> list[StyleFile]:
    """Returns the chosen styles for a content that is ``area`` of the image.

    Raises ``Trouble`` when none is chosen, or one cannot be read.
    """
    styles = chosen(config)
    if not styles:
        raise Trouble(_("No style picture is chosen."), _("Choose a picture whose style to paint in."))
    files = [style.sent(style.read(), area) for style in styles]
    regions = [file.region for file in files if file.region is not None]
    if regions:
        rest = _all_but(regions)
        files = [
            replace(file, region=rest) if style.elsewhere and file.region is None else file
            for style, file in zip(styles, files)
        ]
    return files


def _all_but(regions: Sequence[Region]) -> Region:
    """Returns the region that is white where all ``regions``, which have one size, are black."""
    data = bytes(255 - max(values) for values in zip(*(region.pixels for region in regions)))
    return replace(regions[0], pixels=data)


def area_of(layer: Gimp.Drawable) -> Area:
    """Returns the rectangle of a drawable in its image."""
    offsets = layer.get_offsets()
    return offsets[1], offsets[2], layer.get_width(), layer.get_height()


def drawable_png(drawable: Gimp.Drawable, longest: int = _LONGEST_STYLE) -> bytes:
    """Returns a drawable as a PNG file, scaled down if its longer side is more than ``longest`` pixels."""
    picture = reduced(drawable, min(1.0, longest / max(drawable.get_width(), drawable.get_height())))
    return png(picture.width, picture.height, picture.pixels)


def reduced(drawable: Gimp.Drawable, scale: float, part: Part | None = None) -> RawPicture:
    """Returns a drawable, or a part of it, scaled down by ``scale`` (above 0, 1 at most), as ``RGBA u8``."""
    part = part or Part(0, 0, drawable.get_width(), drawable.get_height())
    size = max(1, round(part.width * scale)), max(1, round(part.height * scale))
    rectangle = Gegl.Rectangle.new(round(part.x * scale), round(part.y * scale), *size)
    _initialize()
    data = drawable.get_buffer().get(rectangle, scale, "R'G'B'A u8", Gegl.AbyssPolicy.CLAMP)
    return RawPicture(*size, "RGBA u8", data)


def _region(drawable: Gimp.Drawable, area: Area) -> Region:
    """Returns the region of a style in ``area``, with up to ``_LONGEST_REGION`` pixels on its longer side.

    The style paints where ``drawable`` is white, and not where it is black. The transparent parts of a layer
    count as black.
    """
    left, top, width, height = area
    own_left, own_top, *_size = area_of(drawable)
    scale = min(1.0, _LONGEST_REGION / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    corner = round((left - own_left) * scale), round((top - own_top) * scale)
    rectangle = Gegl.Rectangle.new(*corner, *size)
    form = "Y'A u8" if isinstance(drawable, Gimp.Layer) else "Y' u8"
    _initialize()
    data = bytes(drawable.get_buffer().get(rectangle, scale, form, Gegl.AbyssPolicy.NONE))
    if isinstance(drawable, Gimp.Layer):
        data = bytes(gray * alpha // 255 for gray, alpha in zip(data[::2], data[1::2]))
    return Region(*size, data)


def _initialize() -> None:
    """Initializes GEGL: nothing else does without windows, and pixels read scaled down would be black."""
    Gegl.init(None)


def _through_gimp(file: Gio.File) -> bytes:
    """Returns a picture that the engine cannot read (XCF, PSD, SVG, a remote file …) as a PNG file.

    Raises ``Trouble`` when GIMP cannot open it either.
    """
    name = Path(file.get_parse_name()).name
    refusal = Trouble(
        _("The style picture “{name}” cannot be opened by GIMP either.").format(name=name),
        _("Choose another picture, or save it as PNG or JPEG first."),
    )
    try:
        image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    except GLib.Error as error:
        raise refusal from error
    if image is None:
        raise refusal
    try:
        merged = image.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
        if merged is None:
            raise refusal
        return drawable_png(merged)
    finally:
        image.delete()
