"""Doing one job from files to a file: the engine without GIMP."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from nst_core.engine.progress import Decision, Progress
from nst_core.engine.style import Style
from nst_core.engine.stylize import stylize
from nst_core.loading import prepared
from nst_core.picture import PictureError, content_tensors, opened, raw_pixels, style_tensor
from nst_core.recipes import recipe
from nst_core.service.pace import Pace
from nst_core.settings import Settings

Show = Callable[[str, float, "float | None"], None]


def stylize_files(
    content: Path, style: Path, output: Path, settings: Settings, weights: Path, show: Show
) -> None:
    """Paints the picture in ``content`` in the style of ``style`` and writes it to ``output``.

    ``show`` is told what is going on, the fraction done (0–1), and the seconds left once they are
    known. Raises ``JobFailed`` (with ``PictureError``) with a sentence; nothing is written then.
    """
    if output.suffix.lower() not in Image.registered_extensions():
        raise PictureError(f"“{output.suffix or output.name}” is no kind of picture that can be written.")
    image = opened(content, "content picture")
    has_alpha = image.mode == "RGBA"
    pixels = image.convert("RGBA").tobytes()
    rgb, alpha = content_tensors(pixels, image.width, image.height, "RGBA u8")
    painter = style_tensor(style)
    ready = prepared(recipe(settings), weights)
    where = ready.backbone.device
    pace = Pace()

    def tell(progress: Progress) -> Decision:
        pace.note(progress.fraction, time.monotonic())
        width, height = progress.size[1], progress.size[0]
        text = f"Step {progress.scale} of {progress.scales}: {width} × {height}"
        show(text, progress.fraction, pace.seconds_left())
        return Decision.GO_ON

    painted = stylize(
        content=rgb.to(where),
        styles=[Style(painter.to(where))],
        backbone=ready.backbone,
        recipe=ready.recipe,
        on_progress=tell,
    )
    assert painted is not None, "nobody cancels here"
    raw = np.frombuffer(raw_pixels(painted.picture.cpu(), alpha, "RGBA u8"), np.uint8)
    result = Image.fromarray(raw.reshape(image.height, image.width, 4), "RGBA")
    if not has_alpha:
        result = result.convert("RGB")
    part = output.with_name(f".{output.name}.part{output.suffix}")
    try:
        result.save(part)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PictureError(f"The result cannot be written: {error.strerror or error}.") from error
