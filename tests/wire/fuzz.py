"""Random and spoiled frames for the decoder, the same ones for the same seed."""

from __future__ import annotations

import random
import time
import tracemalloc

from nst_core.contract.errors import ProtocolError
from nst_core.wire.decoder import Decoder
from nst_core.wire.frames import Limits, Message, encode

LIMITS = Limits(json=4096, blob=65_536)
MOST_BYTES = 8 * (LIMITS.json + LIMITS.blob)  # a JSON takes more as objects than as text
MOST_SECONDS = 1.0


def decode(data: bytes, cuts: random.Random) -> list[tuple[Message, bytearray]]:
    """Returns the frames in ``data``, which comes in random pieces. Raises ``ProtocolError``."""
    decoder = Decoder()
    decoder.limits = LIMITS
    frames, position = [], 0
    while position < len(data):
        piece = data[position : position + cuts.randint(1, decoder.wanted)]
        position += len(piece)
        frame = decoder.take(piece)
        if frame is not None:
            frames.append(frame)
    return frames


def frame(numbers: random.Random) -> tuple[Message, bytes]:
    """Returns a random message and blob."""

    def value(depth: int) -> object:
        kind = numbers.randrange(7 if depth else 5)
        if kind == 5:
            return [value(depth - 1) for _ in range(numbers.randrange(4))]
        if kind == 6:
            return {text(): value(depth - 1) for _ in range(numbers.randrange(4))}
        return (None, True, numbers.randrange(-(2**60), 2**60), numbers.random(), text())[kind]

    def text() -> str:
        points = (
            numbers.choice((32, 34, 92, 0, 0x7F, 0xE9, 0x2028, 0x1F600)) for _ in range(numbers.randrange(9))
        )
        return "".join(map(chr, points))

    message = {text(): value(3) for _ in range(numbers.randrange(5))}
    return {**message, "type": text()}, numbers.randbytes(numbers.choice((0, 0, 1, 17, 300)))


def round_trips(count: int, seed: int) -> None:
    """Encodes and decodes ``count`` random frames."""
    numbers = random.Random(seed)
    for _ in range(count):
        message, blob = frame(numbers)
        assert decode(encode(message, len(blob)) + blob, numbers) == [(message, blob)]


def mutations(count: int, seed: int) -> tuple[int, float, int]:
    """Decodes ``count`` spoiled frames.

    Returns how many were refused, the slowest in seconds, and the most memory in bytes.
    """
    numbers = random.Random(seed)
    refused, slowest = 0, 0.0
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(count):
        message, blob = frame(numbers)
        data = bytearray(encode(message, len(blob)) + blob)
        for _ in range(numbers.choice((1, 1, 2, 8))):
            place = numbers.randrange(min(len(data), numbers.choice((16, len(data)))))
            change = numbers.randrange(3)
            if change == 0:
                data[place] = numbers.randrange(256)
            elif change == 1:
                del data[place : place + numbers.randrange(1, 9)]
                data = data or bytearray(b"N")
            else:
                data[place:place] = numbers.randbytes(numbers.randrange(1, 9))
        began = time.perf_counter()
        try:
            decode(bytes(data), numbers)
        except ProtocolError:
            refused += 1
        slowest = max(slowest, time.perf_counter() - began)
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return refused, slowest, most
