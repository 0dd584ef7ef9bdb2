"""What tests of the core as a process share: a state whose core is ended in the end."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints


@pytest.fixture
def here(state: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """A state whose core is ended after the test, whatever happened."""
    # Dropped for a core as GIMP starts it: the tests' own core comes from the checkout instead.
    monkeypatch.setattr("nst_core.processes.programs.clean_environment", dict)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    state.root.mkdir(parents=True)
    yield state
    try:
        pid = endpoints.read(state).pid
    except CoreUnavailable:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
