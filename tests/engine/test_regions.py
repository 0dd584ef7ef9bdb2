"""Regions and what is not seen, through whole runs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.engine.pictures.resize import resized
from nst_core.engine.pictures.style import Style, grouped
from nst_core.engine.targets import objective_for
from nst_core.recipes.recipe import Matching

from ..conftest import sample
from .drawn import picture
from .judge import style_loss
from .small_runs import painted, small

SIDE = 48
FORMS = pytest.mark.parametrize("form", ["gatys", "moments", "wasserstein", "sliced"])


@pytest.fixture(scope="module")
def photograph(content: Tensor) -> Tensor:
    return resized(content, (SIDE, SIDE))


@pytest.fixture(scope="module")
def styles() -> tuple[Tensor, Tensor]:
    one, other = (
        resized(sample(f"styles/{name}.jpg", 200), (SIDE, SIDE)) for name in ("night-oil", "wave-woodcut")
    )
    return one, other


def left_half() -> Tensor:
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., : SIDE // 2] = 1
    return mask


@pytest.mark.parametrize("rest", [False, True])
def test_each_side_comes_near_its_own_style(
    backbone: Backbone, photograph: Tensor, styles: tuple[Tensor, Tensor], rest: bool
) -> None:
    """Also when the other side is only what the first one leaves."""
    left = left_half()
    both = [Style(styles[0], region=left), Style(styles[1], region=None if rest else 1 - left)]
    result = painted(backbone, photograph, both, small(40, SIDE, SIDE, strength=97)).picture
    for side, (own, other) in ((slice(0, 20), styles), (slice(28, 48), styles[::-1])):
        part = result[..., side]
        assert style_loss(part, own, backbone) < 0.5 * style_loss(part, other, backbone)
        assert style_loss(part, own, backbone) < 0.5 * style_loss(photograph[..., side], own, backbone)


@pytest.mark.parametrize("colors", ["as they come", "keep_colors", "match_content"])
def test_outside_of_all_regions_nothing_changes(
    tiny: VGG, photograph: Tensor, styles: tuple[Tensor, Tensor], colors: str
) -> None:
    inside = torch.zeros(1, 1, SIDE, SIDE)
    inside[..., 10:30, 5:25] = 1
    inside[..., 30:35, 5:25] = 0.5
    chosen = {} if colors == "as they come" else {colors: True}
    region = [Style(styles[0], region=inside)]
    result = painted(tiny, photograph, region, small(4, 24, 24, **chosen)).picture
    changed = (result != photograph).any(dim=1, keepdim=True)
    assert not bool(changed[inside == 0].any())
    assert float(changed[inside == 1].float().mean()) > 0.9


def test_an_empty_region_gives_the_content_back(
    tiny: VGG, photograph: Tensor, styles: tuple[Tensor, Tensor]
) -> None:
    nowhere = [Style(styles[0], region=torch.zeros(1, 1, SIDE, SIDE))]
    assert torch.equal(painted(tiny, photograph, nowhere).picture, photograph)


def test_weights_draw_the_result_to_the_heavier_style(
    tiny: VGG, photograph: Tensor, styles: tuple[Tensor, Tensor]
) -> None:
    nearness = []
    for weight in (0.05, 0.5, 0.95):
        both = [Style(styles[0], weight), Style(styles[1], 1 - weight)]
        result = painted(tiny, photograph, both, small(25, SIDE, SIDE, strength=90)).picture
        nearness.append(style_loss(result, styles[0], tiny) / style_loss(result, styles[1], tiny))
    assert nearness[0] > nearness[1] > nearness[2]


def test_a_style_of_no_weight_is_as_if_it_were_not_there(
    tiny: VGG, photograph: Tensor, styles: tuple[Tensor, Tensor]
) -> None:
    alone = painted(tiny, photograph, styles[0]).picture
    beside = painted(tiny, photograph, [Style(styles[0]), Style(styles[1], 0.0)]).picture
    assert torch.allclose(alone, beside, atol=1e-4)


def style_alone(form: str) -> Matching:
    """Compared at the first layer, whose features see one pixel beyond their own."""
    return Matching(
        content_weight=0.0,
        style_form=form,  # type: ignore[arg-type]
        style_layers=(("relu1_1", 1.0),),
        variation_weight=0.0,
    )


def value(tiny: VGG, photograph: Tensor, style: Style, form: str, visible: Tensor | None = None) -> float:
    """The style's part of the objective."""
    network = AutogradPass(tiny, ["relu1_1"])
    groups, _ = grouped([style], (SIDE, SIDE), visible)
    return objective_for(photograph, groups, network, style_alone(form))(photograph)[0]


@FORMS
def test_masked_parts_of_a_style_do_not_count(tiny: VGG, photograph: Tensor, form: str) -> None:
    style, other = picture(1, SIDE, SIDE), picture(2, SIDE, SIDE)
    changed = torch.cat((style[..., : SIDE // 2 + 1], other[..., SIDE // 2 + 1 :]), dim=3)
    values = [value(tiny, photograph, Style(one, mask=left_half()), form) for one in (style, changed, other)]
    assert values[1] == pytest.approx(values[0], rel=1e-4)
    assert values[2] != pytest.approx(values[0], rel=1e-3)


@FORMS
def test_colors_that_are_not_seen_have_no_say_in_how_the_rest_looks(
    tiny: VGG, photograph: Tensor, styles: tuple[Tensor, Tensor], form: str
) -> None:
    visible, style = left_half(), Style(styles[0])
    other = picture(2, SIDE, SIDE)
    near = torch.cat((photograph[..., : SIDE // 2 + 1], other[..., SIDE // 2 + 1 :]), dim=3)
    values = [value(tiny, content, style, form, visible) for content in (photograph, near, other)]
    assert values[1] == pytest.approx(values[0], rel=1e-4)
    assert values[2] != pytest.approx(values[0], rel=1e-3)


def test_what_is_seen_looks_the_same_whatever_the_hidden_colors_are(
    backbone: Backbone, photograph: Tensor, styles: tuple[Tensor, Tensor]
) -> None:
    """Beyond the reach of the border the style statistics come as near as with nothing hidden beside them."""
    visible = left_half()
    hidden = torch.cat((photograph[..., : SIDE // 2], torch.ones(1, 3, SIDE, SIDE // 2)), dim=3)
    how = small(25, SIDE, SIDE, strength=90)
    one, other = (
        painted(backbone, content, styles[0], how, visible=visible).picture[..., : SIDE // 2]
        for content in (photograph, hidden)
    )
    before = style_loss(photograph[..., : SIDE // 2], styles[0], backbone)
    assert style_loss(one, styles[0], backbone) < 0.5 * before
    assert style_loss(other, styles[0], backbone) < 0.5 * before


@pytest.mark.parametrize("strength", [50, 100])
@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "steepest"])
def test_a_layer_of_which_nothing_is_seen_does_no_harm(
    tiny: VGG, photograph: Tensor, styles: tuple[Tensor, Tensor], strength: float, optimizer: str
) -> None:
    result = painted(
        tiny,
        photograph,
        styles[0],
        small(strength=strength, optimizer=optimizer),
        visible=torch.zeros(1, 1, SIDE, SIDE),
    )
    assert bool(torch.isfinite(result.picture).all())
