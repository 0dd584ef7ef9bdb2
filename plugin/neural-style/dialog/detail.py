"""A detail of what is painted, for a sketch with strokes as large as in the result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nst_core.contract.parameters import PARAMETERS, Number

WIDTH, HEIGHT = 300, 270
"""Pixels of a detail, which are those of the preview's pane: it shows each of them as one on the screen."""

_LONGEST = 512  # longer side of a detail in pixels, at most: what is larger is painted smaller
_LARGEST_BRUSH = next(one.high for one in PARAMETERS if isinstance(one, Number) and one.name == "brush_size")

Size = tuple[float, float]


@dataclass(frozen=True)
class Detail:
    """A rectangle in pixels of the layer, measured from the corner of the part of it that is painted.

    ``scale`` is the size that it is painted in, as a factor. ``part`` is its share of all that is painted.
    """

    x: int
    y: int
    width: int
    height: int
    scale: float
    part: float

    @classmethod
    def at(cls, center: Size, whole: Size, painted: Size, brush: float) -> Detail:
        """Returns the detail around ``center``, in parts of the whole, or as near to it as there is room.

        ``whole`` has the pixels of the layer that are painted, and ``painted`` those that a run computes.
        """
        # A style is scaled to the area of what it paints. In a detail it must stay as large as over the
        # whole, so its brush size is larger by the root of the areas' ratio. Brush sizes have a limit, so a
        # large brush has a larger detail, up to the whole for the largest. The other way, to cut the style,
        # would need all the engine's picture formats here, and show strokes of only a part of the style.
        least = min(1.0, brush / _LARGEST_BRUSH)
        sides = [
            min(full, max(1, math.ceil(full * max(least, wanted / pixels))))
            for full, wanted, pixels in zip(map(int, whole), (WIDTH, HEIGHT), painted)
        ]
        x, y = (
            min(full - side, max(0, round(place * full - side / 2)))
            for place, full, side in zip(center, map(int, whole), sides)
        )
        scale = min(1.0, painted[0] / whole[0], _LONGEST / max(sides))
        return cls(x, y, sides[0], sides[1], scale, sides[0] * sides[1] / (whole[0] * whole[1]))

    def settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Returns ``settings`` of the whole as they are for this detail, with strokes of the same size."""
        brush = min(_LARGEST_BRUSH, settings["brush_size"] / math.sqrt(self.part))
        return {**settings, "brush_size": brush}
