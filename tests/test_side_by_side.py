"""The two halves of a test run: both are seen, both count, and both end when they are asked to."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests/run needs a Unix shell")

RUN = """
import sys
from pathlib import Path
from tests.side_by_side import run
commands = [[sys.executable, "-c", code] for code in sys.argv[2:]]
sys.exit(run(*commands, Path(sys.argv[1])))
"""
REPOSITORY = Path(__file__).parents[1]
WORK = """
import time
try:
    print("at work", flush=True)
    time.sleep(100)
except KeyboardInterrupt:
    print("tidied up", flush=True)
"""


def start(log: Path, behind: str, before: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(log), behind, before]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("behind", "before", "code"), [(0, 0, 0), (3, 0, 3), (0, 4, 4), (3, 4, 4)], ids=str)
def test_all_is_well_only_if_both_are(tmp_path: Path, behind: int, before: int, code: int) -> None:
    ends = (f"import sys; print('half', {number}); sys.exit({number})" for number in (behind, before))
    process = start(tmp_path / "log", *ends)
    said, wrong = process.communicate(timeout=60)
    assert process.returncode == code, wrong
    assert said.splitlines() == [f"half {before}", f"half {behind}"]


def test_both_end_in_order_when_it_is_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(log, WORK, WORK)
    assert process.stdout
    assert process.stdout.readline() == "at work\n"
    while log.read_text() != "at work\n":
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    said, wrong = process.communicate(timeout=60)
    assert said.splitlines() == ["tidied up", "at work", "tidied up"]
    assert not wrong
