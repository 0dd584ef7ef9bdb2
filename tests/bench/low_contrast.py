"""What styles of low contrast paint: python -m tests.bench.low_contrast WEIGHTS PICTURES OUT [BEFORE] [SIDE]

Eight such styles, drawn here, are painted on three contents, as drafts. For each it prints how far the mean
color is from the style's (of 255, in the worst channel). It also prints the correlation of the luminance with
the content's, and the standard deviation of the luminance. OUT gets the results and a sheet of them. BEFORE
is the OUT of an older version: then each row has the older results above it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor

from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import stylize
from nst_core.files.style import style_tensor
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .pairs import contents
from .sheet import save_picture, save_sheet

CONTENTS = ("tubingen", "golden gate", "cup")
HEIGHT, WIDTH = 240, 320


def flat(*color: float) -> Tensor:
    """Returns a picture (1, 3, H, W) of one RGB color in 0–1."""
    return torch.tensor(color, dtype=torch.float32).view(1, 3, 1, 1).expand(1, 3, HEIGHT, WIDTH).contiguous()


def noise(seed: int) -> Tensor:
    """Returns standard normal noise, (1, 1, H, W)."""
    return torch.randn(1, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))


def canvas() -> Tensor:
    """Returns threads that go over and under each other, on a warm white."""
    down, across = torch.arange(HEIGHT)[:, None], torch.arange(WIDTH)[None]
    threads = torch.sin(down * 1.6) * torch.sin(across * 1.6)
    return (flat(0.90, 0.86, 0.78) + 0.03 * threads + 0.01 * noise(1)).clamp(0, 1)


def fog() -> Tensor:
    ramp = torch.linspace(0.62, 0.74, HEIGHT).view(1, 1, -1, 1)
    return (ramp * flat(0.98, 1.0, 1.02)).clamp(0, 1)


def gradient() -> Tensor:
    across = torch.linspace(0, 1, WIDTH).view(1, 1, 1, -1)
    return torch.lerp(flat(0.95, 0.75, 0.45), flat(0.45, 0.55, 0.85), across)


def pencil() -> Tensor:
    """Returns a house and a hill in thin gray lines on white paper, with some hatching."""
    paper = flat(0.97, 0.97, 0.96) + 0.004 * noise(2)

    def line(x0: float, y0: float, x1: float, y1: float) -> None:
        for part in torch.linspace(0, 1, 800).tolist():
            x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
            paper[0, :, int(y) : int(y) + 2, int(x) : int(x) + 2] = 0.35

    for ends in (
        *((90, 110, 90, 190), (90, 190, 190, 190), (190, 190, 190, 110), (190, 110, 90, 110)),
        *((80, 112, 140, 60), (140, 60, 200, 112), (10, 200, 120, 170), (180, 175, 310, 205)),
        *((130, 190, 130, 150), (130, 150, 155, 150), (155, 150, 155, 190)),
    ):
        line(*ends)
    for number in range(14):
        line(200 + 7 * number, 120, 215 + 7 * number, 165)
    return paper.clamp(0, 1)


STYLES = {
    "white": flat(1, 1, 1),
    "black": flat(0, 0, 0),
    "red": flat(0.85, 0.1, 0.1),
    "paper": (flat(0.96, 0.96, 0.94) + 2 / 255 * noise(0)).clamp(0, 1),
    "canvas": canvas(),
    "fog": fog(),
    "gradient": gradient(),
    "pencil": pencil(),
}


def luminance(picture: Tensor) -> Tensor:
    """Returns the luminance of each pixel of a picture (1, 3, H, W), as a vector."""
    return (picture * torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)).sum(1).flatten()


def correlation(one: Tensor, other: Tensor) -> float:
    """Returns the correlation of the luminance of two pictures of one size."""
    return float(torch.corrcoef(torch.stack([luminance(one), luminance(other)]))[0, 1])


def main() -> None:
    weights, pictures, out = (Path(argument) for argument in sys.argv[1:4])
    before = Path(sys.argv[4]) if len(sys.argv) > 4 and sys.argv[4] else None
    side = int(sys.argv[5]) if len(sys.argv) > 5 else 192
    out.mkdir(parents=True, exist_ok=True)
    ready = prepared(recipe(Settings(quality="draft", size=side)), weights)
    rows = [[flat(1, 1, 1), *STYLES.values()]]
    for content_name in CONTENTS:
        content = contents(pictures, side)[content_name]
        row, older = [content], [content]
        for name, style in STYLES.items():
            result = stylize(
                content=content, styles=[Style(style)], backbone=ready.backbone, recipe=ready.recipe
            )
            assert result is not None
            away = (result.picture.mean((0, 2, 3)) - style.mean((0, 2, 3))).abs().max()
            print(
                f"{content_name:12s} {name:9s} color {255 * float(away):5.1f}"
                f"  correlation {correlation(result.picture, content):5.2f}"
                f"  deviation {255 * float(luminance(result.picture).std()):5.1f}"
                f"  (style {255 * float(luminance(style).std()):4.1f})",
                flush=True,
            )
            file = f"{content_name}-{name}.png"
            save_picture(result.picture, out / file)
            row.append(result.picture)
            if before:
                older.append(style_tensor(before / file))
        rows += [older, row] if before else [row]
    save_sheet(rows, ["content", *STYLES], out / "low-contrast.jpg")


if __name__ == "__main__":
    main()
