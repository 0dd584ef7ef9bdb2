"""What can be wrong with a picture file, in a sentence for a person."""

from __future__ import annotations

from typing import Final

from nst_core.contract.errors import JobFailed

MAX_PIXELS: Final = 128_000_000


class PictureError(JobFailed):
    """A picture cannot be read. ``str()`` is one sentence for a person."""

    def __init__(
        self, message: str, hint: str = "Choose another picture, or save it as PNG or JPEG first."
    ) -> None:
        super().__init__("bad_picture", message, hint)
