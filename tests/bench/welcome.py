"""Measures the time from the start of a core to its welcome: python -m tests.bench.welcome [times]."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nst_core.client.launch import connect
from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State


def once(root: Path) -> float:
    """Starts a core in ``root``, returns the seconds until its welcome, and ends the core."""
    state = State(root)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "nst_core", "serve"], env={**os.environ, "NEURAL_STYLE_HOME": str(root)}
    )
    try:
        while True:
            try:
                channel, _ = connect(state, {"name": "bench"})
                break
            except CoreUnavailable:
                time.sleep(0.005)
        seconds = time.perf_counter() - began
        channel.send({"type": "shutdown", "id": 1})
        channel.receive(time.monotonic() + 20)
        channel.close()
        return seconds
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Prints the median and the range."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    taken = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            taken.append(once(Path(folder)))
    print(f"start to welcome: median {statistics.median(taken):.3f} s, {min(taken):.3f}–{max(taken):.3f} s")


if __name__ == "__main__":
    main()
