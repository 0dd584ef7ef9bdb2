"""Finding faces by a cascade of three networks: Zhang, Zhang, Li and Qiao 2016 (arXiv 1604.02878)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from nst_core.contract.errors import JobFailed
from nst_core.engine.pictures.resize import averaged, resized, size_of
from nst_core.engine.pictures.sizes import Size, fitted
from nst_core.faces.candidates import Candidates, cut_out, squares, together
from nst_core.faces.face import Box, Face, Landmarks, Point
from nst_core.faces.networks import FINAL, REFINED, STRIDE, WINDOW, Network, Networks, networks
from nst_core.weights.catalog import FACES
from nst_core.weights.errors import WeightsError
from nst_core.weights.store import load

LONGER_SIDE = 1000  # pixels to which the longer side of a larger picture is reduced
SMALLEST = 20  # pixels of the box of the smallest face, after that
STEP = 2**0.5  # the factor from one level of the pyramid to the next

# The scores that a candidate needs for the next network, and in the end to be a face.
_PROPOSED, _REFINED, _CERTAIN = 0.6, 0.7, 0.9
# What two candidates, or two faces, may have in common before only the likelier one is left.
_SAME_PLACE, _SAME_CANDIDATE, _SAME_FACE = 0.5, 0.7, 0.7


def faces(picture: Tensor, weights: Path) -> list[Face]:
    """Returns the faces in ``picture``, the surest first.

    ``picture`` is (1, 3, H, W), RGB in 0–1. ``weights`` is the folder with the detector's weights. A picture
    whose longer side has more than ``LONGER_SIDE`` pixels is reduced to that, so that a face needs about 2 %
    of it to be found. The results are in pixels of ``picture``.

    Raises ``JobFailed`` (``model_missing``) when the weights are missing or damaged.
    """
    try:
        cascade = networks(load(FACES, weights))
    except WeightsError as error:
        raise JobFailed("model_missing", str(error), f"“nst weights get {FACES.name}” gets them.") from error
    height, width = size_of(picture)
    with torch.inference_mode():
        reduced = resized(picture, fitted((height, width), LONGER_SIDE)).cpu().float()
        found = _cascaded(reduced, cascade)
        factors = torch.tensor([width / reduced.shape[-1], height / reduced.shape[-2]])
        boxes = (found.moved() * factors.repeat(2)).tolist()
        landmarks = (found.landmarks * factors).tolist()
    return [
        Face(Box(*box), Landmarks(*(Point(*point) for point in points)), score)
        for box, points, score in zip(boxes, landmarks, found.scores.tolist(), strict=True)
    ]


def _cascaded(picture: Tensor, cascade: Networks) -> Candidates:
    """Returns the faces in ``picture``: what each network leaves is looked at by the next one."""
    proposed = together([_proposed(picture, size, cascade.proposing) for size in _levels(size_of(picture))])
    windows = squares(proposed.apart(_SAME_CANDIDATE).moved())
    refined = _looked_at(picture, windows, REFINED, cascade.refining, _REFINED)
    windows = squares(refined.apart(_SAME_CANDIDATE).moved())
    return _looked_at(picture, windows, FINAL, cascade.final, _CERTAIN).outside_each_other(_SAME_FACE)


def _levels(size: Size) -> Iterator[Size]:
    """Yields the sizes of the pyramid, from that in which the smallest faces fill a window."""
    factor = WINDOW / SMALLEST
    while min(size) * factor >= WINDOW:
        yield round(size[0] * factor), round(size[1] * factor)
        factor /= STEP


def _proposed(picture: Tensor, size: Size, network: Network) -> Candidates:
    """Returns what the first network finds in ``picture`` reduced to ``size``, in pixels of ``picture``."""
    scores, moves = (values[0] for values in network.run(averaged(picture, size)))
    place = (scores > _PROPOSED).nonzero()
    corners = place.flip(1) * STRIDE  # x before y
    height, width = size_of(picture)
    factors = torch.tensor([width / size[1], height / size[0]]).repeat(2)
    boxes = torch.cat((corners, corners + WINDOW), 1) * factors
    rows, columns = place.unbind(1)
    scores, moves = scores[rows, columns], moves[:, rows, columns].T
    return Candidates(boxes, scores, moves, torch.zeros(len(place), 0, 2)).apart(_SAME_PLACE)


def _looked_at(picture: Tensor, windows: Tensor, side: int, network: Network, least: float) -> Candidates:
    """Returns those of the square ``windows`` (N, 4) to which ``network`` gives more than ``least``."""
    scores, moves, *others = (values.flatten(1) for values in network.run(cut_out(picture, windows, side)))
    landmarks = torch.zeros(len(windows), 0, 2)
    if others:
        parts = others[0].reshape(-1, 2, 5).transpose(1, 2)
        landmarks = windows[:, None, :2] + parts * (windows[:, None, 2:] - windows[:, None, :2])
    return Candidates(windows, scores[:, 0], moves, landmarks).of(scores[:, 0] > least)
