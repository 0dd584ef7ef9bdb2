"""Tile by tile: value and gradient of the whole picture, whatever the loss, the network and the size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features
from nst_core.engine.networks.receptive_field import Sight, sight
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Style, grouped
from nst_core.engine.targets import layers_of, objective_for
from nst_core.engine.tiles.segments import Segment, segments_of
from nst_core.engine.tiles.tiling import Tile, Tiling
from nst_core.recipes.recipe import Matching
from nst_core.weights.catalog import EFFICIENTNET_LITE0
from nst_core.weights.loading import load_backbone

from ..conftest import sample
from .drawn import apart, picture
from .tiny_network import in_double, tiny_vgg

SIZES = ((437, 301), (203, 614), (331, 345))
FORMS = ("gatys", "mean", "unscaled", "moments", "wasserstein", "sliced")
AREA = 24_000
CASES = [(form, size, True) for form in FORMS for size in SIZES] + [(form, SIZES[0], False) for form in FORMS]


def shown(name: str, size: Size) -> Tensor:
    return F.interpolate(sample(name, 1200), size=size, mode="area")


def striped(size: Size) -> Tensor:
    """A region with a soft border that no tile's border follows."""
    slope = torch.linspace(0, 1, size[0]).view(-1, 1) + torch.linspace(-0.4, 0.7, size[1])
    return slope.clamp(0, 1).view(1, 1, *size)


def both_ways(
    backbone: Backbone,
    size: Size,
    matching: Matching,
    regions: bool = False,
    dtype: torch.dtype = torch.float32,
    area: int = AREA,
    segments: Sequence[Segment] = (),
) -> tuple[tuple[float, Tensor], tuple[float, Tensor]]:
    """Value and gradient of the whole and in tiles, with every target measured that way too."""
    content = shown("photograph.jpg", size).to(dtype)
    style = shown("styles/night-oil.jpg", (240, 310)).to(dtype)
    pixels = 0.7 * content + 0.3 * picture(1, *size, dtype)
    styles = [Style(style)]
    if regions:
        mask = striped((240, 310)).to(dtype)
        other = style.flip(1)
        styles = [Style(style, region=striped(size).to(dtype), mask=mask), Style(other), Style(style, 0.4)]
    groups, _ = grouped(styles, size, None)
    segments = segments or segments_of(backbone, layers_of(matching), area)
    assert all(len(tiles) > 1 for tiles in tiles_of(segments, size))
    painted = pixels if matching.detail else None
    network = pass_for(backbone, layers_of(matching))
    whole = objective_for(content, groups, network, matching, painted)(pixels)
    return whole, objective_for(content, groups, segments, matching, painted)(pixels)


def tiles_of(segments: Sequence[Segment], size: Size) -> list[tuple[Tile, ...]]:
    """The tiles of each segment, of which the second starts from a map a quarter as long and wide."""
    smaller = (-(-size[0] // 4), -(-size[1] // 4))
    return [segment.tiling.tiles(of) for segment, of in zip(segments, (size, smaller), strict=False)]


@pytest.fixture(scope="module")
def general() -> VGG:
    """In double precision nothing is left but what is wrong."""
    return in_double(tiny_vgg())


@pytest.fixture(scope="module")
def fast(backbone: VGG) -> tuple[Segment, ...]:
    """Packed once for all tests: that takes longer than most of what is done with it here."""
    return segments_of(backbone, layers_of(Matching()), AREA)


@pytest.mark.parametrize(("form", "size", "regions"), CASES)
def test_every_loss_on_the_general_pass(general: VGG, form: str, size: Size, regions: bool) -> None:
    matching = Matching(style_form=form)  # type: ignore[arg-type]
    whole, tiled = both_ways(general, size, matching, regions, torch.float64)
    assert tiled[0] == pytest.approx(whole[0], rel=1e-9)
    assert apart(tiled[1], whole[1]) < 1e-9


@pytest.mark.parametrize("form", ["gatys", "course", "mean"])
def test_every_content_loss(general: VGG, form: str) -> None:
    matching = Matching(content_form=form, content_weight=1.0, relative=False)  # type: ignore[arg-type]
    whole, tiled = both_ways(general, SIZES[0], matching, dtype=torch.float64)
    assert tiled[0] == pytest.approx(whole[0], rel=1e-9)
    assert apart(tiled[1], whole[1]) < 1e-9


@pytest.mark.parametrize("regions", [False, True], ids=["everywhere", "regions"])
def test_patches(general: VGG, regions: bool) -> None:
    matching = Matching(detail=5.0)
    whole, tiled = both_ways(general, SIZES[2], matching, regions, torch.float64)
    assert tiled[0] == pytest.approx(whole[0], rel=1e-9)
    assert apart(tiled[1], whole[1]) < 1e-9


@pytest.mark.parametrize(
    ("form", "size"), [*((form, (203, 501)) for form in FORMS), ("moments", SIZES[1]), ("moments", SIZES[2])]
)
def test_the_fast_pass(backbone: VGG, fast: Sequence[Segment], form: str, size: Size) -> None:
    matching = Matching(style_form=form)  # type: ignore[arg-type]
    regions = form in ("moments", "sliced")
    whole, tiled = both_ways(backbone, size, matching, regions, segments=fast)
    assert tiled[0] == pytest.approx(whole[0], rel=1e-5)
    assert apart(tiled[1], whole[1]) < 1e-5


def test_a_network_whose_padding_depends_on_the_size(networks: Path) -> None:
    """EfficientNet-Lite0 pads as TensorFlow does; with an odd length otherwise than with an even one."""
    backbone = load_backbone(networks, EFFICIENTNET_LITE0.name)
    style = tuple((layer, 0.25) for layer in EFFICIENTNET_LITE0.style_layers[:4])
    content = ((EFFICIENTNET_LITE0.content_layer, 1.0),)
    matching = Matching(style_layers=style, content_layers=content)
    for size in ((701, 300), (512, 603)):
        whole, tiled = both_ways(backbone, size, matching, area=120_000)
        assert tiled[0] == pytest.approx(whole[0], rel=1e-5)
        assert apart(tiled[1], whole[1]) < 1e-5


class Averaging:
    """A network of which each feature depends on every pixel."""

    layers = ("all",)
    device = torch.device("cpu")

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        return {"all": pixels * pixels.mean()}

    def to(self, device: torch.device) -> Averaging:
        return self


def test_a_network_that_sees_all_is_not_for_tiles() -> None:
    assert sight(Averaging(), ["all"]) is None


class Spreading:
    """A network on a device whose convolutions spread what is not a number, as Fourier's transform does."""

    def __init__(self, network: Backbone, device: str = "cuda") -> None:
        self._network = network
        self.layers = network.layers
        self.device = torch.device(device)

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        features = self._network.run(pixels, layers)
        if self.device.type != "cpu" and not bool(torch.isfinite(pixels).all()):
            return {layer: values * torch.nan for layer, values in features.items()}
        return features

    def to(self, device: torch.device) -> Spreading:
        return Spreading(self._network, device.type)


class SpreadingVGG(VGG):
    """A VGG of which the same holds."""

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        return Spreading(VGG(self.steps, self.mean)).run(pixels, layers)


LAYERS = (("relu1_1",), ("relu3_1",), ("pool3", "relu1_2"), ("relu5_1", "relu4_2"), ("pool5",))


@pytest.mark.parametrize("layers", LAYERS, ids="-".join)
def test_how_far_layers_see_is_known_whatever_a_device_makes_of_odd_numbers(layers: tuple[str, ...]) -> None:
    tiny = tiny_vgg()
    looked_at = sight(Spreading(tiny), layers)
    assert looked_at is not None
    assert sight(SpreadingVGG(tiny.steps, tiny.mean), layers) == sight(tiny, layers) == looked_at


def test_how_far_layers_see_by_hand() -> None:
    """Two convolutions see two pixels far, and the next two, after pooling, twice as far."""
    tiny = tiny_vgg()
    assert sight(tiny, ["relu1_2"]) == Sight({"relu1_2": 1}, 4, 4)
    assert sight(tiny, ["relu2_2"]) == Sight({"relu2_2": 2}, 8, 8)
    # 2 + 2 · 2 + 4 · 4 pixels, up to the next place.
    assert sight(tiny, ["relu3_4"]) == Sight({"relu3_4": 4}, 16, 32)


def test_steps_say_what_a_look_at_efficientnet_says(networks: Path) -> None:
    backbone = load_backbone(networks, EFFICIENTNET_LITE0.name)
    for layer in (EFFICIENTNET_LITE0.style_layers[0], "block3_1_depthwise", "block4_3", "head"):
        assert sight(backbone, [layer]) == sight(Spreading(backbone), [layer])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.tuples(st.integers(1, 9000), st.integers(1, 9000)),
    st.integers(100_000, 3_000_000),
    st.sampled_from([(64, 64), (16, 144), (128, 512)]),
)
def test_tiles_cover_every_pixel_once_and_see_around_it(
    size: Size, area: int, reach: tuple[int, int]
) -> None:
    step, halo = reach
    tiles = Tiling(Sight({}, step, halo), area).tiles(size)
    assert sum((t.rows.last - t.rows.first) * (t.columns.last - t.columns.first) for t in tiles) == (
        size[0] * size[1]
    )
    for tile in tiles:
        for span, length in ((tile.rows, size[0]), (tile.columns, size[1])):
            assert 0 <= span.begin <= span.first < span.last <= span.end <= length
            assert span.begin % step == span.first % step == 0
            assert (length - (span.end - span.begin)) % step == 0
            assert span.begin == 0 or span.first - span.begin >= halo
            assert span.end == length or span.end - span.last >= halo
    if area > 4 * (3 * halo + 2 * step) ** 2:
        windows = [(t.rows.end - t.rows.begin) * (t.columns.end - t.columns.begin) for t in tiles]
        assert max(windows) <= area
