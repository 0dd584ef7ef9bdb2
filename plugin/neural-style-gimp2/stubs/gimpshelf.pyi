"""GIMP 2.10's module gimpshelf; signatures from plug-ins/pygimp/gimpshelf.py."""

from typing import Any

class Gimpshelf:
    def has_key(self, key: str) -> int: ...
    def __getitem__(self, key: str) -> Any: ...
    def __setitem__(self, key: str, value: Any) -> None: ...

shelf: Gimpshelf
