"""Runs all tests in two processes at once: python -m tests.side_by_side LOG.

Those against a real GIMP mostly wait, for windows and for roots being made; the others compute. What
the former say stands in LOG, and is shown when the latter have ended.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

GIMP = ("tests/gimp", "tests/gimp210")
PYTEST = (sys.executable, "-m", "pytest")


def run(behind: Sequence[str], before: Sequence[str], log: Path) -> int:
    """Runs two commands at once; returns 0 only if both have ended so, otherwise what one has ended with.

    What ``before`` says is seen at once, what ``behind`` says goes to ``log`` and is seen after it.
    """
    processes: list[subprocess.Popen[bytes]] = []

    def end(_number: int, _frame: object) -> None:
        for process in processes:
            process.send_signal(signal.SIGINT)

    # Ctrl-C at a terminal reaches both by itself; here it must only not end the wait for them.
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    signal.signal(signal.SIGTERM, end)
    with log.open("wb") as output:
        processes.append(subprocess.Popen(behind, stdout=output, stderr=subprocess.STDOUT))
    processes.append(subprocess.Popen(before))
    codes = [process.wait() for process in reversed(processes)]
    with log.open("rb") as text:
        shutil.copyfileobj(text, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return next((abs(code) for code in codes if code), 0)


def main() -> None:
    log = Path(sys.argv[1])
    print(f"The tests against GIMP run beside the others; what they say stands in {log}.", flush=True)
    others = [*PYTEST, *(f"--ignore={folder}" for folder in GIMP)]
    sys.exit(run([*PYTEST, *GIMP], others, log))


if __name__ == "__main__":
    main()
