"""The table of bad inputs in docs/protocol.md: each row is tried, each answer is a code and a sentence."""

from __future__ import annotations

import io
import pickle
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from nst_core.contract.places import State
from nst_core.files.raw import content_tensors
from nst_core.files.style import style_tensor
from nst_core.service.job import Job
from nst_core.wire.frames import Message

from ..conftest import REPOSITORY
from ..pictures import encoded, png_of
from .messages import CONTENT, PIXELS, answer, start
from .standin import Running, StandIn

PAGE = (REPOSITORY / "docs" / "protocol.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, str]:
    """The rows below a heading of the page, first column to second."""
    part = PAGE.split(heading, 1)[1].split("\n\n")
    lines = next(block for block in part if block.startswith("|")).splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1].strip("`") for row in cells}


def small(mode: str = "RGB") -> Image.Image:
    return Image.radial_gradient("L").resize((64, 48)).convert(mode)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header is true and whose rows compress to next to nothing."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes((width + 7) // 8 + 1)) for _ in range(height)) + packer.flush()
    return png_of((width, height), 1, 0, rows)


def lying_png() -> bytes:
    data = bytearray(encoded(small()))
    data[16:24] = struct.pack("!II", 60_000, 60_000)
    data[29:33] = struct.pack("!I", zlib.crc32(data[12:29]))
    return bytes(data)


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.png", encoded(small()))
    return file.getvalue()


def animated() -> bytes:
    return encoded(small("P"), "GIF", save_all=True, append_images=[small("P").rotate(90)])


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


STYLES: dict[str, Callable[[], bytes]] = {
    "a file of no bytes": lambda: b"",
    "a text file": lambda: b"Dear core,\n" * 50,
    "random bytes": lambda: random.Random(0).randbytes(5000),
    "a PNG cut off in the middle": lambda: half(encoded(small())),
    "a JPEG cut off in the middle": lambda: half(encoded(small(), "JPEG")),
    "a PNG that says it is 60000 × 60000": lying_png,
    "a small file that unpacks to 15000 × 15000": lambda: bomb(15_000, 15_000),
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>',
    "PDF": lambda: encoded(small(), "PDF"),
    "EPS": lambda: encoded(small(), "EPS"),
    "a zip archive": archive,
    "a pickle": lambda: pickle.dumps({"a": [1, 2, 3]}),
    "1 × 1": lambda: encoded(Image.new("RGB", (1, 1))),
    "30000 × 1": lambda: encoded(Image.new("RGB", (30_000, 1))),
    "animated GIF": animated,
    "CMYK JPEG": lambda: encoded(small("CMYK"), "JPEG"),
    "16 bit gray PNG": lambda: encoded(Image.new("I;16", (64, 48), 40_000)),
    "palette with transparency": lambda: encoded(small("P"), "PNG", transparency=0),
    "a picture with a broken color profile": lambda: encoded(small(), "PNG", icc_profile=b"no profile"),
}

REQUESTS: dict[str, tuple[Message, bytes]] = {
    "content of 0 × 1": ({"content": {**CONTENT, "width": 0}}, b""),
    "content of 1000000 × 1000000": ({"content": {**CONTENT, "width": 10**6, "height": 10**6}}, PIXELS),
    "content in a format that is not known": ({"content": {**CONTENT, "format": "CMYK u8"}}, PIXELS),
    "content with fewer pixels than it says": ({}, b"abcd"),
    "content of not-a-number floats": ({"content": {**CONTENT, "format": "RGBA float"}}, b"\xff" * 32),
    "an unknown setting": ({"settings": {"strenght": 50}}, PIXELS),
    "a setting out of its range": ({"settings": {"strength": 1e9}}, PIXELS),
    "an id that is no number": ({"id": "7"}, PIXELS),
    "an id that is in use": ({}, PIXELS),
    "no style": ({"styles": []}, PIXELS),
    "five styles": ({"styles": [{"length": 1}] * 5}, PIXELS),
    "a style that weighs nothing": ({"styles": [{"length": 1, "weight": 0}]}, PIXELS),
    "a region that is not there": (
        {"styles": [{"length": 1, "region": {"width": 99, "height": 99}}]},
        PIXELS,
    ),
}


class Reader(StandIn):
    """Opens the pictures as the real engine does, and paints nothing."""

    def perform(self, job: Job) -> None:
        asked = job.request
        content_tensors(asked.pixels, asked.width, asked.height, asked.format)
        for style in asked.styles:
            style_tensor(style.data)
        super().perform(job)


@pytest.fixture
def core(state: State) -> Iterator[Running]:
    engine = Reader()
    with Running(state, load=lambda: engine) as running:
        running.engine = engine
        yield running


def check(answer: Message, row: str) -> None:
    """Compares an answer with what that row of the page says."""
    assert answer.get("code", answer["type"]) == table("## Bad input")[row], answer
    if answer["type"] == "error":
        assert answer["message"].endswith(".")
        assert answer["hint"].endswith(".")
        assert "Traceback" not in answer["message"]


def test_each_row_is_tried() -> None:
    assert list(table("## Bad input")) == [*STYLES, *REQUESTS]


@pytest.mark.parametrize("row", STYLES)
def test_a_style(core: Running, row: str) -> None:
    core.engine.permits.release(3)
    began = time.process_time()
    channel = core.client()
    start(channel, 7, PIXELS, STYLES[row]())
    check(answer(channel), row)
    assert time.process_time() - began < 20  # no bomb is unpacked


@pytest.mark.parametrize("row", REQUESTS)
def test_a_request(core: Running, row: str) -> None:
    change, pixels = REQUESTS[row]
    channel = core.client()
    if row == "an id that is in use":
        start(channel, 7, pixels, encoded(small()))
    else:
        core.engine.permits.release(3)
    start(channel, 7, pixels, encoded(small()), **change)
    check(answer(channel), row)


def test_every_code_that_the_core_says_is_in_the_table_of_codes() -> None:
    codes = {code.strip("`") for code in table("planned in tiles and takes less.")}
    said = set()
    for file in (REPOSITORY / "nst_core").rglob("*.py"):
        for line in file.read_text(encoding="utf-8").split("JobFailed(")[1:]:
            first = line.strip().split(",")[0].strip("\"'\n ")
            if first.isidentifier() and first.islower() and "_" in first + "_":
                said.add(first)
    assert {code for code in said if code not in ("code", "self", "str")} <= codes
    assert {"bad_request", "busy_limit", "device_lost", "model_missing"} <= said
