"""Too little memory: a smaller picture and a sentence, or one clear error."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nst_core.engine.networks.backbone import Features
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.tiles.memory_budget import Share, bytes_for, share_of
from nst_core.engine.tiles.out_of_memory import OutOfMemory, memory_errors
from nst_core.recipes.recipe import Recipe, Schedule

from .small_runs import Told, painted, small


class Cramped:
    """A network on a device whose memory holds pictures up to a width, or so many pixels."""

    def __init__(
        self, network: VGG, widest: int, error: Callable[[], Exception] = MemoryError, most: int = 10**9
    ) -> None:
        self._network = network
        self._widest = widest
        self._most = most
        self._error = error
        self.layers = network.layers
        self.device = network.device

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        # Styles may be wider than the picture that is painted.
        height, width = size_of(pixels)
        if pixels.requires_grad and (width > self._widest or height * width > self._most):
            raise self._error()
        return self._network.run(pixels, layers)

    def to(self, device: torch.device) -> Cramped:
        return self


ERRORS: dict[str, Callable[[], Exception]] = {
    "a GPU's": lambda: torch.OutOfMemoryError("CUDA out of memory"),
    "Python's": MemoryError,
    "the processor's": lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried …"),
    "Apple's": lambda: RuntimeError("MPS backend out of memory (MPS allocated: 5.56 GB, …)"),
    "one tensor of Apple's": lambda: RuntimeError("Invalid buffer size: 19.45 GB"),
    "Intel's": lambda: RuntimeError("Native API returns: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)"),
    "a library's": lambda: RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
}
EVERY = pytest.mark.parametrize("whose", ERRORS)


@EVERY
def test_a_scale_that_does_not_fit_gives_the_one_before(
    tiny: VGG, content: Tensor, style: Tensor, whose: str
) -> None:
    cramped = Cramped(tiny, 40, ERRORS[whose])
    result = painted(cramped, content, style, small())
    height, width = result.size
    assert max(height, width) == 32
    assert result.notes == (f"The memory sufficed for {width} × {height} pixels only; they were enlarged.",)
    small_only = painted(tiny, content, style, small(size=32))
    assert torch.allclose(result.picture, small_only.picture, atol=0.1)
    assert size_of(result.picture) == size_of(content)


@EVERY
def test_at_the_first_scale_it_is_an_error(tiny: VGG, content: Tensor, style: Tensor, whose: str) -> None:
    with pytest.raises(OutOfMemory):
        painted(Cramped(tiny, 20, ERRORS[whose]), content, style, small())


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), memory_errors():
        raise RuntimeError("shapes cannot be multiplied")


def test_a_style_with_too_few_pixels_is_told(tiny: VGG, content: Tensor, style: Tensor) -> None:
    few = style[..., :20, :20]
    assert painted(tiny, content, style, small()).notes == ()
    (note,) = painted(tiny, content, few, small()).notes
    assert "fewer pixels" in note
    assert painted(tiny, content, few, small(brush_size=0.5)).notes == ()


def shallow(**settings: object) -> Recipe:
    """Layers that see no farther than a few pixels, so that small pictures have tiles."""
    how = small(3, 640, 640, **settings)
    matching = replace(
        how.matching,
        style_layers=(("relu1_1", 0.5), ("relu2_1", 0.5)),
        content_layers=(("relu2_2", 1.0),),
    )
    return replace(how, matching=matching)


def test_what_does_not_fit_at_once_is_done_in_tiles(tiny: VGG, content: Tensor, style: Tensor) -> None:
    large = F.interpolate(content, size=(500, 640), mode="bilinear")
    whole = painted(tiny, large, style, shallow())
    cramped = painted(Cramped(tiny, 10_000, most=120_000), large, style, shallow())
    assert cramped.size == (500, 640)
    (note,) = set(cramped.notes) - set(whole.notes)
    assert "tiles" in note
    assert float((cramped.picture - whole.picture).abs().mean()) < 2e-3
    assert float((whole.picture - large).abs().mean()) > 0.01


def test_the_fraction_done_never_falls_when_a_scale_begins_again(
    tiny: VGG, content: Tensor, style: Tensor
) -> None:
    class Fuller(Cramped):
        """One whose memory is found too small at the third evaluation of a large picture."""

        large = 0

        def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
            if pixels.requires_grad and size_of(pixels) == (500, 640):
                self.large += 1
                if self.large == 3:
                    raise MemoryError
            return super().run(pixels, layers)

    large = F.interpolate(content, size=(500, 640), mode="bilinear")
    told = Told()
    how = replace(shallow(), schedule=Schedule(640, 320, (3, 4), plateau=False))
    result = painted(Fuller(tiny, 10_000), large, style, how, on_progress=told)
    assert any("tiles" in note for note in result.notes)
    assert [entry.evaluation for entry in told] == [1, 2, 3, 1, 2, 1, 2, 3, 4]
    fractions = [entry.fraction for entry in told]
    assert all(later > earlier for earlier, later in itertools.pairwise(fractions))
    assert fractions[-1] == pytest.approx(1)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_where_the_room_is_known_to_be_small_it_is_done_in_tiles_at_once(
    tiny: VGG, content: Tensor, style: Tensor, optimizer: str
) -> None:
    large = F.interpolate(content, size=(600, 640), mode="bilinear")
    how = shallow(optimizer=optimizer)
    whole = painted(tiny, large, style, how, memory_budget=10**12)
    assert not any("tiles" in note for note in whole.notes)
    # Nothing may fail here: the memory must not have to run out before tiles are thought of.
    tight = painted(
        Cramped(tiny, 10_000, AssertionError, 300_000), large, style, how, memory_budget=5 * 10**8
    )
    assert any("tiles" in note for note in tight.notes)
    assert float((tight.picture - whole.picture).abs().mean()) < 2e-3


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(1, 8000), st.integers(1, 8000), st.integers(10**8, 10**11))
def test_a_share_stays_within_the_memory_budget_where_it_can(
    height: int, width: int, memory_budget: int
) -> None:
    share = share_of(memory_budget, (height, width), "general")
    assert share.pairs >= 4
    smallest_window = bytes_for(replace(share, area=2**18), (height, width), "general")
    assert bytes_for(share, (height, width), "general") <= max(memory_budget, smallest_window)
    assert share_of(None, (height, width), "general") == Share()


@pytest.mark.parametrize("memory_budget", [9, 10, 12])
def test_a_third_of_the_memory_budget_is_for_what_the_optimizer_remembers(memory_budget: int) -> None:
    """With more the windows get small, and the more is looked at twice."""
    size = (6000, 4000)
    share = share_of(memory_budget * 2**30, size, "general")
    assert share.area is not None
    assert 4 < share.pairs < 20
    fixed = bytes_for(replace(share, area=0, pairs=0), size, "general")
    one = bytes_for(replace(share, area=0, pairs=1), size, "general") - fixed
    third = (memory_budget * 2**30 - fixed) / 3
    assert share.pairs * one <= third < (share.pairs + 1) * one
