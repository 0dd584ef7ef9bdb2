"""How much memory the limits of Linux's control groups, and so of a container, still allow."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import NamedTuple

_MOUNT, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


class _Version(NamedTuple):
    """The names in a version of Linux's control groups: a folder, the files of limit and usage, and a prefix.

    ``prefix`` begins those lines of memory.stat that include the groups inside a group.
    """

    folder: str
    limit: str
    used: str
    prefix: str


_FIRST = _Version("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
_SECOND = _Version("", "memory.max", "memory.current", "")


def left_by_limits(mount: Path = _MOUNT, own: Path = _OWN) -> int | None:
    """Returns how many bytes this process's control groups still allow it to take, or None without a limit.

    ``mount`` is the folder of the groups. ``own`` is the file that names this process's groups. The system's
    file cache is not counted as used, although the groups count it: the system frees it when memory is
    needed.
    """
    bytes_left = [_left(group, version) for group, version in _groups(mount, own)]
    return min((count for count in bytes_left if count is not None), default=None)


def _groups(mount: Path, own: Path) -> list[tuple[Path, _Version]]:
    """Returns every group that contains this process, directly or not: any of them may have a limit."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # no Linux
        return []
    groups: list[tuple[Path, _Version]] = []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        version = _FIRST if kinds else _SECOND
        place = PurePosixPath(path.lstrip("/"))
        if ".." in place.parts:  # a group outside of what this process can see
            place = PurePosixPath()
        # In a container the path may be that of the host, where only the mount itself exists.
        groups += [(mount / version.folder / group, version) for group in (place, *place.parents)]
    return groups


def _left(group: Path, version: _Version) -> int | None:
    """Returns how many bytes a group still allows, or None when it has no limit."""
    try:
        limit, used = (
            int((group / name).read_text(encoding="ascii")) for name in (version.limit, version.used)
        )
    except (OSError, ValueError):  # there is no such group, or its limit is “max”, which means none
        return None
    return max(0, limit - max(0, used - _of_files(group, version)))


def _of_files(group: Path, version: _Version) -> int:
    """Returns how many of the bytes that a group uses are the system's file cache."""
    try:
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        sums = {name: int(count) for name, count in (line.split() for line in lines)}
    except (OSError, ValueError):
        return 0
    return sum(sums.get(f"{version.prefix}{kind}_file", 0) for kind in ("active", "inactive"))
