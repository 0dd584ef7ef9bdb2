"""A large file from its authors' address: resumed where it was cut, and kept only with the right hash."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nst_core.weights.catalog import Download
from nst_core.weights.downloads import TRIES, download
from nst_core.weights.errors import WeightsError

from ..folders import names
from ..web import Request, send, web_server

CONTENT = random.Random(0).randbytes(500_000)


@dataclass
class Host:
    """Serves ``content`` with ranges, or without; each answer may be cut after some bytes."""

    address: str = ""
    content: bytes = CONTENT
    knows_ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def answer(self, request: Request) -> None:
        part = request.headers.get("Range")
        self.asked.append(part)
        ranged = part if self.knows_ranges else None
        body = self.content[int(ranged.removeprefix("bytes=").rstrip("-")) if ranged else 0 :]
        sent = body[: self.cuts.pop(0)] if self.cuts else body
        send(request, sent, 206 if ranged else 200, length=len(body))


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    with web_server(host.answer) as host.address:
        yield host


def origin(host: Host, digest: str = hashlib.sha256(CONTENT).hexdigest()) -> Download:
    return Download(f"{host.address}/some/net-1234.pth", digest, len(CONTENT))


def test_it_comes_whole(host: Host, tmp_path: Path) -> None:
    path = download(origin(host), tmp_path)
    assert path == tmp_path / "net-1234.pth"
    assert path.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [path]
    assert host.asked == [None]


def test_a_cut_is_gone_on_from_at_once(host: Host, tmp_path: Path) -> None:
    host.cuts = [100_000, 50_000]
    assert download(origin(host), tmp_path).read_bytes() == CONTENT
    assert host.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_what_was_left_is_gone_on_from_next_time(host: Host, tmp_path: Path) -> None:
    host.cuts = [100_000, *[0] * (TRIES - 1)]
    with pytest.raises(WeightsError, match=r"could not be downloaded.*20 % are here.*goes on from there"):
        download(origin(host), tmp_path)
    assert names(tmp_path) == ["net-1234.pth.part"]
    host.asked.clear()
    assert download(origin(host), tmp_path).read_bytes() == CONTENT
    assert host.asked == ["bytes=100000-"]


def test_a_server_without_ranges_sends_it_all_again(host: Host, tmp_path: Path) -> None:
    host.knows_ranges = False
    host.cuts = [100_000]
    assert download(origin(host), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("what", ["other", "longer", "left from another"])
def test_a_wrong_file_is_not_kept(host: Host, tmp_path: Path, what: str) -> None:
    if what == "left from another":
        (tmp_path / "net-1234.pth.part").write_bytes(bytes(1000))
    else:
        host.content = CONTENT + b"more" if what == "longer" else bytes(len(CONTENT))
    with pytest.raises(WeightsError, match="not the file that was published"):
        download(origin(host), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nobody_there_is_a_sentence(tmp_path: Path) -> None:
    nowhere = Download("http://127.0.0.1:9/net-1234.pth", "", 10)
    with pytest.raises(WeightsError, match=r"could not be downloaded \(.*refused.*0 % are here"):
        download(nowhere, tmp_path)
    assert list(tmp_path.iterdir()) == []
