"""The used part of GIMP 2.10's module gimp; signatures from plug-ins/pygimp, the files named below."""

from collections.abc import Callable
from typing import Any

class error(RuntimeError): ...

# gimpmodule.c
version: tuple[int, int, int]
directory: str

def main(
    init_proc: Callable[[], object] | None,
    quit_proc: Callable[[], object] | None,
    query_proc: Callable[[], object] | None,
    run_proc: Callable[[str, tuple[Any, ...]], object],
) -> None: ...
def message(message: str) -> None: ...
def progress_init(message: str = ..., /) -> None: ...
def progress_update(percentage: float, /) -> None: ...
def displays_flush() -> None: ...
def image_list() -> list[Image]: ...

# pygimp-pdb.c: every procedure is an attribute, with "_" for "-"; run_mode is its only keyword
class _Procedure:
    params: tuple[tuple[int, str, str], ...]
    def __call__(self, *arguments: Any, run_mode: int = ...) -> Any: ...

class _Pdb:
    def __getattr__(self, name: str) -> _Procedure: ...

pdb: _Pdb

# pygimp-tile.c: a slice of both coordinates gives and takes the raw bytes, a pixel those of one
class PixelRgn:
    def __getitem__(self, index: tuple[Any, Any]) -> str: ...
    def __setitem__(self, index: tuple[Any, Any], data: bytes | str) -> None: ...

# pygimp-item.c
class Item:
    ID: int
    name: str

# pygimp-drawable.c
class Drawable(Item):
    width: int
    height: int
    bpp: int
    type: int
    has_alpha: bool
    is_rgb: bool
    is_gray: bool
    is_indexed: bool
    offsets: tuple[int, int]
    def get_pixel_rgn(
        self, x: int, y: int, width: int, height: int, dirty: bool = ..., shadow: bool = ...
    ) -> PixelRgn: ...
    def flush(self) -> None: ...
    def update(self, x: int, y: int, width: int, height: int) -> None: ...

class Layer(Drawable):
    mask: Channel | None
    def __init__(
        self,
        img: Image,
        name: str,
        width: int,
        height: int,
        type: int = ...,
        opacity: float = ...,
        mode: int = ...,
    ) -> None: ...
    def set_offsets(self, offset_x: int, offset_y: int) -> None: ...
    def create_mask(self, type: int) -> Channel: ...
    def add_mask(self, mask: Channel) -> None: ...

class GroupLayer(Layer):
    children: list[Layer]

class Channel(Drawable): ...

# pygimp-image.c
class Image:
    ID: int
    width: int
    height: int
    base_type: int
    precision: int
    layers: list[Layer]

# pygimp-display.c
class Display:
    def __init__(self, img: Image) -> None: ...
