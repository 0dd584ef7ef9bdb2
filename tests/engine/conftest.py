"""Real pictures, and a network that is quick."""

from __future__ import annotations

import pytest
from torch import Tensor

from nst_core.engine.networks.vgg import VGG

from ..conftest import sample
from .tiny_network import tiny_vgg


@pytest.fixture(scope="session")
def content() -> Tensor:
    return sample("photograph.jpg", 256)


@pytest.fixture(scope="session")
def style() -> Tensor:
    return sample("styles/night-oil.jpg", 400)


@pytest.fixture(scope="session")
def tiny() -> VGG:
    """VGG-19 with few channels and random weights, for what does not depend on what it has learned."""
    return tiny_vgg()
