"""Requests and answers of a client, message by message."""

from __future__ import annotations

import time
from typing import Any

from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message

CONTENT = {"width": 2, "height": 1, "format": "RGBA u8"}
PIXELS, STYLE = b"abcdefgh", b"style"
ANSWERS = ("result", "cancelled", "error", "estimate", "pong")


def start(
    channel: Channel, number: int, pixels: bytes = PIXELS, style: bytes = STYLE, /, **fields: Any
) -> None:
    """Asks for a picture; ``fields`` take the place of those of an honest message."""
    message = {
        "type": "start",
        "id": number,
        "settings": {},
        "content": CONTENT,
        "style": {"length": len(style)},
        **fields,
    }
    channel.send(message, pixels, style)


def receive(channel: Channel) -> Message:
    """The next message."""
    return channel.receive(time.monotonic() + 60)[0]


def answers(channel: Channel, count: int) -> list[Message]:
    """The next answers, without what is told meanwhile."""
    told: list[Message] = []
    while len(told) < count:
        message = receive(channel)
        if message["type"] in ANSWERS:
            told.append(message)
    return told


def answer(channel: Channel) -> Message:
    """The next answer."""
    return answers(channel, 1)[0]
