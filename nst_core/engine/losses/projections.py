"""Projections of a layer's features on directions, kept in memory or in a file."""

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
    """A matrix (K, M) of projections on K directions at M positions, written and read part by part.

    A line holds the projections of all positions on one direction. Lines are what the loss sorts. They have
    the positions in the order in which the parts came. A part must be read with the same borders as it was
    put. Lines can also be put without any part.
    """

    def __init__(self, directions: int, positions: int) -> None:
        self.directions = directions
        self.positions = positions
        self._parts: dict[tuple[int, int], tuple[slice, Part]] = {}
        self._numbers: Tensor | None = None

    def put(self, part: Part, values: Tensor) -> None:
        """Adds the projections (m, K) of a part."""
        begin = sum(place.stop - place.start for place, _ in self._parts.values())
        place = slice(begin, begin + values.shape[0])
        self._parts[_key(part)] = (place, part)
        self._put(place, slice(0, self.directions), values.mT)

    def of(self, part: Part) -> Tensor:
        """Returns the projections (m, K) of a part. Raises ``KeyError`` when no part began there."""
        place, _ = self._parts[_key(part)]
        return self._get(place, slice(0, self.directions)).mT

    def put_lines(self, some: slice, lines: Tensor) -> None:
        """Overwrites the lines (k, M) of some directions."""
        for place in self._places():
            self._put(place, some, lines[:, place])

    def lines(self, some: slice) -> Tensor:
        """Returns the lines (k, M) of some directions."""
        return torch.cat([self._get(place, some) for place in self._places()], dim=1)

    def in_order(self, values: Tensor) -> Tensor:
        """Returns the layer's values (M,), given row by row, in the order that positions have in a line."""
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
    """Projections in an unnamed temporary file, deleted with the object, or at the latest with the process.

    The parts lie in the file one after the other, each as a matrix (K, m). So a part is read in one piece,
    and some lines in one piece of each part. All methods raise ``OutOfMemory`` when the file cannot be
    written or read, as on a full disk.
    """

    def __init__(self, directions: int, positions: int) -> None:
        super().__init__(directions, positions)
        self._like = torch.empty(0)
        with _disk_errors():
            self._file = tempfile.TemporaryFile(dir=_folder())  # noqa: SIM115 (the finalizer closes it)
        weakref.finalize(self, self._file.close)

    def _put(self, place: slice, some: slice, block: Tensor) -> None:
        self._like = block.new_empty(0)
        with _disk_errors():
            self._go_to(place, some)
            self._file.write(block.cpu().contiguous().numpy().data.cast("B"))

    def _get(self, place: slice, some: slice) -> Tensor:
        numbers = torch.empty(some.stop - some.start, place.stop - place.start, dtype=self._like.dtype)
        with _disk_errors():
            self._go_to(place, some)
            self._file.readinto(numbers.numpy().data.cast("B"))
        return numbers.to(self._like.device)

    def _go_to(self, place: slice, some: slice) -> None:
        offset = self.directions * place.start + some.start * (place.stop - place.start)
        self._file.seek(offset * self._like.element_size())


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutOfMemory from error


def _key(part: Part) -> tuple[int, int]:
    return part.rows.start, part.columns.start


def _folder() -> str | None:
    """Returns the folder for large files. None: that of ``TMPDIR``, or the system's default.

    /tmp may lie in memory, so /var/tmp is preferred.
    """
    large = Path("/var/tmp")
    return str(large) if "TMPDIR" not in os.environ and os.access(large, os.W_OK) else None
