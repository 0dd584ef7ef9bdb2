"""The dialog's rows of parameters: GIMP's own widgets, which handle defaults, last values and Reset."""

from __future__ import annotations

import random
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GimpUi, Gtk, Pango

from choices.arguments import OPACITY, property_of
from client.installation import installation
from client.weights import get_weights
from nst_core.contract.advanced import GROUPS
from nst_core.contract.parameters import PARAMETERS, Choice, Number, Parameter
from text.language import _
from widgets.children import first_of

FINE, EXPERT = (entries for _title, entries in GROUPS)
_BY_NAME = {entry.name: entry for entry in PARAMETERS}
_DETECTOR = "faces"  # its name among the networks
_LARGEST_SLIDER = 100  # a number with a larger range has no slider: one could not hit a value


def fine_page(dialog: GimpUi.ProcedureDialog, config: Gimp.ProcedureConfig) -> Gtk.Box:
    """Returns the page of what one changes now and then."""
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    for entry in (*FINE, _BY_NAME["size"], OPACITY):
        box.pack_start(row_of(dialog, entry), False, False, 0)
        if entry.name == "protect_faces" and not _detector().exists():
            box.pack_start(_detector_row(dialog), False, False, 0)
    seed = Gtk.Box(spacing=6)
    seed.pack_start(row_of(dialog, _BY_NAME["seed"]), False, False, 0)
    die = Gtk.Button.new_from_icon_name("media-playlist-shuffle-symbolic", Gtk.IconSize.BUTTON)
    die.set_tooltip_text(_("Throws a die for another version"))
    # Translators: A button beside “Another version” that takes a number by chance
    die.get_accessible().set_name(_("Throw a die"))
    die.connect("clicked", lambda _button: config.set_property("seed", random.randrange(1, 10_000)))
    seed.pack_start(die, False, False, 0)
    box.pack_start(seed, False, False, 0)
    return box


def expert_page(dialog: GimpUi.ProcedureDialog) -> Gtk.Box:
    """Returns the page of all that names an algorithm, each with a sentence of what it is."""
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    for entry in EXPERT:
        box.pack_start(row_of(dialog, entry), False, False, 0)
        sentence = Gtk.Label(label=_(entry.help), xalign=0.0, wrap=True, margin_bottom=6)
        small = Pango.AttrList()
        small.insert(Pango.attr_scale_new(0.85))
        sentence.set_attributes(small)
        sentence.get_style_context().add_class("dim-label")
        box.pack_start(sentence, False, False, 0)
    return box


def row_of(dialog: GimpUi.ProcedureDialog, entry: Parameter) -> Gtk.Widget:
    """Returns the row of ``entry``: a slider or a field for a number, a combo box, or a check box."""
    name = property_of(entry.name)
    if not isinstance(entry, Number):
        kind = Gtk.ComboBox if isinstance(entry, Choice) else Gtk.CheckButton
        return dialog.get_widget(name, kind.__gtype__)
    if entry.low >= 0 and entry.high <= _LARGEST_SLIDER:
        return number_row(dialog, name)
    row = dialog.get_widget(name, GimpUi.LabelSpin.__gtype__)
    spin = first_of(row, Gtk.SpinButton)
    # The least value stands for “as the engine thinks best”, but for the seed, whose 0 is a version, too.
    if spin is not None and entry.name != "seed":
        _name_the_least(spin)
    return row


def number_row(dialog: GimpUi.ProcedureDialog, name: str) -> Gtk.Widget:
    """Returns the slider of the property ``name``, with its label and an entry."""
    row = dialog.get_scale_entry(name, 1.0)
    assert isinstance(row, GimpUi.ScaleEntry)
    # For screen readers: GIMP itself names only the entry.
    row.get_range().get_accessible().set_name(row.get_label().get_text())
    return row


def _detector() -> Path:
    """Returns the file of the detector of faces, without which none are protected."""
    return installation().state.weights / f"{_DETECTOR}.safetensors"


def _detector_row(dialog: GimpUi.ProcedureDialog) -> Gtk.Box:
    """Returns a row that gets the detector of faces when the person wants it, and is gone then."""
    row = Gtk.Box(spacing=6, margin_start=24)
    words = Gtk.Label(label=_("The detector that finds faces is not here."), xalign=0.0, wrap=True)
    button = Gtk.Button.new_with_mnemonic(_("_Get it (2 MB)"))
    row.pack_start(words, False, False, 0)
    row.pack_start(button, False, False, 0)

    def get(_button: Gtk.Button) -> None:
        reason = get_weights(dialog, installation(), _DETECTOR, from_file=False)
        if reason:
            words.set_text(reason)
        row.set_visible(not _detector().exists())

    button.connect("clicked", get)
    return row


def _name_the_least(spin: Gtk.SpinButton) -> None:
    """Has ``spin`` show a word for its least value."""
    word = _("Automatic")

    def show(_spin: Gtk.SpinButton) -> bool:
        is_least = spin.get_value() <= spin.get_adjustment().get_lower()
        if is_least and spin.get_text() != word:
            spin.set_text(word)
        return is_least

    spin.set_numeric(False)
    spin.set_width_chars(len(word))
    # Else leaving the field would make a number of the word.
    spin.set_update_policy(Gtk.SpinButtonUpdatePolicy.IF_VALID)
    spin.connect("output", show)
    spin.update()
