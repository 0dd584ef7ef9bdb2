"""The core as a process of its own: started once, found again, gone when it should be."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from nst_core.client import launch
from nst_core.client.job import Job, Picture, Result
from nst_core.client.launch import connect, connect_or_start
from nst_core.contract.errors import ConnectionLost, CoreDied, CoreUnavailable, WireError
from nst_core.contract.places import State
from nst_core.processes.lock import locked
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.endpoint import Endpoint
from nst_core.wire.frames import Message
from nst_core.wire.proof import admit

from .ended import gone, until_gone

COMMAND = [sys.executable, "-m", "nst_core", "serve"]
FAKE = [sys.executable, "-m", "tests.service.fake_core"]
PICTURE = Picture(2, 1, "RGBA u8", b"abcdefgh")


def test_it_is_started_when_none_runs_and_found_when_one_does(here: State) -> None:
    channel, welcome = connect_or_start(here, COMMAND, {"name": "test"})
    pid = endpoints.read(here).pid
    again, _ = connect_or_start(here, ["/no/such/program"], {"name": "test"})
    assert endpoints.read(here).pid == pid
    assert welcome["core"]["version"]
    assert os.getsid(pid) == pid  # a session of its own: GIMP's end is not its end
    channel.close()
    again.send({"type": "shutdown", "id": 1})
    again.receive(time.monotonic() + 20)
    until_gone(pid)
    assert [path.name for path in here.run.iterdir() if path.suffix != ".lock"] == []
    again.close()


def test_many_starters_at_once_get_one_core(here: State) -> None:
    pids = set()

    def starter() -> None:
        channel, _ = connect_or_start(here, COMMAND, {"name": "test"})
        pids.add(endpoints.read(here).pid)
        channel.close()

    threads = [threading.Thread(target=starter) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(pids) == 1


def test_a_second_core_says_so_and_ends_at_once(here: State) -> None:
    channel, _ = connect_or_start(here, COMMAND, {})
    before = endpoints.read(here)
    environment = {**os.environ, "NEURAL_STYLE_HOME": str(here.root)}
    for more, status, words in (
        ((), 0, f"An engine is running already (process {before.pid}); it goes on as it is.\n"),
        (("--tcp",), 1, f"An engine is running already (process {before.pid}), at no port. End it first.\n"),
    ):
        done = subprocess.run(
            [*COMMAND, *more], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (status, "", words)
    assert endpoints.read(here) == before
    channel.close()


def test_where_there_are_no_locks_it_does_not_wait_for_one(
    here: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    started = time.monotonic()
    with pytest.raises(OSError, match="lock"), locked(here.private_run() / "start.lock", 60):
        pass
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(here: State, number: signal.Signals) -> None:
    channel, _ = connect_or_start(here, COMMAND, {})
    pid = endpoints.read(here).pid
    channel.close()
    os.kill(pid, number)
    until_gone(pid)
    assert not here.endpoint.exists()


def test_what_a_killed_core_leaves_behind_does_no_harm(here: State) -> None:
    channel, _ = connect_or_start(here, COMMAND, {})
    pid = endpoints.read(here).pid
    os.kill(pid, signal.SIGKILL)
    until_gone(pid)
    channel.close()
    with pytest.raises(CoreUnavailable):
        connect(here, {})
    channel, _ = connect_or_start(here, COMMAND, {})
    assert endpoints.read(here).pid != pid
    channel.close()


def test_it_ends_when_nobody_needs_it(here: State) -> None:
    channel, _ = connect_or_start(here, [*COMMAND, "--idle", "0.5"], {})
    pid = endpoints.read(here).pid
    time.sleep(1.5)
    assert not gone(pid)  # a client is there
    channel.close()
    until_gone(pid)
    assert not here.endpoint.exists()


def test_a_core_that_cannot_start_is_a_sentence(here: State) -> None:
    for command in (["/no/such/program"], [sys.executable, "-c", "raise SystemExit(3)"]):
        with pytest.raises(CoreUnavailable, match=r"^The engine .*\.$"):
            connect_or_start(here, command, {})


def test_the_welcome_needs_no_torch() -> None:
    """What is imported before a client is greeted decides how long it waits: 0.17 s, torch takes seconds."""
    program = (
        "import sys, nst_core.cli, nst_core.service.process\n"
        "heavy = {'torch', 'numpy', 'PIL', 'onnx', 'safetensors'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_welcome_says_what_the_core_is_doing(here: State) -> None:
    channel, welcome = connect_or_start(here, COMMAND, {"name": "test"})
    assert welcome["doing"] == "waiting"  # nothing is loaded before the first client is greeted
    assert {"quick", "estimate", "weights", "diagnose", "replace"} <= set(welcome["features"])
    channel.close()


def test_an_older_core_that_nobody_needs_gives_way(here: State) -> None:
    old, welcome = connect_or_start(here, [*FAKE, "--version", "0.0.9"], {"version": "0.0.9"})
    pid = endpoints.read(here).pid
    assert welcome["core"]["version"] == "0.0.9"
    newer = {"name": "test", "version": "0.1.0"}
    busy, welcome = connect_or_start(here, FAKE, newer)
    assert welcome["core"]["version"] == "0.0.9"  # the other window is there
    assert endpoints.read(here).pid == pid
    busy.close()
    old.close()
    end = time.monotonic() + 20
    while welcome["core"]["version"] == "0.0.9":
        assert time.monotonic() < end
        channel, welcome = connect_or_start(here, FAKE, newer)
        channel.close()
    assert welcome["core"]["version"] != "0.0.9"
    until_gone(pid)
    assert endpoints.read(here).pid != pid


def test_a_core_of_the_same_version_is_left_alone(here: State) -> None:
    connect_or_start(here, [*FAKE, "--version", "0.1.0"], {})[0].close()
    pid = endpoints.read(here).pid
    # A core that gives way is followed by the command, which is not there.
    channel, _ = connect_or_start(here, ["/no/such/program"], {"version": "0.1.0"})
    assert endpoints.read(here).pid == pid
    channel.close()


def test_who_gives_up_waiting_for_the_start_is_let_go(here: State) -> None:
    # Status 0 without an endpoint: as if another core were about to publish its own.
    with pytest.raises(ConnectionLost):
        connect_or_start(here, [sys.executable, "-c", ""], {}, going_on=lambda: False)


def test_who_comes_while_another_starts_the_core_waits_for_it(
    here: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, found = threading.Event(), []

    def look(*arguments: Any) -> tuple[Channel, Message]:
        try:
            return connect(*arguments)
        finally:
            looked.set()

    def come() -> None:
        try:
            found.append(connect_or_start(here, ["/no/such/program"], {})[0].close())
        except CoreUnavailable as error:
            found.append(error)

    with locked(here.private_run() / "start.lock", 20):
        with monkeypatch.context() as patch:
            patch.setattr(launch, "connect", look)
            thread = threading.Thread(target=come)
            thread.start()
            assert looked.wait(20)
        launch.start(here, FAKE)
        end = time.monotonic() + 20
        while not here.endpoint.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
    thread.join(40)
    assert found == [None]


def test_a_newer_core_is_left_alone(here: State) -> None:
    connect_or_start(here, [*FAKE, "--version", "9.0"], {})[0].close()
    channel, welcome = connect_or_start(here, FAKE, {"version": "0.1.0"})
    assert welcome["core"]["version"] == "9.0"
    channel.close()


def test_a_core_that_is_stopped_for_a_while_goes_on(here: State) -> None:
    """As when the machine is suspended."""
    channel, _ = connect_or_start(here, [*FAKE, "--evaluations", "40", "--seconds", "0.01"], {})
    pid = endpoints.read(here).pid
    job = Job(channel, {})
    seen = threading.Event()
    results: list[Result | None] = []
    thread = threading.Thread(
        target=lambda: results.append(job.run(PICTURE, b"style", lambda message, blob: seen.set()))
    )
    thread.start()
    assert seen.wait(20)
    os.kill(pid, signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
        time.sleep(0.01)
    os.kill(pid, signal.SIGCONT)
    thread.join(20)
    assert results
    assert results[0]
    channel.close()


def test_a_core_that_dies_leaves_a_sentence_and_the_last_preview_and_the_others_go_on(here: State) -> None:
    command = [*FAKE, "--evaluations", "60", "--seconds", "0.01"]
    channel, _ = connect_or_start(here, command, {})
    other, _ = connect_or_start(here, command, {})
    pid = endpoints.read(here).pid
    anew: list[Channel] = []

    def again() -> Channel:
        anew.append(connect_or_start(here, command, {})[0])
        return anew[-1]

    first, second = Job(channel, {}, preview_size=64), Job(other, {}, again=again)
    results: list[Result | None] = []
    thread = threading.Thread(target=lambda: results.append(second.run(PICTURE, b"style")))

    def begin_second(message: Message, blob: bytearray) -> None:
        if not thread.ident:
            thread.start()

    with pytest.raises(CoreDied, match=r"^The engine stopped unexpectedly\.$") as died:
        first.run(PICTURE, b"die", begin_second)
    assert died.value.hint.startswith("Try again")
    assert first.last_preview
    thread.join(60)
    assert results
    assert results[0]
    assert bytes(results[0].picture.pixels) == b"abcdefgh"
    assert endpoints.read(here).pid != pid
    for used in (channel, *anew):
        used.close()


@pytest.mark.parametrize("spoil", ["garbage", "nobody", "another program", "an echo", "a false core", "open"])
def test_a_stale_or_foreign_endpoint_is_no_obstacle(here: State, spoil: str) -> None:
    """Whether a core is there only the handshake shows; whatever is there instead learns nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = str(listener.getsockname()[1])
    heard: list[bytes] = []
    token = secrets.token_hex(32)

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    if spoil == "a false core":
                        with contextlib.suppress(WireError):
                            admit(Channel(connection), bytes(32), {})
                        continue
                    heard.append(connection.recv(65536))
                    if spoil == "an echo":
                        connection.sendall(heard[-1])
                    else:
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    endpoints.publish(here, Endpoint("tcp", port, token, os.getpid(), "0"))
    if spoil == "garbage":
        here.endpoint.write_text("{")
    elif spoil == "open":
        here.endpoint.chmod(0o644)
    if spoil in ("garbage", "nobody", "open"):
        listener.close()
    else:
        thread.start()
    channel, _ = connect_or_start(here, FAKE, {"name": "test"})
    assert endpoints.read(here).transport == "unix"
    assert all(token not in data.decode("utf-8", "replace") for data in heard)
    channel.close()
    listener.close()


def test_a_full_disk_is_said(here: State, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("subprocess.Popen", full)
    with pytest.raises(CoreUnavailable, match=r"^The disk is full\.$"):
        connect_or_start(here, COMMAND, {})


def test_a_folder_that_cannot_be_written_is_said(here: State) -> None:
    here.root.rmdir()
    here.root.write_text("a file")
    with pytest.raises(CoreUnavailable, match=r"^The folder .* cannot be written\.$") as trouble:
        connect_or_start(here, COMMAND, {})
    assert trouble.value.hint
    here.root.unlink()


def test_diagnose_tells_of_a_core_that_runs_and_of_one_that_does_not(here: State) -> None:
    def diagnose() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "nst_core", "diagnose"],
            env={**os.environ, "NEURAL_STYLE_HOME": str(here.root)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert str(here.root) not in done.stdout
        return done.stdout

    assert "The engine is not running." in diagnose()
    channel, _ = connect_or_start(here, FAKE, {"name": "test"})
    assert "Clients: 2" in diagnose()
    channel.close()
