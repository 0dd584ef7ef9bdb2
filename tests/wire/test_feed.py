"""The feed: whatever is there is handed out, and nothing is waited for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from nst_core.wire.channel import Channel
from nst_core.wire.errors import ConnectionLost, ProtocolError
from nst_core.wire.feed import Feed
from nst_core.wire.frames import AFTER_PROOF, encode

PING = encode({"type": "ping", "id": 1})


@pytest.fixture
def ends() -> Iterator[tuple[Feed, socket.socket]]:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    channel.limits = AFTER_PROOF
    yield Feed(channel), theirs
    channel.close()
    theirs.close()


def test_nothing_there_is_nothing_at_once(ends: tuple[Feed, socket.socket]) -> None:
    feed, _ = ends
    assert feed.take() == []


def test_a_frame_split_at_every_byte_comes_when_it_is_whole(ends: tuple[Feed, socket.socket]) -> None:
    feed, theirs = ends
    data = encode({"type": "preview", "n": 1}, 3) + b"rgb"
    for cut in range(1, len(data)):
        theirs.sendall(data[:cut])
        assert feed.take() == []
        theirs.sendall(data[cut:])
        assert feed.take() == [({"type": "preview", "n": 1}, b"rgb")]


def test_what_came_together_is_handed_out_together_and_in_order(ends: tuple[Feed, socket.socket]) -> None:
    feed, theirs = ends
    theirs.sendall(b"".join(encode({"type": "progress", "n": n}) for n in range(100)))
    numbers = []
    while frames := feed.take():
        assert len(frames) <= 32
        numbers += [message["n"] for message, _ in frames]
    assert numbers == list(range(100))


def test_the_end_is_told_after_all_that_came_before(ends: tuple[Feed, socket.socket]) -> None:
    feed, theirs = ends
    theirs.sendall(PING * 2)
    theirs.close()
    assert len(feed.take()) == 2
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            feed.take()


def test_what_is_no_frame_is_told(ends: tuple[Feed, socket.socket]) -> None:
    feed, theirs = ends
    theirs.sendall(PING + b"GET / HTTP/1.1\r\n\r\n")
    assert len(feed.take()) == 1
    with pytest.raises(ProtocolError):
        feed.take()


def test_a_large_picture_does_not_keep_the_main_loop(ends: tuple[Feed, socket.socket]) -> None:
    feed, theirs = ends
    blob = bytes(40 << 20)
    thread = threading.Thread(target=theirs.sendall, args=(encode({"type": "result"}, len(blob)) + blob,))
    thread.start()
    calls, frames = 0, []
    end = time.monotonic() + 60
    while not frames:
        assert time.monotonic() < end
        frames = feed.take()
        calls += 1
    thread.join()
    assert calls >= 5  # 8 MiB at most in each
    assert frames[0][1] == blob
