"""How long a run still takes, from how fast it went lately."""

from __future__ import annotations

from collections import deque

_WINDOW_SECONDS = 30.0
_FIRST_SECONDS = 2.0
_FIRST_NOTES = 5


class Pace:
    """Learns the speed from (fraction, time) pairs; fraction is of the work, 0–1."""

    def __init__(self) -> None:
        self._notes: deque[tuple[float, float]] = deque()

    def note(self, fraction: float, now: float) -> None:
        """Takes down that ``fraction`` of the work was done at ``now`` (seconds)."""
        self._notes.append((fraction, now))
        while len(self._notes) > _FIRST_NOTES and now - self._notes[0][1] > _WINDOW_SECONDS:
            self._notes.popleft()

    def seconds_left(self) -> float | None:
        """Returns the seconds left, or None while there is too little to go by."""
        if len(self._notes) < _FIRST_NOTES:
            return None
        (first, start), (last, end) = self._notes[0], self._notes[-1]
        if end - start < _FIRST_SECONDS or last <= first:
            return None
        return (1.0 - last) * (end - start) / (last - first)
