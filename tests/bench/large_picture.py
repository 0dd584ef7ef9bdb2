"""Sends 24 million float pixels to a core and back: python -m tests.bench.large_picture [tcp]."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nst_core.client.job import RawPicture, RemoteJob
from nst_core.client.launch import connect
from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State

WIDTH, HEIGHT = 6000, 4000


def peak(pid: int | str) -> float:
    """Returns the most memory that a process has had, in bytes. Raises ``LookupError`` without a figure."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


def main() -> None:
    """Prints the seconds, and the peak of both processes in multiples of the picture."""
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder))
        command = [sys.executable, "-m", "tests.service.fake_core", *(["--tcp"] if sys.argv[1:] else [])]
        core = subprocess.Popen(command, env={**os.environ, "NEURAL_STYLE_HOME": folder})
        try:
            while True:
                try:
                    channel, _ = connect(state, {"name": "bench"})
                    break
                except CoreUnavailable:
                    time.sleep(0.01)
            before = peak(core.pid), peak("self")
            size = WIDTH * HEIGHT * 16
            # Not zeros, because the system would reserve no memory for them.
            picture = RawPicture(WIDTH, HEIGHT, "RGBA float", bytes(range(256)) * (size // 256))
            for _ in range(3):
                began = time.perf_counter()
                result = RemoteJob(channel, {}).run(picture, b"style")
                seconds = time.perf_counter() - began
                assert result
                assert len(result.picture.pixels) == size
                del result
                ours, theirs = peak("self") - before[1], peak(core.pid) - before[0]
                print(
                    f"{size / 1e6:.0f} MB there and back: {seconds:.2f} s; peak of the client"
                    f" {ours / size:.2f}, of the core {theirs / size:.2f} pictures"
                )
            channel.close()
        finally:
            core.terminate()
            core.wait()


if __name__ == "__main__":
    main()
