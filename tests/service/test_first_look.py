"""The first picture that a client sees, and when better ones take its place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from nst_core.engine.pictures.colors import to_oklab
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Progress
from nst_core.recipes.settings import Settings
from nst_core.service.first_look import first_look
from nst_core.service.reporter import Reporter

from ..conftest import sample


@pytest.fixture(scope="module")
def content() -> Tensor:
    return sample("photograph.jpg", 300)


@pytest.fixture(scope="module")
def style() -> Style:
    return Style(sample("styles/night-oil.jpg", 300))


def look(content: Tensor, styles: list[Style], side: int = 96, **settings: Any) -> Tensor | None:
    return first_look(content, styles, Settings(**settings), side)


def test_it_is_a_small_picture_in_the_styles_colors(content: Tensor, style: Style) -> None:
    picture = look(content, [style])
    assert picture is not None
    assert size_of(picture) == (64, 96)
    own, there, photo = (to_oklab(each).mean(dim=(2, 3)) for each in (picture, style.picture, content))
    assert float((own - there).norm()) < 0.5 * float((photo - there).norm())


def test_colors_can_be_kept(content: Tensor, style: Style) -> None:
    kept, photo = look(content, [style], keep_colors=True), look(content, [style], strength=0)
    assert kept is not None
    assert photo is not None
    hues, expected = to_oklab(kept)[:, 1:], to_oklab(photo)[:, 1:]
    assert float((hues - expected).abs().mean()) < 0.02


def test_there_is_none_for_what_it_cannot_show(content: Tensor, style: Style) -> None:
    assert look(content, [style, style]) is None
    region = Style(style.picture, region=torch.ones(1, 1, 8, 8))
    assert look(content, [region]) is None


def test_it_stays_until_a_scale_shows_more() -> None:
    sent: list[tuple[int, int]] = []
    request = SimpleNamespace(preview_size=96)
    job = SimpleNamespace(request=request, wants_preview=True, previews_sent=0, ending=None)

    def tell(kind: str, *_: object, **fields: Any) -> None:
        if kind == "preview":
            sent.append((fields["height"], fields["width"]))

    job.tell = tell
    reporter = Reporter(job)  # type: ignore[arg-type]
    reporter.begin(torch.rand(1, 3, 64, 96))
    for height, width in ((16, 24), (32, 48)):
        pixels = torch.rand(1, 3, height, width)
        reporter(Progress(1, 2, (height, width), 1, 4, 0.1, 1.0, pixels))
    assert sent == [(64, 96), (32, 48)]
