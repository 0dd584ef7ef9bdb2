"""What the limits of a container leave of the memory."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import NamedTuple

_MOUNT, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


class _Version(NamedTuple):
    """Where a version of Linux's control groups says what; ``prefix`` is that of the lines in memory.stat."""

    folder: str
    limit: str
    used: str
    prefix: str


_FIRST = _Version("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
_SECOND = _Version("", "memory.max", "memory.current", "")


def left_by_limits(mount: Path = _MOUNT, own: Path = _OWN) -> int | None:
    """Returns how many bytes this process's control groups let it still take, or None without a limit.

    ``mount`` is where the groups are, ``own`` the file that says which are this process's. Files that the
    system keeps in memory count as used there, but it gives their memory back when it is needed: they are
    left out.
    """
    left = [_left(group, version) for group, version in _groups(mount, own)]
    return min((each for each in left if each is not None), default=None)


def _groups(mount: Path, own: Path) -> list[tuple[Path, _Version]]:
    """Every group that holds this process, with those around it: any of them may have a limit."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # no Linux
        return []
    found: list[tuple[Path, _Version]] = []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        version = _FIRST if kinds else _SECOND
        place = PurePosixPath(path.lstrip("/"))
        if ".." in place.parts:  # outside of what is to be seen from here
            place = PurePosixPath()
        # In a container the path may be the host's, and only the mount itself is there.
        found += [(mount / version.folder / group, version) for group in (place, *place.parents)]
    return found


def _left(group: Path, version: _Version) -> int | None:
    try:
        limit, used = (
            int((group / name).read_text(encoding="ascii")) for name in (version.limit, version.used)
        )
    except (OSError, ValueError):  # also where it says “max”
        return None
    return max(0, limit - max(0, used - _of_files(group, version)))


def _of_files(group: Path, version: _Version) -> int:
    try:
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        sums = {name: int(count) for name, count in (line.split() for line in lines)}
    except (OSError, ValueError):
        return 0
    return sum(sums.get(f"{version.prefix}{kind}_file", 0) for kind in ("active", "inactive"))
