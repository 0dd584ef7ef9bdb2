"""The command line: the same engine without GIMP, and one sentence for what goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_core.wire.places import State

from .conftest import REPOSITORY, SAMPLES

STYLE = SAMPLES / "styles" / "wave-woodcut.jpg"


def nst(state: State, *arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
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
    done = nst(installed, "stylize", photograph, STYLE, "-o", output, "--quality", "draft", "--size", 64)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(str(output))
    before, after = np.asarray(Image.open(photograph)), np.asarray(Image.open(output))
    assert after.shape == before.shape
    assert np.array_equal(after[..., 3], before[..., 3])
    assert not np.array_equal(after[..., :3], before[..., :3])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photograph.png", "result.png"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.png", STYLE, "-o", "x.png"], "The content picture is not there any more."),
        (["{photograph}", "gone.png", "-o", "x.png"], "The style picture is not there any more."),
        (["{photograph}", __file__, "-o", "x.png"], "The style picture cannot be read"),
        (["{photograph}", STYLE, "-o", "x.what"], "“.what” is no kind of picture"),
        (["{photograph}", STYLE, "-o", "/no/such/folder/x.png", "--size", "16"], "cannot be written"),
        (["{photograph}", STYLE, "-o", "x.png", "--strength", "101"], "--strength: "),
        (["{photograph}", STYLE, "-o", "x.png", "--brush-size", "nan"], "--brush-size: "),
        (["{photograph}", STYLE, "-o", "x.png", "--quality", "best"], "Invalid value for '--quality'"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_writes_nothing(
    installed: State,
    photograph: Path,
    arguments: list[object],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(photograph.parent)
    filled = [str(argument).format(photograph=photograph) for argument in arguments]
    done = nst(installed, "stylize", *filled)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert sorted(path.name for path in photograph.parent.iterdir()) == ["photograph.png"]


def test_without_weights_it_says_what_to_do(state: State, photograph: Path) -> None:
    done = nst(state, "stylize", photograph, STYLE, "-o", photograph.with_name("x.png"))
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Run “python3 install” again: it gets them.")


def test_weights_are_listed_with_license_and_source(installed: State, state: State) -> None:
    assert "CC BY 4.0" in nst(installed, "weights", "list").stdout
    assert "vgg16 (here)" in nst(installed, "weights", "list").stdout
    assert "vgg16 (not here)" in nst(state, "weights", "list").stdout
    done = nst(state, "weights", "get", "vgg99")
    assert done.stderr.startswith("There is no network called “vgg99”. There are vgg16, ")
