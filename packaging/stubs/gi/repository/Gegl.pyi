"""The part of GIMP 3.0.4's module Gegl that the plug-in names; made by packaging/stubs/make.py.

Names and types are facts from the introspection data of GEGL; nothing else of it is here.
"""
# mypy: disable-error-code="override"
# Functions of the same name may take other arguments than in the class that theirs comes from.

from collections.abc import Sequence

from gi.repository import GObject

class AbyssPolicy(GObject.GEnum):
    NONE = 0
    CLAMP = 1
    WHITE = 4

class Buffer(TileHandler):
    def copy(
        self, src_rect: Rectangle, repeat_mode: AbyssPolicy, dst: Buffer, dst_rect: Rectangle
    ) -> None: ...
    def flush(self) -> None: ...
    def get(
        self, rect: Rectangle, scale: float, format_name: str | None, repeat_mode: AbyssPolicy
    ) -> bytes: ...
    @classmethod
    def new(cls, format_name: str, x: int, y: int, width: int, height: int) -> Buffer: ...
    @staticmethod
    def open(path: str) -> Buffer: ...
    def set(self, rect: Rectangle, format_name: str, src: Sequence[int]) -> None: ...

class Color(GObject.Object):
    @classmethod
    def new(cls, string: str) -> Color: ...

class Rectangle(GObject.GBoxed):
    def copy(self, source: Rectangle) -> None: ...
    def equal(self, rectangle2: Rectangle) -> bool: ...
    height: int
    def is_empty(self) -> bool: ...
    @classmethod
    def new(cls, x: int, y: int, width: int, height: int) -> Rectangle: ...
    def set(self, x: int, y: int, width: int, height: int) -> None: ...
    width: int
    x: int
    y: int

class TileHandler(TileSource): ...
class TileSource(GObject.Object): ...

def init(argv: Sequence[str] | None = ...) -> list[str] | None: ...
