"""The error for a picture file that cannot be read or written, and the limit of a picture's size."""

from __future__ import annotations

from typing import Final

from nst_core.contract.errors import JobFailed

MAX_PIXELS: Final = 128_000_000


class PictureError(JobFailed):
    """A picture cannot be read or written. ``str()`` is one sentence for a person."""

    def __init__(
        self, message: str, hint: str = "Choose another picture, or save it as PNG or JPEG first."
    ) -> None:
        super().__init__("bad_picture", message, hint)
