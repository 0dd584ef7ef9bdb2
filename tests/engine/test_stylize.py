"""Style transfer itself, with the real weights on real pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features
from nst_core.engine.networks.vgg import VGG, Convolution
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.pictures.style import Style
from nst_core.engine.pictures.upsampling import carried_up
from nst_core.engine.progress import Decision
from nst_core.engine.stylize import DivergedError, stylize
from nst_core.recipes.recipe import Colors

from .judge import similarity, style_loss
from .small_runs import Told, painted, small


def test_the_result_has_the_styles_statistics_and_the_contents_structure(
    backbone: Backbone, content: Tensor, style: Tensor
) -> None:
    content = resized(content, fitted(size_of(content), 128))
    result = painted(backbone, content, style, small(40, 128, 64)).picture
    assert result.shape == content.shape
    assert 0 <= float(result.min()) <= float(result.max()) <= 1
    as_large = Style(style).at(size_of(content), 1.0).picture
    before, after = (style_loss(picture, as_large, backbone) for picture in (content, result))
    assert after < 0.1 * before
    copy = resized(style, size_of(content))
    assert similarity(result, content) > similarity(copy, content) + 0.1


def test_more_strength_means_more_style_and_less_content(
    backbone: Backbone, content: Tensor, style: Tensor
) -> None:
    content = resized(content, (56, 84))
    as_large = Style(style).at((56, 84), 1.0).picture
    losses, similarities = [], []
    for strength in (10, 50, 100):
        result = painted(backbone, content, style, small(25, 84, 84, strength=strength)).picture
        losses.append(style_loss(result, as_large, backbone))
        similarities.append(similarity(result, content))
    assert losses[0] > losses[1] > losses[2]
    assert similarities[0] > similarities[1] > similarities[2]


def test_no_strength_is_no_change(tiny: VGG, content: Tensor, style: Tensor) -> None:
    told = Told()
    result = painted(tiny, content, style, small(strength=0), on_progress=told)
    assert torch.equal(result.picture, content)
    assert not told


def test_no_weight_changes_in_a_run(tiny: VGG, content: Tensor, style: Tensor) -> None:
    steps = [step for step in tiny.steps if isinstance(step, Convolution)]
    before = [tensor.clone() for step in steps for tensor in (step.weight, step.bias)]
    for optimizer in ("lbfgs", "adam", "steepest"):
        painted(tiny, content, style, small(3, optimizer=optimizer, detail=50))
    after = [tensor for step in steps for tensor in (step.weight, step.bias)]
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    assert all(tensor.grad is None and not tensor.requires_grad for tensor in after)


def test_pictures_given_are_not_changed(tiny: VGG, content: Tensor, style: Tensor) -> None:
    begun = resized(style, size_of(content))
    pictures = (content, style, begun)
    before = [picture.clone() for picture in pictures]
    for optimizer in ("lbfgs", "adam", "steepest"):
        painted(tiny, content, style, small(3, 300, optimizer=optimizer, keep_colors=True), start=begun)
    assert all(torch.equal(one, other) for one, other in zip(before, pictures, strict=True))


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "steepest"])
def test_the_seed_decides_the_picture(tiny: VGG, content: Tensor, style: Tensor, optimizer: str) -> None:
    one, same, other = (
        painted(tiny, content, style, small(seed=seed, optimizer=optimizer)).picture for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_the_same_seed_gives_the_same_bytes_with_the_real_network(
    backbone: Backbone, content: Tensor, style: Tensor
) -> None:
    one, same = (painted(backbone, content, style, small(3, style_loss="wasserstein")) for _ in range(2))
    assert torch.equal(one.picture, same.picture)


def test_brush_size_changes_the_picture(backbone: Backbone, content: Tensor, style: Tensor) -> None:
    fine, coarse = (
        painted(backbone, content, style, small(brush_size=brush)).picture for brush in (0.5, 2.0)
    )
    assert float((fine - coarse).abs().mean()) > 0.005


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "steepest"])
@pytest.mark.parametrize("style_loss", ["auto", "gram", "moments", "wasserstein", "sliced"])
def test_every_style_loss_falls_with_every_optimizer(
    tiny: VGG, content: Tensor, style: Tensor, style_loss: str, optimizer: str
) -> None:
    told = Told()
    # From the content in the style's colors there is little to fall, and equal steps are too long there.
    how = small(12, 32, 32, style_loss=style_loss, optimizer=optimizer, start="noise")
    painted(tiny, content, style, how, on_progress=told)
    assert told[-1].objective < 0.8 * told[0].objective


@pytest.mark.parametrize("name", ["moments", "wasserstein", "sliced"])
def test_other_statistics_bring_the_gram_matrix_along(
    tiny: VGG, content: Tensor, style: Tensor, name: str
) -> None:
    result = painted(tiny, content, style, small(25, style_loss=name)).picture
    # as small as it was computed: the enlargement has no strokes of its own
    before, after, as_large = (resized(picture, (43, 64)) for picture in (content, result, style))
    assert style_loss(after, as_large, tiny) < 0.5 * style_loss(before, as_large, tiny)


def test_progress_is_told_after_each_evaluation(tiny: VGG, content: Tensor, style: Tensor) -> None:
    told = Told()
    painted(tiny, content, style, small(detail=50), on_progress=told, cost=lambda size: 1.0)
    assert [(entry.scale, entry.evaluation) for entry in told] == [
        (scale, evaluation) for scale in (1, 2, 3) for evaluation in (1, 2, 3, 4)
    ]
    # Each scale begins with a look at content and style, which counts as one evaluation.
    done = [2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15]
    assert [entry.fraction for entry in told] == pytest.approx([part / 15 for part in done])
    sizes = [fitted(size_of(content), side) for side in (32, 64, 64)]
    assert [entry.size for entry in told[::4]] == sizes
    assert all(size_of(entry.pixels) == entry.size for entry in told)


@pytest.mark.parametrize("moment", [1, 3, 6])
def test_it_can_be_cancelled_and_finished_at_any_evaluation(
    tiny: VGG, content: Tensor, style: Tensor, moment: int
) -> None:
    for decision in (Decision.CANCEL, Decision.FINISH):
        told = Told(decision, moment)
        # Without the tones, which are moved at the end, it is exactly what was told.
        how = replace(small(), colors=Colors())
        result = stylize(content=content, styles=[Style(style)], backbone=tiny, recipe=how, on_progress=told)
        assert len(told) == moment
        assert (result is None) == (decision is Decision.CANCEL)
        if result is not None:
            assert result.picture.shape == content.shape
            assert result.size == told[-1].size
            assert torch.equal(result.picture, carried_up(told[-1].pixels, content))


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("style_loss", ["gram", "moments", "wasserstein", "sliced"])
def test_pictures_of_one_color_do_no_harm(tiny: VGG, content: Tensor, value: float, style_loss: str) -> None:
    flat = torch.full((1, 3, 32, 32), value)
    for one, other in ((flat, content), (content, flat), (flat, flat)):
        how = small(2, 32, style_loss=style_loss, keep_colors=True)
        result = painted(tiny, one, other, how).picture
        assert bool(torch.isfinite(result).all())


@pytest.mark.parametrize("style_loss", ["gram", "moments", "wasserstein", "sliced"])
def test_what_is_not_finite_is_an_error(tiny: VGG, content: Tensor, style: Tensor, style_loss: str) -> None:
    for broken in ((content * float("nan"), style), (content, style * float("nan"))):
        with pytest.raises(DivergedError):
            painted(tiny, *broken, small(style_loss=style_loss))


class Breaking:
    """A network whose features are no numbers for pictures wider than 32 pixels that are painted."""

    def __init__(self, network: VGG) -> None:
        self._network = network
        self.layers, self.device = network.layers, network.device

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        factor = float("nan") if pixels.requires_grad and pixels.shape[3] > 32 else 1.0
        return {layer: factor * values for layer, values in self._network.run(pixels, layers).items()}

    def to(self, device: torch.device) -> Breaking:
        return self


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "steepest"])
def test_a_later_scale_that_diverges_gives_the_one_before(
    tiny: VGG, content: Tensor, style: Tensor, optimizer: str
) -> None:
    result = painted(Breaking(tiny), content, style, small(optimizer=optimizer))
    width, height = 32, fitted(size_of(content), 32)[0]
    assert result.size == (height, width)
    assert result.notes == (
        f"A finer step went out of range: this is the picture of {width} × {height} pixels before it.",
    )
    # The finest scale alone has nothing before it.
    only = painted(tiny, content, style, small(size=32, optimizer=optimizer)).picture
    assert torch.allclose(result.picture, only, atol=1e-6)
    with pytest.raises(DivergedError):
        painted(Breaking(tiny), content, style, small(size=64, smallest=64, optimizer=optimizer))


def test_without_a_style_there_is_nothing_to_do(tiny: VGG, content: Tensor) -> None:
    with pytest.raises(ValueError, match="no style"):
        painted(tiny, content, [])
