"""The pictures of the sweeps: four contents and six styles, from a given folder and from the samples."""

from __future__ import annotations

from pathlib import Path

from skimage import data
from torch import Tensor, from_numpy

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.files.style import style_tensor

SAMPLES = Path(__file__).parents[2] / "install" / "samples"


def contents(folder: Path, side: int) -> dict[str, Tensor]:
    """Returns four photographs (1, 3, H, W) in 0–1, reduced to ``side`` pixels on their longer side."""
    photographs = {
        "tubingen": style_tensor(folder / "tubingen.jpg"),
        "golden gate": style_tensor(folder / "golden_gate.jpg"),
        "cup": style_tensor(SAMPLES / "photograph.jpg"),
        "astronaut": from_numpy(data.astronaut()).permute(2, 0, 1)[None].float() / 255,
    }
    return {name: resized(picture, fitted(size_of(picture), side)) for name, picture in photographs.items()}


def styles(folder: Path) -> dict[str, Tensor]:
    """Returns six styles (1, 3, H, W) in 0–1, in their own sizes."""
    painted = {
        name: SAMPLES / "styles" / f"{name}.jpg" for name in ("wave-woodcut", "golden-mosaic", "sunny-dots")
    }
    famous = {name: folder / f"{name}.jpg" for name in ("starry_night", "the_scream", "shipwreck")}
    return {name: style_tensor(path) for name, path in {**famous, **painted}.items()}
