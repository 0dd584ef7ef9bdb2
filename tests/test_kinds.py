"""One list of the kinds of picture that are read, for the command line and the plug-in."""

from __future__ import annotations

from PIL import Image

from nst_core.contract.kinds import FOR_GIMP, KINDS, endings
from nst_core.files.pillow import FORMATS

from .conftest import REPOSITORY


def test_pillow_knows_all_of_them() -> None:
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)


def test_every_ending_that_pillow_has_for_them_is_there() -> None:
    known = {ending for ending, kind in Image.registered_extensions().items() if kind in {*KINDS, "MPO"}}
    assert endings() == known


def test_what_gimp_reads_better_is_left_out_for_it() -> None:
    assert endings(without=FOR_GIMP) == endings() - {".psd"}


def test_the_plugin_takes_that_list() -> None:
    source = (REPOSITORY / "plugin" / "neural-style" / "choices" / "styles.py").read_text(encoding="utf-8")
    assert "_ENGINE_READS = endings(without=FOR_GIMP)" in source
