"""Anything that can be chosen, for any picture: a finite result of the right shape, or one clear error."""

from __future__ import annotations

from functools import lru_cache

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from nst_core.contract.parameters import Choice, Flag, Parameter
from nst_core.contract.places import State
from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import DivergedError, stylize
from nst_core.engine.tiles.out_of_memory import OutOfMemory
from nst_core.recipes.presets import on_network, recipe
from nst_core.recipes.recipe import NetworkOptions
from nst_core.recipes.settings import TABLE, Settings
from nst_core.weights.catalog import VGG16
from nst_core.weights.loading import VGGOptions, built
from nst_core.weights.store import load

from .drawn import picture
from .small_runs import Told

SMALL = {"evaluations": st.integers(1, 3), "size": st.integers(1, 40)}  # what makes a run long


def values_of(entry: Parameter) -> st.SearchStrategy[object]:
    """Anything that the table allows, its ends and its default among them."""
    if entry.name in SMALL:
        return SMALL[entry.name]
    if isinstance(entry, Flag):
        return st.booleans()
    if isinstance(entry, Choice):
        return st.sampled_from([value for value, _ in entry.options])
    kind = Settings.model_fields[entry.name].annotation
    some = st.integers(int(entry.low), int(entry.high)) if kind is int else st.floats(entry.low, entry.high)
    return st.sampled_from([entry.default, entry.low, entry.high]) | some


# Of the networks only one is installed with its weights.
whole_space = st.builds(
    Settings, **{name: values_of(entry) for name, entry in TABLE.items() if name != "network"}
)
sizes = st.sampled_from([(1, 1), (1, 40), (17, 5), (40, 33)])


@st.composite
def pictures(draw: st.DrawFn) -> Tensor:
    """Noise, grey, or of one color."""
    drawn = picture(draw(st.integers(0, 9)), *draw(sizes))
    kind = draw(st.sampled_from(["colors", "grey", "black", "white"]))
    if kind == "colors":
        return drawn
    if kind == "grey":
        return drawn[:, :1].expand_as(drawn).contiguous()
    return torch.full_like(drawn, float(kind == "white"))


def test_any_settings_for_any_picture(installed: State) -> None:
    """24 of the whole space, the same ones each time."""

    tensors = load(VGG16, installed.weights)

    @lru_cache(maxsize=2)  # each is as large as its weights
    def network(look: NetworkOptions) -> Backbone:
        options = VGGOptions(look.pooling, look.pooling_factor, look.padding, look.preprocessed)
        return built(VGG16, tensors, VGG16.mean_activations if look.normalized else None, options)

    finished = 0

    @settings(
        max_examples=24,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(whole_space, pictures(), pictures(), st.booleans())
    def check(chosen: Settings, content: Tensor, style: Tensor, hidden: bool) -> None:
        nonlocal finished
        backbone = network(recipe(chosen).look)
        how = on_network(recipe(chosen), backbone.layers, VGG16.style_layers, VGG16.content_layer)
        told = Told()
        try:
            result = stylize(
                content=content,
                styles=[Style(style)],
                backbone=backbone,
                recipe=how,
                visible=torch.zeros_like(content[:, :1]) if hidden else None,
                on_progress=told,
            )
        except (DivergedError, OutOfMemory):
            return
        assert result is not None
        assert result.picture.shape == content.shape
        assert bool(torch.isfinite(result.picture).all())
        assert 0 <= float(result.picture.min()) <= float(result.picture.max()) <= 1
        fractions = [entry.fraction for entry in told]
        assert fractions == sorted(fractions)
        assert how.matching.style_weight == 0 or told
        finished += 1

    check()
    network.cache_clear()  # hypothesis keeps what was given to it
    assert finished >= 20, "errors are for the few"
