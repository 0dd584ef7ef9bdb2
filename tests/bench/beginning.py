"""How long a run takes to its first evaluation: python -m tests.bench.beginning WEIGHTS_FOLDER

It prints seconds on the clock, and of the processor in brackets, for each step before that evaluation. The
steps are the import of the engine, the network from its file, and ``stylize`` up to its first evaluation
(draft, the sample photograph). The last one is timed for the first run in a process, for a second run like
it, and for a third run with another style.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path


class Clock:
    """Prints the time since it was last asked."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def tell(self, what: str) -> None:
        """Prints ``what`` with its seconds on the clock, and of the processor in brackets."""
        now = time.perf_counter(), time.process_time()
        passed, used = (after - before for after, before in zip(now, self._began, strict=True))
        print(f"{what:44s} {passed:6.2f} s ({used:.2f})", flush=True)
        self._began = time.perf_counter(), time.process_time()


def main() -> None:
    clock = Clock()
    from nst_core.engine.pictures.style import Style
    from nst_core.engine.progress import Decision, Progress
    from nst_core.engine.stylize import stylize
    from nst_core.recipes.presets import recipe
    from nst_core.recipes.settings import Settings
    from nst_core.weights.loading import prepared

    from ..conftest import sample

    clock.tell("import of the engine")
    ready = prepared(recipe(Settings(quality="draft")), Path(sys.argv[1]))
    clock.tell("the network from its file")
    content = sample("photograph.jpg", 1200)
    for what, name in (
        ("first run, to its first evaluation", "night-oil"),
        ("second run", "night-oil"),
        ("third run, another style", "wave-woodcut"),
    ):
        style = sample(f"styles/{name}.jpg", 1200)
        clock = Clock()

        def watch(progress: Progress, clock: Clock = clock, what: str = what) -> Decision:
            clock.tell(what)
            return Decision.CANCEL

        stylize(
            content=content,
            styles=[Style(style)],
            backbone=ready.backbone,
            recipe=ready.recipe,
            on_progress=watch,
        )


if __name__ == "__main__":
    main()
