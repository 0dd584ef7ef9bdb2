"""A core process with an engine that does as its style file says: python stand_in.py [options]

The style's bytes are JSON: `evaluations`, `seconds` for each, and `fails`, the code of a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
import nst_core
from nst_core.service.engine import Estimate
from nst_core.service.job import Ending, Job
from nst_core.settings import Settings
from nst_core.wire import proof
from nst_core.wire.errors import JobFailed
from nst_core.wire.places import State


class StandIn:
    """Answers with the content turned around; ``seconds`` is what it says that any run takes."""

    about = "stand-in"

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds

    def perform(self, job: Job) -> None:
        asked = job.request
        told = json.loads(bytes(asked.styles[0].data))
        for number in range(count := int(told.get("evaluations", 1))):
            time.sleep(float(told.get("seconds", 0)))
            if job.ending is Ending.CANCEL:
                job.answer("cancelled")
                return
            if job.ending is Ending.FINISH:
                break
            job.tell("progress", fraction=(number + 1) / count, scale=1, scales=1, width=8, height=8)
            if job.wants_preview:
                job.previews_sent += 1
                shade = bytes([255 * number // count, 90, 30] * 64)
                job.tell("preview", shade, n=job.previews_sent, width=8, height=8)
        _fail(told.get("fails"), job)
        pixels = memoryview(bytes(asked.pixels)).cast("I")[::-1]
        job.answer("result", pixels.tobytes(), width=asked.width, height=asked.height, format=asked.format)

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        share = 0.1 if settings.quality == "draft" else 1.0
        return Estimate(self._seconds and share * self._seconds, 2**30, width, height, "cpu", in_tiles=True)

    def release(self) -> None:
        """There is nothing to give back."""


def _fail(code: str | None, job: Job) -> None:
    if code == "out_of_memory":
        raise MemoryError
    if code == "internal":
        raise ZeroDivisionError
    if code == "died":
        while job.previews_seen < job.previews_sent:
            time.sleep(0.02)
        os._exit(9)
    if code:
        raise JobFailed(code, "The picture went out of range.", "Try a lower strength; please report it.")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--foretells", type=float, help="how many seconds any run takes")
    parser.add_argument("--version", default=nst_core.__version__)
    parser.add_argument("--speaks", type=int, help="the version of the protocol")
    asked = parser.parse_args()
    nst_core.__version__ = asked.version
    if asked.speaks:
        proof.VERSIONS = (asked.speaks, asked.speaks)
    from nst_core.service.process import serve  # after the version was changed

    serve(State.of(), load=lambda state: StandIn(asked.foretells))


if __name__ == "__main__":
    main()
