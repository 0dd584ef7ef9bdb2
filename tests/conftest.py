"""What all tests share: the installed state with its weights, and pictures to work on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.engine.vgg import VGG
from nst_core.loading import load_backbone
from nst_core.weights.catalog import EFFICIENTNET_LITE0
from nst_core.weights.fetch import get
from nst_core.wire.places import State

REPOSITORY = Path(__file__).parents[1]
SAMPLES = REPOSITORY / "install" / "samples"


@pytest.fixture(scope="session")
def installed() -> State:
    """The state folder that tests/run has had installed."""
    root = os.environ.get("NST_TEST_STATE")
    assert root, "tests/run sets NST_TEST_STATE to an installed state folder"
    return State.of(Path(root))


@pytest.fixture(scope="session")
def backbone(installed: State) -> VGG:
    """VGG-16 with the real weights."""
    return load_backbone(installed.weights)


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the weights of EfficientNet-Lite0, which no installation gets by itself."""
    kept = os.environ.get("NST_TEST_CACHE")
    folder = Path(kept) / "networks" if kept else tmp_path_factory.mktemp("networks")
    get(EFFICIENTNET_LITE0, folder)
    return folder


@pytest.fixture
def state(tmp_path: Path) -> State:
    """An empty state folder."""
    return State(tmp_path / "state")


def sample(name: str, longer_side: int) -> torch.Tensor:
    """A sample picture as (1, 3, H, W), reduced."""
    image = Image.open(SAMPLES / name).convert("RGB")
    image.thumbnail((longer_side, longer_side), Image.Resampling.LANCZOS)
    values = np.asarray(image, dtype=np.float32) / 255
    return torch.from_numpy(values.transpose(2, 0, 1)[None].copy())
