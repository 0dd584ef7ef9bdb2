"""The exceptions that end a run: trouble, with sentences for the person, and a cancel."""

from __future__ import annotations

from collections.abc import Sequence

from nst_core.client.job import RawPicture
from text.language import _

CORE_DIED = "core_died"


class Trouble(Exception):
    """Something went wrong: ``str()`` is a sentence on what, and ``hint`` is one on what to do about it.

    ``kept`` are pictures that the person can still keep. ``code`` is the engine's error code,
    ``CORE_DIED``, or empty.
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
        """Both sentences, translated, in one line."""
        return f"{_(str(self))} {_(self.hint)}".strip()


class Cancelled(Exception):
    """The person wants no result."""
