"""What keeps the plug-in from its work, in words for the person."""

from __future__ import annotations


class Trouble(Exception):
    """``str()`` is one sentence on what is wrong; ``hint`` is one on what to do about it."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint

    @property
    def text(self) -> str:
        """Both sentences in one line."""
        return f"{self} {self.hint}".strip()


class Cancelled(Exception):
    """The person wants no result."""
