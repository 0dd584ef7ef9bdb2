"""A client that does not read."""

from __future__ import annotations

import threading
from typing import Any

from nst_core.contract.errors import ConnectionLost
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message


class Stuck(Channel):
    """A channel whose client reads only when it is let."""

    def __init__(self) -> None:
        self.reads = threading.Event()
        self.sent: list[Message] = []

    def send(self, message: Message, *parts: Any) -> None:
        if not self.reads.wait(60):
            raise ConnectionLost("Nobody reads.")
        self.sent.append(message)
