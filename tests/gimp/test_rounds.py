"""A few rounds in one GIMP leave as much behind as one: nothing (fifty: python -m tests.bench.rounds)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .lent import Lent
from .rounds import Rounds

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

ROUNDS, RUNS = 2, 6


def test_nothing_grows(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        rounds = Rounds(echoing, session)
        rounds.round()
        before = rounds.amounts()
        assert (before.layers, before.undo_steps) == (1, False)
        for _ in range(ROUNDS):
            rounds.round()
        after = rounds.amounts()
    assert (after.layers, after.undo_steps) == (1, False)
    # Helpers of GTK come and go; what every run left behind would be six.
    assert after.processes < before.processes + RUNS
    assert after.gimp_files < before.gimp_files + RUNS
    assert after.core_files < before.core_files + RUNS
