"""Times in the words that a person reads."""

from __future__ import annotations


def words_for_seconds(seconds: float) -> str:
    """Returns a rounded time of at least 5 s, such as ``40 s``, ``2½ min`` or ``1 h 10 min``."""
    if seconds < 57.5:
        return f"{max(5, 5 * round(seconds / 5))} s"
    halves = round(seconds / 30)
    if halves < 20:
        return f"{halves // 2}{'½' if halves % 2 else ''} min"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
