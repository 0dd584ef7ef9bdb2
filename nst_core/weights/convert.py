"""Converting published weights files to the tensors that the engine needs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import load_file
from torch import Tensor

from nst_core.weights.catalog import Network
from nst_core.weights.errors import WeightsError

Arrays = dict[str, npt.NDArray[Any]]

_INITIALIZER = re.compile(r"functional_1/block(\d)_conv(\d)_1/(convolution/ReadVariableOp|Squeeze):0")
_VGG19_CONVOLUTIONS = (2, 2, 4, 4, 4)  # in each block: Simonyan and Zisserman 2014, Table 1, configuration E
_LITE0_REPEATS = (1, 2, 2, 3, 3, 4, 1)  # blocks in each stage: Tan and Le 2019, Table 1
_LITE_EPSILON = 1e-3  # that of the batch norms
_MTCNN_DENSE = {"dense4.weight": "conv3.bias", "dense5.weight": "conv4.bias"}  # and what tells its channels


def converted(network: Network, published: Sequence[Path]) -> Arrays:
    """Returns the arrays of ``network``, by tensor name, from the files that its authors published.

    All networks but the detector of faces have one file. Raises ``WeightsError`` when the files do not hold
    the arrays or cannot be read.
    """
    try:
        arrays = _mtcnn(published) if network.architecture == "mtcnn" else _converted(network, *published)
    except KeyError as error:
        names = ", ".join(path.name for path in published)
        raise WeightsError(f"{names} does not hold the weights of {network.name}.") from error
    # safetensors writes an array's memory as it is, and arrays from TensorFlow are not in row-major order.
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def state_dict(path: Path) -> dict[str, Tensor]:
    """Returns the tensors in a .pth or .safetensors file, without running code that a .pth file may contain.

    Raises ``WeightsError`` when the file cannot be read, or holds anything but tensors.
    """
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        tensors = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # a damaged pickle can raise anything
        raise WeightsError(f"{path.name} is no file of weights that can be read.") from error
    if not isinstance(tensors, Mapping) or not all(isinstance(value, Tensor) for value in tensors.values()):
        raise WeightsError(f"{path.name} holds more than the weights of a network.")
    return dict(tensors)


def _converted(network: Network, published: Path) -> Arrays:
    if published.suffix == ".onnx":
        return _vgg16(published)
    tensors = state_dict(published)
    if network.architecture == "vgg":
        return _vgg19(tensors)
    if network.architecture == "efficientnet-lite0":
        return _lite0(tensors)
    return {name: value.numpy() for name, value in tensors.items()}


def _vgg16(model: Path) -> Arrays:
    """Returns the convolutions of a Keras VGG-16 in an ONNX file."""
    arrays: Arrays = {}
    for initializer in onnx.load(str(model)).graph.initializer:
        match = _INITIALIZER.fullmatch(initializer.name)
        if match:
            block, index, kind = match.groups()
            part = "bias" if kind == "Squeeze" else "weight"
            array = numpy_helper.to_array(initializer).astype(np.float32)
            if part == "bias":
                array = array.reshape(-1)
            arrays[f"conv{block}_{index}.{part}"] = array
    return arrays


def _vgg19(tensors: Mapping[str, Tensor]) -> Arrays:
    """Returns the convolutions of torchvision's VGG-19.

    Its ``features`` are numbered. A ReLU follows each convolution, and a pooling each block.
    """
    arrays: Arrays = {}
    place = 0
    for block, count in enumerate(_VGG19_CONVOLUTIONS, start=1):
        for index in range(1, count + 1):
            for part in ("weight", "bias"):
                arrays[f"conv{block}_{index}.{part}"] = tensors[f"features.{place}.{part}"].float().numpy()
            place += 2
        place += 1
    return arrays


def _lite0(tensors: Mapping[str, Tensor]) -> Arrays:
    """Returns the layers of EfficientNet-Lite0, with the batch norms folded into the convolutions."""
    arrays: Arrays = {}

    def fold(layer: str, convolution: str, norm: str) -> None:
        weight = tensors[f"{convolution}.weight"].double().numpy()
        gain, shift, mean, variance = (
            tensors[f"{norm}.{part}"].double().numpy()
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        # Products, quotients and roots are rounded the same on every machine, so the file's hash is the same.
        scale = gain / np.sqrt(variance + _LITE_EPSILON)
        arrays[f"{layer}.weight"] = (weight * scale.reshape(-1, 1, 1, 1)).astype(np.float32)
        arrays[f"{layer}.bias"] = (shift - mean * scale).astype(np.float32)

    fold("stem", "_conv_stem", "_bn0")
    names = [f"block{stage}_{i + 1}" for stage, n in enumerate(_LITE0_REPEATS, start=1) for i in range(n)]
    for place, name in enumerate(names):
        block = f"_blocks.{place}"
        if place:
            fold(f"{name}_expand", f"{block}._expand_conv", f"{block}._bn0")
        fold(f"{name}_depthwise", f"{block}._depthwise_conv", f"{block}._bn1")
        fold(name, f"{block}._project_conv", f"{block}._bn2")
    fold("head", "_conv_head", "_bn1")
    for part in ("weight", "bias"):
        arrays[f"classifier.{part}"] = tensors[f"_fc.{part}"].numpy()
    return arrays


def _mtcnn(files: Sequence[Path]) -> Arrays:
    """Returns the layers of MTCNN's three networks, each network's under the name of its file.

    The first fully connected layer becomes the convolution of k × k that it is: (O, I, k, k). Its published
    columns go through the map by x, y and channel.
    """
    arrays: Arrays = {}
    for path in files:
        tensors = state_dict(path)
        for name, tensor in tensors.items():
            array = tensor.float().numpy()
            if name in _MTCNN_DENSE:
                channels = len(tensors[_MTCNN_DENSE[name]])
                side = math.isqrt(array.shape[1] // channels)
                array = array.reshape(-1, side, side, channels).transpose(0, 3, 2, 1)
            arrays[f"{path.stem}.{name}"] = array
    return arrays
