"""The live layer: a temporary layer that shows the picture in the image while it is painted."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, Gegl, Gimp

from image.layers import group_of
from image.pixbufs import made, pixbuf_of_rgb
from image.place import Source
from image.selection import Mask, put_mask
from run.painting import Preview
from text.language import _

# GIMP ends a plug-in whose layer is deleted while it sends pixels, so this must be a small part of the time.
_SHARE = 0.03
_PAUSE = 0.5  # seconds at least between two previews


class LiveLayer:
    """Shows previews in a temporary layer of ``image``, above the layer that is painted.

    Inserting and removing it leaves no undo step. Undo is frozen only for these two moments, because the
    person may edit the image in between. When the person deletes the layer, ``show`` returns False. While
    the layer is locked, its pixels stay as they are.
    """

    def __init__(self, image: Gimp.Image) -> None:
        self._image = image
        self._source: Source | None = None
        self._layer: Gimp.Layer | None = None
        self._deleted: list[Gimp.Layer] = []  # deleted by the person, whose undo may bring them back
        self._next = 0.0

    def show(self, source: Source, preview: Preview) -> bool:
        """Shows ``preview``, which is painted from ``source``, unless the last one is too recent.

        Returns False when no layer can show it: the image is closed or has a palette, or the person deleted
        the layer.
        """
        now = time.monotonic()
        if now < self._next:
            return True
        if source is not self._source:
            self.remove()
            self._insert(source)
        if self._layer is None or not self._image.is_valid() or not self._layer.is_valid():
            return False
        if not _locked(self._layer) and not self._put(source, preview):
            return False
        self._next = now + max(_PAUSE, (time.monotonic() - now) / _SHARE)
        return True

    def remove(self) -> None:
        """Removes the layer if there is one, and deleted layers that an undo brought back."""
        layers = [*self._deleted, *([self._layer] if self._layer else [])]
        self._layer, self._source, self._deleted = None, None, []
        if not self._image.is_valid():
            return
        for layer in layers:
            if layer.is_valid():
                self._unnoticed(partial(self._image.remove_layer, layer))
            else:
                self._deleted.append(layer)
        Gimp.displays_flush()

    def _insert(self, source: Source) -> None:
        self._source = source
        image, below = self._image, source.above
        if not image.is_valid() or image.get_base_type() == Gimp.ImageBaseType.INDEXED:
            return
        width, height = source.area.width, source.area.height
        gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
        kind = Gimp.ImageType.GRAYA_IMAGE if gray else Gimp.ImageType.RGBA_IMAGE
        name, normal = _("Neural Style – being painted"), Gimp.LayerMode.NORMAL
        layer = Gimp.Layer.new(image, name, width, height, kind, 100.0, normal)
        layer.set_offsets(*source.corner())
        mask = source.mask or _alpha(source)
        if mask is not None:
            put_mask(layer, mask)
        below_exists = below.is_valid()
        parent = group_of(below) if below_exists else None
        position = image.get_item_position(below) if below_exists else 0
        selected = image.get_selected_layers()

        def insert() -> None:
            image.insert_layer(layer, parent, position)
            image.set_selected_layers(selected)  # GIMP selects whatever is inserted

        self._unnoticed(insert)
        self._layer = layer

    def _unnoticed(self, change: Callable[[], object]) -> None:
        """Calls ``change`` without an undo step.

        An image without unsaved changes stays so, or GIMP would ask the person to save it.
        """
        was_clean = not self._image.is_dirty()
        self._image.undo_freeze()
        try:
            change()
        finally:
            self._image.undo_thaw()
        if was_clean:
            self._image.clean_all()

    def _put(self, source: Source, preview: Preview) -> bool:
        """Returns whether the layer was there."""
        assert self._layer is not None
        width, height = source.area.width, source.area.height
        small = pixbuf_of_rgb(preview.width, preview.height, preview.pixels)
        # GEGL needs rows without padding; with alpha, a pixbuf has none.
        small = made(small.add_alpha(False, 0, 0, 0))
        large = made(small.scale_simple(width, height, GdkPixbuf.InterpType.BILINEAR))
        pixels, rectangle = large.get_pixels(), Gegl.Rectangle.new(0, 0, width, height)
        # The scaling took time, and nothing may lie between here and the flush.
        buffer = self._layer.get_buffer() if self._layer.is_valid() else None
        if buffer is None:  # it may be deleted between these two questions as well
            return False
        buffer.set(rectangle, "R'G'B'A u8", pixels)
        buffer.flush()
        self._layer.update(0, 0, width, height)
        Gimp.displays_flush()
        return True


def _alpha(source: Source) -> Mask | None:
    """Returns the alpha of the layer that is painted as a mask, or None when it has none."""
    if not source.layer.is_valid() or not source.layer.has_alpha():
        return None
    data = source.layer.get_buffer().get(source.area.rectangle, 1.0, "Y'A u8", Gegl.AbyssPolicy.NONE)
    return Mask("Y u8", bytes(data[1::2]))


def _locked(layer: Gimp.Layer) -> bool:
    """Whether the pixels of ``layer``, or of a group that it is in, are locked."""
    item: Gimp.Item | None = layer
    while item is not None:
        if item.get_lock_content():
            return True
        item = item.get_parent()
    return False
