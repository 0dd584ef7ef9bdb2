"""What the tests of plans share."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_core.planning.speed import Speed


@pytest.fixture
def speed(tmp_path: Path) -> Speed:
    """What is remembered of runs: nothing yet."""
    return Speed(tmp_path / "speed.json")
