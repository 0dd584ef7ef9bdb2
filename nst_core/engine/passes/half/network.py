"""The pass through VGG on a GPU: half precision, channels last, no autograd."""

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
    """A convolution with its ReLU, and the name of the pooling after it, if any.

    ``weight`` and ``bias`` are in the precision of the pass, the weight channels last.
    """

    layer: str
    weight: Tensor
    bias: Tensor
    padding: Padding
    pooling: str | None
    keeps_map: bool  # whether the convolution's own map is stored: losses see it, or no pooling follows
    around: int  # rows of zeros that the convolution adds on each side: 0 where its input is padded already

    @property
    def last(self) -> str:
        """The name of the stage's last layer."""
        return self.pooling or self.layer


@dataclass
class Maps:
    """What the backward pass of a stage needs: its input, its map (if kept), and the marks of its pooling.

    ``size`` is that of the map before pooling.
    """

    source: Tensor
    size: Size
    full: Tensor | None
    marks: Tensor | None


def applies(backbone: Backbone) -> bool:
    """Whether ``HalfPass`` can compute this backbone on its device, which must be a CUDA (or ROCm) GPU."""
    return isinstance(backbone, VGG) and backbone.device.type == "cuda" and _can_be_cut(backbone)


class HalfPass:
    """A ``NetworkPass`` in ``dtype`` for a VGG with max pooling.

    Features have this ``dtype``, and so has the gradient of a map that the network was split at. The gradient
    of pixels is float32. Raises ``UnknownLayerError`` when the backbone does not have one of ``layers``.
    Raises ``ValueError`` when pooling is not by plain maxima right after a convolution, when padding is not
    by zeros, or when a number of channels is no multiple of 8. The first convolution may repeat the border.
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
        """Returns the factor of loss scaling; see ``NetworkPass``."""
        return scale_for(self._dtype, positions)

    def features(self, pixels: Tensor) -> Features:
        """Returns the features of each layer; see ``NetworkPass``."""
        self._maps = []  # frees the last call's memory before this call needs its own
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
            stage, stage_maps = self._stages[len(maps) - 1], maps.pop()
            flow = self._below(stage, stage_maps, flow, gradients)
            if flow is not None:
                flow = _back(flow, stage, stage_maps.source)
        if flow is None:
            return torch.zeros(1, self._mean.shape[1], *self._unpadded(size), device=self._mean.device)
        return self._to_pixels(flow) if self._from_pixels else flow

    def _below(
        self, stage: Stage, here: Maps, flow: Tensor | None, gradients: Mapping[str, Tensor]
    ) -> Tensor | None:
        """Returns the gradient of a convolution's result before its ReLU, or None where no loss adds to it.

        ``flow`` is what the later stages add to the gradient of the stage's last layer.
        """
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
        """Returns the features, and appends to ``maps``, unless None, what the backward pass needs."""
        outputs: Features = {}
        values = self._from(pixels)
        for stage in self._stages:
            source = values
            values = _convolved(source, stage)
            size, full, marks = size_of(values), values, None
            if stage.keeps_map and stage.layer in self._layers:
                outputs[stage.layer] = values
            if stage.pooling is not None:
                values, marks = self._loops.pool(values)
                if stage.pooling in self._layers:
                    outputs[stage.pooling] = values
            if maps is not None:
                kept_map = full if stage.pooling is None or stage.keeps_map else None
                maps.append(Maps(source, size, kept_map, marks))
        return outputs

    def _from(self, pixels: Tensor) -> Tensor:
        """Returns the input of the first convolution. Pixels are padded, and zeros make up eight channels."""
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
        """Returns the gradient of the pixels from that of the first convolution's input; see ``_from``."""
        gradient = flow[:, :_COLORS].float()
        if self._stages[0].padding == "replicate":
            # The gradient of the border belongs to the pixels that it repeats.
            for axis in (2, 3):
                length = gradient.shape[axis]
                gradient.select(axis, 1).add_(gradient.select(axis, 0))
                gradient.select(axis, length - 2).add_(gradient.select(axis, length - 1))
                gradient = gradient.narrow(axis, 1, length - 2)
            return gradient.contiguous()
        return gradient[..., 1:-1, 1:-1].contiguous()


def _stages(backbone: VGG, layers: frozenset[str], dtype: torch.dtype) -> tuple[Stage, ...]:
    stages: list[Stage] = []
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
            stages.append(Stage(step.layer, weight, bias.to(dtype), step.padding, pooling, keeps_map, around))
        elif not stages or stages[-1].pooling != step.layer or step.kind != "max" or step.factor != 1.0:
            raise ValueError(f"{step.layer!r} is no plain pooling after a convolution")
    return tuple(stages)


def _can_be_cut(backbone: VGG) -> bool:
    try:
        _stages(backbone, frozenset(), torch.float32)
    except ValueError:
        return False
    return True


def _convolved(values: Tensor, stage: Stage) -> Tensor:
    around = [stage.around, stage.around]
    if values.is_cuda and torch.version.hip is None:
        convolved: Tensor = torch.ops.aten.cudnn_convolution_relu(
            values, stage.weight, stage.bias, [1, 1], around, [1, 1], 1
        )
        return convolved
    return F.relu(F.conv2d(values, stage.weight, stage.bias, padding=around), inplace=True)


def _back(flow: Tensor, stage: Stage, source: Tensor) -> Tensor:
    ones, output_mask = [1, 1], [True, False, False]  # only the gradient of the input, not of weight and bias
    back = torch.ops.aten.convolution_backward
    around = [stage.around, stage.around]
    gradient: Tensor = back(
        flow, source, stage.weight, None, ones, around, ones, False, [0, 0], 1, output_mask
    )[0]
    return gradient
