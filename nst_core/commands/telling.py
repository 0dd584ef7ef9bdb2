"""What a command says: results for scripts on standard output, sentences for people on standard error."""

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
    """Makes the standard streams safe to write to: one that is closed takes all, and any name can be said.

    A number that is free would go to the next file that is opened, and whatever a library prints into it.
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
    """Prints what a script waits for. That nobody reads it any more does not make the work a failure."""
    try:
        typer.echo(result)
    except OSError:
        _open_nothing(1)


def say(sentence: str) -> None:
    """Prints a sentence for a person, with whatever a name brings that is no letter made visible."""
    try:
        typer.echo("".join(map(_visible, sentence)), err=True)
    except OSError:
        _open_nothing(2)


@contextmanager
def interruptible(stopped: Callable[[], str]) -> Iterator[None]:
    """Ends the command with the sentence ``stopped`` when Ctrl-C has interrupted what it does."""
    try:
        yield
    except KeyboardInterrupt:
        say(stopped())
        raise typer.Exit(STATUS) from None


def _open_nothing(number: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)


def _visible(letter: str) -> str:
    odd = unicodedata.category(letter) in ("Cc", "Cs")
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii") if odd else letter


def _bytes_of(error: UnicodeError) -> tuple[bytes, int]:
    """Gives back the bytes of a name that are no text, and an escape for what the terminal cannot show."""
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
