"""Style transfer itself, with the real weights on real pictures."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from nst_core.engine.optimizers import adam
from skimage.metrics import structural_similarity
from torch import Tensor

from nst_core.engine.backbone import Backbone
from nst_core.engine.colors import matched_colors, to_oklab, with_colors_of
from nst_core.engine.losses import GramLoss
from nst_core.engine.network import AutogradPass
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.pyramid import scales
from nst_core.engine.resize import resized, size_of
from nst_core.engine.sizes import fitted
from nst_core.engine.stylize import DivergedError, stylize
from nst_core.recipe import STYLE_LAYERS, Recipe, Schedule
from nst_core.recipes import recipe
from nst_core.settings import Settings

from ..conftest import sample

STYLE = "styles/night-oil.jpg"


@pytest.fixture(scope="module")
def content() -> Tensor:
    return sample("photograph.jpg", 256)


@pytest.fixture(scope="module")
def style() -> Tensor:
    return sample(STYLE, 400)


def small(evaluations: int = 4, **changes: object) -> Recipe:
    """The default recipe with little work."""
    schedule = Schedule(size=64, smallest=32, evaluations=(evaluations,))
    return dataclasses.replace(recipe(Settings()), schedule=schedule, **changes)


def style_loss(picture: Tensor, style: Tensor, backbone: Backbone) -> float:
    """Σ E_l over the five style layers, each relative to the style's own Gram matrix."""
    network = AutogradPass(backbone, STYLE_LAYERS)
    found, wanted = network.measure(picture), network.measure(style)
    losses = {layer: GramLoss(wanted[layer]) for layer in STYLE_LAYERS}
    return sum(float(loss(found[layer])) / loss.at_zero for layer, loss in losses.items())


def similarity(one: Tensor, other: Tensor) -> float:
    """SSIM of the luminance."""
    weights = torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)
    left, right = ((picture * weights).sum(1)[0].numpy() for picture in (one, other))
    return float(structural_similarity(left, right, data_range=1.0))


def test_the_result_has_the_styles_statistics_and_the_contents_structure(
    backbone: Backbone, content: Tensor, style: Tensor
) -> None:
    result = stylize(
        content=content, style=style, backbone=backbone, recipe=recipe(Settings(quality="draft"))
    )
    assert result is not None
    assert result.shape == content.shape
    assert 0 <= float(result.min()) <= float(result.max()) <= 1
    same_size = resized(style, fitted(size_of(style), max(size_of(content))))
    before, after = (style_loss(picture, same_size, backbone) for picture in (content, result))
    assert after < 0.1 * before
    copy = resized(style, size_of(content))
    assert similarity(result, content) > similarity(copy, content) + 0.1


def test_more_strength_means_more_style_and_less_content(
    backbone: Backbone, content: Tensor, style: Tensor
) -> None:
    losses, similarities = [], []
    for strength in (0, 50, 100):
        settings = Settings(quality="draft", size=128, strength=strength)
        result = stylize(content=content, style=style, backbone=backbone, recipe=recipe(settings))
        assert result is not None
        losses.append(style_loss(resized(result, (90, 128)), resized(style, (90, 128)), backbone))
        similarities.append(similarity(result, content))
    assert losses[0] > losses[1] > losses[2]
    assert similarities[0] > similarities[1] > similarities[2]


def test_the_seed_decides_the_picture(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    one, same, other = (
        stylize(content=content, style=style, backbone=backbone, recipe=small(seed=seed))
        for seed in (1, 1, 2)
    )
    assert one is not None
    assert same is not None
    assert other is not None
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_brush_size_changes_the_picture(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    fine, coarse = (
        stylize(content=content, style=style, backbone=backbone, recipe=small(brush_size=brush))
        for brush in (0.5, 2.0)
    )
    assert fine is not None
    assert coarse is not None
    assert float((fine - coarse).abs().mean()) > 0.005


def test_adam_does_it_too(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    values: list[float] = []

    def note(progress: Progress) -> Decision:
        values.append(progress.objective)
        return Decision.GO_ON

    result = stylize(
        content=content, style=style, backbone=backbone, recipe=small(25), minimize=adam, on_progress=note
    )
    assert result is not None
    assert values[24] < 0.5 * values[0]


def test_wasserstein_can_stand_for_gram(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    result = stylize(
        content=content, style=style, backbone=backbone, recipe=small(30, style_loss="wasserstein")
    )
    assert result is not None
    # as small as it was computed: the enlargement has no strokes of its own
    before, after, wanted = (resized(picture, (43, 64)) for picture in (content, result, style))
    assert style_loss(after, wanted, backbone) < 0.5 * style_loss(before, wanted, backbone)


def test_progress_is_told_after_each_evaluation(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    told: list[Progress] = []

    def note(progress: Progress) -> Decision:
        told.append(progress)
        return Decision.GO_ON

    stylize(content=content, style=style, backbone=backbone, recipe=small(), on_progress=note)
    assert [(entry.scale, entry.evaluation) for entry in told] == [
        (scale, evaluation) for scale in (1, 2) for evaluation in (1, 2, 3, 4)
    ]
    fractions = [entry.fraction for entry in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert told[0].size == fitted(size_of(content), 32)


@pytest.mark.parametrize("moment", [1, 3, 6])
def test_it_can_be_cancelled_and_finished_at_any_evaluation(
    backbone: Backbone, content: Tensor, style: Tensor, moment: int
) -> None:
    for decision in (Decision.CANCEL, Decision.FINISH):
        count = 0

        def decide(progress: Progress, decision: Decision = decision) -> Decision:
            nonlocal count
            count += 1
            return decision if count == moment else Decision.GO_ON

        result = stylize(content=content, style=style, backbone=backbone, recipe=small(), on_progress=decide)
        assert count == moment
        assert (result is None) == (decision is Decision.CANCEL)
        assert result is None or result.shape == content.shape


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (200, 3), (33, 47)])
def test_any_size_of_layer_is_painted(backbone: Backbone, style: Tensor, size: tuple[int, int]) -> None:
    content = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))
    result = stylize(content=content, style=style, backbone=backbone, recipe=small(2))
    assert result is not None
    assert result.shape == content.shape
    assert bool(torch.isfinite(result).all())


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_pictures_of_one_color_do_no_harm(backbone: Backbone, content: Tensor, value: float) -> None:
    flat = torch.full((1, 3, 64, 64), value)
    for pair in ((flat, content), (content, flat)):
        for keep in (False, True):
            result = stylize(
                content=pair[0], style=pair[1], backbone=backbone, recipe=small(2, keep_colors=keep)
            )
            assert result is not None
            assert bool(torch.isfinite(result).all())


def test_what_is_not_finite_is_an_error(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    with pytest.raises(DivergedError):
        stylize(content=content * float("nan"), style=style, backbone=backbone, recipe=small())


def test_kept_colors_are_the_contents(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    kept = stylize(content=content, style=style, backbone=backbone, recipe=small(20, keep_colors=True))
    free = stylize(content=content, style=style, backbone=backbone, recipe=small(20))
    assert kept is not None
    assert free is not None
    shades = [to_oklab(picture)[:, 1:] for picture in (kept, free, content)]
    assert float((shades[0] - shades[2]).abs().mean()) < 0.01
    assert float((shades[1] - shades[2]).abs().mean()) > 0.03


def test_matched_colors_have_the_targets_mean_and_covariance(content: Tensor, style: Tensor) -> None:
    # kept away from the ends of the range, where the clamp would change them
    content, style = 0.4 + 0.2 * content, 0.4 + 0.2 * style
    moved = matched_colors(style, content).double().flatten(2)[0]
    wanted = content.double().flatten(2)[0]
    assert torch.allclose(moved.mean(1), wanted.mean(1), atol=1e-4)
    assert torch.allclose(torch.cov(moved), torch.cov(wanted), atol=2e-5)


def test_a_picture_with_its_own_colors_is_itself(content: Tensor) -> None:
    assert torch.allclose(with_colors_of(content, content), content, atol=4e-3)


def test_oklab_of_known_colors() -> None:
    """Values of Ottosson (2020): white is (1, 0, 0); sRGB red is (0.628, 0.225, 0.126)."""
    colors = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]).T.reshape(1, 3, 1, 2)
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.628, 0.225, 0.126]]).T.reshape(1, 3, 1, 2)
    assert torch.allclose(to_oklab(colors), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("size", "schedule", "expected"),
    [
        ((300, 400), Schedule(512, 192, (60, 30)), [((150, 200), 60), ((300, 400), 30)]),
        (
            (3000, 2000),
            Schedule(1024, 192, (120, 60, 30)),
            [((256, 171), 120), ((512, 341), 60), ((1024, 683), 30)],
        ),
        ((10, 10), Schedule(512, 192, (60, 30)), [((10, 10), 60)]),
        (
            (900, 1800),
            Schedule(1800, 192, (9, 8)),
            [((112, 225), 9), ((225, 450), 8), ((450, 900), 8), ((900, 1800), 8)],
        ),
    ],
)
def test_the_pyramid_goes_from_coarse_to_fine(
    size: tuple[int, int], schedule: Schedule, expected: list[tuple[tuple[int, int], int]]
) -> None:
    assert [(scale.size, scale.evaluations) for scale in scales(size, schedule)] == expected
