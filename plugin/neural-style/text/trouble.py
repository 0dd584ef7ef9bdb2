"""What keeps the plug-in from its work, in words for the person."""

from __future__ import annotations

from collections.abc import Sequence

from nst_core.client.job import RawPicture
from text.language import _

CORE_DIED = "core_died"


class Trouble(Exception):
    """``str()`` is one sentence on what is wrong; ``hint`` is one on what to do about it.

    ``kept`` are pictures that can be had all the same; ``code`` is the engine's, or ``CORE_DIED``.
    """

    def __init__(
        self, sentence: str, hint: str = "", kept: Sequence[RawPicture] = (), code: str = ""
    ) -> None:
        super().__init__(sentence)
        self.hint = hint
        self.kept = kept
        self.code = code

    @property
    def text(self) -> str:
        """Both sentences in one line."""
        return f"{_(str(self))} {_(self.hint)}".strip()


class Cancelled(Exception):
    """The person wants no result."""
