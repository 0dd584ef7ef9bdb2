"""How fast this machine works, remembered from one run to the next."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from nst_core.engine.pyramid import TARGETS

log = logging.getLogger(__name__)

_FADE = 0.5  # factor of the earlier sums with each new entry
_STEPS_PER_DOUBLING = 2  # groups of sizes, per doubling of the pixels


class Speed:
    """The seconds of one evaluation by number of pixels, for each kind of work, in one small file.

    The kind names all that the time depends on: the device, the network, the losses. Within a kind, pictures
    of similar size are summed up together. Between known sizes the time is interpolated, on logarithmic axes.
    Beyond the largest it grows with the pixels. Below the smallest it stays the same. The sums fade with each
    new entry, so that a machine that became slower is noticed. A long run counts more than a short one. A
    kind may also be refused: what is done that way is wrong here. When the file cannot be read or written,
    nothing is remembered, and nothing is raised.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def seconds(self, kind: str, pixels: int, beyond: float = 1.0) -> float | None:
        """Returns the seconds of one evaluation of a picture, or None for a kind that was never run.

        ``beyond`` says how many times as long a pixel takes in a picture of more than 1.5 times the pixels of
        the largest known size.
        """
        with self._lock:
            sums = self._read().get(kind)
        if not sums:
            return None
        points = sorted((of_pixels / count, seconds / count) for seconds, count, of_pixels in sums.values())
        if pixels >= points[-1][0]:
            ratio = pixels / points[-1][0]
            return points[-1][1] * ratio * (beyond if ratio > 1.5 else 1.0)
        if pixels <= points[0][0]:
            return points[0][1]
        above = next(index for index, (size, _) in enumerate(points) if size >= pixels)
        (low, fast), (high, slow) = points[above - 1], points[above]
        fraction = math.log(pixels / low) / math.log(high / low)
        return float(fast * (slow / fast) ** fraction)

    def note(self, kind: str, pixels: int, seconds: float, evaluations: int) -> None:
        """Remembers that ``evaluations`` (1 or more) of a picture of ``pixels`` took ``seconds`` in all."""
        size = str(round(_STEPS_PER_DOUBLING * math.log2(pixels)))
        with self._lock:
            kinds = self._read()
            sizes = kinds.setdefault(kind, {})
            faded = [_FADE * value for value in sizes.get(size, (0.0, 0.0, 0.0))]
            sizes[size] = (faded[0] + seconds, faded[1] + evaluations, faded[2] + evaluations * pixels)
            self._write(kinds)

    def refuse(self, kind: str) -> None:
        """Remembers that work of this ``kind`` is wrong on this machine, and forgets its seconds."""
        with self._lock:
            # A kind without sums: to a version that knows of no refusal, it is one that was never run.
            self._write({**self._read(), kind: {}})

    def is_refused(self, kind: str) -> bool:
        """Whether ``refuse`` was called for this kind."""
        with self._lock:
            return self._read().get(kind) == {}

    def _write(self, kinds: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> None:
        partial_file = self._path.with_suffix(f".{os.getpid()}")
        try:
            partial_file.write_text(json.dumps(kinds), encoding="utf-8")
            partial_file.replace(self._path)
        except OSError as error:
            log.warning("the speed cannot be remembered: %s", error.strerror)
            with contextlib.suppress(OSError):  # on a file system that became read-only this fails, too
                partial_file.unlink()

    def _read(self) -> dict[str, dict[str, tuple[float, float, float]]]:
        try:
            kinds = json.loads(self._path.read_text(encoding="utf-8"))
            sums = {
                str(kind): {str(int(size)): _sums(entry) for size, entry in sizes.items()}
                for kind, sizes in kinds.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            return {}
        return sums


def _sums(entry: list[float]) -> tuple[float, float, float]:
    seconds, evaluations, pixels = (float(value) for value in entry)
    if min(seconds, evaluations, pixels) <= 0:
        raise ValueError("a sum is not positive")
    return seconds, evaluations, pixels


class Stopwatch:
    """Measures the time of each scale of a run that begins at ``now`` (seconds)."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._sums: dict[int, list[float]] = {}

    def evaluated(self, pixels: int, evaluation: int, now: float) -> None:
        """Records that an evaluation of a picture of ``pixels`` ended at ``now`` (seconds).

        ``evaluation`` is its number in the scale, from 1. Before the first, content and styles were measured,
        which counts as ``TARGETS`` evaluations.
        """
        sums = self._sums.setdefault(pixels, [0.0, 0.0])
        sums[0] += now - self._since
        sums[1] += 1 + TARGETS if evaluation == 1 else 1
        self._since = now

    def note(self, speed: Speed, kind: str, share: float = 1.0) -> None:
        """Makes ``speed`` remember what was measured, as work of this ``kind``.

        ``share`` (above 0, at most 1) is the part of the processor that other programs left: remembered is
        what a quiet machine would take.
        """
        for pixels, (seconds, evaluations) in self._sums.items():
            if seconds > 0:
                speed.note(kind, pixels, seconds * share, int(evaluations))
