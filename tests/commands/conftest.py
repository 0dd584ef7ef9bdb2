"""What the tests of the commands share: ``nst`` in this process, an engine that does nothing, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nst_core.commands import painting
from nst_core.contract.places import State
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.stylize import Stylized
from nst_core.weights.loading import Prepared, default_layers, for_recipe

from ..pictures import faded
from .nst import Nst, caller


@pytest.fixture
def nst(
    backbone: VGG, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, installed: State
) -> Nst:
    """Runs commands of ``nst``; the network is loaded once for all tests."""
    monkeypatch.setenv("NEURAL_STYLE_HOME", str(installed.root))
    monkeypatch.setenv("COLUMNS", "200")
    layers = default_layers(installed.weights)
    monkeypatch.setattr(
        painting,
        "network",
        lambda recipe, device: for_recipe(recipe, Prepared(recipe, backbone, *layers)),
    )
    return caller(capsys)


@pytest.fixture
def idle_engine(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Has an engine that gives back the content as it is; returns what it is called with."""
    calls: list[dict[str, Any]] = []

    def stylize(**arguments: Any) -> Stylized:
        calls.append(arguments)
        content = arguments["content"]
        return Stylized(content, (content.shape[2], content.shape[3]), ("A note.",))

    monkeypatch.setattr(painting, "stylize", stylize)
    return calls


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A picture of 120 × 80 pixels with soft transparency."""
    return faded(tmp_path / "photograph.png", (120, 80))
