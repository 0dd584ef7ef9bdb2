"""What tests of the service share: a server with a stand-in for the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nst_core.contract.places import State

from .standin import Running


@pytest.fixture
def tcp() -> bool:
    """Whether the server listens on a port; a test file may have both tried."""
    return False


@pytest.fixture
def core(state: State, tcp: bool) -> Iterator[Running]:
    """The server."""
    with Running(state, tcp) as running:
        yield running
