"""The help that the dialog's button shows: in a window of our own, since GIMP's manual has no page on it."""

from __future__ import annotations

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, GLib, Gtk

from text.language import _

_WIDTH, _HEIGHT = 560, 520


def put_help(dialog: GimpUi.Dialog) -> None:
    """Puts our help behind a button in the place of the dialog's own, which says that a manual is missing."""
    own = dialog.get_widget_for_response(Gtk.ResponseType.HELP)
    if own is None:
        return
    button = Gtk.Button.new_with_mnemonic(_("_Help"))
    # Not in the handler itself: a screen reader that pressed the button would wait until it returns.
    button.connect("clicked", lambda _button: GLib.idle_add(show_help, dialog))
    row = own.get_parent()
    assert isinstance(row, Gtk.ButtonBox)
    row.pack_start(button, False, False, 0)
    row.set_child_secondary(button, True)
    own.set_no_show_all(True)
    own.hide()
    button.show()


def show_help(parent: Gtk.Window) -> bool:
    """Shows the help until it is closed."""
    window = Gtk.Dialog(title=_("Help for Neural Style"), transient_for=parent, modal=True)
    window.set_role("neural-style-help")
    window.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
    window.set_default_size(_WIDTH, _HEIGHT)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=12)
    for title, text in _sections():
        heading = Gtk.Label(xalign=0.0, margin_top=6)
        heading.set_markup(f"<b>{GLib.markup_escape_text(title)}</b>")
        box.pack_start(heading, False, False, 0)
        box.pack_start(Gtk.Label(label=text, wrap=True, xalign=0.0), False, False, 0)
    scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
    scrolled.add(box)
    window.get_content_area().pack_start(scrolled, True, True, 0)
    window.show_all()
    window.run()
    window.destroy()
    return False


def good_style() -> str:
    """Returns three sentences on what makes a good style."""
    return _(
        "Strokes, dabs or lines that one sees make the best style. A few strong colors work better"
        " than many. The picture should have as many pixels as yours, or more."
    )


def _sections() -> list[tuple[str, str]]:
    return [
        (
            _("A good style picture"),
            good_style(),
        ),
        (
            _("Strength and brush size"),
            _(
                "At strength 0 nothing changes, 50 is balanced, and at 100 the style's own forms take over."
                " At brush size 1 strokes take the same part of your picture as of the style picture."
            ),
        ),
        (
            _("A second try"),
            _(
                "Open the dialog on the painted layer: the original picture is painted again. You can also"
                " paint the painting, or go on from where it ended. Each result is a layer of its own. A"
                " click under “Painted lately” takes over what an earlier one was painted with."
            ),
        ),
        (
            _("Where to paint"),
            _(
                "A selection limits what is painted, and becomes the mask of the new layer. Under “More"
                " styles” each style can have the selection, or a channel, a mask or a layer that is white"
                " where it is to paint, and another style everywhere else."
            ),
        ),
        (
            _("Faces"),
            _(
                "Above strength 35, eyes, mouth and outline of faces are kept, once the detector is there:"
                " “Get it” under “Fine tuning” brings it. “Protect faces” there switches that off."
            ),
        ),
        (
            _("Time"),
            _(
                "“Draft” is for trying things out. The time depends on the quality and on the processor, and"
                " a GPU is far faster. “Stop and keep this” takes the picture as it is."
            ),
        ),
        (
            _("Your pictures stay here"),
            _("Everything is computed on this machine. No picture is sent anywhere."),
        ),
    ]
