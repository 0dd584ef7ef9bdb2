"""Where the state folder is."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_core.contract.places import default_state


def test_the_default_place_does_not_follow_a_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NEURAL_STYLE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    outside = default_state()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "sandbox"))
    assert default_state() == outside
    monkeypatch.setenv("NEURAL_STYLE_HOME", str(tmp_path / "named"))
    assert default_state() == tmp_path / "named"
