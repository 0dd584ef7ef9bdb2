"""Pixels of every kind of image: kept bit for bit where nothing is painted, and given back by strength 0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .lent import Lent
from .steps import STYLE

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(600)]

INSIDE = Path(__file__).parent / "inside"
BASES = ("RGB", "GRAY")
DEPTHS = ("U8", "U16", "U32", "HALF", "FLOAT", "DOUBLE")
LIGHTS = ("LINEAR", "NON_LINEAR", "PERCEPTUAL")
KINDS = [f"{base}-{depth}-{light}" for base in BASES for depth in DEPTHS for light in LIGHTS]
WITH_PROFILES = [
    *("RGB-U8-NON_LINEAR-adobe", "RGB-U8-PERCEPTUAL-adobe", "RGB-U16-NON_LINEAR-adobe"),
    *("RGB-FLOAT-LINEAR-adobe", "GRAY-U8-NON_LINEAR-lab", "GRAY-U8-PERCEPTUAL-lab"),
    *("GRAY-U16-NON_LINEAR-lab", "GRAY-FLOAT-LINEAR-lab"),
]
LEVELS = {"U8": 1, "U16": 1, "U32": 1, "HALF": 2**-10, "FLOAT": 2**-23, "DOUBLE": 2**-52}


@pytest.fixture(scope="module")
def told(gimp: Lent) -> dict[str, Any]:
    """What became of each kind of image, all in one GIMP."""
    script = (INSIDE / "pixels.py").read_text("utf-8")
    return dict(gimp.console(script.replace("%STYLE%", gimp.home.put(STYLE)), 500))


def test_every_kind_was_tried(told: dict[str, Any]) -> None:
    assert set(told) == {*KINDS, *WITH_PROFILES}


@pytest.mark.parametrize("kind", [*KINDS, *WITH_PROFILES])
def test_what_is_not_painted_stays_bit_for_bit(told: dict[str, Any], kind: str) -> None:
    one = told[kind]
    assert one["answer"] == [3, ""], one
    assert one["layers"] == 5  # two were painted
    assert one["kept"]
    assert one["selection"]
    assert one["precision"]
    assert one["gray"] == kind.startswith("GRAY")
    assert one.get("outside", True)


@pytest.mark.parametrize("kind", [*KINDS, *WITH_PROFILES])
def test_strength_0_gives_the_layer_back(told: dict[str, Any], kind: str) -> None:
    assert max(told[kind]["differences"]) <= LEVELS[kind.split("-")[1]]


def test_the_selection_becomes_the_mask_with_its_soft_border(told: dict[str, Any]) -> None:
    masks = {kind: one["masks"] for kind, one in told.items() if "masks" in one}
    assert masks == {kind: [True, True] for kind in [*KINDS, *WITH_PROFILES][1::2]}
