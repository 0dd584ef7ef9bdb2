"""A picture that was read from a file, and the form that it has in its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from torch import Tensor

from nst_core.files.raw import content_tensors

Values = npt.NDArray[np.float32]
Depth = Literal[8, 16, 32]  # bits per channel; 32 means float


@dataclass(frozen=True)
class Form:
    """What is kept of a file besides its pixels, so that a result can be written in the same form.

    The engine works on sRGB floats, whatever the form is. ``depth`` is the bits per channel in the file.
    ``grey``: the file has one channel of color. ``profile`` is the ICC profile of the file's colors; None
    means sRGB. ``dpi`` is the resolution in pixels per inch, across and down.
    """

    depth: Depth = 8
    grey: bool = False
    profile: bytes | None = None
    dpi: tuple[float, float] | None = None

    def colored(self) -> Form:
        """Returns the form for a picture with colors, without a gray profile: that cannot describe colors."""
        return replace(self, grey=False, profile=None) if self.grey else self


@dataclass(frozen=True)
class FilePicture:
    """An upright picture: ``rgb`` (H, W, 3) is sRGB in 0–1, ``alpha`` (H, W) is in 0–1 or None.

    ``notes`` are sentences on what the file holds that this picture does not.
    """

    rgb: Values
    alpha: Values | None = None
    form: Form = Form()
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    def tensors(self) -> tuple[Tensor, Tensor]:
        """Returns (RGB, alpha), shapes (1, 3, H, W) and (1, 1, H, W), as ``content_tensors`` makes them."""
        opaque = np.ones(self.size, np.float32)
        alpha = opaque if self.alpha is None else self.alpha
        pixels = np.concatenate((self.rgb, alpha[..., None]), axis=2)
        return content_tensors(pixels.tobytes(), self.size[1], self.size[0], "RGBA float")

    def on_paper(self) -> FilePicture:
        """Returns the picture laid over white, without alpha."""
        if self.alpha is None:
            return self
        alpha = self.alpha[..., None]
        return FilePicture(self.rgb * alpha + (1 - alpha), None, self.form)


def values_of(picture: Tensor) -> Values:
    """Returns a picture (1, 3, H, W) as an array (H, W, 3), clipped to 0–1."""
    return np.ascontiguousarray(picture[0].detach().clamp(0, 1).permute(1, 2, 0).cpu().numpy())
