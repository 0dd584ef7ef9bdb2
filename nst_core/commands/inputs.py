"""The input pictures of a run besides the content: styles with weights and masks, and a start image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from nst_core.commands.errors import CommandError
from nst_core.commands.like import Example, Inputs
from nst_core.commands.options import weights_of
from nst_core.commands.telling import say
from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import PLAIN_STYLE
from nst_core.files.form import FilePicture
from nst_core.files.raw import tensor_of
from nst_core.files.reading import read, read_mask


def given(
    styles: Sequence[Path],
    weights: str | None,
    regions: Sequence[str],
    style_masks: Sequence[str],
    example: Example | None,
) -> Inputs:
    """Returns the styles with their weights, regions and masks as given, else those of ``example``.

    ``weights`` is the text of ``--weights``. If it is None, the weights of ``example`` are used where they
    fit, else 1 for each style. Raises ``CommandError`` when there is no style, when a file of ``example``
    is missing, or when weights, regions or masks do not fit the styles.
    """
    if styles:
        style_weights = example.weights if example and weights is None else ()
        if len(style_weights) != len(styles):
            style_weights = tuple(weights_of(weights, len(styles)))
        chosen = Inputs(tuple(styles), style_weights, (), ())
    elif example:
        chosen = example.inputs(None if weights is None else weights_of(weights, example.styles))
    else:
        raise CommandError("Name at least one style picture.")
    return replace(
        chosen,
        regions=_for_each("--region", regions, chosen.styles) or chosen.regions,
        style_masks=_for_each("--style-mask", style_masks, chosen.styles) or chosen.style_masks,
    )


def _for_each(option: str, names: Sequence[str], styles: Sequence[Path]) -> tuple[Path | None, ...]:
    """Returns a path for each style, None for “-”; nothing when the option was not given."""
    if names and len(names) != len(styles):
        raise CommandError(
            f"{option} was given {len(names)} times for {len(styles)} styles: give it once for each,"
            " “-” where there is none."
        )
    return tuple(None if name == "-" else Path(name) for name in names)


def loaded(inputs: Inputs) -> list[Style]:
    """Reads all styles and masks, and prints notes about the styles. Raises ``PictureError``."""
    count = len(inputs.styles)
    regions = inputs.regions or (None,) * count
    masks = inputs.style_masks or (None,) * count
    styles: list[Style] = []
    for path, weight, region, mask in zip(inputs.styles, inputs.weights, regions, masks, strict=True):
        style = read(path, "style picture")
        for note in style.notes:
            say(note)
        picture = tensor_of(style.on_paper().rgb)
        region_tensor = None if region is None else tensor_of(read_mask(region, "region"))
        mask_tensor = None if mask is None else tensor_of(read_mask(mask, "style mask"))
        styles.append(Style(picture, weight, region_tensor, mask_tensor))
        if styles[-1].is_plain:
            say(PLAIN_STYLE)
    return styles


def start_of(path: Path | None) -> Tensor | None:
    """Returns the picture to resume from, (1, 3, H, W) in 0–1, or None. Raises ``PictureError``."""
    if path is None:
        return None
    picture: FilePicture = read(path, "start image")
    return picture.tensors()[0]


def refuse_own_input(output: Path, inputs: Iterable[Path | None], hint: str) -> None:
    """Raises ``CommandError`` when ``output`` is one of the files in ``inputs``, also through a link.

    ``hint`` ends the sentence and says what to do instead.
    """
    if not output.exists():
        return
    for path in inputs:
        if path is not None and path.exists() and path.samefile(output):
            raise CommandError(f"“{output}” is one of the pictures to paint with: {hint}.")
