"""What other programs take of the processor is measured, and what this process takes does not count."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import torch

from nst_core.contract.places import State
from nst_core.planning import calibration
from nst_core.planning.load import Load
from nst_core.planning.plan import plan
from nst_core.planning.speed import Speed
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared


@contextmanager
def busy() -> Iterator[None]:
    """Another process that keeps one core busy, as far as it gets one."""
    process = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    process.start()
    try:
        while psutil.Process(process.pid).cpu_times().user < 1.0:  # its start counts as well
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.join()


def _spin() -> None:
    while True:
        pass


def measured(load: Load, seconds: float = 1.0) -> float:
    before = load.now()
    time.sleep(seconds)
    return load.busy_since(before)


def test_a_busy_program_is_seen() -> None:
    load = Load()
    with busy():
        assert measured(load) > 0.3  # beside other work, it does not get a whole core


def test_own_work_does_not_count() -> None:
    load = Load()
    before, everything, own = load.now(), sum(psutil.cpu_times()), psutil.Process().cpu_times().user
    idle = psutil.cpu_times().idle
    while psutil.Process().cpu_times().user < own + 1.0:
        pass
    of_others = load.busy_since(before) * (load.now().when - before.when)
    of_all = sum(psutil.cpu_times()) - everything - (psutil.cpu_times().idle - idle)
    assert of_others < of_all - 0.5


def test_a_slowdown_follows_from_what_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load()
    load.cores = 2
    monkeypatch.setattr(load, "busy_since", lambda _before: 1.0)
    assert load.slowdown() == 1.5
    assert load.share_since(load.now()) == 0.5


def test_the_first_timing_is_that_of_a_quiet_machine(
    installed: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = prepared(recipe(Settings()), installed.weights, "cpu")
    known = {}
    monkeypatch.setattr(calibration, "seconds_of", lambda *_, **__: 2.0)
    for share in (1.0, 0.5):
        monkeypatch.setattr(Load, "share_since", lambda *_, share=share: share)
        here = Speed(tmp_path / f"{share}.json")
        calibration.calibrate(ready, here)
        known[share] = plan(Settings(), (256, 256), torch.device("cpu"), here).seconds
    assert known[0.5] == pytest.approx(known[1.0] / 2, rel=0.02)
