"""Each error has a sentence and a hint."""

from __future__ import annotations

import inspect

from nst_core.contract import errors
from nst_core.contract.errors import CoreDied, CutOff, JobFailed, ProtocolError, WireError


def test_each_error_has_a_hint_of_its_own_or_of_its_kind() -> None:
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, WireError) and kind is not JobFailed:
            error = kind("Something.")
            assert str(error) == "Something."
            assert error.hint.endswith("."), kind
    assert WireError("Something.", "Do this.").hint == "Do this."
    assert JobFailed("internal", "Something.", "Do that.").hint == "Do that."


def test_who_catches_a_lost_connection_catches_each_way_of_losing_it() -> None:
    assert issubclass(CoreDied, errors.ConnectionLost)
    assert issubclass(CutOff, errors.ConnectionLost)
    assert issubclass(CutOff, ProtocolError)
