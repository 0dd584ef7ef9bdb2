"""``nst batch``: paints every picture of a folder with one loaded network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nst_core.commands.errors import CommandError, sentence_of
from nst_core.commands.interruption import Interruption
from nst_core.commands.options import Device, Like, Styles, Weights, with_settings
from nst_core.commands.telling import give, interruptible, say
from nst_core.recipes.settings import Settings


@with_settings
def batch(
    folder: Annotated[Path, typer.Argument(help="The folder with the pictures to paint", show_default=False)],
    styles: Styles = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder that the results go to")],
    like: Like = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Paint again what is there already")] = False,
    device: Device = "auto",
    weights: Weights = None,
    chosen: dict[str, Any],
) -> None:
    """Paint every picture of a folder. Each result has the name of its picture.

    “.png” is added to the name if pictures of that kind cannot be written. A picture that cannot be painted
    is named and left out, and the exit status is then 1. Hidden files and subfolders are skipped. Ctrl+C
    stops the command. Finished results stay, and the same command continues from there.
    """
    from nst_core.commands.inputs import given, loaded, refuse_own_input
    from nst_core.commands.like import Example, note_of
    from nst_core.commands.painting import form_of_result, network, paint, shown
    from nst_core.commands.targets import targets
    from nst_core.device import device_called
    from nst_core.files.reading import read
    from nst_core.files.writing import check_output, check_size, lost, write
    from nst_core.recipes.presets import recipe

    example = Example(like) if like else None
    settings = Settings(**{**(example.settings if example else {}), **chosen})
    inputs = given(styles or (), weights, (), (), example)
    device_called(device)  # an unknown device is refused before the long work
    tasks = targets(_files(folder, output), output)
    if not tasks:
        raise CommandError(f"There is no picture in “{folder}”.")
    loaded_styles = loaded(inputs)
    _make(output)
    chosen_recipe = recipe(settings)
    failed_count = painted_count = 0

    def stopped() -> str:
        return f"Stopped after {painted_count} of {len(tasks)} pictures."

    with interruptible(stopped), shown("Starting the engine", stopped) as show:
        ready = network(chosen_recipe, device)

        def painted_to(source: Path, target: Path, number: int) -> tuple[str, ...]:
            def part(text: str, fraction: float, seconds: float | None) -> None:
                show(f"{source.name} ({number} of {len(tasks)}): {text}", fraction, seconds)

            part("reading", 0.0, None)
            refuse_own_input(target, (source, *inputs.styles), "give another folder for the results")
            with Interruption():  # the file that check_output tries to write must not stay
                check_output(target)
            picture = read(source, "picture")
            check_size(target, picture.size)
            painted = paint(picture, loaded_styles, ready, part)
            form = form_of_result(picture.form, chosen_recipe)
            with Interruption(at_once=True):
                write(target, painted.picture, form, note_of(settings, inputs))
            return (*picture.notes, *painted.notes, *lost(painted.picture, target))

        for number, (source, target) in enumerate(tasks, start=1):
            try:
                if target.exists() and not overwrite:
                    say(f"“{target.name}” is there already.")
                    continue
                notes = painted_to(source, target, number)
            except Exception as error:
                failed_count += 1
                say(f"{source.name} is left out. {sentence_of(error)}")
                continue
            painted_count += 1
            for sentence in notes:
                say(f"{source.name}: {sentence}")
            give(target)
    if failed_count:
        raise typer.Exit(1)


def _files(folder: Path, output: Path) -> list[Path]:
    """Returns the files of ``folder`` to paint, sorted; hidden files and subfolders are skipped.

    Raises ``CommandError`` when there is no such folder, or when ``output`` is the same one.
    """
    if not folder.is_dir():
        raise CommandError(f"There is no folder “{folder}”.")
    if output.exists() and output.resolve() == folder.resolve():
        raise CommandError("The results need a folder of their own: they have the names of the pictures.")
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and not path.is_dir())


def _make(output: Path) -> None:
    try:
        output.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise CommandError(f"There is no folder “{output.parent}” to make “{output.name}” in.") from error
    except OSError as error:
        raise CommandError(f"“{output}” cannot be made: {error.strerror}.") from error
