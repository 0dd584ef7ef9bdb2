"""What still has to be sent to one client: bounded, so that one that never reads harms nobody."""

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
    """Sends over a channel in a thread of its own, which is started with the first message.

    Whoever computes never waits for whoever reads: ``post`` returns at once, and an event takes
    the place of one in the same ``slot`` that has not left yet. ``on_free`` is called when the
    outbox is no longer ``congested``.
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
        """Whether a picture that no later one replaces has not left yet: no time to paint another."""
        return self._blobs > 0 and not self._lost

    def post(self, message: Message, *parts: Blob, slot: Hashable = None) -> None:
        """Sends later and returns at once. Raises ``ConnectionLost`` when the client is gone."""
        with self._change:
            self._put(_Letter(message, parts, slot))

    def wait_for_room(self) -> None:
        """Waits until fewer than ``MOST_WAITING`` answers wait, or the client is gone.

        It is for the thread that reads, before each request: a client that only asks and never
        reads is not heard any more. Events do not count: there is one of a kind for each job.
        """
        with self._change:
            while len(self._waiting) - len(self._slots) >= MOST_WAITING and not self._lost:
                self._change.wait()

    def flush(self, seconds: float) -> None:
        """Waits until all has been sent, or the client is gone, or ``seconds`` are over."""
        end = time.monotonic() + seconds
        with self._change:
            while (self._waiting or self._sending) and not self._lost and time.monotonic() < end:
                self._change.wait(max(0.0, end - time.monotonic()))

    def close(self) -> None:
        """Drops what waits and ends the thread; the channel is to be closed as well."""
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
            del letter  # a picture need not live until the next one is sent
        self._on_free()
