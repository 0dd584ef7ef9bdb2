"""One sentence for each thing that goes wrong with ``nst``, and nothing is written."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nst_core.commands import painting
from nst_core.contract.places import State
from nst_core.engine.networks.backbone import UnknownLayerError
from nst_core.engine.stylize import DivergedError
from nst_core.engine.tiles.out_of_memory import OutOfMemory

from ..folders import names
from ..nst_process import run_nst
from ..pictures import NIGHT_OIL, WOODCUT
from .nst import Nst

FEW = ("{photograph}", str(WOODCUT))


SENTENCES = [
    (("gone.png", str(WOODCUT)), "The content picture “gone.png” is not there."),
    (("{photograph}", "gone.png"), "The style picture “gone.png” is not there."),
    (("{photograph}", __file__), "The style picture “test_sentences.py” cannot be read"),
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
    ((*FEW, str(NIGHT_OIL), "--weights", "0,1"), "--weights is a number for each style, more than 0"),
    ((*FEW, "--weights", "nan"), "--weights is a number for each style"),
    ((*FEW, "--weights", "inf"), "--weights is a number for each style"),
    ((*FEW, "--weights", "1e4"), "--weights is a number for each style"),
    ((*FEW, "--weights", "a"), "--weights is a number for each style"),
    ((*FEW, "--weights", "0"), "--weights is a number for each style"),
    ((*FEW, "--weights=-1"), "--weights is a number for each style"),
    ((*FEW, "--region", "-", "--region", "-"), "--region was given 2 times for 1 styles"),
    ((*FEW, "--style-mask", "gone.png"), "The style mask “gone.png” is not there."),
    ((*FEW, "--region", __file__), "The region “test_sentences.py” cannot be read"),
    ((*FEW, "--start-image", "gone.png"), "The start image “gone.png” is not there."),
    ((*FEW, "--grid", "--start-image", "{photograph}"), "--grid and --start-image do not go together"),
    ((*FEW, "--like", "gone.png"), "“gone.png” cannot be read: No such file or directory."),
    ((*FEW, "--like", "{photograph}"), "“photograph.png” holds no settings of Neural Style."),
    ((*FEW, "--like", __file__), "“test_sentences.py” holds no settings of Neural Style."),
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
    done = nst("stylize", photograph, WOODCUT, "-o", photograph.with_name("x.png"))
    assert done.status == (130 if isinstance(failure, KeyboardInterrupt) else 1)
    assert done.err.strip().startswith(sentence)
    assert names(photograph.parent) == ["photograph.png"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_a_sentence(nst: Nst, photograph: Path) -> None:
    folder = photograph.parent / "locked"
    folder.mkdir(mode=0o500)
    done = nst("stylize", photograph, WOODCUT, "-o", folder / "x.png")
    assert done.err.startswith("“x.png” cannot be written: Permission denied.")


def test_without_weights_it_says_what_to_do(state: State, photograph: Path) -> None:
    done = run_nst(state, "stylize", photograph, WOODCUT, "-o", photograph.with_name("x.png"), COLUMNS="200")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Run “python3 install” again: it fetches them.")
    assert names(photograph.parent) == ["photograph.png"]


def test_weights_are_listed_with_license_and_source(installed: State, state: State) -> None:
    listed = run_nst(installed, "weights", "list", COLUMNS="200").stdout
    assert "CC BY 4.0" in listed
    assert "vgg16 (here)" in listed
    assert "vgg16 (not here)" in run_nst(state, "weights", "list", COLUMNS="200").stdout
    done = run_nst(state, "weights", "get", "vgg99", COLUMNS="200")
    assert done.stderr.startswith("There is no network called “vgg99”.")


def test_no_sentence_names_a_python_type() -> None:
    assert not any(re.search(r"\b(float|int|None|dict)\b", sentence) for _, sentence in SENTENCES)
