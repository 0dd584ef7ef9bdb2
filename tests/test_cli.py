"""``nst stylize``: the same engine without GIMP, and one sentence for what goes wrong."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from nst_core.commands import painting
from nst_core.contract.advanced import GROUPS
from nst_core.contract.parameters import Choice, Flag
from nst_core.contract.places import State
from nst_core.engine.networks.backbone import UnknownLayerError
from nst_core.engine.stylize import DivergedError
from nst_core.engine.tiles.out_of_memory import OutOfMemory
from nst_core.files.form import FilePicture, Form
from nst_core.files.metadata import made_with, packet
from nst_core.files.writing import write
from nst_core.recipes.settings import TABLE, Settings

from .cli import Nst
from .conftest import REPOSITORY, SAMPLES
from .profiles import of_greys, of_primaries

STYLE = SAMPLES / "styles" / "wave-woodcut.jpg"
OIL = SAMPLES / "styles" / "night-oil.jpg"
QUICK = ("--size", 64, "--evaluations", 3)


def process(state: State, *arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "NEURAL_STYLE_HOME": str(state.root),
        "PYTHONPATH": str(REPOSITORY),
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "nst_core", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=timeout, check=False
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    image = Image.open(SAMPLES / "photograph.jpg").resize((120, 80)).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((120, 80)))
    image.save(tmp_path / "photograph.png")
    return tmp_path / "photograph.png"


def test_it_paints_a_file_and_keeps_size_and_alpha(
    installed: State, photograph: Path, tmp_path: Path
) -> None:
    output = tmp_path / "result.png"
    done = process(installed, "stylize", photograph, STYLE, "-o", output, *QUICK)
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
        f"--{name.replace('_', '-')}" if value is True else f"--{name.replace('_', '-')}={value}"
        for name, value in chosen.items()
    ]
    done = nst("stylize", photograph, STYLE, "-o", tmp_path / "x.png", *options)
    assert done.status == 0, done.err
    stored = made_with(tmp_path / "x.png")
    assert stored is not None
    assert Settings(**stored["settings"]) == Settings(**chosen)
    assert idle_engine[0]["recipe"].brush_size == 4
    assert "A note." in done.err


FEW = ("{photograph}", str(STYLE))
SENTENCES = [
    (("gone.png", str(STYLE)), "The content picture “gone.png” is not there."),
    (("{photograph}", "gone.png"), "The style picture “gone.png” is not there."),
    (("{photograph}", __file__), "The style picture “test_cli.py” cannot be read"),
    (("{photograph}",), "Name at least one style picture."),
    ((*FEW, "-o", "x.what"), "“.what” is no kind of picture that can be written. Kinds are"),
    ((*FEW, "-o", "no/such/x.png"), "There is no folder “no/such” to write to. Make it first."),
    ((*FEW, "-o", "folder.png"), "“folder.png” is a folder."),
    ((*FEW, "-o", "photograph.png"), "“photograph.png” is one of the pictures to paint with"),
    ((*FEW, "-o", "other/../photograph.png"), "There is no folder"),
    ((*FEW, "--strength", "101"), "--strength is a number from 0 to 100, not “101”."),
    ((*FEW, "--strength", "much"), "--strength is a number from 0 to 100, not “much”."),
    ((*FEW, "--brush-size", "nan"), "--brush-size is a number from 0.25 to 4, not “nan”."),
    ((*FEW, "--size", "64.5"), "--size is a whole number from 0 to 16384, not “64.5”."),
    ((*FEW, "--seed", "1e99"), "--seed is a whole number from 0 to 2147483647, not “1e99”."),
    ((*FEW, "--start-noise", "-2"), "--start-noise is a number from -1 to 1, not “-2”."),
    ((*FEW, "--quality", "best"), "--quality is draft, normal or high, not “best”."),
    ((*FEW, "--recipe", "Gatys"), "--recipe is default, gatys,"),
    ((*FEW, "--device", "gpu"), "There is no device “gpu” here. There are: auto, "),
    (
        (*FEW, "--weights", "2,1"),
        "--weights is a number for each style, more than 0 and at most 1000, such as 2, not “2,1”.",
    ),
    ((*FEW, str(OIL), "--weights", "0,1"), "--weights is a number for each style, more than 0"),
    ((*FEW, "--weights", "nan"), "--weights is a number for each style"),
    ((*FEW, "--weights", "inf"), "--weights is a number for each style"),
    ((*FEW, "--weights", "1e4"), "--weights is a number for each style"),
    ((*FEW, "--weights", "a"), "--weights is a number for each style"),
    ((*FEW, "--weights", "0"), "--weights is a number for each style"),
    ((*FEW, "--weights=-1"), "--weights is a number for each style"),
    ((*FEW, "--region", "-", "--region", "-"), "--region was given 2 times for 1 styles"),
    ((*FEW, "--style-mask", "gone.png"), "The style mask “gone.png” is not there."),
    ((*FEW, "--region", __file__), "The region “test_cli.py” cannot be read"),
    ((*FEW, "--start-image", "gone.png"), "The start image “gone.png” is not there."),
    ((*FEW, "--grid", "--start-image", "{photograph}"), "--grid and --start-image do not go together"),
    ((*FEW, "--like", "gone.png"), "“gone.png” cannot be read: No such file or directory."),
    ((*FEW, "--like", "{photograph}"), "“photograph.png” holds no settings of Neural Style."),
    ((*FEW, "--like", __file__), "“test_cli.py” holds no settings of Neural Style."),
]


@pytest.mark.parametrize(("arguments", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_what_goes_wrong_is_a_sentence_and_writes_nothing(
    nst: Nst, photograph: Path, arguments: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the work began")

    monkeypatch.chdir(photograph.parent)
    monkeypatch.setattr(painting, "network", never)
    Path("folder.png").mkdir()
    filled = [argument.format(photograph=photograph) for argument in arguments]
    done = nst("stylize", *([] if "-o" in filled else ["-o", "x.png"]), *filled)
    assert done.status == 1
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1
    assert done.out == ""
    assert names(photograph.parent) == ["folder.png", "photograph.png"]


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (OutOfMemory(), "The memory is too small for this: choose a smaller working size"),
        (DivergedError(), "The picture went out of range: choose a lower --strength."),
        (
            UnknownLayerError("the network has no layer called 'x'"),
            "This recipe does not go with this network",
        ),
        (ZeroDivisionError("no"), "This should not have happened (ZeroDivisionError: no)."),
        (KeyboardInterrupt(), "Stopped; nothing was written."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_engine_that_fails_is_a_sentence(
    nst: Nst, photograph: Path, failure: BaseException, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stylize(**_: object) -> None:
        raise failure

    monkeypatch.setattr(painting, "stylize", stylize)
    done = nst("stylize", photograph, STYLE, "-o", photograph.with_name("x.png"))
    assert done.status == (130 if isinstance(failure, KeyboardInterrupt) else 1)
    assert done.err.strip().startswith(sentence)
    assert names(photograph.parent) == ["photograph.png"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_a_sentence(nst: Nst, photograph: Path) -> None:
    folder = photograph.parent / "locked"
    folder.mkdir(mode=0o500)
    done = nst("stylize", photograph, STYLE, "-o", folder / "x.png")
    assert done.err.startswith("“x.png” cannot be written: Permission denied.")


def test_over_its_own_content_only_when_told(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    done = nst("stylize", photograph, STYLE, "-o", photograph, "--overwrite")
    assert done.status == 0
    assert made_with(photograph) is not None


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_result_is_made_again_like_an_earlier_one(nst: Nst, photograph: Path, suffix: str) -> None:
    folder = photograph.parent
    first, second, third = (folder / f"{name}{suffix}" for name in ("first", "second", "third"))
    Image.open(STYLE).resize((60, 50)).save(folder / "style.png")
    Image.open(OIL).resize((60, 50)).save(folder / "oil.png")
    Image.linear_gradient("L").save(folder / "mask.png")
    styles = (folder / "style.png", folder / "oil.png")
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
    done = nst("stylize", photograph, STYLE, "-o", third, "--like", first, "--no-keep-colors", "--seed", 3)
    assert done.status == 0
    again = made_with(third)
    assert again is not None
    assert again["settings"] == {**stored["settings"], "keep_colors": False, "seed": 3}
    assert again["styles"] == [STYLE.name]
    styles[1].unlink()
    done = nst("stylize", photograph, "-o", third, "--like", first)
    assert done.err.startswith(f"“oil.png”, with which “first{suffix}” was painted, is not beside it")


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
    first, output = photograph.with_name("first.png"), photograph.with_name("x.png")
    Image.open(STYLE).resize((60, 50)).save(photograph.with_name("style.png"))
    note = {"settings": {}, "styles": ["style.png"], "weights": [1], "regions": [], "style_masks": []}
    write(first, FilePicture(np.zeros((4, 4, 3), np.float32)), Form(), packet({**note, **wrong}))
    done = nst("stylize", photograph, "-o", output, "--like", first, "--dry-run")
    assert done.status == 1
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1


def test_weights_take_the_place_of_those_of_an_earlier_result(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    first, output = photograph.with_name("first.png"), photograph.with_name("x.png")
    Image.open(STYLE).resize((60, 50)).save(photograph.with_name("style.png"))
    note = {"settings": {}, "styles": ["style.png"], "weights": [0]}
    write(first, FilePicture(np.zeros((4, 4, 3), np.float32)), Form(), packet(note))
    assert nst("stylize", photograph, "-o", output, "--like", first, "--weights", "3").status == 0
    assert [style.weight for style in idle_engine[0]["styles"]] == [3]


def test_each_region_has_its_own_style(nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]) -> None:
    mask = photograph.with_name("mask.png")
    Image.linear_gradient("L").resize((30, 20)).save(mask)
    masks = ("--region", mask, "--region", "-", "--style-mask", "-", "--style-mask", mask)
    arguments = ("stylize", photograph, STYLE, OIL, "-o", photograph.with_name("x.png"))
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
    Image.open(SAMPLES / "photograph.jpg").resize((96, 64)).save(content)
    half = Image.new("L", (96, 64))
    half.paste(255, (0, 0, 48, 64))
    half.save(mask)
    assert nst("stylize", content, STYLE, "-o", output, "--region", mask, *QUICK).status == 0
    before, after = (np.asarray(Image.open(path)).astype(int) for path in (content, output))
    assert np.array_equal(before[:, 48:], after[:, 48:])
    assert np.abs(before[:, :48] - after[:, :48]).mean() > 5


def test_it_goes_on_from_a_start(nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]) -> None:
    output = photograph.with_name("x.png")
    assert nst("stylize", photograph, STYLE, "-o", output, "--start-image", OIL).status == 0
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
    assert nst("stylize", content, STYLE, "-o", output).status == 0
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
    assert nst("stylize", content, STYLE, "-o", output, *QUICK, *options).status == 0
    with Image.open(output) as after:
        assert after.mode == mode
        assert after.info.get("icc_profile") == (of_greys() if mode == "L" else None)


def test_transparency_that_jpeg_lacks_is_told(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    done = nst("stylize", photograph, STYLE, "-o", photograph.with_name("x.jpg"))
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


def test_a_dry_run_tells_the_plan_and_writes_nothing(nst: Nst, photograph: Path) -> None:
    output = photograph.with_name("x.png")
    done = nst("stylize", photograph, STYLE, "-o", output, "--dry-run", "--size", 60)
    *steps, cost, exact = done.out.splitlines()
    assert steps == [
        "Step 1 of 1: 60 × 40 pixels, at most 120 evaluations",
        "The result has 120 × 80 pixels, carried up from 60 × 40 pixels.",
    ]
    assert re.fullmatch(r"It takes (about .* and )?about \d+\.\d GiB of memory\b.*\.", cost)
    assert exact.startswith("Every pixel painted (--finish exact) takes about ")
    done = nst("stylize", photograph, STYLE, "-o", output, "--dry-run", "--grid")
    assert done.out.startswith("9 variations, for each:\nStep 1 of 1: 120 × 80 pixels")
    assert names(photograph.parent) == ["photograph.png"]


def test_a_sheet_shows_variations_of_strength_and_brush(
    nst: Nst, photograph: Path, idle_engine: list[dict[str, Any]]
) -> None:
    output = photograph.with_name("sheet.png")
    done = nst("stylize", photograph, STYLE, "-o", output, "--grid", "--brush-size", 3, "--strength", 90)
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
    assert nst("stylize", photograph, STYLE, "-o", sheet, "--grid", *QUICK).status == 0
    options = ("--strength", 25, "--brush-size", 0.5)
    Image.open(photograph).resize((64, 43), Image.Resampling.BICUBIC).save(tmp_path / "small.png")
    assert nst("stylize", tmp_path / "small.png", STYLE, "-o", single, *QUICK, *options).status == 0
    cell = np.asarray(Image.open(sheet)).astype(int)[12 : 12 + 43, 12 : 12 + 64]
    paper = Image.new("RGBA", (64, 43), "white")
    alone = np.asarray(Image.alpha_composite(paper, Image.open(single)).convert("RGB")).astype(int)
    assert np.abs(cell - alone).mean() < 6


def test_help_does_not_wait_for_torch() -> None:
    program = "import sys, nst_core.cli; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_without_weights_it_says_what_to_do(state: State, photograph: Path) -> None:
    done = process(state, "stylize", photograph, STYLE, "-o", photograph.with_name("x.png"))
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Run “python3 install” again: it gets them.")
    assert names(photograph.parent) == ["photograph.png"]


def test_weights_are_listed_with_license_and_source(installed: State, state: State) -> None:
    assert "CC BY 4.0" in process(installed, "weights", "list").stdout
    assert "vgg16 (here)" in process(installed, "weights", "list").stdout
    assert "vgg16 (not here)" in process(state, "weights", "list").stdout
    done = process(state, "weights", "get", "vgg99")
    assert done.stderr.startswith("There is no network called “vgg99”.")


def test_no_sentence_names_a_python_type() -> None:
    assert not any(re.search(r"\b(float|int|None|dict)\b", sentence) for _, sentence in SENTENCES)
