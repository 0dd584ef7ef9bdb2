"""Unsent messages to one client; their number is bounded, so that a client that never reads does no harm."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from nst_core.contract.errors import ConnectionLost
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Blob, Message

MOST_WAITING = 64


@dataclass
class _Letter:
    message: Message
    parts: tuple[Blob, ...]
    slot: Hashable


class Outbox:
    """Sends messages over a channel in a thread of its own, which starts with the first message.

    ``post`` returns at once, so that the worker never waits for a client that reads slowly. An event
    replaces an unsent one in the same ``slot``. ``on_free`` is called when the outbox is no longer
    ``congested``.
    """

    def __init__(self, channel: Channel, on_free: Callable[[], None] = lambda: None) -> None:
        self._channel = channel
        self._on_free = on_free
        self._waiting: deque[_Letter] = deque()
        self._slots: dict[Hashable, _Letter] = {}
        self._change = threading.Condition()
        self._blobs = 0
        self._sending = False
        self._lost = False
        self._thread: threading.Thread | None = None

    @property
    def congested(self) -> bool:
        """Whether a result is still unsent; until it is sent, no further job of this client begins."""
        return self._blobs > 0 and not self._lost

    def post(self, message: Message, *parts: Blob, slot: Hashable = None) -> None:
        """Queues ``message`` with the blob ``parts`` and returns at once.

        With a ``slot`` it replaces an unsent message in the same slot. Raises ``ConnectionLost`` when the
        client is gone.
        """
        with self._change:
            self._put(_Letter(message, parts, slot))

    def wait_for_room(self) -> None:
        """Waits until fewer than ``MOST_WAITING`` answers are unsent, or the client is gone.

        The thread that reads calls it before each request. So no more requests are read from a client
        that never reads its answers. Events do not count, because each job has at most one of a kind.
        """
        with self._change:
            while len(self._waiting) - len(self._slots) >= MOST_WAITING and not self._lost:
                self._change.wait()

    def flush(self, seconds: float) -> None:
        """Waits until everything is sent, the client is gone, or ``seconds`` have passed."""
        deadline = time.monotonic() + seconds
        with self._change:
            while (self._waiting or self._sending) and not self._lost and time.monotonic() < deadline:
                self._change.wait(max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """Drops the unsent messages and ends the thread. The caller has to close the channel, too."""
        with self._change:
            self._lost = True
            self._waiting.clear()
            self._slots.clear()
            self._change.notify_all()

    def _put(self, letter: _Letter) -> None:
        if self._lost:
            raise ConnectionLost("The connection was closed.")
        if letter.slot is None:
            self._waiting.append(letter)
            self._blobs += bool(letter.parts)
        elif letter.slot in self._slots:
            earlier = self._slots[letter.slot]
            earlier.message, earlier.parts = letter.message, letter.parts
        else:
            self._slots[letter.slot] = letter
            self._waiting.append(letter)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
            self._thread.start()
        self._change.notify_all()

    def _work(self) -> None:
        while True:
            with self._change:
                self._sending = False
                self._change.notify_all()
                while not self._waiting and not self._lost:
                    self._change.wait()
                if self._lost:
                    break
                letter = self._waiting.popleft()
                self._sending = True
                if letter.slot is not None:
                    del self._slots[letter.slot]
            try:
                self._channel.send(letter.message, *letter.parts)
            except ConnectionLost:
                self.close()
            if letter.slot is None and letter.parts:
                with self._change:
                    self._blobs -= 1
                self._on_free()
            del letter  # frees its picture now, not when the next message is sent
        self._on_free()
