"""Whether the faces of a photograph are looked for, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.faces.protected import protected_faces
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.catalog import FACES
from nst_core.weights.loading import Prepared
from nst_core.weights.store import file_of

from ..conftest import sample


@pytest.fixture(scope="module")
def astronaut() -> Tensor:
    return torch.from_numpy(np.asarray(skimage.data.astronaut(), np.float32).transpose(2, 0, 1)[None] / 255)


def ready(backbone: VGG, folder: Path, **settings: object) -> Prepared:
    chosen = recipe(Settings.model_validate({"strength": 75, **settings}))
    return Prepared(chosen, backbone, (), "", folder=folder)


def test_a_face_is_marked_and_the_rest_is_not(backbone: VGG, networks: Path, astronaut: Tensor) -> None:
    marked = protected_faces(astronaut, ready(backbone, networks))
    assert marked is not None
    assert marked.shape == (1, 1, 512, 512)
    assert float(marked[0, 0, 102, 225]) > 0.5
    assert not bool(marked[0, 0, 300:].any())


def test_nothing_is_marked_where_nothing_is_asked_or_found(
    backbone: VGG, networks: Path, tmp_path: Path, astronaut: Tensor
) -> None:
    assert protected_faces(astronaut, ready(backbone, networks, protect_faces=False)) is None
    assert protected_faces(astronaut, ready(backbone, networks, strength=30)) is None
    assert protected_faces(sample("photograph.jpg", 300), ready(backbone, networks)) is None
    assert protected_faces(astronaut, ready(backbone, tmp_path)) is None


def test_a_damaged_detector_costs_no_picture(
    backbone: VGG, networks: Path, tmp_path: Path, astronaut: Tensor, caplog: pytest.LogCaptureFixture
) -> None:
    file_of(FACES, tmp_path).write_bytes(file_of(FACES, networks).read_bytes()[:-1])
    assert protected_faces(astronaut, ready(backbone, tmp_path)) is None
    assert "faces are not protected" in caplog.text
