# -*- coding: utf-8 -*-
"""The window in GTK 2 in which the picture is painted, and the one for trouble. No test runs them."""

from __future__ import absolute_import, division, print_function, unicode_literals

import traceback

import gimpui
import gobject
import gtk

from painting import Done, Preview, Status
from trouble import Trouble
from words import utf8

_AREA = 480  # longer side of the live picture, in pixels of the screen
_TICK = 100  # milliseconds between two polls of a core that is starting


class PaintingWindow(object):
    """Shows the picture while it is painted; GIMP stays usable meanwhile.

    GIMP's own progress bar is not used: its Cancel ends the plug-in's process on the spot.
    """

    def __init__(self, painting, layer, name):
        self._painting = painting
        self._done = None
        self._watch = None
        scale = min(1.0, float(_AREA) / max(layer.width, layer.height))
        self._size = [max(1, int(round(side * scale))) for side in (layer.width, layer.height)]
        self._dialog = gimpui.Dialog(utf8(name), utf8("neural-style-painting"), None, 0, None, None)
        self._dialog.set_transient()
        self._dialog.add_button(gtk.STOCK_CANCEL, gtk.RESPONSE_CANCEL)
        self._dialog.add_button(utf8("_Stop and keep this"), gtk.RESPONSE_ACCEPT)
        self._dialog.set_response_sensitive(gtk.RESPONSE_ACCEPT, False)
        self._image = gtk.Image()
        self._image.set_size_request(max(self._size[0], 360), self._size[1])
        self._label = gtk.Label()
        self._label.set_alignment(0.0, 0.5)
        self._bar = gtk.ProgressBar()
        box = gtk.VBox(False, 8)
        box.set_border_width(12)
        box.pack_start(self._image)
        box.pack_start(self._label, False)
        box.pack_start(self._bar, False)
        self._dialog.vbox.pack_start(box)
        self._dialog.connect(str("response"), self._respond)

    def run(self):
        """Returns the finished picture, or None when it was canceled. Raises ``Trouble``."""
        self._dialog.show_all()
        timer = gobject.timeout_add(_TICK, self._look)
        gtk.main()
        gobject.source_remove(timer)
        if self._watch:
            gobject.source_remove(self._watch)
        self._dialog.destroy()
        if self._done.trouble:
            raise self._done.trouble
        return self._done.picture

    def _look(self, *_):
        # GTK would only print an exception from here, and the window would stay for ever.
        try:
            self._show(self._painting.wait(0))
            if not self._watch and self._painting.channel:
                kinds = gobject.IO_IN | gobject.IO_HUP | gobject.IO_ERR
                self._watch = gobject.io_add_watch(self._painting.channel.fileno(), kinds, self._look)
        except Exception:
            traceback.print_exc()
            self._end(Done(None, Trouble("Something went wrong in the plug-in.")))
        return True

    def _show(self, events):
        preview = None
        for event in events:
            if isinstance(event, Preview):
                preview = event
            elif isinstance(event, Status):
                self._label.set_text(utf8(event.text))
                self._bar.set_fraction(event.fraction)
            elif isinstance(event, Done):
                self._end(event)
        if preview and not self._done:
            picture = gtk.gdk.pixbuf_new_from_data(
                preview.pixels, gtk.gdk.COLORSPACE_RGB, False, 8, preview.width, preview.height,
                preview.width * 3,
            )  # fmt: skip
            width, height = self._size
            self._image.set_from_pixbuf(picture.scale_simple(width, height, gtk.gdk.INTERP_BILINEAR))
            self._dialog.set_response_sensitive(gtk.RESPONSE_ACCEPT, True)

    def _respond(self, _, response):
        if response == gtk.RESPONSE_ACCEPT:
            self._painting.finish()
            self._dialog.set_response_sensitive(gtk.RESPONSE_ACCEPT, False)
            self._label.set_text(utf8("Finishing…"))
        elif not self._done:
            self._painting.cancel()
            self._end(Done(None, None))

    def _end(self, done):
        self._done = self._done or done
        gtk.main_quit()


def tell(trouble):
    """Shows what went wrong and what to do, and waits until the person closes it."""
    box = gtk.MessageDialog(None, 0, gtk.MESSAGE_WARNING, gtk.BUTTONS_CLOSE, utf8(trouble.sentence))
    box.set_title(utf8("Neural Style"))
    if trouble.hint:
        box.format_secondary_text(utf8(trouble.hint))
    box.run()
    box.destroy()
