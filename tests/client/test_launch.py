"""The core is started once, and found again; whoever cannot start it is told why."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import socket
import sys
import threading
import time
from typing import Any

import pytest

from nst_core.client import launch
from nst_core.client.launch import connect, connect_or_start
from nst_core.contract.errors import ConnectionLost, CoreUnavailable, WireError
from nst_core.contract.places import State
from nst_core.processes.lock import locked
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.endpoint import Endpoint
from nst_core.wire.frames import Message
from nst_core.wire.proof import admit

from ..cores import CORE, FAKE_CORE, left
from ..service.ordeal import race
from ..waiting import until, until_gone


def test_it_is_started_when_none_runs_and_found_when_one_does(here: State) -> None:
    channel, welcome = connect_or_start(here, CORE, {"name": "test"})
    pid = endpoints.read(here).pid
    again, _ = connect_or_start(here, ["/no/such/program"], {"name": "test"})
    assert endpoints.read(here).pid == pid
    assert welcome["core"]["version"]
    assert os.getsid(pid) == pid  # a session of its own: GIMP's end is not its end
    channel.close()
    again.send({"type": "shutdown", "id": 1})
    again.receive(time.monotonic() + 20)
    until_gone(pid)
    assert left(here) == []
    again.close()


def test_many_starters_at_once_get_one_core(here: State) -> None:
    race(here, CORE, 5)


def test_what_a_killed_core_leaves_behind_does_no_harm(here: State) -> None:
    channel, _ = connect_or_start(here, CORE, {})
    pid = endpoints.read(here).pid
    os.kill(pid, signal.SIGKILL)
    until_gone(pid)
    channel.close()
    with pytest.raises(CoreUnavailable):
        connect(here, {})
    channel, _ = connect_or_start(here, CORE, {})
    assert endpoints.read(here).pid != pid
    channel.close()


def test_a_core_that_cannot_start_is_a_sentence(here: State) -> None:
    for command in (["/no/such/program"], [sys.executable, "-c", "raise SystemExit(3)"]):
        with pytest.raises(CoreUnavailable, match=r"^The engine .*\.$"):
            connect_or_start(here, command, {})


def test_an_older_core_that_nobody_needs_gives_way(here: State) -> None:
    old, welcome = connect_or_start(here, [*FAKE_CORE, "--version", "0.0.9"], {"version": "0.0.9"})
    pid = endpoints.read(here).pid
    assert welcome["core"]["version"] == "0.0.9"
    newer = {"name": "test", "version": "0.1.0"}
    busy, welcome = connect_or_start(here, FAKE_CORE, newer)
    assert welcome["core"]["version"] == "0.0.9"  # the other window is there
    assert endpoints.read(here).pid == pid
    busy.close()
    old.close()

    def is_new() -> bool:
        channel, welcome = connect_or_start(here, FAKE_CORE, newer)
        channel.close()
        return bool(welcome["core"]["version"] != "0.0.9")

    until(is_new)
    until_gone(pid)
    assert endpoints.read(here).pid != pid


def test_a_core_of_the_same_version_is_left_alone(here: State) -> None:
    connect_or_start(here, [*FAKE_CORE, "--version", "0.1.0"], {})[0].close()
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
    looked, came = threading.Event(), []

    def look(*arguments: Any) -> tuple[Channel, Message]:
        try:
            return connect(*arguments)
        finally:
            looked.set()

    def come() -> None:
        try:
            came.append(connect_or_start(here, ["/no/such/program"], {})[0].close())
        except CoreUnavailable as error:
            came.append(error)

    with locked(here.private_run() / "start.lock", 20):
        with monkeypatch.context() as patch:
            patch.setattr(launch, "connect", look)
            thread = threading.Thread(target=come)
            thread.start()
            assert looked.wait(20)
        launch.start(here, FAKE_CORE)
        until(here.endpoint.exists)
    thread.join(40)
    assert came == [None]


def test_a_newer_core_is_left_alone(here: State) -> None:
    connect_or_start(here, [*FAKE_CORE, "--version", "9.0"], {})[0].close()
    channel, welcome = connect_or_start(here, FAKE_CORE, {"version": "0.1.0"})
    assert welcome["core"]["version"] == "9.0"
    channel.close()


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
    channel, _ = connect_or_start(here, FAKE_CORE, {"name": "test"})
    assert endpoints.read(here).transport == "unix"
    assert all(token not in data.decode("utf-8", "replace") for data in heard)
    channel.close()
    listener.close()


def test_a_full_disk_is_said(here: State, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("subprocess.Popen", full)
    with pytest.raises(CoreUnavailable, match=r"^The disk is full\.$"):
        connect_or_start(here, CORE, {})


def test_a_folder_that_cannot_be_written_is_said(here: State) -> None:
    here.root.rmdir()
    here.root.write_text("a file")
    with pytest.raises(CoreUnavailable, match=r"^The folder .* cannot be written\.$") as trouble:
        connect_or_start(here, CORE, {})
    assert trouble.value.hint
    here.root.unlink()
