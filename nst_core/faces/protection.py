"""How much of each part of a picture is to be protected, for the sake of the faces in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.sizes import Size, fitted
from nst_core.faces.face import Face, Point

LONGER_SIDE = 1000  # pixels in which the map is made; it is smooth, and enlarged to a larger picture's size
OUTLINE = 0.5  # the protection of what is a face, but none of its features

# Lengths in a face are in parts of the distance between the eyes of one that looks straight ahead.
_MOUTH_BELOW_EYES = 1.08
_ASIDE = 1.5  # how far the middle of a face moves aside when it turns, in parts of the nose's move ahead
_TAPER = 0.15  # how much narrower a face is at the chin than in its middle, and how much wider at the top
# How far the protection reaches beyond an ellipse until it is 0, in parts of its radius.
_FEATURE_EDGE, _OUTLINE_EDGE = 0.8, 0.35


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in a picture, in pixels. ``across`` and ``along`` are its radii.

    ``down`` is the unit vector of the direction that ``along`` goes. ``edge`` is how far it reaches beyond
    itself, in parts of its radius. With a ``taper`` it is an egg, narrower below.
    """

    center: Point
    across: float
    along: float
    down: Point
    edge: float = _FEATURE_EDGE
    taper: float = 0.0

    def coverage(self, x: Tensor, y: Tensor) -> Tensor:
        """Returns a map (h, w) of the places with these ``x`` (w) and ``y`` (h).

        It is 1 inside the ellipse and falls to 0 around it.
        """
        right, lower = x - self.center.x, y[:, None] - self.center.y
        along = (right * self.down.x + lower * self.down.y) / self.along
        across = (right * self.down.y - lower * self.down.x) / self.across
        across = across / (1 - self.taper * along.clamp(-1, 1))
        fallen = ((torch.hypot(along, across) - 1) / self.edge).clamp(0, 1)
        return 1 - fallen * fallen * (3 - 2 * fallen)


def protection(found: Sequence[Face], size: Size) -> Tensor:
    """Returns a map (1, 1, H, W) of how much is to be protected, in 0–1, for a picture of ``size``.

    It is 1 on eyes, brows, nose and mouth, 0.5 on the rest of a face, and falls softly to 0 around it. Where
    faces overlap, the larger value counts. The landmarks say how a face is turned.
    """
    small = fitted(size, LONGER_SIDE)
    y, x = ((torch.arange(part) + 0.5) * (whole / part) for part, whole in zip(small, size, strict=True))
    values = torch.zeros(1, 1, *small)
    for face in found:
        outline, features = _parts(face)
        reach = 2 * outline.along  # all of a face is nearer to its middle, and most pictures are larger
        columns, rows = _near(x, outline.center.x, reach), _near(y, outline.center.y, reach)
        rest = 1 - OUTLINE * outline.coverage(x[columns], y[rows])
        for feature in features:
            rest *= 1 - feature.coverage(x[columns], y[rows])
        part = values[0, 0, rows, columns]
        part.copy_(torch.maximum(part, 1 - rest))
    return values if small == size else F.interpolate(values, size=size, mode="bilinear")


def _near(places: Tensor, center: float, reach: float) -> slice:
    """Returns which of the sorted ``places`` are within ``reach`` of ``center``."""
    first, end = torch.searchsorted(places, torch.tensor([center - reach, center + reach])).tolist()
    return slice(first, end)


def _parts(face: Face) -> tuple[Ellipse, list[Ellipse]]:
    """Returns the outline of ``face``, and its eyes with their brows, its nose and its mouth."""
    left, right, nose, left_mouth, right_mouth = face.landmarks
    eyes, mouth = _between(left, right), _between(left_mouth, right_mouth)
    # The eyes are nearer to each other in a face seen from the side, and to the mouth in one that is bent.
    unit = max(math.dist(left, right), math.dist(eyes, mouth) / _MOUTH_BELOW_EYES, 1e-6)
    # Both directions say what is down. The longer one is surer.
    x, y = mouth.x - eyes.x + left.y - right.y, mouth.y - eyes.y + right.x - left.x
    length = math.hypot(x, y)
    down = Point(x / length, y / length) if length else Point(0.0, 1.0)

    def below(place: Point, distance: float) -> Point:
        return Point(place.x + distance * unit * down.x, place.y + distance * unit * down.y)

    # The nose of a face seen from the side points away from the middle of what is seen of it.
    pointing = (nose.x - eyes.x) * down.y - (nose.y - eyes.y) * down.x
    aside = -_ASIDE * pointing
    middle = below(Point(eyes.x + aside * down.y, eyes.y - aside * down.x), 0.35)
    outline = Ellipse(middle, 0.95 * unit, 1.3 * unit, down, _OUTLINE_EDGE, _TAPER)
    half_mouth = math.dist(left_mouth, right_mouth) / 2
    features = [
        Ellipse(below(left, -0.12), 0.34 * unit, 0.3 * unit, down),
        Ellipse(below(right, -0.12), 0.34 * unit, 0.3 * unit, down),
        Ellipse(below(nose, -0.12), 0.22 * unit, 0.32 * unit, down),
        Ellipse(below(mouth, 0.06), half_mouth + 0.05 * unit, 0.2 * unit, down),
    ]
    return outline, features


def _between(one: Point, other: Point) -> Point:
    return Point(_middle(one.x, other.x), _middle(one.y, other.y))


def _middle(one: float, other: float) -> float:
    return (one + other) / 2
