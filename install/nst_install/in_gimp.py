"""The proof in GIMP 3, which runs this file itself: it paints the sample picture."""

from __future__ import annotations

from typing import Any


def prove(photograph: str, style: str, result: str) -> None:
    """Paints the file ``photograph`` with the plug-in, and saves the picture as ``result``.

    ``style`` is the file of the style. When a step fails, it prints ``PROOF:`` with the reason and raises
    ``RuntimeError``.
    """
    import importlib

    gi: Any = importlib.import_module("gi.repository")  # only GIMP's Python has it
    Gimp, Gio = gi.Gimp, gi.Gio
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
    if procedure is None:
        _refuse("it does not have the procedure plug-in-neural-style")
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(photograph))
    before = image.get_layers()
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", before[:1])
    config.set_property("style-file", Gio.File.new_for_path(style))
    config.set_property("quality", "draft")
    config.set_property("size", 256)
    answer = procedure.run(config)
    if answer.index(0) != Gimp.PDBStatusType.SUCCESS:
        reason = answer.index(1) if answer.length() > 1 else Gimp.get_pdb().get_last_error()
        _refuse(str(reason or "the plug-in gave no reason"))
    added = len(image.get_layers()) - len(before)
    if added != 1:
        _refuse(f"the plug-in made {added} layers instead of one")
    target = Gio.File.new_for_path(result)
    if not Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, target, None):
        _refuse(f"the result could not be saved as {result}")
    image.delete()


def _refuse(reason: str) -> None:
    print(f"\nPROOF: {' '.join(reason.split())}", flush=True)
    raise RuntimeError(reason)
