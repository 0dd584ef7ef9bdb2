"""Projections: numbers for each position of a layer along each direction, in memory or in a file."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from nst_core.engine.tiles.out_of_memory import OutOfMemory
from nst_core.engine.tiles.tiling import Part


class Projections:
    """Numbers (K, M): K directions, M positions, which come and go part by part.

    What is sorted is a direction's numbers of all positions, a line. Lines have the positions in the order in
    which the parts came; a part must be asked for as it was given. Lines may also come without parts.
    """

    def __init__(self, directions: int, positions: int) -> None:
        self.directions = directions
        self.positions = positions
        self._parts: dict[tuple[int, int], tuple[slice, Part]] = {}
        self._numbers: Tensor | None = None

    def put(self, part: Part, values: Tensor) -> None:
        """Takes in the numbers (m, K) of a part."""
        begin = sum(place.stop - place.start for place, _ in self._parts.values())
        place = slice(begin, begin + values.shape[0])
        self._parts[_key(part)] = (place, part)
        self._put(place, slice(0, self.directions), values.mT)

    def of(self, part: Part) -> Tensor:
        """Returns the numbers (m, K) of a part."""
        place, _ = self._parts[_key(part)]
        return self._get(place, slice(0, self.directions)).mT

    def put_lines(self, some: slice, lines: Tensor) -> None:
        """Puts lines (k, M) in the place of those of some directions."""
        for place in self._places():
            self._put(place, some, lines[:, place])

    def lines(self, some: slice) -> Tensor:
        """Returns the lines (k, M) of some directions."""
        return torch.cat([self._get(place, some) for place in self._places()], dim=1)

    def in_order(self, values: Tensor) -> Tensor:
        """Returns values (M,) that lie as the layer's positions do, as the lines have them."""
        return torch.cat([part.of(values.view(part.size)).flatten() for _, part in self._parts.values()])

    def _places(self) -> list[slice]:
        return [place for place, _ in self._parts.values()] or [slice(0, self.positions)]

    def _put(self, place: slice, some: slice, block: Tensor) -> None:
        if self._numbers is None:
            self._numbers = block.new_empty(self.directions, self.positions)
        self._numbers[some, place] = block

    def _get(self, place: slice, some: slice) -> Tensor:
        assert self._numbers is not None
        return self._numbers[some, place]


class ProjectionsInFile(Projections):
    """The same in a file, which is gone with the object, and at the latest with the process.

    In it the parts lie one after the other, each as (K, m): then a part is read at once, and of some
    directions there is one piece in each part. Raises ``OutOfMemory`` where there is no room for it.
    """

    def __init__(self, directions: int, positions: int) -> None:
        super().__init__(directions, positions)
        self._like = torch.empty(0)
        with _disk_errors():
            self._file = tempfile.TemporaryFile(dir=_folder())  # noqa: SIM115 (closed when this goes)
        weakref.finalize(self, self._file.close)

    def _put(self, place: slice, some: slice, block: Tensor) -> None:
        self._like = block.new_empty(0)
        with _disk_errors():
            self._go_to(place, some)
            self._file.write(block.cpu().contiguous().numpy().data.cast("B"))

    def _get(self, place: slice, some: slice) -> Tensor:
        found = torch.empty(some.stop - some.start, place.stop - place.start, dtype=self._like.dtype)
        with _disk_errors():
            self._go_to(place, some)
            self._file.readinto(found.numpy().data.cast("B"))
        return found.to(self._like.device)

    def _go_to(self, place: slice, some: slice) -> None:
        numbers = self.directions * place.start + some.start * (place.stop - place.start)
        self._file.seek(numbers * self._like.element_size())


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutOfMemory from error


def _key(part: Part) -> tuple[int, int]:
    return part.rows.start, part.columns.start


def _folder() -> str | None:
    """Where large files are to be, unless the person says so: /tmp may be a part of the memory."""
    large = Path("/var/tmp")
    return str(large) if "TMPDIR" not in os.environ and os.access(large, os.W_OK) else None
