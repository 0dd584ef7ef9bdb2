"""``nst stylize``: paints one picture, plans it, or paints a sheet of its variations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nst_core.commands.errors import CommandError
from nst_core.commands.interruption import Interruption
from nst_core.commands.options import (
    Device,
    Like,
    Regions,
    StartImage,
    StyleMasks,
    Styles,
    Weights,
    with_settings,
)
from nst_core.commands.telling import give, interruptible, say
from nst_core.recipes.settings import Settings


@with_settings
def stylize(
    content: Annotated[
        Path, typer.Argument(help="The picture to paint; “-” is the standard input", show_default=False)
    ],
    styles: Styles = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the result goes: .png, .jpg, .tif or .webp")
    ],
    like: Like = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="Paint a sheet of small variations to choose from instead")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be computed, and write nothing")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write even over a picture that is painted with")
    ] = False,
    device: Device = "auto",
    weights: Weights = None,
    region: Regions = None,
    style_mask: StyleMasks = None,
    start_image: StartImage = None,
    chosen: dict[str, Any],
) -> None:
    """Paint a picture in the style of another, or of several.

    The result has the content's size, alpha, bits per channel (.tif keeps 16 bits and float, .png 16 bits),
    color profile and resolution. Its file also holds the settings: --like takes them from there.
    """
    # Imported here, because torch takes seconds to import, and --help must not wait for it.
    from nst_core.commands import grid as grids
    from nst_core.commands.dry_run import plan_lines
    from nst_core.commands.inputs import given, loaded, refuse_own_input, start_of
    from nst_core.commands.like import Example, note_of
    from nst_core.commands.painting import form_of_result, network, paint, shown
    from nst_core.device import device_called
    from nst_core.files.reading import read
    from nst_core.files.writing import check_output, check_size, lost, write
    from nst_core.recipes.presets import recipe

    example = Example(like) if like else None
    settings = Settings(**{**(example.settings if example else {}), **chosen})
    inputs = given(styles or (), weights, region or (), style_mask or (), example)
    if grid and start_image:
        raise CommandError("--grid and --start-image do not go together: each variation starts anew.")
    device_called(device)  # an unknown device is refused before the long work
    paths = (content, *inputs.styles, *inputs.regions, *inputs.style_masks, start_image)
    if not overwrite:
        refuse_own_input(output, paths, "write elsewhere, or say --overwrite")
    with Interruption():  # the file that check_output tries to write must not stay
        check_output(output)
    picture = read(content, "content picture")
    check_size(output, picture.size)
    for note in picture.notes:
        say(note)
    loaded_styles, start = loaded(inputs), start_of(start_image)
    chosen_recipe = recipe(settings)
    if dry_run:
        size = picture.size
        lines = (
            grids.plan(size, settings, device)
            if grid
            else plan_lines(size, settings, device, start is not None)
        )
        give("\n".join(lines))
        return

    def stopped() -> str:
        return "Stopped; nothing was written."

    with interruptible(stopped), shown("Starting the engine", stopped) as show:
        ready = network(chosen_recipe, device)
        if grid:
            painted = grids.sheet(picture, loaded_styles, ready, settings, show)
            form, made_with = painted.picture.form, None
        else:
            painted = paint(picture, loaded_styles, ready, show, start)
            form, made_with = form_of_result(picture.form, chosen_recipe), note_of(settings, inputs)
        with Interruption(at_once=True):
            write(output, painted.picture, form, made_with)
    for sentence in (*painted.notes, *lost(painted.picture, output)):
        say(sentence)
    give(output)
