# -*- coding: utf-8 -*-
"""The dialog in GTK 2: what to paint in, and how. No test runs it: no supported system has PyGTK."""

from __future__ import absolute_import, division, print_function, unicode_literals

import os

import pygtk

pygtk.require(str("2.0"))
import gimpui
import gobject
import gtk

from launch import joined, native_path
from parameters import PARAMETERS, Choice, Flag
from words import text_of, utf8

_THUMBNAIL = 256  # width in pixels; the height is three quarters of it
_STATES = {
    "starting": "The engine is starting…",
    "ready": "",
    "failed": "The engine does not start; Stylize tells why.",
}
_ADVANCED = ("size", "seed")


def ask(values, core, state):
    """Shows the dialog; returns the values that were chosen, or None when it was canceled.

    ``values`` are the style file, and then one for each of ``PARAMETERS``; the result has the same order.
    ``core`` is the ``Core`` that starts meanwhile, and ``state`` is the path of the state folder.
    """
    gimpui.gimp_ui_init()
    dialog = gimpui.Dialog(
        utf8("Neural Style"), utf8("neural-style"), None, 0, None, utf8("plug-in-neural-style"),
        (gtk.STOCK_CANCEL, gtk.RESPONSE_CANCEL, utf8("Styli_ze"), gtk.RESPONSE_OK),
    )  # fmt: skip
    dialog.set_transient()
    dialog.set_alternative_button_order((gtk.RESPONSE_OK, gtk.RESPONSE_CANCEL))
    box = gtk.VBox(False, 9)
    box.set_border_width(12)
    dialog.vbox.pack_start(box)
    thumbnail = gtk.Image()
    thumbnail.set_size_request(_THUMBNAIL, _THUMBNAIL * 3 // 4)
    box.pack_start(thumbnail, False)
    chooser = _chooser(state, values[0])
    box.pack_start(_row("St_yle picture", "The picture whose style to paint in", chooser), False)
    advanced = gtk.VBox(False, 6)
    editors = []
    for entry, value in zip(PARAMETERS, values[1:]):
        widget, read = _editor(entry, value)
        editors.append(read)
        row = widget if isinstance(entry, Flag) else _row(entry.label, entry.help, widget)
        (advanced if entry.name in _ADVANCED else box).pack_start(row, False)
    expander = gtk.Expander(utf8("Advanced"))
    expander.add(advanced)
    box.pack_start(expander, False)
    status = gtk.Label()
    status.set_alignment(0.0, 0.5)
    box.pack_start(status, False)

    def style_changed(*_):
        name = chooser.get_filename()
        is_file = bool(name) and os.path.isfile(name)
        thumbnail.set_from_pixbuf(small(name, _THUMBNAIL) if is_file else None)
        dialog.set_response_sensitive(gtk.RESPONSE_OK, is_file)

    def core_changed():
        status.set_text(utf8(_STATES[core.poll()]))
        return core.state == "starting"

    chooser.connect(str("selection-changed"), style_changed)
    style_changed()
    timer = gobject.timeout_add(100, core_changed) if core_changed() else None
    dialog.show_all()
    chosen = None
    if dialog.run() == gtk.RESPONSE_OK:
        chosen = [chooser.get_filename()] + [read() for read in editors]
    if timer and core.state == "starting":
        gobject.source_remove(timer)
    dialog.destroy()
    return chosen


def small(name, size):
    """Returns the picture within ``size`` x ¾ ``size`` pixels, or None when it cannot be shown."""
    try:
        return gtk.gdk.pixbuf_new_from_file_at_size(name, size, size * 3 // 4)
    except (gobject.GError, RuntimeError):
        return None


def _chooser(state, name):
    """Returns the file button, with filters, a preview, and a shortcut to the sample styles."""
    button = gtk.FileChooserButton(utf8("Style picture"))
    for title, add in (
        ("Pictures", lambda some: some.add_pixbuf_formats()),
        ("All files", lambda some: some.add_pattern(utf8("*"))),
    ):
        some = gtk.FileFilter()
        some.set_name(utf8(title))
        add(some)
        button.add_filter(some)
    samples = joined(native_path(state), "samples", "styles")
    if os.path.isdir(samples):
        button.add_shortcut_folder(samples)
        button.set_current_folder(samples)
    if name:
        button.set_filename(name)
    preview = gtk.Image()
    button.set_preview_widget(preview)

    def update(*_):
        path = button.get_preview_filename()
        pixbuf = small(path, 200) if path and os.path.isfile(path) else None
        preview.set_from_pixbuf(pixbuf)
        button.set_preview_widget_active(pixbuf is not None)

    button.connect(str("update-preview"), update)
    return button


def _row(title, help_text, widget):
    row = gtk.HBox(False, 12)
    label = gtk.Label()
    label.set_text_with_mnemonic(utf8(title))
    label.set_mnemonic_widget(widget)
    label.set_alignment(0.0, 0.5)
    label.set_size_request(110, -1)
    widget.set_tooltip_text(utf8(help_text))
    row.pack_start(label, False)
    row.pack_start(widget)
    return row


def _editor(entry, value):
    """Returns a widget for a parameter, and the function that reads its value."""
    if isinstance(entry, Flag):
        box = gtk.CheckButton(utf8(entry.label))
        box.set_active(bool(value))
        box.set_tooltip_text(utf8(entry.help))
        return box, lambda: int(box.get_active())
    if isinstance(entry, Choice):
        combo = gtk.combo_box_new_text()
        words = [option for option, _ in entry.options]
        for _, label in entry.options:
            combo.append_text(utf8(label))
        combo.set_active(words.index(text_of(value)))
        return combo, lambda: utf8(words[combo.get_active()])
    step = 10.0**-entry.digits if entry.digits else 1.0
    adjustment = gtk.Adjustment(float(value), entry.low, entry.high, step, 10 * step, 0)
    if entry.name in _ADVANCED:
        spin = gtk.SpinButton(adjustment, step, entry.digits)
        spin.set_numeric(True)
        return spin, spin.get_value
    scale = gtk.HScale(adjustment)
    scale.set_digits(entry.digits)
    return scale, scale.get_value
