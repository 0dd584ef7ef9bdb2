"""A mount namespace of our own: what is bound there vanishes with the test run, even with a killed one."""

from __future__ import annotations

import subprocess
from pathlib import Path


class MountNamespace:
    """Keeps a private mount namespace alive and binds host paths into a root there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bound: dict[Path, bool] = {}
        # `cat` holds the namespace until its standard input closes, at the latest when this process dies.
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdin
        assert self._holder.stdout
        self._holder.stdin.write(b"ready\n")
        self._holder.stdin.flush()
        if self._holder.stdout.readline() != b"ready\n":
            raise OSError("this machine allows no mount namespace")

    @property
    def enter(self) -> list[str]:
        """The words to put before a command that shall see the namespace."""
        return ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt"]

    def bind(self, path: Path, read_only: bool) -> None:
        """Show a host file or folder at the same absolute path in the root; once is enough."""
        nearest = next((p for p in (path, *path.parents) if p in self.bound), None)
        if nearest and self.bound[nearest] == read_only:
            return
        target = self.root / path.relative_to("/")
        if path.is_dir():
            self._run("mkdir", "-p", str(target))
        else:
            self._run("mkdir", "-p", str(target.parent))
            self._run("touch", "-a", str(target))
        self._run("mount", "--bind", str(path), str(target))
        if read_only:
            self._run("mount", "-o", "remount,bind,ro", str(target))
        self.bound[path] = read_only

    def close(self) -> None:
        self._holder.communicate(timeout=10)
        self.bound.clear()

    def _run(self, *command: str) -> None:
        done = subprocess.run([*self.enter, *command], capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
