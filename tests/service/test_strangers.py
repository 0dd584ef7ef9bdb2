"""Who comes without the token, and what is no request: nothing is to be had, and nobody is harmed."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from nst_core.contract.errors import ConnectionLost, ProtocolError
from nst_core.service.server import MAX_UNPROVEN
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.frames import HEADER

from .messages import receive
from .standin import Running


@pytest.fixture(params=[False, True], ids=["unix", "tcp"])
def tcp(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_without_the_token_there_is_nothing_to_be_had(core: Running) -> None:
    with core.raw() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):  # as harsh an end as b"" is
            assert connection.recv(1000) == b""
    with core.raw() as connection:
        stranger = Channel(connection)
        stranger.send({"type": "start", "id": 1})
        with pytest.raises((ConnectionLost, ProtocolError)):
            receive(stranger)
    assert core.worker.state == "ready"


def test_strangers_that_say_nothing_do_not_keep_others_out_for_long(
    core: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nst_core.wire.proof.SECONDS", 0.2)
    silent = [core.raw() for _ in range(MAX_UNPROVEN + 3)]
    time.sleep(0.5)
    core.client()
    for connection in silent:
        connection.close()


def test_it_listens_on_this_machine_only(core: Running) -> None:
    endpoint = endpoints.read(core.state)
    if endpoint.transport == "unix":
        path = Path(endpoint.address)
        assert path.is_socket()
        assert path.stat().st_mode & 0o077 == 0
        return
    table = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    local = [line.split()[1] for line in table.splitlines() if f":{int(endpoint.address):04X} " in line]
    assert {address.split(":")[0] for address in local} == {"0100007F"}


def test_slow_strangers_are_dropped_in_time_and_others_served_meanwhile(
    core: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nst_core.wire.proof.SECONDS", 1.0)
    slow = [core.raw() for _ in range(MAX_UNPROVEN // 2)]
    for connection in slow:
        connection.sendall(b"NSP1")
    assert core.painted().result
    for connection in slow:
        connection.settimeout(20)
        with connection, contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"ping","id":NaN}',
        b'{"type":"ping","id":[[[[[[]]]]]]}',
        b'{"type":"ping","id":"\\ud800"}',
        b'{"type":"start","id":1,"settings":{"\\ud800":1},"content":{"width":1}}',
        b'{"type":"shutdown","id":null}',
        b'{"type":"estimate","id":1,"settings":{},"width":1e400,"height":1}',
        b'{"type":"cancel","id":' + b"9" * 4000 + b"}",
    ],
)
def test_odd_json_after_the_proof_harms_nobody(core: Running, data: bytes) -> None:
    odd = core.client()
    odd._stream.sendall(memoryview(HEADER.pack(b"NSP1", len(data), 0) + data))
    with contextlib.suppress(ConnectionLost):
        odd.send({"type": "ping", "id": 2})
        assert receive(odd)["type"] in ("error", "pong")
    assert core.painted().result
