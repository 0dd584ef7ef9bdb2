"""The installer's command-line options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


class Options(argparse.Namespace):
    """The checked arguments."""

    prefix: Path | None
    offline: Path | None
    fetch: Path | None
    yes: bool
    dry_run: bool
    cpu: bool
    json: bool
    no_gimp: bool
    uninstall: bool
    doctor: bool


def read(words: Sequence[str] | None = None) -> Options:
    """Returns the options in ``words``, by default this program's arguments; ends it when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python3 install",
        description="Sets up Neural Style for GIMP: its engine, its network, and the plug-in in every GIMP 3"
        " and 2.10. It shows what it will do and asks once. Running it again repairs what is missing.",
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--uninstall", action="store_true", help="remove everything that was installed")
    kind.add_argument("--doctor", action="store_true", help="check everything, and offer to mend it")
    kind.add_argument(
        "--fetch",
        type=_folder,
        metavar="DIR",
        help="fetch all packages into the new folder DIR, for a machine without network; install nothing",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--prefix", type=_folder, metavar="DIR", help="the folder for all but the plug-in")
    parser.add_argument(
        "--offline",
        type=_folder,
        metavar="DIR",
        help="install without network, from a folder that --fetch has made",
    )
    parser.add_argument("--cpu", action="store_true", help="the smaller engine, without the GPU")
    parser.add_argument("--no-gimp", action="store_true", help="leave GIMP alone: only the command line")
    parser.add_argument("--json", action="store_true", help="say what was found or done for programs")
    return parser.parse_args(words, Options())


def _folder(text: str) -> Path:
    """Returns a folder as an absolute path without links. Raises ``ArgumentTypeError`` for no folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: name a folder")
    try:
        folder = Path(text).expanduser()
        if folder.is_symlink() and not folder.exists():
            raise argparse.ArgumentTypeError(f"{folder} is not a folder, but a link to nowhere")
        return folder.resolve()
    except PermissionError:
        return folder.absolute()  # a later check finds whether it can be written
    except (RuntimeError, OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text} names no folder ({error})") from error
