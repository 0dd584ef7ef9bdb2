"""Each machine takes the way through the network that is the fastest there."""

from __future__ import annotations

import json
import math
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
from nst_core.planning.plan import plan
from nst_core.planning.speed import Speed
from nst_core.planning.ways import SIZE, kind_of_way, way_of_run
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


class Cramped(HalfPass):
    def features(self, pixels: Tensor) -> Features:
        raise torch.OutOfMemoryError("CUDA out of memory")


def times_by(
    kind: type[HalfPass], ready: Prepared, file: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[Way, float], list[Way]]:
    """What ``take_fastest`` returns in a new process whose half precision is ``kind``, and what it tried.

    Here on the processor, in single precision: it is for GPUs.
    """
    tried: list[Way] = []

    def by(way: Way, backbone: VGG, layers: tuple[str, ...]) -> NetworkPass:
        tried.append(way)
        return kind(backbone, layers, torch.float32) if way == "half" else AutogradPass(backbone, layers)

    monkeypatch.setattr(fastest, "ways", lambda backbone: ("half", "general"))
    monkeypatch.setattr(fastest, "pass_by", by)
    monkeypatch.setattr(fastest, "SIZE", (24, 32))
    try:
        return take_fastest(ready, Speed(file)), tried
    finally:
        prefer("fast")


@pytest.mark.parametrize(
    ("kind", "is_there", "again"),
    [(HalfPass, True, False), (Wrong, False, False), (Broken, False, False), (Cramped, False, True)],
)
def test_half_precision_has_to_be_right_and_is_tried_once(
    installed: State,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[HalfPass],
    is_there: bool,
    again: bool,
) -> None:
    """Only memory may be there the next time; another PyTorch may be right, too."""
    ready, file = prepared(recipe(Settings()), installed.weights, "cpu"), tmp_path / "speed.json"
    times, tried = times_by(kind, ready, file, monkeypatch)
    assert ("half" in times) == is_there
    assert "half" in tried
    times, tried = times_by(kind, ready, file, monkeypatch)
    assert ("half" in times) == is_there
    assert ("half" in tried) == again
    monkeypatch.setattr(torch, "__version__", "99.0")
    assert "half" in times_by(kind, ready, file, monkeypatch)[1]


@pytest.mark.parametrize(
    ("half", "chosen", "expected"),
    [
        (0.5, {}, "half"),
        (2.0, {}, "general"),
        (None, {}, "general"),
        (0.5, {"precision": "float32"}, "general"),
        (None, {"precision": "float16"}, "float16"),
        (0.5, {"precision": "bfloat16"}, "bfloat16"),
        (0.5, {"recipe": "tensorflow"}, "general"),
        (0.5, {"pooling": "average"}, "general"),
        (0.5, {"network": "efficientnet-lite0"}, "general"),
    ],
)
def test_a_plan_knows_from_the_seconds_which_way_a_card_takes(
    half: float | None, chosen: dict[str, str], expected: Way, speed: Speed, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, pixels = torch.device("cuda"), math.prod(SIZE)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda _: (9, 0))
    monkeypatch.setattr("torch.cuda.get_device_name", lambda _: "a card")
    speed.note(kind_of_way("general", card), pixels, 1.0, 1)
    if half is not None:
        speed.note(kind_of_way("half", card), pixels, half, 1)
    settings = Settings.model_validate(chosen)
    assert way_of_run(recipe(settings), card, speed) == expected
    size, single = (300, 400), Settings(precision="float32")
    less = plan(settings, size, card, speed).bytes < plan(single, size, card, speed).bytes
    assert less == (expected == "half")
