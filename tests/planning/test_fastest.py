"""Each machine takes the way through the network that is the fastest there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nst_core.contract.places import State
from nst_core.engine.networks.backbone import Features
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.choice import Way, pass_for, prefer, ways
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import AutogradPass, NetworkPass
from nst_core.planning import fastest
from nst_core.planning.fastest import take_fastest
from nst_core.planning.speed import Speed
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import Prepared, prepared

LAYERS = ("relu1_1", "relu2_1")


@pytest.fixture
def ready(installed: State) -> Iterator[Prepared]:
    ready = prepared(recipe(Settings()), installed.weights, "cpu")
    if ways(ready.backbone) == ("general",):
        pytest.skip("there is one way only here")
    yield ready
    prefer("fast")


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Has the general pass take a second and the fast one two; returns what was timed."""
    calls: list[str] = []

    def seconds(network: object, *_: object) -> float:
        calls.append(type(network).__name__)
        return 1.0 if isinstance(network, AutogradPass) else 2.0

    monkeypatch.setattr(fastest, "seconds_of", seconds)
    return calls


def taken(ready: Prepared) -> Way:
    return "general" if isinstance(pass_for(ready.backbone, LAYERS), AutogradPass) else "fast"


def test_where_the_general_pass_is_faster_it_is_taken(
    ready: Prepared, timed: list[str], speed: Speed
) -> None:
    assert taken(ready) == "fast"
    assert take_fastest(ready, speed) == {"fast": 2.0, "general": 1.0}
    assert taken(ready) == "general"


def test_what_was_timed_once_is_remembered(ready: Prepared, timed: list[str], tmp_path: Path) -> None:
    take_fastest(ready, Speed(tmp_path / "speed.json"))
    prefer("fast")
    take_fastest(ready, Speed(tmp_path / "speed.json"))
    assert taken(ready) == "general"
    assert len(timed) == 2


def test_another_number_of_threads_is_timed_anew(ready: Prepared, timed: list[str], tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    take_fastest(ready, Speed(tmp_path / "speed.json"))
    torch.set_num_threads(threads + 1)
    try:
        take_fastest(ready, Speed(tmp_path / "speed.json"))
    finally:
        torch.set_num_threads(threads)
    assert len(timed) == 4


def test_where_nothing_can_be_remembered_it_is_timed_each_time(
    ready: Prepared, timed: list[str], tmp_path: Path
) -> None:
    for _ in range(2):
        assert take_fastest(ready, Speed(tmp_path / "gone" / "speed.json"))["general"] == 1.0
    assert len(timed) == 4


def test_really_timed_the_faster_one_is_taken(ready: Prepared, speed: Speed, tmp_path: Path) -> None:
    times = take_fastest(ready, speed)
    assert taken(ready) == min(times, key=lambda way: times[way])
    assert all("threads, torch" in kind for kind in json.loads((tmp_path / "speed.json").read_text()))


class Wrong(HalfPass):
    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        return 2 * super().pull_back(gradients)


class Broken(HalfPass):
    def features(self, pixels: Tensor) -> Features:
        raise RuntimeError("CUDA error: an illegal instruction was encountered")


@pytest.mark.parametrize(("kind", "is_there"), [(HalfPass, True), (Wrong, False), (Broken, False)])
def test_a_way_in_half_precision_has_to_be_right(
    installed: State, speed: Speed, monkeypatch: pytest.MonkeyPatch, kind: type[HalfPass], is_there: bool
) -> None:
    """Here on the processor, in single precision: it is for GPUs."""
    ready = prepared(recipe(Settings()), installed.weights, "cpu")

    def by(way: Way, backbone: VGG, layers: tuple[str, ...]) -> NetworkPass:
        return kind(backbone, layers, torch.float32) if way == "half" else AutogradPass(backbone, layers)

    monkeypatch.setattr(fastest, "ways", lambda backbone: ("half", "general"))
    monkeypatch.setattr(fastest, "pass_by", by)
    monkeypatch.setattr(fastest, "SIZE", (24, 32))
    try:
        assert ("half" in take_fastest(ready, speed)) == is_there
    finally:
        prefer("fast")
