"""Too little memory: a smaller picture and a sentence, or one clear error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nst_core.engine.backbone import Features
from nst_core.engine.memory import OutOfMemory, memory_errors
from nst_core.engine.resize import size_of
from nst_core.engine.vgg import VGG

from .small_runs import painted, small


class Cramped:
    """A network on a device whose memory holds pictures up to a width."""

    def __init__(self, network: VGG, widest: int, error: Callable[[], Exception]) -> None:
        self._network = network
        self._widest = widest
        self._error = error
        self.layers = network.layers
        self.device = network.device

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        # Styles may be wider than the picture that is painted.
        if pixels.requires_grad and pixels.shape[-1] > self._widest:
            raise self._error()
        return self._network.run(pixels, layers)

    def to(self, device: torch.device) -> Cramped:
        return self


ERRORS: dict[str, Callable[[], Exception]] = {
    "a GPU's": lambda: torch.OutOfMemoryError("CUDA out of memory"),
    "Python's": MemoryError,
    "the processor's": lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried …"),
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
    few = style[..., :40, :40]
    assert painted(tiny, content, style, small()).notes == ()
    (note,) = painted(tiny, content, few, small()).notes
    assert "fewer pixels" in note
    assert painted(tiny, content, few, small(brush_size=0.5)).notes == ()
