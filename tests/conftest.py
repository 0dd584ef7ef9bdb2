"""What all tests share: the installed state with its weights, and pictures to work on."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.contract.places import State
from nst_core.engine.networks.vgg import VGG
from nst_core.weights.catalog import EFFICIENTNET_LITE0, FACES
from nst_core.weights.fetch import get
from nst_core.weights.loading import load_backbone

from .cores import end_core

REPOSITORY = Path(__file__).parents[1]
SAMPLES = REPOSITORY / "install" / "samples"


def give_back_memory() -> None:
    """Has the process give back what it does not need any more.

    Networks lie in memory of the threads that have prepared them, which the allocator keeps: a gigabyte each.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    yield
    give_back_memory()


@pytest.fixture(scope="session")
def installed() -> State:
    """The state folder that tests/run has had installed."""
    root = os.environ.get("NST_TEST_STATE")
    assert root, "tests/run sets NST_TEST_STATE to an installed state folder"
    return State.of(Path(root))


def lend_engine(installed: State, state: State) -> None:
    """Gives ``state`` the installed weights, and what is known of the machine: timing takes 10 seconds."""
    state.weights.symlink_to(installed.weights)
    shutil.copyfile(installed.speed, state.speed)


@pytest.fixture(scope="session")
def backbone(installed: State) -> VGG:
    """VGG-16 with the real weights."""
    return load_backbone(installed.weights)


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the weights that no installation gets by itself: EfficientNet-Lite0, and faces."""
    kept = os.environ.get("NST_TEST_CACHE")
    folder = Path(kept) / "networks" if kept else tmp_path_factory.mktemp("networks")
    for network in (EFFICIENTNET_LITE0, FACES):
        get(network, folder)
    return folder


@pytest.fixture
def state(tmp_path: Path) -> State:
    """An empty state folder."""
    return State(tmp_path / "state")


@pytest.fixture
def here(state: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """A state whose core is ended after the test, whatever happened."""
    # Dropped for a core as GIMP starts it: the tests' own core comes from the checkout instead.
    monkeypatch.setattr("nst_core.processes.programs.clean_environment", dict)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    state.root.mkdir(parents=True)
    yield state
    end_core(state)


def sample(name: str, longer_side: int) -> torch.Tensor:
    """A sample picture as (1, 3, H, W), reduced."""
    image = Image.open(SAMPLES / name).convert("RGB")
    image.thumbnail((longer_side, longer_side), Image.Resampling.LANCZOS)
    values = np.asarray(image, dtype=np.float32) / 255
    return torch.from_numpy(values.transpose(2, 0, 1)[None].copy())
