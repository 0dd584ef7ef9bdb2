"""Downloading a large file from its authors' address, from where an earlier try was cut off."""

from __future__ import annotations

import http.client
import urllib.request
from pathlib import Path

from nst_core.weights.catalog import Download
from nst_core.weights.errors import WeightsError
from nst_core.weights.store import sha256

TRIES = 3
SECONDS_OF_SILENCE = 60


def download(origin: Download, folder: Path) -> Path:
    """Downloads the file to ``folder`` and returns its path. The file is complete and has the right hash.

    An unfinished file (``<name>.part``) of an earlier call is continued. It stays there when this call is cut
    off, too. Raises ``WeightsError`` when the download fails, or the hash is wrong. A file with a wrong hash
    is removed.
    """
    target = folder / origin.url.rpartition("/")[2]
    part = target.with_name(f"{target.name}.part")
    if _length(part) > origin.size:
        part.unlink()
    reason = ""
    for _ in range(TRIES):
        if _length(part) == origin.size:
            break
        try:
            _go_on(origin, part)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
    if _length(part) < origin.size:
        percent = 100 * _length(part) // origin.size
        reason = f" ({reason})" if reason else ""
        raise WeightsError(
            f"The network's weights could not be downloaded{reason}: {percent} % are here. "
            "Check the connection and try again; it goes on from there."
        )
    if _length(part) != origin.size or sha256(part) != origin.sha256:
        part.unlink()
        raise WeightsError(f"{origin.url} is not the file that was published: its SHA-256 differs.")
    return part.replace(target)


def _go_on(origin: Download, part: Path) -> None:
    """Appends to ``part`` what the server sends. What has arrived is kept, whatever error ends it."""
    length = _length(part)
    request = urllib.request.Request(origin.url, headers={"Range": f"bytes={length}-"} if length else {})
    answer = urllib.request.urlopen(request, timeout=SECONDS_OF_SILENCE)
    # A server that does not support ranges answers 200 and sends the whole file.
    mode = "ab" if answer.status == http.HTTPStatus.PARTIAL_CONTENT else "wb"
    with answer, part.open(mode) as file:
        remaining = origin.size + 1 - file.tell()  # one byte too many shows that it is another file
        while remaining > 0 and (piece := answer.read(min(remaining, 1 << 16))):
            file.write(piece)
            remaining -= len(piece)


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
