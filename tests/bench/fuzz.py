"""Fuzzes the decoder at length: python -m tests.bench.fuzz [frames] [mutations]."""

from __future__ import annotations

import sys
import time

from tests.wire.fuzz import MOST_BYTES, MOST_SECONDS, mutations, round_trips


def main() -> None:
    """Prints the figures; raises ``AssertionError`` when a limit was exceeded."""
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    spoiled = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    began = time.perf_counter()
    round_trips(frames, seed=3)
    print(f"{frames} random frames arrived, {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    refused, slowest, most = mutations(spoiled, seed=4)
    seconds = time.perf_counter() - began
    print(
        f"{spoiled} spoiled frames, {refused} refused, {seconds:.0f} s;"
        f" slowest {slowest * 1000:.1f} ms, {most} bytes"
    )
    assert slowest < MOST_SECONDS
    assert most < MOST_BYTES


if __name__ == "__main__":
    main()
