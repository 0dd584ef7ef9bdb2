"""The real engine behind the service: weights, estimate, speed, and the device's memory."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from nst_core.client.job import RawPicture, Region, RemoteJob, StyleFile
from nst_core.client.question import ask
from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.engine.networks.backbone import Backbone, Features
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.service import job as service
from nst_core.service.reporter import Reporter
from nst_core.service.stylizing import Studio, perform
from nst_core.service.worker import Worker
from nst_core.weights.loading import Prepared

from ..conftest import give_back_memory, lend_engine
from ..pictures import NIGHT_OIL, WOODCUT, moving
from ..waiting import until
from .standin import Running

STYLE = WOODCUT.read_bytes()
PICTURE = RawPicture(16, 12, "RGBA u8", bytes(range(192)) * 4)
SMALL = {"quality": "draft", "size": 64}


@pytest.fixture
def here(state: State, installed: State) -> State:
    """A state of its own with the installed weights."""
    state.root.mkdir()
    lend_engine(installed, state)
    return state


@pytest.fixture
def core(here: State) -> Iterator[Running]:
    with Running(here, load=lambda: Studio(here)) as running:
        yield running
    give_back_memory()


def test_an_estimate_learns_from_each_job(core: Running) -> None:
    core.state.speed.unlink()
    before = ask(core.state, {}, "estimate", 120, settings=SMALL, width=16, height=12)
    assert before["seconds"] > 0  # from a few evaluations that were timed when it was loaded
    assert (before["width"], before["height"]) == (16, 12)
    began = time.monotonic()
    assert RemoteJob(core.client(), SMALL).run(PICTURE, STYLE)
    took = time.monotonic() - began
    until(lambda: core.worker.tally["result"] == 1)
    after = ask(core.state, {}, "estimate", 120, settings=SMALL, width=16, height=12)
    assert 0 < after["seconds"] <= max(took, before["seconds"]) + 0.1  # both count
    larger = ask(core.state, {}, "estimate", 120, settings={"quality": "high"}, width=3000, height=2000)
    assert larger["seconds"] > after["seconds"]
    assert larger["bytes"] > after["bytes"]
    assert larger["width"] <= 3000
    assert "torch" in ask(core.state, {}, "diagnose")["text"]


def test_several_styles_paint_where_and_as_much_as_they_are_asked_to(core: Running) -> None:
    channel = core.client()
    other = NIGHT_OIL.read_bytes()
    opaque = bytes(255 if index % 4 == 3 else value for index, value in enumerate(bytes(PICTURE.pixels)))

    def painted(*styles: StyleFile | bytes) -> bytes:
        one = styles[0] if isinstance(styles[0], bytes) else styles
        result = RemoteJob(channel, {**SMALL, "evaluations": 8}).run(
            RawPicture(16, 12, "RGBA u8", opaque), one
        )
        assert result
        return bytes(result.picture.pixels)

    alone = painted(STYLE)
    assert painted(StyleFile(STYLE)) == alone
    both = painted(StyleFile(STYLE), StyleFile(other))
    assert both != alone
    assert painted(StyleFile(STYLE), StyleFile(other, weight=9.0)) not in (alone, both)
    half = painted(StyleFile(STYLE, region=Region(16, 12, bytes([255] * 8 + [0] * 8) * 12)))
    left, right = slice(0, 8 * 4), slice(8 * 4, 16 * 4)
    rows = [(half[start : start + 64], opaque[start : start + 64]) for start in range(0, 12 * 64, 64)]
    assert all(row[right] == first[right] for row, first in rows)
    assert all(row[left] != first[left] for row, first in rows)


def test_the_work_goes_on_from_a_picture_and_in_its_gaps_from_the_content(
    core: Running,
) -> None:
    light = bytes([200, 200, 200, 255] * 192)
    left_dark = b"".join(bytes([30, 60, 90, 255] * 8 + [0, 0, 0, 0] * 8) for _ in range(12))
    # One step moves a pixel by a hundredth on average, and a weak style moves the tones hardly more.
    settings = {**SMALL, "evaluations": 1, "strength": 5}
    asked = {"settings": settings, "width": 16, "height": 12}
    result = RemoteJob(core.client(), settings).run(
        RawPicture(16, 12, "RGBA u8", light), STYLE, start=RawPicture(16, 12, "RGBA u8", left_dark)
    )
    assert result
    rows = [bytes(result.picture.pixels)[at : at + 64] for at in range(0, 768, 64)]
    left = [value for row in rows for value in row[:32:4]]
    right = [value for row in rows for value in row[32::4]]
    assert abs(sum(left) / len(left) - 30) < 20
    assert abs(sum(right) / len(right) - 200) < 20
    fresh = ask(core.state, {}, "estimate", 120, **asked)
    resumed = ask(core.state, {}, "estimate", 120, **asked, resume=True)
    assert resumed["width"] == fresh["width"]


@pytest.mark.parametrize("form", ["RGBA u8", "RGBA float"])
def test_strength_0_gives_every_pixel_back_to_the_last_bit(core: Running, form: str) -> None:
    values = bytes(PICTURE.pixels)
    pixels = values if form == "RGBA u8" else struct.pack(f"{len(values)}f", *(v / 200 for v in values))
    result = RemoteJob(core.client(), {**SMALL, "strength": 0}).run(RawPicture(16, 12, form, pixels), STYLE)
    assert result
    assert bytes(result.picture.pixels) == pixels


@pytest.mark.parametrize("spoil", ["missing", "changed", "cut off", "a folder"])
def test_weights_that_cannot_be_used_are_a_sentence(state: State, spoil: str) -> None:
    file = state.weights / "vgg16.safetensors"
    if spoil == "a folder":
        file.mkdir(parents=True)
    elif spoil != "missing":
        state.weights.mkdir(parents=True)
        file.write_bytes(b"" if spoil == "cut off" else b"\0" * 1000)
    with Running(state, load=lambda: Studio(state)) as running:
        with pytest.raises(JobFailed, match=r"^The network's weights .*\.$") as failure:
            RemoteJob(running.client(), SMALL).run(PICTURE, STYLE)
        assert failure.value.code == "model_missing"
        assert "python3 install" in failure.value.hint


class Network:
    """A network that says that it is on a device, which need not be there."""

    def __init__(self, network: Backbone, device: torch.device) -> None:
        self._network = network
        self.layers = network.layers
        self.device = device

    def run(self, pixels: torch.Tensor, layers: frozenset[str]) -> Features:
        return self._network.run(pixels, layers)

    def to(self, device: torch.device) -> Network:
        return Network(self._network, device)


def test_a_gpus_memory_is_given_back_and_taken_again(here: State, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied: list[str] = []
    painted: list[Prepared] = []

    def paint(job: service.RemoteJob, ready: Prepared, cost: object) -> Reporter:
        painted.append(ready)
        return Reporter(job)

    studio = Studio(here)
    for module in ("nst_core.service.stylizing", "nst_core.planning.ways"):
        monkeypatch.setattr(f"{module}.device_name", str)
    monkeypatch.setattr("nst_core.service.stylizing.perform", paint)
    for kind in ("cuda", "xpu", "mps"):
        monkeypatch.setattr(f"torch.{kind}.empty_cache", lambda kind=kind: emptied.append(kind))
        studio._device = torch.device(kind)
        studio._ready = replace(studio._ready, backbone=Network(studio._ready.backbone, studio._device))
        studio.release()
        assert studio._ready.backbone.device.type == "cpu"
        assert emptied.pop() == kind
        studio.perform(SimpleNamespace(request=SimpleNamespace(settings=Settings())))  # type: ignore[arg-type]
        assert painted.pop().backbone.device.type == kind


@pytest.mark.parametrize("said", ["META error: launch failure", "20 (UR_RESULT_ERROR_DEVICE_LOST)"])
def test_a_device_that_is_lost_is_told_from_other_errors(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr("nst_core.service.stylizing.stylize", fail)
    monkeypatch.setattr("nst_core.service.stylizing.free_memory", lambda device: None)
    ready = Prepared(recipe(Settings()), Network(backbone, torch.device("meta")), (), "")
    content = {"pixels": PICTURE.pixels, "width": 16, "height": 12, "format": "RGBA u8"}
    job = SimpleNamespace(request=SimpleNamespace(**content, styles=[], begin=None), wants_preview=False)
    with pytest.raises(JobFailed) as failure:
        perform(job, ready)  # type: ignore[arg-type]
    assert failure.value.code == "device_lost"
    said = "shapes cannot be multiplied"
    with pytest.raises(RuntimeError, match="shapes"):
        perform(job, ready)  # type: ignore[arg-type]


def test_a_processors_memory_is_kept(here: State) -> None:
    studio = Studio(here)
    studio._device = torch.device("cpu")
    ready = studio._ready
    studio.release()
    assert studio._ready is ready


def test_nothing_is_loaded_before_somebody_comes(here: State) -> None:
    loaded: list[Path] = []

    def load() -> Studio:
        loaded.append(here.root)
        return Studio(here)

    worker = Worker(load)
    worker.start()
    assert worker.doing == "waiting"
    assert not loaded
    worker.prepare()
    until(lambda: bool(loaded))
    # A thread that is in torch while Python ends would take the whole test run down.
    ready = threading.Event()
    worker.when_loaded(lambda _: ready.set())
    assert ready.wait(120)
    worker.close()
    give_back_memory()


def test_settings_of_an_estimate_are_those_of_a_job(here: State) -> None:
    studio = Studio(here)
    small, large = (studio.estimate(Settings(size=size), 4000, 3000) for size in (512, 2048))
    assert (small.width, large.width) == (512, 2048)
    assert large.bytes > small.bytes


def test_a_style_that_moves_is_told_of(core: Running) -> None:
    result = RemoteJob(core.client(), SMALL).run(PICTURE, moving("GIF")[0])
    assert result
    assert "A style picture moves: only its first picture is taken." in result.about["notes"]
