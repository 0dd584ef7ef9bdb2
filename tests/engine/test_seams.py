"""Nothing shows in a picture where its tiles meet, and what would show is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.engine.tiles.segments import Segment, segments_of
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings

from ..bench.judge import seam
from ..conftest import sample

MATCHING = recipe(Settings()).matching
AREA = 12_000  # pixels of a window: several tiles in each direction, of both segments
CONTENT = F.interpolate(sample("photograph.jpg", 1200), size=(244, 260), mode="area")
STYLE = F.interpolate(sample("styles/night-oil.jpg", 1200), size=(240, 310), mode="area")
FOUND = 4.0  # standard deviations; without a seam it was 1, with one 8


def painted(segments: Sequence[Segment]) -> Tensor:
    """The content after a few evaluations of the default, in the tiles of these segments."""
    objective = objective_for(CONTENT, [Group((Style(STYLE),), None)], segments, MATCHING)
    *_, last = islice(lbfgs(objective, CONTENT), 6)
    assert float((last.pixels - CONTENT).abs().mean()) > 0.05
    return last.pixels


def seams(picture: Tensor, segments: Sequence[Segment]) -> tuple[float, float]:
    """How far the borders of the tiles stand out, in rows and in columns."""
    rows, columns = set[int](), set[int]()
    stride = 1
    source = picture
    for segment in segments:
        for tile in segment.tiles(source):
            rows.add(stride * tile.rows.first)
            columns.add(stride * tile.columns.first)
        stride *= 4
        source = F.max_pool2d(source, 4, ceil_mode=True)
    return seam(picture, sorted(rows - {0})), seam(picture.mT, sorted(columns - {0}))


@pytest.fixture(scope="module")
def segments(backbone: VGG) -> tuple[Segment, ...]:
    segments = segments_of(backbone, layers_of(MATCHING), AREA)
    smaller = (61, 65)
    assert [len(s.tiling.tiles(of)) > 1 for s, of in zip(segments, (size_of(CONTENT), smaller), strict=True)]
    return segments


def test_no_seam_shows_where_tiles_meet(segments: tuple[Segment, ...]) -> None:
    assert max(seams(painted(segments), segments)) < FOUND


def test_tiles_that_do_not_look_around_show(segments: tuple[Segment, ...]) -> None:
    blind = [
        replace(segment, tiling=replace(segment.tiling, sight=replace(segment.tiling.sight, halo=0)))
        for segment in segments
    ]
    assert min(seams(painted(blind), blind)) > FOUND


def test_what_counts_as_a_seam() -> None:
    noise = 0.1 * torch.rand(1, 3, 160, 120, generator=torch.Generator().manual_seed(0))
    stepped = noise.clone()
    for row in (50, 90, 130):
        stepped[:, :, row:] += 0.05
    assert seam(noise, [50, 90, 130]) < FOUND
    assert seam(stepped, [50, 90, 130]) > FOUND
    assert seam(stepped, [60, 100, 140]) < FOUND
