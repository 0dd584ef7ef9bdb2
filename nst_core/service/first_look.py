"""The first picture that a client sees: what is coming, painted without the network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nst_core.engine.pictures.colors import with_colors_of
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.pictures.style import Style
from nst_core.engine.pictures.transport import transported
from nst_core.recipes.settings import Settings


def first_look(content: Tensor, styles: Sequence[Style], settings: Settings, side: int) -> Tensor | None:
    """Returns ``content`` (1, 3, H, W), RGB in 0–1, about as it will be painted; its longer side is ``side``.

    It takes a fraction of a second. Returns None where it would not show what is coming: with several
    styles, or with one that does not paint everywhere.
    """
    if len(styles) != 1 or styles[0].region is not None:
        return None
    small = resized(content, fitted(size_of(content), side))
    picture = transported(small, styles[0].picture, settings.strength / 100)
    if settings.keep_colors:
        picture = torch.lerp(picture, with_colors_of(picture, small), settings.color_strength / 100)
    return picture
