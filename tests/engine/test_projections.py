"""Projections: what was put comes back, part by part and line by line, from memory and from a file."""

from __future__ import annotations

import gc
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nst_core.engine.losses.projections import Projections, ProjectionsInFile
from nst_core.engine.tiles.out_of_memory import OutOfMemory
from nst_core.engine.tiles.tiling import Part, whole_layer

SIZE = (5, 7)
PARTS = [
    Part(slice(0, 3), slice(0, 4), SIZE),
    Part(slice(0, 3), slice(4, 7), SIZE),
    Part(slice(3, 5), slice(0, 7), SIZE),
]
BOTH = pytest.mark.parametrize("kind", [Projections, ProjectionsInFile])


@BOTH
def test_parts_and_lines_are_the_same_numbers(kind: Callable[[int, int], Projections]) -> None:
    values = torch.rand(6, *SIZE, dtype=torch.float64)
    projections = kind(6, 35)
    for part in PARTS:
        projections.put(part, part.of(values).flatten(1).mT)
    places = projections.in_order(torch.arange(35))
    assert torch.equal(projections.lines(slice(2, 5)), values.flatten(1)[2:5, places])
    projections.put_lines(slice(2, 5), 10 + projections.lines(slice(2, 5)))
    values[2:5] += 10
    for part in PARTS:
        assert torch.equal(projections.of(part), part.of(values).flatten(1).mT)


@BOTH
def test_lines_may_come_alone(kind: Callable[[int, int], Projections]) -> None:
    lines = torch.rand(4, 9)
    projections = kind(4, 9)
    projections.put_lines(slice(0, 3), lines[:3])
    projections.put_lines(slice(3, 4), lines[3:])
    assert torch.equal(projections.lines(slice(1, 4)), lines[1:])


def test_the_file_is_gone_with_the_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    projections = ProjectionsInFile(3, 35)
    projections.put(whole_layer(SIZE), torch.rand(35, 3))
    if os.name == "posix":
        assert not list(tmp_path.iterdir())
    del projections
    gc.collect()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("chosen", "writable", "folder"), [(None, True, "/var/tmp"), (None, False, None), ("/mine", True, None)]
)
def test_the_file_is_not_where_it_may_be_memory_unless_the_person_says_so(
    monkeypatch: pytest.MonkeyPatch, chosen: str | None, writable: bool, folder: str | None
) -> None:
    """/tmp is a part of the memory on many a Linux; TMPDIR is the person's word."""
    monkeypatch.delenv("TMPDIR", raising=False)
    if chosen:
        monkeypatch.setenv("TMPDIR", chosen)
    monkeypatch.setattr("os.access", lambda path, mode: writable)
    asked: list[str | None] = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: asked.append(dir) or io.BytesIO())
    ProjectionsInFile(3, 35)
    assert asked == [folder]


def test_a_full_disk_is_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, place: int) -> None: ...

        def write(self, data: object) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None: ...

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: Full())
    with pytest.raises(OutOfMemory):
        ProjectionsInFile(3, 35).put(whole_layer(SIZE), torch.rand(35, 3))
