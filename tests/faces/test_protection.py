"""The map of what is protected: high on the features of a face, half on the rest, nothing around it."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from nst_core.faces.face import Box, Face, Landmarks, Point
from nst_core.faces.protection import protection

SIZE = (480, 640)
CENTER = Point(320, 240)  # that of the face below, which the eyes are 100 pixels apart in
LANDMARKS = Landmarks(Point(270, 190), Point(370, 190), Point(320, 255), Point(280, 298), Point(360, 298))
BROWS = [Point(250, 160), Point(295, 163), Point(345, 163), Point(390, 160)]
CHEEKS_AND_MORE = [Point(250, 255), Point(390, 255), Point(320, 348), Point(320, 110)]
OUTSIDE = [Point(320, 10), Point(320, 430), Point(170, 240), Point(470, 240), Point(5, 5), Point(635, 475)]


def turned(point: Point, degrees: float) -> Point:
    x, y = point.x - CENTER.x, point.y - CENTER.y
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return Point(CENTER.x + x * cosine - y * sine, CENTER.y + x * sine + y * cosine)


def face_of(landmarks: Landmarks) -> Face:
    x, y = [point.x for point in landmarks], [point.y for point in landmarks]
    return Face(Box(min(x) - 40, min(y) - 80, max(x) + 40, max(y) + 60), landmarks, 1.0)


def changed(degrees: float = 0.0, factor: float = 1.0, right: float = 0.0) -> Face:
    places = [turned(point, degrees) for point in LANDMARKS]
    return face_of(Landmarks(*(Point(place.x * factor + right, place.y * factor) for place in places)))


def at(values: Tensor, point: Point) -> float:
    return float(values[0, 0, int(point.y), int(point.x)])


@pytest.mark.parametrize("degrees", [0, 25, -60, 90, 180])
def test_each_part_has_its_share_however_the_head_is_held(degrees: float) -> None:
    values = protection([changed(degrees)], SIZE)
    assert values.shape == (1, 1, *SIZE)
    assert float(values.min()) == 0
    assert float(values.max()) == 1
    for point in (*LANDMARKS, *BROWS):
        assert at(values, turned(point, degrees)) > 0.9, point
    for point in CHEEKS_AND_MORE:
        assert 0.4 < at(values, turned(point, degrees)) < 0.7, point
    for point in OUTSIDE:
        place = turned(point, degrees)
        if 0 <= place.x < SIZE[1] and 0 <= place.y < SIZE[0]:
            assert at(values, place) == 0, point


def test_it_is_smooth() -> None:
    values = protection([changed()], SIZE)
    steps = max(float(values.diff(dim=side).abs().max()) for side in (2, 3))
    assert 0 < steps < 0.06  # a soft edge is some 25 pixels wide here


def test_a_large_picture_has_the_same_map() -> None:
    small = protection([changed()], SIZE)
    large = protection([changed(factor=4)], (4 * SIZE[0], 4 * SIZE[1]))
    assert large.shape == (1, 1, 1920, 2560)
    assert torch.allclose(torch.nn.functional.avg_pool2d(large, 4), small, atol=0.02)


def test_of_two_faces_the_larger_value_counts() -> None:
    one, other = changed(), changed(right=70)
    both = protection([one, other], SIZE)
    assert torch.equal(both, torch.maximum(protection([one], SIZE), protection([other], SIZE)))


def test_no_face_protects_nothing() -> None:
    assert not protection([], (3, 5)).any()
    assert protection([], (3, 5)).shape == (1, 1, 3, 5)


def test_the_outline_of_a_face_seen_from_the_side_is_behind_its_nose() -> None:
    eyes, mouth = (Point(300, 190), Point(332, 190)), (Point(295, 298), Point(325, 298))
    values = protection([face_of(Landmarks(*eyes, Point(350, 255), *mouth))], SIZE)
    behind, ahead = at(values, Point(230, 240)), at(values, Point(402, 240))
    assert behind >= 0.4
    assert ahead < 0.1


@pytest.mark.parametrize("right", [-330.0, 330.0, -5000.0, 5000.0])
def test_a_face_at_the_edge_or_beyond_it(right: float) -> None:
    values = protection([changed(right=right)], SIZE)
    assert values.isfinite().all()
    assert bool(values.any()) == (abs(right) < 1000)


def test_landmarks_in_one_place_give_a_map() -> None:
    values = protection([face_of(Landmarks(*[CENTER] * 5))], SIZE)
    assert values.isfinite().all()
