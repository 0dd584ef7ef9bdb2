"""The remaining time of a run, estimated from its speed in the last 30 seconds."""

from __future__ import annotations

from collections import deque

_WINDOW_SECONDS = 30.0
_FIRST_SECONDS = 2.0
_FIRST_NOTES = 5


class Pace:
    """Learns the speed of a run from pairs: the fraction of the work done (0–1), and the time in seconds.

    It keeps the pairs of the last 30 seconds, and always the last five.
    """

    def __init__(self) -> None:
        self._notes: deque[tuple[float, float]] = deque()

    def note(self, fraction: float, now: float) -> None:
        """Records that ``fraction`` (0–1) of the work was done at the time ``now``, in seconds."""
        self._notes.append((fraction, now))
        while len(self._notes) > _FIRST_NOTES and now - self._notes[0][1] > _WINDOW_SECONDS:
            self._notes.popleft()

    def seconds_left(self) -> float | None:
        """Returns the estimated seconds left.

        Returns None before there are five pairs over at least two seconds, or if no progress was made.
        """
        if len(self._notes) < _FIRST_NOTES:
            return None
        (first, start), (last, end) = self._notes[0], self._notes[-1]
        if end - start < _FIRST_SECONDS or last <= first:
            return None
        return (1.0 - last) * (end - start) / (last - first)
