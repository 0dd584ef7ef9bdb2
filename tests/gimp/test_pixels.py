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
# What goes through the core are 32-bit floats in sRGB: some millionths of the whole range is what they hold.
LEVELS = {"U8": 1, "U16": 1, "U32": 2**32 * 2e-6, "HALF": 2**-10, "FLOAT": 2e-6, "DOUBLE": 2e-6}
# One channel dark beside bright ones: a millionth of light is many levels where the profile's curve is
# steep, and GEGL's way to a curve and back is not exact; GIMP's own filters in linear light show the same.
WITH_PROFILE = {"U16": 65535 * 0.01}


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
    _, depth, _, *profile = kind.split("-")
    limit = WITH_PROFILE.get(depth, LEVELS[depth]) if profile else LEVELS[depth]
    assert max(told[kind]["differences"]) <= limit


def test_the_selection_becomes_the_mask_with_its_soft_border(told: dict[str, Any]) -> None:
    masks = {kind: one["masks"] for kind, one in told.items() if "masks" in one}
    assert masks == {kind: [True, True] for kind in [*KINDS, *WITH_PROFILES][1::2]}
