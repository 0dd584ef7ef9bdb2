"""The plug-in's procedure, called in the GIMP that a test drives."""

from __future__ import annotations

CALL = """
def call(drawables, **settings):
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    config.set_property("style-file", Gio.File.new_for_path({style!r}))
    for name, value in settings.items():
        config.set_property(name.replace("_", "-"), value)
    answer = procedure.run(config)
    return int(answer.index(0)), str(answer.index(1)) if answer.length() > 1 else ""
"""


def call_with(style: str) -> str:
    """Python that defines ``call(drawables, **settings)``, which paints layers of ``image`` in that style.

    It gives status and message; 3 is a success.
    """
    return CALL.format(style=style)
