"""``nst stylize`` with ``--dry-run`` and ``--grid``: the plan, and a sheet of variations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..folders import names
from ..pictures import WOODCUT, reduced
from .nst import QUICK, Nst


def test_a_dry_run_tells_the_plan_and_writes_nothing(nst: Nst, photograph: Path) -> None:
    output = photograph.with_name("x.png")
    done = nst("stylize", photograph, WOODCUT, "-o", output, "--dry-run", "--size", 60)
    *steps, cost, exact = done.out.splitlines()
    assert steps == [
        "Step 1 of 1: 60 × 40 pixels, at most 120 evaluations",
        "The result has 120 × 80 pixels, carried up from 60 × 40 pixels.",
    ]
    assert re.fullmatch(r"It takes (about .* and )?about \d+\.\d GiB of memory\b.*\.", cost)
    assert exact.startswith("Every pixel painted (--finish exact) takes about ")
    done = nst("stylize", photograph, WOODCUT, "-o", output, "--dry-run", "--grid")
    assert done.out.startswith("9 variations, for each:\nStep 1 of 1: 120 × 80 pixels")
    assert names(photograph.parent) == ["photograph.png"]


def test_a_sheet_shows_variations_of_strength_and_brush(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    output = photograph.with_name("sheet.png")
    done = nst("stylize", photograph, WOODCUT, "-o", output, "--grid", "--brush-size", 3, "--strength", 90)
    assert done.status == 0, done.err
    assert [call["recipe"].brush_size for call in idle_engine[:3]] == [1.5, 3, 4]
    weights = [call["recipe"].matching.style_weight for call in idle_engine]
    assert len(weights) == 9
    assert weights == sorted(weights)
    assert {call["content"].shape[2:] for call in idle_engine} == {(80, 120)}
    with Image.open(output) as sheet:
        assert sheet.width > 3 * 120
        assert sheet.height > 3 * 80
        assert np.asarray(sheet.convert("L"))[92:110].min() < 100  # the labels


def test_the_same_words_make_the_sheets_picture(nst: Nst, photograph: Path, tmp_path: Path) -> None:
    """What a label says paints that variation: nothing else is changed on the sheet but its size."""
    sheet, single = tmp_path / "sheet.png", tmp_path / "single.png"
    assert nst("stylize", photograph, WOODCUT, "-o", sheet, "--grid", *QUICK).status == 0
    options = ("--strength", 25, "--brush-size", 0.5)
    reduced(photograph, tmp_path / "small.png", (64, 43))
    assert nst("stylize", tmp_path / "small.png", WOODCUT, "-o", single, *QUICK, *options).status == 0
    cell = np.asarray(Image.open(sheet)).astype(int)[12 : 12 + 43, 12 : 12 + 64]
    paper = Image.new("RGBA", (64, 43), "white")
    alone = np.asarray(Image.alpha_composite(paper, Image.open(single)).convert("RGB")).astype(int)
    assert np.abs(cell - alone).mean() < 6
