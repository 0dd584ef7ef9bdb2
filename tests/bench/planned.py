"""Whether a run keeps to its plan: python -m tests.bench.planned WEIGHTS PICTURES

The machine is known by its calibration only, as after the installation. A few runs are planned and then done,
one after the other, and each teaches the next as the core does. The bench prints the seconds and bytes of the
plan and of the run. It also prints the length that the run itself foretold when a fifth of it was over. Each
run is a process of its own, so that its peak of memory is its own. The figures mean something only if other
jobs on the machine stay the same throughout.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nst_core.device import device_name
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.planning.calibration import calibrate
from nst_core.planning.plan import cost_of, kind_of_work, plan
from nst_core.planning.speed import Speed, Stopwatch
from nst_core.planning.ways import way_of_run
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.service.pace import Pace
from nst_core.weights.loading import prepared

from .pairs import contents, styles

RUNS = (
    ("tubingen", "starry_night", {"quality": "draft"}, 384),
    ("cup", "wave-woodcut", {"quality": "draft"}, 512),
    ("golden gate", "the_scream", {"quality": "normal"}, 512),
    ("astronaut", "shipwreck", {"quality": "normal", "strength": 80}, 512),
    ("cup", "starry_night", {"quality": "draft", "brush_size": 2.0}, 256),
    ("tubingen", "golden-mosaic", {"quality": "normal"}, 768),
)


def run(number: int, weights: Path, pictures: Path, memory: Path) -> dict[str, float]:
    """Plans and does one of ``RUNS``, and returns its figures; ``memory`` is the file of speeds."""
    content_name, style_name, chosen, side = RUNS[number]
    settings = Settings.model_validate(chosen)
    content, style = contents(pictures, side)[content_name], styles(pictures)[style_name]
    speed = Speed(memory)
    ready = prepared(recipe(settings), weights)
    device = ready.backbone.device
    way = way_of_run(ready.recipe, device, speed)
    kind = kind_of_work(ready.recipe, device_name(device), way)
    calibrate(ready, speed)
    planned = plan(settings, size_of(content), device, speed)

    def cost(size: Size) -> float:
        return cost_of(speed, kind, size, None, way)

    began = time.monotonic()
    pace, stopwatch, foretold = Pace(), Stopwatch(began), []

    def watch(progress: Progress) -> Decision:
        now = time.monotonic()
        pace.note(progress.fraction, now)
        stopwatch.evaluated(math.prod(progress.size), progress.evaluation, now)
        left = pace.seconds_left()
        if left is not None:
            foretold.append((now - began, now - began + left))
        return Decision.GO_ON

    stylize(
        content=content,
        styles=[Style(style)],
        backbone=ready.backbone,
        recipe=ready.recipe,
        cost=cost,
        on_progress=watch,
    )
    took = time.monotonic() - began
    stopwatch.note(speed, kind)
    at_a_fifth = next(total for elapsed, total in foretold if elapsed >= took / 5)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "planned": planned.seconds or math.nan,
        "took": took,
        "fifth": at_a_fifth,
        "bytes": planned.bytes,
        "peak": peak,
    }


def main() -> None:
    weights, pictures = Path(sys.argv[1]), Path(sys.argv[2])
    if len(sys.argv) > 3:
        print(json.dumps(run(int(sys.argv[3]), weights, pictures, Path(sys.argv[4]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, (content, style, chosen, side) in enumerate(RUNS):
            command = [sys.executable, "-m", "tests.bench.planned", str(weights), str(pictures)]
            memory = str(Path(folder) / "speed.json")
            process = subprocess.run([*command, str(number), memory], check=True, stdout=subprocess.PIPE)
            figures = json.loads(process.stdout)
            print(
                f"{content} × {style}, {side} px, {chosen}: planned {figures['planned']:.1f} s,"
                f" took {figures['took']:.1f} s ({figures['took'] / figures['planned']:.2f});"
                f" after a fifth {figures['fifth']:.1f} s ({figures['took'] / figures['fifth']:.2f});"
                f" planned {figures['bytes'] / 2**30:.2f} GiB, peak {figures['peak'] / 2**30:.2f} GiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
