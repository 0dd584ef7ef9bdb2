"""The decoder under random input: a small version of tests/bench/fuzz.py."""

from __future__ import annotations

from .fuzz import MOST_BYTES, MOST_SECONDS, mutations, round_trips


def test_random_frames_arrive_as_they_were_sent() -> None:
    round_trips(3000, seed=1)


def test_spoiled_frames_are_decoded_or_refused_in_time_and_memory() -> None:
    refused, slowest, most = mutations(3000, seed=2)
    assert 0 < refused <= 3000
    assert slowest < MOST_SECONDS
    assert most < MOST_BYTES
