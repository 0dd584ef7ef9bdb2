"""``nst stylize --like``: an earlier result is made again, and what it holds is checked."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nst_core.files.form import Form
from nst_core.files.metadata import made_with, packet
from nst_core.files.writing import write

from ..files.made import plain
from ..pictures import NIGHT_OIL, WOODCUT, reduced
from .nst import QUICK, Nst


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_result_is_made_again_like_an_earlier_one(nst: Nst, photograph: Path, suffix: str) -> None:
    folder = photograph.parent
    first, second, third = (folder / f"{name}{suffix}" for name in ("first", "second", "third"))
    styles = [
        reduced(style, folder / name, (60, 50))
        for style, name in ((WOODCUT, "style.png"), (NIGHT_OIL, "oil.png"))
    ]
    Image.linear_gradient("L").save(folder / "mask.png")
    chosen = (*QUICK, "--strength", 70, "--keep-colors", "--weights", "2,1")
    where = ("--region", folder / "mask.png", "--region", "-")
    assert nst("stylize", photograph, *styles, "-o", first, *chosen, *where).status == 0
    assert nst("stylize", photograph, "-o", second, "--like", first).status == 0
    assert np.array_equal(np.asarray(Image.open(first)), np.asarray(Image.open(second)))
    stored = made_with(second)
    assert stored is not None
    assert stored["styles"] == ["style.png", "oil.png"]
    assert stored["regions"] == ["mask.png", None]
    assert stored["weights"] == [2, 1]
    assert str(folder) not in str(stored)
    assert stored["settings"]["strength"] == 70
    done = nst("stylize", photograph, WOODCUT, "-o", third, "--like", first, "--no-keep-colors", "--seed", 3)
    assert done.status == 0
    again = made_with(third)
    assert again is not None
    assert again["settings"] == {**stored["settings"], "keep_colors": False, "seed": 3}
    assert again["styles"] == [WOODCUT.name]
    styles[1].unlink()
    done = nst("stylize", photograph, "-o", third, "--like", first)
    assert done.err.startswith(f"“oil.png”, with which “first{suffix}” was painted, is not beside it")


def earlier_result(photograph: Path, **note: Any) -> Path:
    """Writes first.png beside the photograph, with such a note in it, and the style that it names."""
    reduced(WOODCUT, photograph.with_name("style.png"), (60, 50))
    path = photograph.with_name("first.png")
    write(path, plain(), Form(), packet({"settings": {}, "styles": ["style.png"], **note}))
    return path


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"weights": [0]}, "“first.png” holds weights that no style can have: give them with --weights."),
        ({"weights": [-1]}, "“first.png” holds weights that no style can have"),
        ({"weights": [math.nan]}, "“first.png” holds weights that no style can have"),
        ({"weights": [math.inf]}, "“first.png” holds weights that no style can have"),
        ({"weights": [10**400]}, "“first.png” holds weights that no style can have"),
        ({"weights": [True]}, "“first.png” holds weights that no style can have"),
        ({"weights": ["1"]}, "“first.png” holds weights that no style can have"),
        ({"weights": [1, 1]}, "“first.png” does not say in which style it was painted: give one."),
        ({"weights": 1}, "“first.png” does not say in which style it was painted: give one."),
        ({"regions": [None, None]}, "“first.png” does not say which style goes where: give the styles."),
        ({"styles": ["/"]}, "“/”, with which “first.png” was painted, is not beside it"),
        ({"styles": ["n" * 300]}, "“nnn"),
        ({"styles": ["a\0b"]}, "“a\\x00b”, with which “first.png” was painted, is not beside it"),
        ({"settings": {"strength": math.nan}}, "“first.png” holds a setting that cannot be: --strength is"),
        ({"settings": {"size": math.inf}}, "“first.png” holds a setting that cannot be: --size is a whole"),
        ({"settings": {"seed": -1}}, "“first.png” holds a setting that cannot be: --seed is a whole"),
        ({"settings": {"seed": 10**300}}, "“first.png” holds a setting that cannot be: --seed is a whole"),
        ({"settings": {"quality": ["draft"]}}, "“first.png” holds a setting that cannot be: --quality is"),
        ({"settings": {"keep_colors": 2}}, "“first.png” holds a setting that cannot be: --keep-colors is"),
        ({"settings": []}, "“first.png” holds no settings of Neural Style."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_numbers_of_an_earlier_result_are_checked(
    nst: Nst, photograph: Path, wrong: dict[str, Any], sentence: str
) -> None:
    first = earlier_result(photograph, **{"weights": [1], "regions": [], "style_masks": [], **wrong})
    done = nst("stylize", photograph, "-o", photograph.with_name("x.png"), "--like", first, "--dry-run")
    assert done.status == 1
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1


def test_weights_take_the_place_of_those_of_an_earlier_result(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    first, output = earlier_result(photograph, weights=[0]), photograph.with_name("x.png")
    assert nst("stylize", photograph, "-o", output, "--like", first, "--weights", "3").status == 0
    assert [style.weight for style in idle_engine[0]["styles"]] == [3]


def test_a_folder_is_no_earlier_result(nst: Nst, photograph: Path) -> None:
    done = nst("stylize", photograph, "-o", photograph.parent / "out.png", "--like", photograph.parent)
    assert done.status != 0
    assert f"“{photograph.parent}” cannot be read: Is a directory." in done.err
