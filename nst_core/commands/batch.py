"""``nst batch``: every picture of a folder painted with one loaded network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nst_core.commands.errors import CommandError
from nst_core.commands.interruption import Interruption
from nst_core.commands.options import Device, Like, Styles, Weights, with_settings
from nst_core.settings import Settings
from nst_core.wire.errors import JobFailed

if TYPE_CHECKING:
    from nst_core.commands.painting import Painted

_SUFFIXES = (
    *(".avif", ".bmp", ".gif", ".ico", ".j2k", ".jp2", ".jpeg", ".jpg"),
    *(".pcx", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"),
)


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
    """Paint every picture of a folder; results have the same names.

    What cannot be painted is named and left out, and the exit status is 1 then. Ctrl+C ends it; what is done
    stays, and the same command goes on from there.
    """
    from nst_core.commands.inputs import given, loaded
    from nst_core.commands.like import Example, note_of
    from nst_core.commands.painting import form_of_result, network, paint, shown
    from nst_core.device import device_called
    from nst_core.files.reading import read
    from nst_core.files.writing import check_output, check_size, lost, write
    from nst_core.recipes import recipe

    example = Example(like) if like else None
    settings = Settings(**{**(example.settings if example else {}), **chosen})
    inputs = given(styles or (), weights, (), (), example)
    device_called(device)  # before the long work
    work = list(_work(folder, output))
    if not work:
        raise CommandError(f"There is no picture in “{folder}”.")
    painters = loaded(inputs)
    _make(output)
    wanted = recipe(settings)
    failed = done = 0
    try:
        with shown("Starting the engine") as show:
            ready = network(wanted, device)

            def painted_to(source: Path, target: Path, number: int) -> Painted:
                def part(text: str, fraction: float, seconds: float | None) -> None:
                    show(f"{source.name} ({number} of {len(work)}): {text}", fraction, seconds)

                part("reading", 0.0, None)
                check_output(target)
                with Interruption():  # Pillow would take it for a file that cannot be read
                    picture = read(source, "picture")
                check_size(target, picture.size)
                result = paint(picture, painters, ready, part)
                form = form_of_result(picture.form, wanted)
                write(target, result.picture, form, note_of(settings, inputs))
                return result

            for number, (source, target) in enumerate(work, start=1):
                if target.exists() and not overwrite:
                    typer.echo(f"“{target.name}” is there already.", err=True)
                    continue
                try:
                    painted = painted_to(source, target, number)
                except (JobFailed, CommandError) as error:
                    failed += 1
                    typer.echo(f"{source.name} is left out. {error}", err=True)
                    continue
                done += 1
                for sentence in (*painted.notes, *lost(painted.picture, target)):
                    typer.echo(f"{source.name}: {sentence}", err=True)
                typer.echo(target)
    except KeyboardInterrupt:
        typer.echo(f"Stopped after {done} of {len(work)} pictures.", err=True)
        raise typer.Exit(130) from None
    if failed:
        raise typer.Exit(1)


def _work(folder: Path, output: Path) -> Iterator[tuple[Path, Path]]:
    """Yields each picture of a folder with the file for its result. Raises ``CommandError``."""
    from nst_core.files.writing import KINDS

    if not folder.is_dir():
        raise CommandError(f"There is no folder “{folder}”.")
    if output.exists() and output.resolve() == folder.resolve():
        raise CommandError("The results need a folder of their own: they have the names of the pictures.")
    taken: set[str] = set()
    for source in sorted(folder.iterdir()):
        if source.suffix.lower() not in _SUFFIXES or source.name.startswith(".") or not source.is_file():
            continue
        name = source.name if source.suffix.lower() in KINDS else f"{source.name}.png"
        if name.lower() not in taken:
            taken.add(name.lower())
            yield source, output / name


def _make(output: Path) -> None:
    try:
        output.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise CommandError(f"There is no folder “{output.parent}” to make “{output.name}” in.") from error
    except OSError as error:
        raise CommandError(f"“{output}” cannot be made: {error.strerror}.") from error
