"""Faces are found where they are, and nowhere else."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image
from torch import Tensor

from nst_core.contract.errors import JobFailed
from nst_core.faces.detection import faces
from nst_core.faces.face import Face, Landmarks, Point
from nst_core.weights.catalog import FACES
from nst_core.weights.store import file_of

from ..conftest import sample

# Measured in the picture by eye, by a grid laid over it.
ASTRONAUT = Landmarks(
    left_eye=Point(203.5, 101.5),
    right_eye=Point(246.5, 103.5),
    nose=Point(224, 128),
    left_mouth=Point(203, 140.5),
    right_mouth=Point(245, 141.5),
)
NEAR = (3, 3, 5, 5, 5)  # pixels, of some 87 × 110 that the face has


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


def tensor(image: Image.Image) -> Tensor:
    return torch.from_numpy(np.asarray(image, dtype=np.float32).transpose(2, 0, 1)[None].copy()) / 255


def far(face: Face, truth: Landmarks, factor: float = 1.0) -> list[str]:
    """The landmarks that are too far from the ``truth`` in a picture ``factor`` times as large."""
    found = zip(face.landmarks, truth, NEAR, Landmarks._fields, strict=True)
    return [name for is_at, was, near, name in found if math.dist(is_at, was) > near * factor]


@pytest.mark.parametrize("factor", [0.5, 1, 3])
def test_the_face_of_the_astronaut(astronaut: Image.Image, networks: Path, factor: float) -> None:
    side = round(512 * factor)
    (face,) = faces(tensor(astronaut.resize((side, side), Image.Resampling.BICUBIC)), networks)
    truth = Landmarks(*(Point(point.x * factor, point.y * factor) for point in ASTRONAUT))
    assert far(face, truth, factor) == []
    assert 0.98 < face.score <= 1
    assert face.box == pytest.approx([factor * side for side in (180, 62, 267, 174)], abs=8 * factor)


@pytest.mark.parametrize("degrees", [-35, -20, 20, 35])
def test_a_face_that_is_turned(astronaut: Image.Image, networks: Path, degrees: int) -> None:
    center = Point(224, 120)
    turned = astronaut.rotate(degrees, Image.Resampling.BICUBIC, center=tuple(center))
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))

    def there(point: Point) -> Point:
        x, y = point.x - center.x, point.y - center.y
        return Point(center.x + x * cosine + y * sine, center.y - x * sine + y * cosine)

    (face,) = faces(tensor(turned), networks)
    assert far(face, Landmarks(*map(there, ASTRONAUT))) == []


def test_a_mirrored_picture_has_mirrored_landmarks(astronaut: Image.Image, networks: Path) -> None:
    picture = tensor(astronaut)
    (face,) = faces(picture, networks)
    (mirrored,) = faces(picture.flip(3), networks)
    left_eye, right_eye, nose, left_mouth, right_mouth = (Point(512 - x, y) for x, y in face.landmarks)
    expected = Landmarks(right_eye, left_eye, nose, right_mouth, left_mouth)
    for one, other in zip(mirrored.landmarks, expected, strict=True):
        assert math.dist(one, other) < 2


def test_several_faces_one_of_them_small_and_in_black_and_white(
    astronaut: Image.Image, networks: Path
) -> None:
    picture = Image.new("RGB", (1024, 512), (90, 110, 130))
    picture.paste(astronaut, (0, 0))
    picture.paste(astronaut.convert("L").resize((200, 200)), (700, 200))
    found = sorted(faces(tensor(picture), networks), key=lambda face: face.box.left)
    assert [round(face.landmarks.nose.x, -1) for face in found] == [220, 790]
    assert all(face.score > 0.9 for face in found)


@pytest.mark.parametrize("name", ["photograph", "styles/lake-watercolor", "styles/evening-pastel"])
def test_no_face_in_a_cup_or_a_landscape(networks: Path, name: str) -> None:
    assert faces(sample(f"{name}.jpg", 900), networks) == []


def test_no_face_in_a_rocket_a_cat_and_noise(networks: Path) -> None:
    for picture in (skimage.data.rocket(), skimage.data.chelsea()):
        assert faces(tensor(Image.fromarray(picture)), networks) == []
    torch.manual_seed(1)
    assert faces(torch.rand(1, 3, 300, 400), networks) == []


@pytest.mark.parametrize("size", [(1, 1), (32, 32), (12, 12), (1, 700), (2500, 3), (20, 20)])
def test_a_tiny_picture_has_none(networks: Path, size: tuple[int, int]) -> None:
    assert faces(torch.full((1, 3, *size), 0.5), networks) == []


@pytest.mark.parametrize("damage", ["cut", "flip", "missing"])
def test_what_is_wrong_with_the_weights_is_a_sentence(networks: Path, tmp_path: Path, damage: str) -> None:
    data = bytearray(file_of(FACES, networks).read_bytes())
    if damage == "cut":
        del data[-1:]
    data[len(data) // 2] ^= damage == "flip"
    if damage != "missing":
        file_of(FACES, tmp_path).write_bytes(data)
    with pytest.raises(JobFailed, match="missing" if damage == "missing" else "damaged") as caught:
        faces(torch.rand(1, 3, 64, 64), tmp_path)
    assert caught.value.code == "model_missing"
    assert "nst weights get faces" in caught.value.hint
