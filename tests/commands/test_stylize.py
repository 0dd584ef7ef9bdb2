"""``nst stylize``: the same engine without GIMP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from nst_core.contract.advanced import GROUPS
from nst_core.contract.parameters import Choice, Flag
from nst_core.contract.places import State
from nst_core.files.metadata import made_with
from nst_core.recipes.settings import TABLE, Settings

from ..conftest import SAMPLES
from ..files.profiles import of_greys, of_primaries
from ..folders import names
from ..nst_process import run_nst
from ..pictures import NIGHT_OIL, WOODCUT, small_photograph
from .nst import QUICK, Nst


def test_it_paints_a_file_and_keeps_size_and_alpha(
    installed: State, photograph: Path, tmp_path: Path
) -> None:
    output = tmp_path / "result.png"
    done = run_nst(installed, "stylize", photograph, WOODCUT, "-o", output, *QUICK, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{output}\n"
    before, after = np.asarray(Image.open(photograph)), np.asarray(Image.open(output))
    assert after.shape == before.shape
    assert np.array_equal(after[..., 3], before[..., 3])
    assert not np.array_equal(after[..., :3], before[..., :3])
    assert names(tmp_path) == ["photograph.png", "result.png"]


def test_every_parameter_is_an_option(nst: Nst) -> None:
    shown = nst("stylize", "--help").out
    for name, entry in TABLE.items():
        assert f"--{name.replace('_', '-')} " in shown
        if isinstance(entry, Flag):
            assert f"--no-{name.replace('_', '-')} " in shown
    for title, _ in GROUPS:
        assert f"─ {title} ─" in shown


def test_every_option_reaches_the_engine(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]], tmp_path: Path
) -> None:
    chosen: dict[str, Any] = {}
    for name, entry in TABLE.items():
        if isinstance(entry, Flag):
            chosen[name] = not entry.default
        elif isinstance(entry, Choice):
            chosen[name] = entry.options[-1][0]
        else:
            chosen[name] = entry.high
    chosen["network"] = "vgg16"
    options = [
        f"--{'' if value else 'no-'}{name.replace('_', '-')}"
        if isinstance(value, bool)
        else f"--{name.replace('_', '-')}={value}"
        for name, value in chosen.items()
    ]
    done = nst("stylize", photograph, WOODCUT, "-o", tmp_path / "x.png", *options)
    assert done.status == 0, done.err
    stored = made_with(tmp_path / "x.png")
    assert stored is not None
    assert Settings(**stored["settings"]) == Settings(**chosen)
    assert idle_engine[0]["recipe"].brush_size == 4
    assert "A note." in done.err


def test_over_its_own_content_only_when_told(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    done = nst("stylize", photograph, WOODCUT, "-o", photograph, "--overwrite")
    assert done.status == 0
    assert made_with(photograph) is not None


def test_each_region_has_its_own_style(nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]) -> None:
    mask = photograph.with_name("mask.png")
    Image.linear_gradient("L").resize((30, 20)).save(mask)
    masks = ("--region", mask, "--region", "-", "--style-mask", "-", "--style-mask", mask)
    arguments = ("stylize", photograph, WOODCUT, NIGHT_OIL, "-o", photograph.with_name("x.png"))
    assert nst(*arguments, "--weights", "3,1", *masks).status == 0
    first, second = idle_engine[0]["styles"]
    assert (first.weight, second.weight) == (3, 1)
    assert first.region.shape == (1, 1, 20, 30)
    assert float(first.region[0, 0, 0, 0]) < 0.1
    assert float(first.region[0, 0, -1, 0]) > 0.9
    assert second.region is None
    assert first.mask is None
    assert second.mask.shape == (1, 1, 20, 30)
    assert second.picture.shape[1] == 3
    assert idle_engine[0]["visible"].shape == (1, 1, 80, 120)


def test_a_region_paints_nowhere_else(nst: Nst, tmp_path: Path) -> None:
    content, mask, output = (tmp_path / name for name in ("content.png", "mask.png", "x.png"))
    small_photograph(content, (96, 64))
    half = Image.new("L", (96, 64))
    half.paste(255, (0, 0, 48, 64))
    half.save(mask)
    assert nst("stylize", content, WOODCUT, "-o", output, "--region", mask, *QUICK).status == 0
    before, after = (np.asarray(Image.open(path)).astype(int) for path in (content, output))
    assert np.array_equal(before[:, 48:], after[:, 48:])
    assert np.abs(before[:, :48] - after[:, :48]).mean() > 5


def test_it_goes_on_from_a_start(nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]) -> None:
    output = photograph.with_name("x.png")
    assert nst("stylize", photograph, WOODCUT, "-o", output, "--start-image", NIGHT_OIL).status == 0
    assert idle_engine[0]["start"].shape[1] == 3


def test_sixteen_bits_profile_and_resolution_go_through(
    nst: Nst, tmp_path: Path, idle_engine: list[dict[str, Any]]
) -> None:
    content, output = tmp_path / "in.tif", tmp_path / "out.tif"
    pixels = np.random.default_rng(0).integers(20000, 40000, (20, 30, 4)).astype(np.uint16)
    profile = of_primaries()
    pixels[..., :3] = 25000 + pixels[..., :3] // 8  # sRGB has these colors
    # Colors that are hidden, and only those, fade into the others' mean.
    pixels[..., 3] = 65535
    pixels[0, 0, 3] = 0
    tifffile.imwrite(
        content,
        pixels,
        photometric="rgb",
        extrasamples=["unassalpha"],
        iccprofile=profile,
        resolution=(300, 300),
        resolutionunit="INCH",
    )
    assert nst("stylize", content, WOODCUT, "-o", output).status == 0
    after = tifffile.imread(output)
    assert after.dtype == np.uint16
    assert np.array_equal(after[..., 3], pixels[..., 3])
    assert np.abs(after[..., :3].astype(int) - pixels[..., :3])[pixels[..., 3] > 0].max() <= 1
    with tifffile.TiffFile(output) as file:
        tags = file.pages.first.tags
        assert tags.valueof(34675) == profile
        assert tags.valueof(282) == (300, 1)


@pytest.mark.parametrize(
    ("options", "mode"),
    [((), "RGB"), (("--keep-colors",), "L"), (("--keep-colors", "--color-strength", "50"), "RGB")],
)
def test_greys_stay_greys_where_colors_are_kept(
    nst: Nst, tmp_path: Path, options: tuple[str, ...], mode: str
) -> None:
    content, output = tmp_path / "in.png", tmp_path / "out.png"
    grey = Image.open(SAMPLES / "photograph.jpg").convert("L").resize((60, 40))
    grey.save(content, icc_profile=of_greys())
    assert nst("stylize", content, WOODCUT, "-o", output, *QUICK, *options).status == 0
    with Image.open(output) as after:
        assert after.mode == mode
        assert after.info.get("icc_profile") == (of_greys() if mode == "L" else None)


def test_transparency_that_jpeg_lacks_is_told(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    done = nst("stylize", photograph, WOODCUT, "-o", photograph.with_name("x.jpg"))
    assert "JPEG has no transparency" in done.err


def test_a_style_of_next_to_no_contrast_is_told_before_the_run(
    nst: Nst, photograph: Path, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.png"
    Image.new("RGB", (300, 200), "ivory").save(paper)
    done = nst("stylize", photograph, paper, "-o", tmp_path / "o.png", "--dry-run", "--size", 60)
    assert "next to no contrast" in done.err
    painted = nst("stylize", photograph, paper, "-o", tmp_path / "o.png", *QUICK)
    assert painted.err.count("next to no contrast") == 1
