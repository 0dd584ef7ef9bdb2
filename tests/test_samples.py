"""The sample pictures: large enough, small on the disk, each with its license and its thumbnail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import SAMPLES

STYLES = sorted((SAMPLES / "styles").glob("*.jpg"))


def test_there_are_sixteen_or_more_in_25_megabytes() -> None:
    assert len(STYLES) >= 16
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*.jpg")) < 25_000_000


@pytest.mark.parametrize("path", STYLES, ids=lambda path: str(path.stem))
def test_a_style_has_pixels_enough_a_license_and_a_thumbnail_of_it(path: Path) -> None:
    assert f"`{path.name}`" in (SAMPLES / "LICENSES.md").read_text("utf-8")
    with Image.open(path) as image, Image.open(SAMPLES / "thumbnails" / path.name) as small:
        assert max(image.size) >= 2048
        expected = image.resize(small.size, Image.Resampling.LANCZOS)
        difference = np.asarray(expected, np.float32) - np.asarray(small, np.float32)
    assert np.abs(difference).mean() < 6  # of 255: any other of them is off by 43 or more
