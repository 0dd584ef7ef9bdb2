"""The fast pass on the CPU, a chain of stages; ``winograd`` has the mathematics, ``steps`` a single stage."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Features
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.chain import pixels as first
from nst_core.engine.passes.chain import steps
from nst_core.engine.passes.chain.stages import Stage, stages
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size

Allocate = Callable[[str, tuple[int, ...], torch.dtype], Tensor]


@dataclass(frozen=True)
class Maps:
    """What a stage computed: its map before pooling, if kept, and the pooled map with its marks.

    ``size`` is that before pooling.
    """

    size: Size
    full: Tensor | None
    pooled: Tensor | None
    marks: Tensor | None

    @property
    def last(self) -> Tensor:
        """The map (H, W, channels) that the next stage starts from."""
        output = self.full if self.pooled is None else self.pooled
        assert output is not None
        return output


class WinogradPass:
    """A ``NetworkPass`` in float32 on the CPU, for the backbones that ``chain.support.applies`` accepts.

    Features are views of the pass's own memory, valid until the next ``features``. That memory serves one
    picture at a time and is freed with the pass. The transformed weights are freed with the backbone. Raises
    ``UnknownLayerError`` when the backbone does not have one of ``layers``, and ``ValueError`` when the
    chain cannot compute the backbone.
    """

    def __init__(self, backbone: VGG, layers: Iterable[str]) -> None:
        self._layers = frozenset(layers)
        self._mean = backbone.mean
        self._stages = stages(backbone.cut(self._layers), self._layers)
        self._size: Size | None = None
        self._maps: list[Maps] = []
        self._ways: list[Tensor] = []
        self._kept: dict[str, Tensor] = {}
        self._ready = False

    def features(self, pixels: Tensor) -> Features:
        """Returns the features of each layer; see ``NetworkPass``."""
        if self._size != size_of(pixels):
            self._allocate_all(size_of(pixels))
        outputs: Features = {}
        source = self._source(pixels)
        for stage, maps in zip(self._stages, self._maps, strict=True):
            source = self._forward(stage, source, maps)
            outputs.update(self._named(stage, maps))
        self._ready = True
        return outputs

    def scale(self, positions: int) -> float:
        """Returns 1, since everything is in single precision; see ``NetworkPass``."""
        return 1.0

    def measure(self, pixels: Tensor) -> Features:
        """Returns features that stay valid, in memory of their own; see ``NetworkPass``."""
        outputs: Features = {}
        source = self._source(pixels)
        height, width = size_of(pixels)
        for stage in self._stages:
            maps = _empty(stage, height, width, _new)
            source = self._forward(stage, source, maps)
            outputs.update(self._named(stage, maps))
            height, width = maps.last.shape[:2]
        return outputs

    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns the gradient of the pixels; see ``NetworkPass``."""
        if not self._ready:
            raise RuntimeError("features() comes before pull_back()")
        self._ready = False
        by_layer = {
            layer: values.detach()[0].permute(1, 2, 0).contiguous() for layer, values in gradients.items()
        }
        # The gradient of a stage's result: of the pooled map, or without pooling, of the map before its ReLU.
        flow: Tensor | None = None
        for number in range(len(self._stages) - 1, -1, -1):
            stage, maps = self._stages[number], self._maps[number]
            if flow is None and stage.layer in by_layer:
                flow = by_layer[stage.layer] if stage.pooling else _masked(by_layer[stage.layer], maps)
            arriving, marks = flow, maps.marks if flow is not None else None
            own = by_layer.get(stage.convolution.layer) if stage.pooling else None
            # A loss on the map before pooling needs its whole gradient. So does padding that repeats places.
            if own is not None or (marks is not None and stage.convolution.padding != "zero"):
                arriving, marks = self._unpooled(stage, maps, flow, own), None
            if number > 0 and arriving is not None:
                flow = self._back(number, arriving, marks, by_layer)
        assert self._size is not None
        convolution = self._stages[0].convolution
        if arriving is None:
            return torch.zeros(1, convolution.weight.shape[1], *self._size)
        if self._stages[0].from_pixels:
            return first.to_pixels(convolution, arriving)
        gradient = torch.empty(*self._size, convolution.weight.shape[1])
        steps.back(self._stages[0], arriving, marks, None, None, gradient)
        return gradient[None].permute(0, 3, 1, 2)

    def _source(self, pixels: Tensor) -> Tensor:
        """Returns pixels (1, 3, H, W) less the network's mean, or a feature map as (H, W, channels)."""
        if self._stages[0].from_pixels:
            return pixels.detach() - self._mean
        return pixels.detach()[0].permute(1, 2, 0).contiguous()

    def rest(self) -> None:
        """Frees all maps; see ``NetworkPass``."""
        self._size, self._maps, self._ways = None, [], []
        self._ready = False
        self._kept.clear()

    def _back(
        self, number: int, arriving: Tensor, marks: Tensor | None, gradients: Mapping[str, Tensor]
    ) -> Tensor:
        """Returns the gradient of the map that stage ``number`` starts from."""
        before, maps = self._stages[number - 1], self._maps[number - 1]
        gradient = self._ways[number % 2][: maps.last.numel()].view_as(maps.last)
        mask = None if before.pooling else maps.full
        steps.back(self._stages[number], arriving, marks, gradients.get(before.layer), mask, gradient)
        return gradient

    def _forward(self, stage: Stage, source: Tensor, maps: Maps) -> Tensor:
        if stage.from_pixels:
            first.to_features(stage.convolution, source, maps.last)
        else:
            pooled_and_marks = (
                None if maps.pooled is None or maps.marks is None else (maps.pooled, maps.marks)
            )
            steps.forward(stage, source, maps.full, pooled_and_marks)
        return maps.last

    def _unpooled(self, stage: Stage, maps: Maps, flow: Tensor | None, more: Tensor | None) -> Tensor:
        """Returns the gradient of a convolution's result, before its ReLU.

        ``flow`` is the gradient of the pooled map, and ``more`` that of a loss on the map before pooling.
        """
        if flow is None or maps.marks is None:
            assert more is not None
            return _masked(more, maps)
        own = None if more is None or maps.full is None else (more, maps.full)
        shape = (*maps.size, stage.channels)
        gradient = self._allocate(f"gradient of {stage.convolution.layer}", shape, torch.float32)
        steps.unpooled(stage, flow, maps.marks, own, gradient)
        return gradient

    def _allocate_all(self, size: Size) -> None:
        self._size, self._maps, self._ways = None, [], []
        height, width = size
        for stage in self._stages:
            self._maps.append(_empty(stage, height, width, self._allocate))
            height, width = self._maps[-1].last.shape[:2]
        # A stage writes its gradient while it reads the one that the next stage wrote: two buffers suffice.
        for turn in (0, 1):
            sizes = [
                self._maps[number - 1].last.numel()
                for number in range(1, len(self._maps))
                if number % 2 == turn
            ]
            self._ways.append(self._allocate(f"way {turn}", (max(sizes, default=0),), torch.float32))
        self._size = size  # not earlier, because an allocation above may have run out of memory

    def _allocate(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Returns an uninitialized tensor, in memory kept under ``name`` if it fits: new pages cost time."""
        count = math.prod(shape)
        kept = self._kept.pop(name, None)
        if kept is None or not count <= kept.numel() <= 2 * count:
            del kept  # frees the old memory before the new is allocated
            kept = torch.empty(count, dtype=dtype)
        self._kept[name] = kept
        return kept[:count].view(shape)

    def _named(self, stage: Stage, maps: Maps) -> Features:
        """Returns a stage's maps that losses see, as features (1, C, H, W)."""
        named = {stage.convolution.layer: maps.full, stage.layer: maps.last}
        return {
            layer: values[None].permute(0, 3, 1, 2)
            for layer, values in named.items()
            if values is not None and layer in self._layers
        }


def _empty(stage: Stage, height: int, width: int, allocate: Allocate) -> Maps:
    """Returns uninitialized maps for a stage that starts from ``height`` × ``width`` places."""
    shape = (height, width, stage.channels)
    full = allocate(stage.convolution.layer, shape, torch.float32) if stage.keeps_map else None
    if stage.pooling is None:
        return Maps((height, width), full, None, None)
    shape = (-(-height // 2), -(-width // 2), stage.channels)
    pooled = allocate(stage.layer, shape, torch.float32)
    return Maps((height, width), full, pooled, allocate(f"marks of {stage.layer}", shape, torch.uint8))


def _new(name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    return torch.empty(shape, dtype=dtype)


def _masked(gradient: Tensor, maps: Maps) -> Tensor:
    """Returns the gradient of a convolution's result before its ReLU, from that after it."""
    assert maps.full is not None
    masked: Tensor = torch.ops.aten.threshold_backward(gradient, maps.full, 0)
    return masked
