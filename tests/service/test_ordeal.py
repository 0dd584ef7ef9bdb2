"""Kills and races in small numbers; tests/bench/ordeal.py does the large ones."""

from __future__ import annotations

from pathlib import Path

from nst_core.client.job import RawPicture
from nst_core.contract.places import State

from ..conftest import lend_engine
from ..cores import CORE, FAKE_CORE
from ..pictures import WOODCUT
from .ordeal import Ordeal, kill_core, race

FAKE = [*FAKE_CORE, "--evaluations", "10", "--seconds", "0.002"]
REAL = CORE
PICTURE = RawPicture(16, 12, "RGBA u8", bytes(range(192)) * 4)


def test_after_random_kills_the_next_job_works_and_nothing_is_left(here: State, tmp_path: Path) -> None:
    style = tmp_path / "style"
    style.write_bytes(b"style")
    ordeal = Ordeal(here, FAKE, PICTURE, style, seconds=0.03, seed=2)
    ordeal.run(12)
    assert min(ordeal.tally.values()) > 0
    assert ordeal.end() == []


def test_two_starters_at_once_get_one_core(here: State) -> None:
    for _ in range(5):
        race(here, FAKE, 2)
        kill_core(here)


def test_kills_of_the_real_engine(here: State, installed: State) -> None:
    lend_engine(installed, here)
    ordeal = Ordeal(here, REAL, PICTURE, WOODCUT, seconds=1.0, seed=2)
    ordeal.run(3)
    assert ordeal.end() == []
