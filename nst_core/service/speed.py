"""How fast this machine works, remembered from one run to the next."""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path

log = logging.getLogger(__name__)

_FADE = 0.5  # of what earlier runs say, with each new one


class Speed:
    """Seconds per unit of work for each device, in one small file.

    A unit is one evaluation of one pixel. Seconds and units are summed up apart and fade together,
    so that a long run says more than a short one. A file that cannot be read or written only means
    that nothing is remembered.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def seconds(self, device: str, work: float) -> float | None:
        """Returns how long ``work`` units take on ``device``, or None before its first run."""
        with self._lock:
            sums = self._read().get(device)
        return None if sums is None else round(sums[0] / sums[1] * work, 2)

    def note(self, device: str, seconds: float, work: float) -> None:
        """Takes down that ``work`` units (more than 0) took ``seconds`` on ``device``."""
        with self._lock:
            known = self._read()
            before = known.get(device, (0.0, 0.0))
            known[device] = (before[0] * _FADE + seconds, before[1] * _FADE + work)
            part = self._path.with_suffix(f".{os.getpid()}")
            try:
                part.write_text(json.dumps(known), encoding="utf-8")
                part.replace(self._path)
            except OSError as error:
                log.warning("the speed cannot be remembered: %s", error.strerror)
                part.unlink(missing_ok=True)

    def _read(self) -> dict[str, tuple[float, float]]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            sums = {str(device): (float(pair[0]), float(pair[1])) for device, pair in known.items()}
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            return {}
        return {device: pair for device, pair in sums.items() if min(pair) > 0}
