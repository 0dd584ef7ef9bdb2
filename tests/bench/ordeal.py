"""Kills and races in large numbers: python -m tests.bench.ordeal fake|real|race NUMBER [tcp]."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from nst_core.contract.places import State
from tests.conftest import SAMPLES
from tests.service.ordeal import Ordeal, kill_core, race
from tests.service.test_ordeal import FAKE, PICTURE, REAL


def main() -> None:
    """Prints what was done; raises ``AssertionError`` at the first thing that did not work."""
    kind, number, tcp = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    options = ["--tcp"] if tcp else []
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("nst_core.processes.programs.clean_environment", dict),
    ):
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
        state = State(Path(folder) / "state")
        state.root.mkdir()
        try:
            if kind == "race":
                for _ in range(number):
                    race(state, [*FAKE, *options], 2)
                    kill_core(state)
                print(f"{number} races gave one core each, {time.monotonic() - began:.0f} s")
                return
            if kind == "real":
                state.weights.symlink_to(State.of(Path(os.environ["NST_TEST_STATE"])).weights)
                style = SAMPLES / "styles" / "wave-woodcut.jpg"
                ordeal = Ordeal(state, [*REAL, *options], PICTURE, style, seconds=3.0, seed=7)
            else:
                style = Path(folder) / "style"
                style.write_bytes(b"style")
                ordeal = Ordeal(state, [*FAKE, *options], PICTURE, style, seconds=0.03, seed=7)
            ordeal.run(number)
            leftovers = ordeal.end()
            print(f"{number} kills {ordeal.tally}, {time.monotonic() - began:.0f} s; left: {leftovers}")
            assert not leftovers
        finally:
            kill_core(state)


if __name__ == "__main__":
    main()
