"""Frames: what is sent arrives, and what is no frame is refused before memory is taken for it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_core.contract.errors import ConnectionLost, ProtocolError
from nst_core.wire.channel import Channel
from nst_core.wire.frames import AFTER_PROOF, HEADER, Limits, decode_header, decode_message, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    channel.limits = AFTER_PROOF
    yield channel, theirs
    channel.close()
    theirs.close()


@given(fields=st.dictionaries(st.text(), JSON, max_size=4), blob=st.binary(max_size=300))
def test_a_frame_arrives_as_it_was_sent(fields: dict[str, object], blob: bytes) -> None:
    ours, theirs = socket.socketpair()
    sender, receiver = Channel(ours), Channel(theirs)
    receiver.limits = AFTER_PROOF
    message = {**fields, "type": "start"}
    sender.send(message, blob[:100], memoryview(blob)[100:])
    assert receiver.receive(time.monotonic() + 5) == (message, blob)
    sender.close()
    receiver.close()


def test_a_frame_may_come_byte_by_byte(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    data = encode({"type": "ping", "word": "größer"}, 3) + b"abc"

    def drip() -> None:
        for byte in data:
            theirs.send(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    assert channel.receive(time.monotonic() + 5) == ({"type": "ping", "word": "größer"}, b"abc")
    thread.join()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        HEADER.pack(b"NSP2", 2, 0) + b"{}",
        HEADER.pack(b"NSP1", AFTER_PROOF.json + 1, 0),
        HEADER.pack(b"NSP1", 2, AFTER_PROOF.blob + 1),
        HEADER.pack(b"NSP1", 2, 0) + b"[]",
        HEADER.pack(b"NSP1", 2, 0) + b"{}",
        HEADER.pack(b"NSP1", 9, 0) + b'{"type":1',
        HEADER.pack(b"NSP1", 4, 0) + b"\xff\xfe\xff\xfe",
        HEADER.pack(b"NSP1", 60_000, 0) + b"[" * 60_000,
    ],
)
def test_what_is_no_frame_is_refused(pair: tuple[Channel, socket.socket], data: bytes) -> None:
    channel, theirs = pair
    theirs.sendall(data)
    with pytest.raises(ProtocolError):
        channel.receive(time.monotonic() + 5)


def test_a_frame_cut_off_is_an_error_and_an_end_between_frames_is_not(
    pair: tuple[Channel, socket.socket],
) -> None:
    channel, theirs = pair
    theirs.sendall(encode({"type": "ping"}) + encode({"type": "ping"})[:-3])
    theirs.close()
    assert channel.receive()[0] == {"type": "ping"}
    with pytest.raises(ProtocolError):
        channel.receive()
    with pytest.raises(ConnectionLost):
        channel.receive()


def test_a_silent_peer_runs_into_the_deadline(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.sendall(b"NSP1")
    with pytest.raises(ConnectionLost):
        channel.receive(time.monotonic() + 0.1)


@given(st.binary(min_size=HEADER.size, max_size=HEADER.size))
def test_any_header_is_decoded_or_refused(header: bytes) -> None:
    limits = Limits(json=1000, blob=1000)
    try:
        lengths = decode_header(header, limits)
    except ProtocolError:
        return
    assert max(lengths) <= 1000


@given(st.binary(max_size=200))
def test_any_text_is_decoded_or_refused(text: bytes) -> None:
    try:
        message = decode_message(text)
    except ProtocolError:
        return
    assert isinstance(message["type"], str)


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.sendall(encode({"type": "error", "message": "caf\ud800"}))
    assert channel.receive(time.monotonic() + 20)[0]["message"] == "caf?"
