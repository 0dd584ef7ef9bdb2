"""A face that was found in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A place in a picture, in pixels from its upper left corner; the first pixel's center is (0.5, 0.5)."""

    x: float
    y: float


class Box(NamedTuple):
    """An upright rectangle in a picture, in pixels as those of ``Point``. It may reach beyond the picture."""

    left: float
    top: float
    right: float
    bottom: float


class Landmarks(NamedTuple):
    """The centers of the eyes, the tip of the nose, and the corners of the mouth.

    Left and right are those of the picture when the face is upright, not those of the person.
    """

    left_eye: Point
    right_eye: Point
    nose: Point
    left_mouth: Point
    right_mouth: Point


@dataclass(frozen=True)
class Face:
    """A face: its box from the forehead to the chin, its landmarks, and how sure the detector is, 0–1."""

    box: Box
    landmarks: Landmarks
    score: float
