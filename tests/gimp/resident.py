"""A GIMP without windows that stays, and runs one script of the tests after the other."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import IO

from .home import Home
from .processes import end_group
from .root import GimpRoot

# It runs in GIMP's own Python; what a script leaves behind, the next one must not find.
LOOP = """
import pathlib, sys, time, traceback
def serve(folder, given):
    request = folder / "request.py"
    while True:
        if not request.exists():
            time.sleep(0.02)
            continue
        code, failed = request.read_text("utf-8"), 0
        request.unlink()
        try:
            exec(compile(code, str(request), "exec"), dict(given))
        except BaseException:
            traceback.print_exc()
            failed = 64
        for image in Gimp.get_images():
            image.delete()
        sys.stdout.flush()
        sys.stderr.flush()
        (folder / "answer.part").write_text(str(failed))
        (folder / "answer.part").rename(folder / "answer")
serve(pathlib.Path({folder!r}), dict(globals()))
"""


class Resident:
    """Starts with the first script; ``close`` ends it."""

    def __init__(self, root: GimpRoot, home: Home) -> None:
        self._root, self._home = root, home
        self._folder = home.outside / "console"
        self._process: subprocess.Popen[str] | None = None

    def run(self, script: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Runs Python in GIMP; the return code is 64 when the script raises, as that of GIMP would be."""
        if self._process and self._process.poll() is not None:
            self.close()  # where a GIMP with windows ends, all that runs in its HOME ends with it
        process = self._process or self._start()
        answer = self._folder / "answer"
        answer.unlink(missing_ok=True)
        with self._log("stdout").open() as stdout, self._log("stderr").open() as stderr:
            for stream in (stdout, stderr):
                stream.seek(0, 2)
            (self._folder / "request.part").write_text(script, "utf-8")
            (self._folder / "request.part").rename(self._folder / "request.py")
            end = time.monotonic() + seconds
            while not answer.exists() and process.poll() is None:
                if time.monotonic() > end:
                    self.close()
                    raise subprocess.TimeoutExpired("script", seconds, stdout.read(), stderr.read())
                time.sleep(0.02)
            code = int(answer.read_text()) if answer.exists() else process.wait()
            return subprocess.CompletedProcess("script", code, stdout.read(), stderr.read())

    def close(self) -> None:
        """Ends it, whatever it is doing."""
        if self._process:
            end_group(self._process)
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        self._folder.mkdir(exist_ok=True)
        loop = f"{self._folder.name}/loop.py"
        (self._home.outside / loop).write_text(LOOP.format(folder=f"{self._home.inside}/console"))
        command = self._root.console_running(f"{self._home.inside}/{loop}")
        streams: list[IO[str]] = [self._log(name).open("w") for name in ("stdout", "stderr")]
        self._process = self._root.start(command, self._home, stdout=streams[0], stderr=streams[1])
        for stream in streams:
            stream.close()
        return self._process

    def _log(self, name: str) -> Path:
        return self._folder / name
