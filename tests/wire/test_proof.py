"""The handshake: nobody gets anywhere without the token, on either side."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from collections.abc import Iterator

import pytest

from nst_core.contract.errors import ConnectionLost, ProtocolError, WireError
from nst_core.wire import proof
from nst_core.wire.channel import Channel
from nst_core.wire.frames import AFTER_PROOF, BEFORE_PROOF, Message
from nst_core.wire.proof import VersionMismatch, admit, greet

TOKEN = secrets.token_bytes(32)


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    client, core = map(Channel, socket.socketpair())
    yield client, core
    client.close()
    core.close()


class Core(threading.Thread):
    """The core's half of a handshake, in a thread."""

    def __init__(self, channel: Channel, token: bytes) -> None:
        super().__init__()
        self.channel, self.token = channel, token
        self.hello: Message | None = None
        self.error: WireError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.hello = admit(self.channel, self.token, {"state": "ready"})
        except WireError as error:
            self.error = error
            self.channel.close()


def test_both_sides_with_the_token_agree(ends: tuple[Channel, Channel]) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    welcome = greet(client, TOKEN, {"name": "test"})
    core.join()
    assert welcome["state"] == "ready"
    assert welcome["version"] == proof.VERSIONS[1]
    assert core.hello
    assert core.hello["client"] == {"name": "test"}
    assert client.limits == channel.limits == AFTER_PROOF


def test_a_core_without_the_token_is_not_trusted(ends: tuple[Channel, Channel]) -> None:
    client, channel = ends
    core = Core(channel, secrets.token_bytes(32))
    with pytest.raises(ProtocolError, match="could not prove"):
        greet(client, TOKEN, {})
    client.close()
    core.join()
    assert isinstance(core.error, ConnectionLost)


def test_a_client_without_the_token_is_turned_away(ends: tuple[Channel, Channel]) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    client.send({"type": "hello", "versions": [1, 1], "nonce": "00"})
    client.receive()
    client.send({"type": "auth", "proof": "00" * 32})
    core.join()
    assert isinstance(core.error, ProtocolError)
    assert channel.limits == BEFORE_PROOF
    with pytest.raises(ConnectionLost):
        client.receive()


def test_the_cores_own_proof_is_of_no_use_to_a_client(ends: tuple[Channel, Channel]) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    client.send({"type": "hello", "versions": [1, 1], "nonce": "00"})
    welcome, _ = client.receive()
    client.send({"type": "auth", "proof": welcome["proof"]})
    core.join()
    assert isinstance(core.error, ProtocolError)


def test_a_recorded_proof_is_of_no_use_later(ends: tuple[Channel, Channel]) -> None:
    recorded = {}

    class Recorder(Channel):
        def send(self, message: Message, *parts: bytes) -> None:  # type: ignore[override]
            recorded[message["type"]] = message
            super().send(message, *parts)

    first, other = socket.socketpair()
    core = Core(Channel(other), TOKEN)
    client = Recorder(first)
    greet(client, TOKEN, {})
    core.join()
    client.close()
    core.channel.close()

    client, channel = ends
    core = Core(channel, TOKEN)
    client.send(recorded["hello"])
    client.receive()
    client.send(recorded["auth"])
    core.join()
    assert isinstance(core.error, ProtocolError)


@pytest.mark.parametrize("versions", [[2, 3], [0, 0]])
def test_no_common_version_is_said(ends: tuple[Channel, Channel], versions: list[int]) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    client.send({"type": "hello", "versions": versions, "nonce": "00"})
    answer, _ = client.receive()
    core.join()
    assert answer == {"type": "error", "code": "version_mismatch", "versions": list(proof.VERSIONS)}
    assert isinstance(core.error, VersionMismatch)


def test_a_range_of_versions_gives_the_newest_common_one(ends: tuple[Channel, Channel]) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    client.send({"type": "hello", "versions": [1, 9], "nonce": "00", "new": "field"})
    assert client.receive()[0]["version"] == 1
    client.close()
    core.join()


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "start", "id": 1},
        {"type": "hello"},
        {"type": "hello", "nonce": "00", "versions": ["1", "1"]},
        {"type": "hello", "nonce": 7, "versions": [1, 1]},
        {"type": "hello", "nonce": "é", "versions": [1, 1]},
        {"type": "hello", "nonce": "0" * 1000, "versions": [1, 1]},
    ],
)
def test_anything_but_a_hello_is_turned_away(ends: tuple[Channel, Channel], hello: Message) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    client.send(hello)
    core.join()
    assert isinstance(core.error, ProtocolError)


def test_no_blob_is_taken_before_the_proof(ends: tuple[Channel, Channel]) -> None:
    client, channel = ends
    core = Core(channel, TOKEN)
    with contextlib.suppress(ConnectionLost):  # it is refused at its header already
        client.send({"type": "hello", "versions": [1, 1], "nonce": "00"}, b"x")
    core.join()
    assert isinstance(core.error, ProtocolError)


def test_a_client_that_says_nothing_is_dropped(
    ends: tuple[Channel, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "SECONDS", 0.1)
    core = Core(ends[1], TOKEN)
    core.join(10)
    assert isinstance(core.error, ConnectionLost)
