"""The way through VGG on a GPU: half precision, channels last, no autograd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features
from nst_core.engine.networks.vgg import VGG, Convolution, Padding, Pooling, padded
from nst_core.engine.passes.half.loops import LANES, Loops, loops_for
from nst_core.engine.passes.network_pass import scale_for
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size

_COLORS = 3


@dataclass(frozen=True)
class Stage:
    """A convolution with its ReLU, and the pooling after it, if any; weights as the device wants them."""

    layer: str
    weight: Tensor
    bias: Tensor
    padding: Padding
    pooling: str | None
    keeps_map: bool  # whether the map before pooling is one that losses see
    around: int  # how many zeros the convolution puts around its map: none where its border is there already

    @property
    def last(self) -> str:
        """The name of the layer that the stage ends with."""
        return self.pooling or self.layer


@dataclass
class Maps:
    """What a stage leaves for the way back: its input, its map (if kept), and the marks of its pooling."""

    source: Tensor
    size: Size
    full: Tensor | None
    marks: Tensor | None


def applies(backbone: Backbone) -> bool:
    """Whether ``HalfPass`` can do this backbone on its device."""
    return isinstance(backbone, VGG) and backbone.device.type == "cuda" and bool(_stages_or_none(backbone))


class HalfPass:
    """A ``NetworkPass`` in ``dtype`` for a VGG with max pooling.

    Its features are of ``dtype``, and so is the gradient of a map that the network was split at; that of
    pixels is in float32. Raises ``ValueError`` for a backbone with other steps.
    """

    def __init__(self, backbone: VGG, layers: Iterable[str], dtype: torch.dtype = torch.float16) -> None:
        self._layers = frozenset(layers)
        self._dtype = dtype
        self._mean = backbone.mean
        self._stages = _stages(backbone.cut(self._layers), self._layers, dtype)
        self._loops: Loops = loops_for(backbone.device, dtype)
        self._from_pixels = backbone.mean.shape[1] == _COLORS
        self._maps: list[Maps] = []

    def scale(self, positions: int) -> float:
        """Returns what gradients are to be multiplied by; see ``NetworkPass``."""
        return scale_for(self._dtype, positions)

    def features(self, pixels: Tensor) -> Features:
        """Returns the features of each layer; see ``NetworkPass``."""
        self._maps = []  # given back before more is taken
        return self._run(pixels, self._maps)

    def measure(self, pixels: Tensor) -> Features:
        """Returns features to keep; see ``NetworkPass``."""
        return self._run(pixels, None)

    def rest(self) -> None:
        """Forgets the last call; see ``NetworkPass``."""
        self._maps = []

    @torch.no_grad()
    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns the gradient of the pixels; see ``NetworkPass``."""
        if not self._maps:
            raise RuntimeError("features() comes before pull_back()")
        maps, self._maps = self._maps, []
        flow: Tensor | None = None
        size = size_of(maps[0].source)
        while maps:
            stage, here = self._stages[len(maps) - 1], maps.pop()
            flow = self._below(stage, here, flow, gradients)
            if flow is not None:
                flow = _back(flow, stage, here.source)
        if flow is None:
            return torch.zeros(1, self._mean.shape[1], *self._unpadded(size), device=self._mean.device)
        return self._to_pixels(flow) if self._from_pixels else flow

    def _below(
        self, stage: Stage, here: Maps, flow: Tensor | None, gradients: Mapping[str, Tensor]
    ) -> Tensor | None:
        """The gradient of a convolution's result below its ReLU, from that of the stage's last layer."""
        own = gradients.get(stage.layer)
        if stage.pooling is None:
            assert here.full is not None
            if flow is None:
                return None if own is None else self._loops.mask(own.clone(), None, here.full)
            return self._loops.mask(flow, own, here.full)
        pooled = gradients.get(stage.pooling)
        if pooled is not None:
            flow = pooled if flow is None else flow + pooled
        if flow is None:
            if own is None:
                return None
            assert here.full is not None
            return self._loops.mask(own.clone(), None, here.full)
        assert here.marks is not None
        return self._loops.unpool(flow, here.marks, here.size, own, here.full)

    @torch.no_grad()
    def _run(self, pixels: Tensor, maps: list[Maps] | None) -> Features:
        found: Features = {}
        values = self._from(pixels)
        for stage in self._stages:
            source = values
            values = _convolved(source, stage)
            size, full, marks = size_of(values), values, None
            if stage.keeps_map and stage.layer in self._layers:
                found[stage.layer] = values
            if stage.pooling is not None:
                values, marks = self._loops.pool(values)
                if stage.pooling in self._layers:
                    found[stage.pooling] = values
            if maps is not None:
                kept = full if stage.pooling is None or stage.keeps_map else None
                maps.append(Maps(source, size, kept, marks))
        return found

    def _from(self, pixels: Tensor) -> Tensor:
        """Pixels as the first convolution wants them: their border around, and of eight channels."""
        values = pixels.detach() - self._mean
        if not self._from_pixels:
            return values.to(self._dtype).contiguous(memory_format=torch.channels_last)
        values = padded(values, self._stages[0].padding).to(self._dtype)
        lanes = values.new_zeros((1, LANES, *size_of(values)))
        lanes = lanes.contiguous(memory_format=torch.channels_last)
        lanes[:, :_COLORS] = values
        return lanes

    def _unpadded(self, size: Size) -> Size:
        return (size[0] - 2, size[1] - 2) if self._from_pixels else size

    def _to_pixels(self, flow: Tensor) -> Tensor:
        """The gradient of pixels from that of what the first convolution starts from; see ``_from``."""
        gradient = flow[:, :_COLORS].float()
        if self._stages[0].padding == "replicate":
            for axis in (2, 3):
                length = gradient.shape[axis]
                gradient.select(axis, 1).add_(gradient.select(axis, 0))
                gradient.select(axis, length - 2).add_(gradient.select(axis, length - 1))
                gradient = gradient.narrow(axis, 1, length - 2)
            return gradient.contiguous()
        return gradient[..., 1:-1, 1:-1].contiguous()


def _stages(backbone: VGG, layers: frozenset[str], dtype: torch.dtype) -> tuple[Stage, ...]:
    found: list[Stage] = []
    steps = list(backbone.steps)
    for number, (step, following) in enumerate(zip(steps, [*steps[1:], None], strict=True)):
        if isinstance(step, Convolution):
            allowed = ("zero", "replicate") if number == 0 else ("zero",)
            if step.padding not in allowed or step.weight.shape[0] % LANES:
                raise ValueError(f"{step.layer!r} has another border or number of channels")
            pooling = following.layer if isinstance(following, Pooling) else None
            weight, bias = step.weight, step.bias
            from_pixels = weight.shape[1] == _COLORS
            if from_pixels:
                weight = F.pad(weight, (0, 0, 0, 0, 0, LANES - _COLORS))
            weight = weight.to(dtype).contiguous(memory_format=torch.channels_last)
            keeps_map = pooling is None or step.layer in layers
            around = 0 if from_pixels else 1
            found.append(Stage(step.layer, weight, bias.to(dtype), step.padding, pooling, keeps_map, around))
        elif not found or found[-1].pooling != step.layer or step.kind != "max" or step.factor != 1.0:
            raise ValueError(f"{step.layer!r} is no plain pooling after a convolution")
    return tuple(found)


def _stages_or_none(backbone: VGG) -> bool:
    try:
        _stages(backbone, frozenset(), torch.float32)
    except ValueError:
        return False
    return True


def _convolved(values: Tensor, stage: Stage) -> Tensor:
    around = [stage.around, stage.around]
    if values.is_cuda and torch.version.hip is None:
        done: Tensor = torch.ops.aten.cudnn_convolution_relu(
            values, stage.weight, stage.bias, [1, 1], around, [1, 1], 1
        )
        return done
    return F.relu(F.conv2d(values, stage.weight, stage.bias, padding=around), inplace=True)


def _back(flow: Tensor, stage: Stage, source: Tensor) -> Tensor:
    ones, wanted = [1, 1], [True, False, False]  # the gradient of what goes in only
    back = torch.ops.aten.convolution_backward
    around = [stage.around, stage.around]
    gradient: Tensor = back(flow, source, stage.weight, None, ones, around, ones, False, [0, 0], 1, wanted)[0]
    return gradient
