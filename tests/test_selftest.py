"""The proof that the engine computes here what it computed where it was made."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from nst_core import selftest
from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.device import best_device
from nst_core.planning.plan import plan
from nst_core.planning.speed import Speed
from nst_core.recipes.settings import Settings


def test_a_machine_that_computes_well_is_known_afterwards(installed: State, tmp_path: Path) -> None:
    speed = Speed(tmp_path / "speed.json")
    sentence = selftest.check(installed.weights, speed)
    assert sentence.startswith("the engine computes what it should (")
    assert "general pass" in sentence
    assert plan(Settings(), (600, 800), best_device(), speed).seconds is not None


def test_wrong_numbers_are_named(installed: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "STORED", MappingProxyType({**selftest.STORED, "gradient": 1.0}))
    with pytest.raises(JobFailed, match="gradient"):
        selftest.check(installed.weights, Speed(tmp_path / "speed.json"))
    assert not list(tmp_path.iterdir())
