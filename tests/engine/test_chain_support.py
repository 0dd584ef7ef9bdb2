"""Where the fast pass applies, and how its loops are compiled."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nst_core.engine.networks.vgg import VGG, Convolution, Pooling

from .chains import network, printed
from .tiny_network import in_double

pytest.importorskip("numba")

from nst_core.engine.passes.chain.support import applies


def test_what_the_chain_cannot_do_is_left_to_the_general_pass() -> None:
    assert applies(network((2, 2)))
    assert not applies(in_double(network((2, 2))))
    assert not applies(network((2, 2), pooling=Pooling("", "l2")))
    assert not applies(network((1, 2)))  # pooling right after the first convolution
    narrow = Convolution("relu1_1", torch.randn(24, 3, 3, 3), torch.randn(24))
    assert not applies(VGG((narrow,), torch.zeros(1, 3, 1, 1)))


def loadable_in(folder: Path, beginning: str = "", **environment: str) -> bool:
    """What a process of its own says of whether the loops can be compiled."""
    program = f"{beginning}\nfrom nst_core.engine.passes.chain.support import loadable\nprint(loadable())"
    return printed(program, **{"NUMBA_CACHE_DIR": str(folder), **environment}).strip() == "True"


def test_without_numba_nothing_breaks(tmp_path: Path) -> None:
    assert not loadable_in(tmp_path, "import sys; sys.modules['numba'] = None")


def test_machine_code_is_kept_where_it_may_be(tmp_path: Path) -> None:
    assert loadable_in(tmp_path)
    assert list(tmp_path.rglob("*.nbc"))


def test_without_a_folder_to_write_each_process_compiles(tmp_path: Path) -> None:
    """The only place left to numba is one that is for IPython's cells."""
    assert loadable_in(tmp_path, NUMBA_CACHE_LOCATOR_CLASSES="IPythonCacheLocator")
    assert not list(tmp_path.rglob("*"))
