"""Candidates for faces: boxes, how likely each is a face, and what a network said of its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import nms, roi_align  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Candidates:
    """N candidates of one picture.

    ``boxes`` are (N, 4): left, top, right and bottom, in pixels from the picture's upper left corner.
    ``scores`` are (N), in 0–1. ``moves`` (N, 4) say how each side has to move, in parts of the box's width
    or height. ``landmarks`` (N, 5, 2) are x and y in pixels, and empty (N, 0, 2) before the last network.
    """

    boxes: Tensor
    scores: Tensor
    moves: Tensor
    landmarks: Tensor

    def of(self, chosen: Tensor) -> Candidates:
        """Returns those that ``chosen``, a mask or indices, names."""
        return Candidates(self.boxes[chosen], self.scores[chosen], self.moves[chosen], self.landmarks[chosen])

    def moved(self) -> Tensor:
        """Returns the boxes after their moves, (N, 4)."""
        return self.boxes + self.moves * (self.boxes[:, 2:] - self.boxes[:, :2]).repeat(1, 2)

    def apart(self, most: float) -> Candidates:
        """Returns those that share at most ``most`` of the union with a more likely one.

        The likeliest comes first.
        """
        return self.of(nms(self.boxes, self.scores, most))

    def outside_each_other(self, most: float) -> Candidates:
        """Returns those that share at most ``most`` of the smaller of the two with a more likely one.

        Boxes are compared after their moves. The likeliest comes first.
        """
        boxes = self.moved()
        areas = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(1)
        upper = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
        lower = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        shared = (lower - upper).clamp(min=0).prod(2)
        hidden = shared > most * torch.minimum(areas[:, None], areas[None])
        kept: list[int] = []
        for index in self.scores.argsort(descending=True, stable=True).tolist():
            if not hidden[index, kept].any():
                kept.append(index)
        return self.of(torch.tensor(kept, dtype=torch.long))


def together(parts: Sequence[Candidates]) -> Candidates:
    """Returns the candidates of all ``parts``, of which there may be none."""
    if not parts:
        return Candidates(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, 4), torch.zeros(0, 0, 2))
    return Candidates(
        torch.cat([part.boxes for part in parts]),
        torch.cat([part.scores for part in parts]),
        torch.cat([part.moves for part in parts]),
        torch.cat([part.landmarks for part in parts]),
    )


def squares(boxes: Tensor) -> Tensor:
    """Returns the squares around the centers of ``boxes`` (N, 4), as large as their longer sides."""
    centers = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).amax(1, keepdim=True) / 2
    return torch.cat((centers - half, centers + half), 1)


def cut_out(picture: Tensor, boxes: Tensor, side: int) -> Tensor:
    """Returns the pixels in ``boxes`` (N, 4) of ``picture`` (1, 3, H, W), each box in (3, side, side).

    Each value is the mean of what it covers. What lies outside the picture is black.
    """
    pixels: Tensor = roi_align(picture, [boxes], side, aligned=True)
    return pixels
