"""How fast this machine works, remembered from one run to the next."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import threading
from pathlib import Path

from nst_core.engine.pyramid import TARGETS

log = logging.getLogger(__name__)

_FADE = 0.5  # of what earlier runs say, with each new one
_STEPS_PER_DOUBLING = 2


class Speed:
    """Seconds for one evaluation by the number of pixels, for each kind of work, in one small file.

    The kind names all that the time depends on: the device, the network, the losses. For each kind
    pictures of like size are summed up together; between the sizes known the time is interpolated,
    beyond the largest it grows with the pixels. Sums fade, so that a machine that became slower is
    noticed and one long run says more than a short one. A file that cannot be read or written only means
    that nothing is remembered.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def seconds(self, kind: str, pixels: int, beyond: float = 1.0) -> float | None:
        """Returns how long one evaluation of a picture takes, or None for a kind that was never run.

        ``beyond`` is how many times as long a pixel takes in a picture much larger than any that was run.
        """
        with self._lock:
            known = self._read().get(kind)
        if not known:
            return None
        points = sorted((of_pixels / count, seconds / count) for seconds, count, of_pixels in known.values())
        if pixels >= points[-1][0]:
            larger = pixels / points[-1][0]
            return points[-1][1] * larger * (beyond if larger > 1.5 else 1.0)
        if pixels <= points[0][0]:
            return points[0][1]
        above = next(index for index, (size, _) in enumerate(points) if size >= pixels)
        (low, fast), (high, slow) = points[above - 1], points[above]
        part = math.log(pixels / low) / math.log(high / low)
        return float(fast * (slow / fast) ** part)

    def note(self, kind: str, pixels: int, seconds: float, evaluations: int) -> None:
        """Takes down that ``evaluations`` (1 or more) of a picture took ``seconds`` in all."""
        size = str(round(_STEPS_PER_DOUBLING * math.log2(pixels)))
        with self._lock:
            known = self._read()
            sizes = known.setdefault(kind, {})
            old = [_FADE * value for value in sizes.get(size, (0.0, 0.0, 0.0))]
            sizes[size] = (old[0] + seconds, old[1] + evaluations, old[2] + evaluations * pixels)
            part = self._path.with_suffix(f".{os.getpid()}")
            try:
                part.write_text(json.dumps(known), encoding="utf-8")
                part.replace(self._path)
            except OSError as error:
                log.warning("the speed cannot be remembered: %s", error.strerror)
                with contextlib.suppress(OSError):  # a file system that became read-only keeps it, too
                    part.unlink()

    def _read(self) -> dict[str, dict[str, tuple[float, float, float]]]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            sums = {
                str(kind): {str(int(size)): _sums(entry) for size, entry in sizes.items()}
                for kind, sizes in known.items()
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
    """Takes the time of each scale of a run that begins at ``now`` (seconds), and notes it in the end."""

    def __init__(self, now: float) -> None:
        self._since = now
        self._sums: dict[int, list[float]] = {}

    def evaluated(self, pixels: int, evaluation: int, now: float) -> None:
        """Says that an evaluation of a picture of ``pixels`` ended at ``now``.

        ``evaluation`` is its number in the scale; before the first, 1, content and styles were looked at.
        """
        sums = self._sums.setdefault(pixels, [0.0, 0.0])
        sums[0] += now - self._since
        sums[1] += 1 + TARGETS if evaluation == 1 else 1
        self._since = now

    def note(self, speed: Speed, kind: str) -> None:
        """Has ``speed`` remember what was measured."""
        for pixels, (seconds, evaluations) in self._sums.items():
            if seconds > 0:
                speed.note(kind, pixels, seconds, int(evaluations))
