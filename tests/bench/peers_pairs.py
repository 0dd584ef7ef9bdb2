"""The pairs of peers.py: kinds of photographs × kinds of paintings and prints."""

from __future__ import annotations

from pathlib import Path

import torch
from skimage import data
from torch import Tensor

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.files.style import style_tensor

from .pairs import SAMPLES

# Content and style, the most different kinds first.
PAIRS = (
    ("astronaut", "night-oil"),  # portrait × oil
    ("chelsea", "golden-mosaic"),  # animal × mosaic
    ("hoovertowernight", "escher_sphere"),  # night × ink
    ("coffee", "wave-woodcut"),  # still life × woodcut
    ("golden_gate", "evening-pastel"),  # landscape × pastel
    ("tubingen", "sunny-dots"),  # building × flat poster
    ("astronaut", "escher_sphere"),  # portrait × ink
    ("chelsea", "lake-watercolor"),  # animal × watercolor
    ("hoovertowernight", "starry_night"),  # night × oil
    ("coffee", "the_scream"),  # still life × crayon
    ("golden_gate", "shipwreck"),  # landscape × oil
    ("tubingen", "wave-woodcut"),  # building × woodcut
)
_PHOTOGRAPHS = ("astronaut", "chelsea", "coffee")  # in scikit-image
_SUFFIXES = (".jpg", ".jpeg", ".png")


class Pictures:
    """Finds pictures by name: in scikit-image, among the sample styles, and in ``folders``."""

    def __init__(self, folders: tuple[Path, ...], side: int) -> None:
        self._folders = (SAMPLES / "styles", *folders)
        self._side = side

    def content(self, name: str) -> Tensor:
        """Returns a photograph (1, 3, H, W) in 0–1, reduced to ``side`` pixels on its longer side."""
        if name in _PHOTOGRAPHS:
            picture = torch.from_numpy(getattr(data, name)()).permute(2, 0, 1)[None].float() / 255
        else:
            picture = self.style(name)
        return resized(picture, fitted(size_of(picture), self._side))

    def style(self, name: str) -> Tensor:
        """Returns a style (1, 3, H, W) in 0–1, in its own size. Raises ``FileNotFoundError``."""
        paths = [folder / f"{name}{suffix}" for folder in self._folders for suffix in _SUFFIXES]
        for path in paths:
            if path.is_file():
                return style_tensor(path)
        raise FileNotFoundError(f"{name}: in none of {', '.join(map(str, self._folders))}")


def pairs(further: Path | None) -> list[tuple[str, str]]:
    """Returns ``PAIRS``, then each photograph in the folder ``further`` with one style after the other."""
    chosen = list(PAIRS)
    files = sorted(further.iterdir()) if further else []
    names = [file.stem for file in files if file.suffix.lower() in _SUFFIXES]
    known = list(dict.fromkeys(style for _, style in PAIRS))
    return chosen + [(name, known[index % len(known)]) for index, name in enumerate(names)]
