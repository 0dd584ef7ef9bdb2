"""torchvision's classifiers by name, built from given weights; nothing is downloaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from nst_core.engine.networks.classifier import Classifier

# torchvision builds these two models with the same options for its published weights.
_AS_PUBLISHED: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "googlenet": {"transform_input": True, "init_weights": False},
        "inception_v3": {"transform_input": True, "init_weights": False},
    }
)

_COUNTER = ".num_batches_tracked"  # used only in training, and missing in older files


class UnknownModelError(ValueError):
    """torchvision has no classifier of this name. ``str()`` is one sentence for a person."""


class WrongWeightsError(ValueError):
    """The weights do not fit the model. ``str()`` is one sentence for a person."""


def is_classifier(name: str) -> bool:
    """Returns whether torchvision has a classifier called ``name``."""
    from torchvision import models  # type: ignore[import-untyped]

    return name in models.list_models(module=models)


def torchvision_classifier(
    name: str, tensors: Mapping[str, Tensor], mean_activations: Mapping[str, float] | None = None
) -> Classifier:
    """Returns torchvision's classifier ``name`` with the weights ``tensors``, a ``state_dict``.

    For ``mean_activations`` see ``Classifier``. Nothing is downloaded. Raises ``UnknownModelError`` when
    torchvision has no such classifier, and ``WrongWeightsError`` when the weights do not fit it.
    """
    from torchvision import models

    if not is_classifier(name):
        raise UnknownModelError(f"There is no network called “{name}”.")
    options = _AS_PUBLISHED.get(name, {})
    try:
        # The meta device draws no initial weights, which would take time and change the random state.
        with torch.device("meta"):
            model = models.get_model(name, weights=None, **options)
    except NotImplementedError:  # RegNets compute their sizes with tensors, which have no values on meta
        with torch.random.fork_rng(devices=[]):
            model = models.get_model(name, weights=None, **options)
    state = model.state_dict()
    renamed_tensors = {_modern(key): value for key, value in tensors.items()}
    missing = {key for key in state.keys() - renamed_tensors.keys() if not key.endswith(_COUNTER)}
    for key, value in renamed_tensors.items():
        state[key] = value.float() if value.is_floating_point() else value
    # Missing counters need a value, since those on the meta device have none.
    for key in state.keys() - renamed_tensors.keys():
        state[key] = torch.zeros((), dtype=torch.long)
    try:
        model.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise WrongWeightsError(f"These are not the weights of {name}.") from error
    if missing:
        raise WrongWeightsError(f"These are not the weights of {name}.")
    published = models.get_model_weights(name).DEFAULT.transforms()
    return Classifier(model, mean_activations, mean=published.mean, deviation=published.std)


def _modern(key: str) -> str:
    """Returns torchvision's name of ``key``: published DenseNet files have ``norm.1`` for ``norm1``."""
    return re.sub(r"(\.denselayer\d+\.(?:norm|conv))\.(\d\.)", r"\1\2", key)
