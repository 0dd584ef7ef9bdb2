"""Our VGG-16 in the shapes in which other tools expect their network; for peers_run.py.

The tools name layers of VGG-19. A fourth convolution of a block, which VGG-16 does not have, becomes the
identity. Each layer is scaled to a mean activation of 1 over photographs, as in the network by Gatys et al.
(2015, arXiv 1505.07376, section 2). That is about the strength of torchvision's weights, for which two of the
tools have set their own; those of Oxford are up to 250 times as strong.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models import vgg as torchvision_vgg

from nst_core.engine.networks.backbone import IMAGENET_DEVIATION, IMAGENET_MEAN
from nst_core.engine.networks.vgg import VGG, Convolution
from nst_core.weights.loading import load_backbone

_FOURTH = ("3_4", "4_4", "5_4")  # the convolutions of VGG-19 that VGG-16 does not have
_LAYERS = {"vgg16": "D", "vgg19": "E"}  # torchvision's names for the two configurations


def torchvision_features(folder: Path, name: str) -> nn.Sequential:
    """Returns the module ``features`` that torchvision's ``name`` (``vgg16``, ``vgg19``) has.

    It expects RGB in 0–1 less ImageNet's mean, divided by its deviation. ``folder`` holds our weights.
    """
    layers = torchvision_vgg.make_layers(torchvision_vgg.cfgs[_LAYERS[name]], batch_norm=False)
    mean, known = _normalized(folder)
    deviation = torch.tensor(IMAGENET_DEVIATION).view(1, 3, 1, 1)
    weight, bias = known["1_1"]
    # The two means differ a little, in the fourth digit: the bias makes up for that.
    shift = torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1) - mean
    known["1_1"] = weight * deviation, bias + (weight * shift).sum(dim=(1, 2, 3))
    block, index = 1, 0
    for place, layer in enumerate(layers):
        if isinstance(layer, nn.MaxPool2d):
            block, index = block + 1, 0
        elif isinstance(layer, nn.Conv2d):
            index += 1
            if f"{block}_{index}" in known:
                weight, bias = known[f"{block}_{index}"]
                layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
            else:  # its ReLU too: that one would overwrite what autograd still needs
                layers[place] = layers[place + 1] = nn.Identity()
    layers.requires_grad_(False)
    layers.eval()
    return layers


def gatys_file(folder: Path, path: Path) -> None:
    """Writes the weights to ``path`` as Gatys' PyTorch code names them: for BGR in 0–255 less the mean."""
    _, known = _normalized(folder)
    weight, bias = known["1_1"]
    known["1_1"] = weight.flip(1) / 255, bias
    tensors: dict[str, Tensor] = {}
    for layer, (weight, bias) in known.items():
        tensors[f"conv{layer}.weight"], tensors[f"conv{layer}.bias"] = weight.contiguous(), bias
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(tensors, path)


def without_fourth(network: nn.Module) -> None:
    """Replaces ``conv3_4``, ``conv4_4`` and ``conv5_4`` of a VGG-19 by the identity."""
    for layer in _FOURTH:
        setattr(network, f"conv{layer}", nn.Identity())


def _normalized(folder: Path) -> tuple[Tensor, dict[str, tuple[Tensor, Tensor]]]:
    """Returns the mean color (1, 3, 1, 1), and weight and bias of each layer, ``1_1`` to ``5_3``.

    The first layer expects RGB in 0–1 less that mean color.
    """
    network = load_backbone(folder, device="cpu")
    assert isinstance(network, VGG)
    steps = [step for step in network.steps if isinstance(step, Convolution)]
    return network.mean, {step.layer.removeprefix("relu"): (step.weight, step.bias) for step in steps}
