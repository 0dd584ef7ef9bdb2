"""A core process with a stand-in for the engine: python -m tests.service.fake_core [options]."""

from __future__ import annotations

import argparse
import itertools
import os
import time

import nst_core
from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.recipes.settings import Settings
from nst_core.service.engine import Estimate
from nst_core.service.job import Ending, Job
from nst_core.wire import proof


class Echo:
    """Answers with the content's pixels after some evaluations that only take time.

    A style that says ``die`` ends the process in the middle of its job, one that says ``fail`` and a
    code fails so; in high quality it goes on until it is told to end. ``foretells`` is how many seconds
    it says that a run takes; a tenth of that as a draft.
    """

    about = "echo"

    def __init__(self, evaluations: int, seconds: float, foretells: float | None = None) -> None:
        self._evaluations = evaluations
        self._seconds = seconds
        self._foretells = foretells

    def perform(self, job: Job) -> None:
        asked = job.request
        endless = asked.settings.quality == "high"
        for number in itertools.count() if endless else range(self._evaluations):
            time.sleep(self._seconds)
            if job.ending is Ending.CANCEL:
                job.answer("cancelled")
                return
            if job.ending is Ending.FINISH:
                break
            if job.wants_preview:
                job.previews_sent += 1
                job.tell("preview", bytes([number % 256, 90, 30]), n=job.previews_sent, width=1, height=1)
            fraction = 0.5 if endless else (number + 1) / self._evaluations
            size = {"width": asked.width, "height": asked.height}
            job.tell("progress", fraction=fraction, scale=1, scales=1, **size)
            if bytes(asked.styles[0].data) == b"die" and job.previews_seen:
                os._exit(9)
        _fail(bytes(asked.styles[0].data))
        job.answer("result", asked.pixels, width=asked.width, height=asked.height, format=asked.format)

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        seconds = self._foretells and self._foretells * (0.1 if settings.quality == "draft" else 1.0)
        return Estimate(seconds, 2**30, width, height, in_tiles=seconds is not None)

    def release(self) -> None:
        pass


def _fail(style: bytes) -> None:
    word, _, code = style.decode("ascii", "replace").partition(" ")
    if word != "fail":
        return
    if code == "out_of_memory":
        raise MemoryError
    if code == "internal":
        raise ZeroDivisionError
    raise JobFailed(code, "The picture went out of range.", "Try a lower strength; please report it.")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tcp", action="store_true")
    parser.add_argument("--stdio", action="store_true")
    parser.add_argument("--idle", type=float, default=600.0)
    parser.add_argument("--evaluations", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--foretells", type=float)
    parser.add_argument("--version", default=nst_core.__version__)
    parser.add_argument("--speaks", type=int, help="the version of the protocol")
    asked = parser.parse_args()
    nst_core.__version__ = asked.version
    if asked.speaks:
        proof.VERSIONS = (asked.speaks, asked.speaks)
    from nst_core.service.process import serve, serve_streams  # after the version was changed

    def load(state: State) -> Echo:
        return Echo(asked.evaluations, asked.seconds, asked.foretells)

    if asked.stdio:
        serve_streams(State.of(), load)
    serve(State.of(), asked.tcp, asked.idle, load)


if __name__ == "__main__":
    main()
