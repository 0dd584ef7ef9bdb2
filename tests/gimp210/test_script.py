"""The procedure called by scripts in the real GIMP 2.10: pixels, places, and sentences for trouble."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nst_core.wire.places import State

from ..conftest import SAMPLES
from .plugged import LAYERS, OldPlugged
from .root import OldGimpRoot

pytestmark = pytest.mark.gimp

STYLE = SAMPLES / "styles" / "night-oil.jpg"
NAME = "Neural Style – night-oil"


@pytest.fixture(scope="module")
def gimp(
    old_root: OldGimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OldPlugged]:
    """One HOME and one core for all calls of this file: the core is found when it runs."""
    home = old_root.new_home("script")
    plugged = OldPlugged.make(old_root, home, installed, tmp_path_factory.mktemp("ns"))
    yield plugged
    plugged.end_core()
    home.close()


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "photograph.png"
    Image.open(SAMPLES / "photograph.jpg").resize((96, 64)).save(path)
    return path


def arguments(gimp: OldPlugged, **changes: Any) -> dict[str, Any]:
    """Every parameter by its name."""
    return {
        "style-file": gimp.home.put(STYLE),
        "strength": 60,
        "brush-size": 1.5,
        "keep-colors": 0,
        "quality": "draft",
        "size": 48,
        "seed": 7,
        **changes,
    }


def test_it_is_registered(gimp: OldPlugged) -> None:
    done = gimp.root.console(
        """
about = pdb.plug_in_neural_style
print "TOLD", [entry[1] for entry in about.params]
import os
text = open(os.path.join(gimp.directory, "pluginrc")).read()
start = text.index('"plug-in-neural-style"')
print "TOLD", text[start:start + 1500]
""",
        gimp.home,
    )
    names = "['run-mode', 'image', 'drawable', 'style-file', 'strength', 'brush-size', 'keep-colors'"
    assert f"TOLD {names}, 'quality', 'size', 'seed']" in done.stdout, done.stdout + done.stderr
    assert '"<Image>/Filters"' in done.stdout
    assert '"_Neural Style…"' in done.stdout


def test_a_call_makes_one_layer_above_and_leaves_the_first_alone(gimp: OldPlugged, photograph: Path) -> None:
    told = gimp.script(
        photograph,
        arguments(gimp),
        prepare="""
drawable.set_offsets(5, -3)
above = gimp.Layer(image, "above", 9, 9, RGBA_IMAGE, 100, NORMAL_MODE)
pdb.gimp_image_insert_layer(image, above, None, 0)
""",
        report=LAYERS,
    )
    assert told["status"] == "success", told
    above, result, first = told["layers"]
    assert above["name"] == "above"
    assert result["name"] == NAME
    assert result["size"] == first["size"] == [96, 64]
    assert result["offset"] == first["offset"] == [5, -3]
    assert first["pixels"] == hashlib.sha256(Image.open(photograph).tobytes()).hexdigest()
    assert result["alpha"]
    assert not result["mask"]
    assert "Traceback" not in told["said"]


def test_the_core_is_found_again_and_the_seed_gives_the_same_picture(
    gimp: OldPlugged, photograph: Path
) -> None:
    results, pids = [], []
    for seed in (1, 1, 2):
        told = gimp.script(photograph, arguments(gimp, seed=seed), report=LAYERS)
        assert told["status"] == "success", told
        results.append(told["layers"][0]["pixels"])
        pids.append(gimp.core_pid())
    assert len(set(pids)) == 1
    assert results[0] == results[1] != results[2]
