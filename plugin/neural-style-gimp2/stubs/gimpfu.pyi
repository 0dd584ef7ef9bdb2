"""The used part of GIMP 2.10's module gimpfu; signatures from plug-ins/pygimp/gimpfu.py."""

from collections.abc import Callable, Sequence
from typing import Any

PF_INT32: int
PF_FLOAT: int
PF_STRING: int
PF_IMAGE: int
PF_DRAWABLE: int
PF_TOGGLE: int
PF_FILE: int

def register(
    proc_name: str,
    blurb: str,
    help: str,
    author: str,
    copyright: str,
    date: str,
    label: str | None,
    imagetypes: str | None,
    params: list[tuple[Any, ...]],  # (type, name, description, default) and for some types the range
    results: Sequence[tuple[Any, ...]],
    function: Callable[..., Any] | None,
    menu: str | None = ...,
    domain: str | None = ...,
    on_query: Callable[[], object] | None = ...,
    on_run: Callable[[], object] | None = ...,
    run_mode_param: bool = ...,
) -> None: ...
def main() -> None: ...
def _query() -> None: ...  # what main gives to gimp.main for the registration
