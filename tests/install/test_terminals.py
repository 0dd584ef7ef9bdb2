"""Terminals: what is asked and shown there, and what their end, or a kill, leaves behind."""

from __future__ import annotations

import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from ..waiting import until
from .checkout import fake, hears_hangups, host_python
from .installing import command, home_of, install, into, run, started


def on_a_terminal(
    checkout: Path, environment: dict[str, str], *words: str, keys: bytes = b""
) -> tuple[int, str]:
    """Runs the installer on a terminal and types ``keys``; returns its status and what it said."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(host_python(), command(checkout, *words), environment)
    said = b""
    while True:
        try:
            piece = os.read(terminal, 10_000)
        except OSError:
            break
        if not piece:
            break
        said += piece
        if b"[Y/n]" in piece and keys:
            os.write(terminal, keys)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


def test_the_end_of_the_input_is_a_no(checkout: Path, environment: dict[str, str]) -> None:
    status, said = on_a_terminal(checkout, environment, "--no-gimp", keys=b"\x04")
    assert status == 0
    assert "Nothing was done." in said
    assert not (home_of(environment) / ".local").exists()


@pytest.mark.parametrize("plain", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_plain_terminal_gets_plain_lines(
    checkout: Path, environment: dict[str, str], plain: dict[str, str]
) -> None:
    status, said = on_a_terminal(checkout, {**environment, **plain}, "--no-gimp", "--yes")
    assert status == 0
    assert "\x1b" not in said
    assert "\r" not in said.replace("\r\n", "")


def test_a_closed_input_is_no_terminal(checkout: Path, environment: dict[str, str]) -> None:
    done = run(["sh", "-c", 'exec "$@" <&-', "sh", *command(checkout, "--no-gimp")], environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_terminal_that_closes_ends_all(
    tmp_path: Path, checkout: Path, environment: dict[str, str], number: int
) -> None:
    state = tmp_path / "state"
    fake(checkout, seconds=120)
    with started(command(checkout, *into(state)), environment, preexec_fn=hears_hangups) as process:
        until((state / "environment").exists, 200)
        process.send_signal(number)
        process.wait(30)
        until(lambda: _of(state) == [])
    fake(checkout)
    assert install(checkout, environment, *into(state)).returncode == 0


def test_nohup_is_heeded(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    """Who starts it with nohup wants it to go on when the terminal closes."""
    state = tmp_path / "state"
    fake(checkout, seconds=3)
    with started(["nohup", *command(checkout, *into(state))], environment) as process:
        until((state / "environment").exists, 200)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert (state / "first-result.png").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the console ends them")
def test_a_kill_while_an_environment_is_made_leaves_nothing(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    """The real module venv, which has others do its work, that would go on and need room in /tmp."""
    state, temporary = tmp_path / "state", tmp_path / "tmp"
    temporary.mkdir()
    words = [sys.executable, str(checkout / "install"), *into(state)]
    with started(words, {**environment, "TMPDIR": str(temporary)}) as process:
        until(lambda: list(state.glob("environments/*/lib/*/site-packages/pip/*")), 200)
        process.kill()
        process.wait()
        until(lambda: _of(state) == [], 3)
    assert list(temporary.iterdir()) == []


def _of(state: Path) -> list[bytes]:
    """The command lines of the processes that have to do with ``state``."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes()
        except OSError:
            continue
        if os.fsencode(state) in line:
            lines.append(line)
    return lines
