"""Calling ``nst`` within the tests' own process, with an engine that is there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from nst_core.cli import main


class Done(NamedTuple):
    """What a command left: its exit status and what it said."""

    status: int
    out: str
    err: str


Nst = Callable[..., Done]
QUICK = ("--size", 64, "--evaluations", 3)  # what a run is given that has to be done soon


def caller(capsys: pytest.CaptureFixture[str]) -> Nst:
    """Returns a function that runs a command."""

    def nst(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return nst
