"""What a command prints: results for scripts on standard output, sentences for users on standard error."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from nst_core.commands.interruption import STATUS

_ANY_NAME = "nst-any-name"
_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def prepare_streams() -> None:
    """Opens closed standard streams on the null device, and lets standard output print any file name.

    Otherwise the next file that is opened would get the descriptor of a closed stream. What a library
    prints would then go into that file.
    """
    for number, (name, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                _open_nothing(number)
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    codecs.register_error(_ANY_NAME, _bytes_of)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=_ANY_NAME)


def give(result: object) -> None:
    """Prints a result that a script may read; it is no error if nobody reads it any more."""
    try:
        typer.echo(result)
    except OSError:
        _open_nothing(1)


def say(sentence: str) -> None:
    """Prints a sentence for the user; control characters and undecodable bytes of names are escaped."""
    try:
        typer.echo("".join(map(_visible, sentence)), err=True)
    except OSError:
        _open_nothing(2)


@contextmanager
def interruptible(stopped: Callable[[], str]) -> Iterator[None]:
    """Prints ``stopped()`` and ends the command with ``STATUS`` when Ctrl-C interrupts the block."""
    try:
        yield
    except KeyboardInterrupt:
        say(stopped())
        raise typer.Exit(STATUS) from None


def _open_nothing(number: int) -> None:
    """Opens the null device with the descriptor ``number``."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    if descriptor != number:
        os.dup2(descriptor, number)
        os.close(descriptor)


def _visible(letter: str) -> str:
    is_invisible = unicodedata.category(letter) in ("Cc", "Cs")
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii") if is_invisible else letter


def _bytes_of(error: UnicodeError) -> tuple[bytes, int]:
    """Handles an encoding error: undecodable bytes of a name become bytes again (PEP 383).

    Characters that the stream cannot encode become escapes. Raises ``error`` when it is a decoding error.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    parts = (
        bytes([ord(letter) - 0xDC00])
        if "\udc80" <= letter <= "\udcff"
        else letter.encode("ascii", "backslashreplace")
        for letter in letters
    )
    return b"".join(parts), error.end
