"""Any of torchvision's classifiers as a backbone; its layers are the nodes of torchvision's graph."""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Iterable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from nst_core.engine.networks.backbone import IMAGENET_DEVIATION, IMAGENET_MEAN, Features, check_layers

PROBE = 224  # side in pixels of the square input that these networks were made for

_MODULES = (nn.ReLU, nn.ReLU6, nn.Hardswish, nn.SiLU, nn.GELU)
_FUNCTIONS = (F.relu, F.relu6, F.hardswish, F.silu, F.gelu, torch.relu)


class UnfitPictureError(ValueError):
    """The network cannot take a picture of this size. ``str()`` is one sentence for a person."""


class Classifier:
    """A convolutional network from RGB in 0–1, shape (1, 3, H, W), to its feature maps.

    ``model`` is copied, and the copy is set to evaluation mode, without gradients for its weights. The layers
    are all nodes whose output has more than one position, for example ``layer1.0.relu`` or ``features.5``.
    With ``mean_activations`` each layer is divided by its own mean activation, and layers without a positive
    one are left out. ``mean`` and ``deviation`` normalize the pixels as in the training of the network.
    ``shapes`` has the layers' shapes for a picture of ``PROBE`` × ``PROBE``.
    """

    def __init__(
        self,
        model: nn.Module,
        mean_activations: Mapping[str, float] | None = None,
        *,
        mean: Iterable[float] = IMAGENET_MEAN,
        deviation: Iterable[float] = IMAGENET_DEVIATION,
    ) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self._mean = torch.tensor(tuple(mean)).view(1, 3, 1, 1)
        self._deviation = torch.tensor(tuple(deviation)).view(1, 3, 1, 1)
        self._means = mean_activations
        self._extractors: dict[frozenset[str], fx.GraphModule] = {}
        self.shapes = _shapes(self.model)
        if mean_activations is not None:
            silent = [layer for layer in self.shapes if not mean_activations.get(layer, 0.0) > 0.0]
            for layer in silent:
                del self.shapes[layer]

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the nodes that output feature maps, from the pixels down."""
        return tuple(self.shapes)

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return next(self.model.parameters()).device

    def to(self, device: torch.device) -> Classifier:
        """Moves the weights to ``device`` and returns this backbone."""
        self.model.to(device)
        self._extractors.clear()
        return self

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        """Returns the features of ``layers``; see ``Backbone``.

        Raises ``UnknownLayerError``, and ``UnfitPictureError`` when the network cannot take a picture of
        this size.
        """
        check_layers(self, layers)
        if layers not in self._extractors:
            self._extractors[layers] = _extractor(self.model, layers)
        values = (pixels - self._mean.to(pixels.device)) / self._deviation.to(pixels.device)
        try:
            outputs: Features = self._extractors[layers](values)
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, AssertionError) as error:
            height, width = pixels.shape[-2:]
            # The dry run fails only if the size is the cause. Any other error is raised as it is.
            if _takes(self.model, layers, height, width):
                raise
            raise UnfitPictureError(
                f"The network cannot take a picture of {width} × {height} pixels; "
                f"it was made for {PROBE} × {PROBE}."
            ) from error
        if self._means is None:
            return outputs
        return {layer: values / self._means[layer] for layer, values in outputs.items()}


def default_layers(classifier: Classifier) -> tuple[tuple[str, ...], str]:
    """Returns the style layers and the content layer that correspond to VGG's by their strides.

    At each stride up to 16, the style layer is the first of the activations with the most channels
    (``relu1_1`` to ``relu5_1`` in VGG). The content layer is the second of these at the stride nearest to
    8 (``relu4_2``), or the first if there is only one. The classification head is left out. If no
    activation gives a feature map, all layers are candidates.
    """
    activations = _activations(classifier) or set(classifier.layers)
    head = [name for name, _ in classifier.model.named_children()][-1]
    strides: dict[int, list[str]] = {}
    for layer in classifier.layers:
        if layer in activations and layer.partition(".")[0] != head:
            stride = 2 ** round(math.log2(PROBE / classifier.shapes[layer][-1]))
            strides.setdefault(stride, []).append(layer)
    widest: dict[int, list[str]] = {}
    for stride, layers in strides.items():
        channels = max(classifier.shapes[layer][1] for layer in layers)
        widest[stride] = [layer for layer in layers if classifier.shapes[layer][1] == channels]
    nearest = min(widest, key=lambda stride: abs(math.log2(stride) - 3))
    style = tuple(layers[0] for stride, layers in sorted(widest.items()) if stride <= 16)
    return style, widest[nearest][:2][-1]


def _activations(classifier: Classifier) -> set[str]:
    """Returns the layers that are the output of an elementwise nonlinear function."""
    extractor = _extractor(classifier.model, frozenset(classifier.layers))
    (output,) = (node for node in extractor.graph.nodes if node.op == "output")
    return {layer for layer, node in output.args[0].items() if _is_activation(node, extractor)}


def _is_activation(node: fx.Node, extractor: nn.Module) -> bool:
    if node.op == "call_function":
        return node.target in _FUNCTIONS
    if node.op != "call_module":
        return False
    module = extractor.get_submodule(str(node.target))
    while isinstance(module, nn.Sequential):  # torchvision joins convolution, norm and activation in one
        module = module[-1]
    return isinstance(module, _MODULES)


def _extractor(model: nn.Module, layers: frozenset[str]) -> fx.GraphModule:
    """Returns the part of ``model`` up to ``layers``, without operations that overwrite their input.

    An in-place ReLU or addition after a layer would otherwise change the layer's features.
    """
    from torchvision.models.feature_extraction import (  # type: ignore[import-untyped]
        create_feature_extractor,
    )

    ordered = sorted(layers)
    extractor: fx.GraphModule = create_feature_extractor(
        model, eval_return_nodes=ordered, train_return_nodes=ordered, suppress_diff_warning=True
    )
    extractor.eval()
    for module in extractor.modules():
        if getattr(module, "inplace", False):
            module.inplace = False  # type: ignore[assignment]
    for node in extractor.graph.nodes:
        if node.kwargs.get("inplace"):
            node.kwargs = {**node.kwargs, "inplace": False}
        elif node.target is operator.iadd:
            node.target = operator.add
    extractor.recompile()
    return extractor


def _shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Returns the nodes that output feature maps (1, C, H, W), and their shapes for ``PROBE``."""
    from torchvision.models.feature_extraction import get_graph_node_names

    # The first node of the graph is the input.
    _, (_, *names) = get_graph_node_names(model, suppress_diff_warning=True)
    outputs = _dry(model, frozenset(names), PROBE, PROBE)
    shapes: dict[str, tuple[int, ...]] = {}
    for name in names:
        value = outputs[name]
        # The last two dimensions are height and width only if a square picture makes them equal. ConvNeXt
        # has maps with the channels last.
        if isinstance(value, Tensor) and value.dim() == 4 and value.shape[-1] == value.shape[-2] > 1:
            shapes[name] = tuple(value.shape)
    return shapes


def _takes(model: nn.Module, layers: frozenset[str], height: int, width: int) -> bool:
    """Returns whether the shapes of a picture of this size fit through ``model``."""
    try:
        _dry(model, layers, height, width)
    except (RuntimeError, AssertionError):
        return False
    return True


def _dry(model: nn.Module, layers: frozenset[str], height: int, width: int) -> dict[str, object]:
    """Runs ``model`` on the meta device, which computes shapes without any values."""
    extractor = _extractor(model, layers)
    state = {name: value.to("meta") for name, value in extractor.state_dict(keep_vars=True).items()}
    pixels = torch.zeros(1, 3, height, width, device="meta")
    with torch.no_grad():
        outputs: dict[str, object] = torch.func.functional_call(extractor, state, pixels)
    return outputs
