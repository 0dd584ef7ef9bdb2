"""Ctrl-C while the engine works."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from nst_core.commands.interruption import Interruption

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process")


@pytest.fixture(autouse=True)
def _as_in_a_terminal() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def work(interruption: Interruption, presses: int, error: Exception | None = None) -> int:
    """Does two steps while Ctrl-C is pressed so often; returns how many were done."""
    steps = 1
    with interruption:
        for _ in range(presses):
            press()
        if error:
            raise error
        steps += 1
    return steps


def test_the_first_is_heard_and_raised_at_the_end() -> None:
    interruption = Interruption()
    assert work(interruption, 0) == 2
    assert not interruption.asked
    with pytest.raises(KeyboardInterrupt):
        work(interruption, 1)
    assert interruption.asked


def test_the_second_interrupts_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        work(Interruption(), 2, ValueError("this is not reached"))
    with pytest.raises(KeyboardInterrupt):
        press()


def test_what_ignores_it_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruption() as interruption:
        press()
    assert not interruption.asked


def test_an_error_does_not_hide_it() -> None:
    with pytest.raises(ValueError, match="wrong"):
        work(Interruption(), 0, ValueError("wrong"))
    with pytest.raises(KeyboardInterrupt):
        work(Interruption(), 1, ValueError("wrong"))
