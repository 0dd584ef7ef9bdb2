"""GIMP on a private display, driven as a user would."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .desktop import SCREEN, Desktop, read_line
from .home import Home
from .processes import end_group, end_home
from .root import GimpRoot

HERE = Path(__file__).parent


class GimpError(AssertionError):
    """Something on the screen is not as the test wants it."""


class GimpSession:
    """A running GIMP with the given pictures open.

    Windows are named by how their title begins, widgets by their label, with or without mnemonics.
    """

    def __init__(
        self,
        root: GimpRoot,
        home: Home,
        pictures: Sequence[Path] = (),
        screen: tuple[int, int] = SCREEN,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.home = home
        self.pictures = list(pictures)
        self._env = env
        # What is on the screen when a test fails is kept there.
        self.failure = root.folder.parent / "failures" / f"{root.suite}-{home.outside.name}.png"
        self._desktop = Desktop(root, home, screen)
        self._gimp: subprocess.Popen[str] | None = None
        self._driver: subprocess.Popen[str] | None = None

    def __enter__(self) -> GimpSession:
        try:
            self._start()
        except BaseException:
            self.keep_screenshot()
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error:
            self.keep_screenshot()
        self.close()

    def menu(self, *path: str) -> bool:
        """Activate a menu entry; False, and nothing happens, when it is greyed out."""
        return bool(self.do("menu", path=path, activate=True))

    def menu_sensitive(self, *path: str) -> bool:
        return bool(self.do("menu", path=path, activate=False))

    def press(self, button: str, window: str | None = None) -> None:
        self.do("press", button=button, window=window)

    def toggle(self, label: str, window: str | None = None, on: bool | None = None) -> None:
        """Click a check box, switch or radio button; with `on`, only when it is not so already."""
        self.do("toggle", label=label, window=window, on=on)

    def turn_to(self, page: str, window: str | None = None) -> None:
        """Turn to the page of that title."""
        self.do("turn_to", page=page, window=window)

    def choose_in_menu(self, button: str, number: int, window: str) -> None:
        """Open the menu of a thumbnail by the menu key, and choose its entry of that number, from 1."""
        self.do("focus", label=button, window=window)
        self.key("Menu")
        time.sleep(0.5)  # a menu takes no key before it is there
        self.key("Home " + "Down " * (number - 1) + "Return")

    def set_value(self, label: str, number: float, window: str | None = None) -> float:
        """Set a number; the answer is what the widget has made of it."""
        return float(self.do("set_value", label=label, number=number, window=window))

    def set_text(self, label: str, text: str, window: str | None = None) -> None:
        self.do("set_text", label=label, text=text, window=window)

    def choose(self, label: str, item: str, window: str | None = None) -> None:
        """Choose an item of a combo box."""
        self.do("choose", label=label, item=item, window=window)

    def read(self, label: str, window: str | None = None) -> Any:
        """What a widget shows: a truth value, a number, or a text."""
        return self.do("read", label=label, window=window)

    def choose_file(self, window: str, current: str, path: str, accept: str = "Open") -> None:
        """Click the file button that now reads `current` and choose a path inside the root."""
        self.do("choose_file", window=window, current=current, path=path, accept=accept)

    def accept_file(self, window: str, path: str, accept: str = "Open") -> None:
        """Choose a path inside the root in the file chooser that is open."""
        self.do("accept_file", window=window, path=path, accept=accept)

    def wait_window(self, title: str, seconds: float = 20) -> str:
        return str(self.do("wait_window", seconds + 10, title=title, seconds=seconds))

    def wait_gone(self, title: str, seconds: float = 20) -> None:
        self.do("wait_gone", seconds + 10, title=title, seconds=seconds)

    def windows(self) -> list[tuple[str, str]]:
        """Role and title of each visible window, the oldest first."""
        return [(role, title) for role, title in self.do("list_windows")]

    def texts(self, window: str | None = None) -> list[str]:
        """Every text that a window shows in labels and progress bars."""
        return list(self.do("texts", window=window))

    def is_sensitive(self, label: str, role: str = "push button", window: str | None = None) -> bool:
        roles = ["push button", "button"] if role == "push button" else [role]
        return bool(self.do("is_sensitive", label=label, roles=roles, window=window))

    def key(self, keys: str, window: str | None = None) -> None:
        """Press keys such as `ctrl+z`, in the window that has the focus or in the one named here."""
        self.do("key", keys=keys, window=window)

    def tree(self, window: str | None = None) -> str:
        """The visible widgets, to look at while a test is written."""
        return str(self.do("tree", window=window))

    def screenshot(self, path: Path) -> Path:
        self.do("screenshot", path=f"{self.home.inside}/run/screenshot.png")
        shutil.copyfile(self.home.outside / "run" / "screenshot.png", path)
        return path

    def images(self) -> list[dict[str, Any]]:
        """The open images as GIMP has them now; probe/probe.py tells what is described."""
        return list(self.evaluate("result = describe_images()"))

    def evaluate(self, code: str, seconds: float = 30) -> Any:
        """Run Python in this GIMP, with Gimp, Gegl, Gio and GLib at hand; the answer is its `result`."""
        folder = self.home.outside / "probe"
        answer = folder / "answer.json"
        answer.unlink(missing_ok=True)
        (folder / "request.py").write_text(code, "utf-8")
        if not self.menu("Filters", "Development", "Test probe"):
            raise GimpError("the probe's menu entry is greyed out")
        end = time.monotonic() + seconds
        while not answer.exists():
            if time.monotonic() > end or not self.running():
                raise GimpError(f"no answer from the probe; windows: {self.windows()}")
            time.sleep(0.01)
        told = json.loads(answer.read_text("utf-8"))
        if "error" in told:
            raise GimpError(told["error"])
        return told["result"]

    def wait_images(
        self, condition: Callable[[list[dict[str, Any]]], bool], seconds: float = 30
    ) -> list[dict[str, Any]]:
        """Wait until the open images are as they should be."""
        end = time.monotonic() + seconds
        while not condition(images := self.images()):
            if time.monotonic() > end:
                raise GimpError(f"the images are still {images}; windows: {self.windows()}")
            time.sleep(0.1)
        return images

    @property
    def display(self) -> str:
        """The X display that GIMP is on."""
        return self._desktop.display

    @property
    def pid(self) -> int:
        """GIMP's process."""
        assert self._gimp
        return self._gimp.pid

    def log(self) -> str:
        """What GIMP and its plug-ins have written to standard output and error."""
        return (self.home.outside / "run" / "gimp.log").read_text("utf-8", "replace")

    def running(self) -> bool:
        return self._gimp is not None and self._gimp.poll() is None

    def quit(self, seconds: float = 20) -> int:
        """Leave GIMP through its menu, without saving; the answer is its exit code."""
        assert self._gimp
        self.menu("File", "Quit")
        end = time.monotonic() + seconds
        while self.running():
            if any(title.startswith("Quit GIMP") for _, title in self.windows()):
                with contextlib.suppress(GimpError):
                    self.press("Discard Changes", "Quit GIMP")
            if time.monotonic() > end:
                raise GimpError(f"GIMP does not quit; windows: {self.windows()}")
            time.sleep(0.1)
        return self._gimp.returncode

    def _start(self) -> None:
        if not (self.home.config / "plug-ins" / "probe").exists():
            self.home.install_plugin(HERE / "probe")
        (self.home.outside / "probe").mkdir(exist_ok=True)
        for name in ("driver.py", "widgets.py", "inspecting.py"):
            shutil.copy2(HERE / name, self.home.outside / "run")
        pictures = [self.home.put(picture) for picture in self.pictures]
        self._desktop.__enter__()
        with (self.home.outside / "run" / "gimp.log").open("w") as log:
            command = ["gimp", "--new-instance", "--no-splash", *pictures]
            self._gimp = self.root.start(
                command, self.home, self._desktop.display, self._env, stdout=log, stderr=subprocess.STDOUT
            )
        self.do("wait_menu_bar", 90, seconds=60)
        self.wait_images(lambda images: len(images) == len(pictures))

    def close(self) -> None:
        """End GIMP and all that runs in its HOME."""
        for process in (self._driver, self._gimp):
            if process:
                end_group(process)
        self._driver = self._gimp = None
        self._desktop.close()
        end_home(self.home.inside)

    def keep_screenshot(self) -> None:
        """Keep what is on the screen now, because a test fails."""
        self.failure.parent.mkdir(exist_ok=True)
        with contextlib.suppress(Exception):
            self.screenshot(self.failure)

    def _start_driver(self) -> subprocess.Popen[str]:
        with (self.home.outside / "run" / "driver.log").open("w") as log:
            command = ["python3", f"{self.home.inside}/run/driver.py"]
            pipe = subprocess.PIPE
            return self.root.start(
                command, self.home, self._desktop.display, stdin=pipe, stdout=pipe, stderr=log
            )

    def do(self, command: str, limit: float = 60, **arguments: Any) -> Any:
        """Have the driver do one of its commands, also one that has no method here."""
        driver = self._driver = self._driver or self._start_driver()
        assert driver.stdin
        assert driver.stdout
        try:
            driver.stdin.write(json.dumps({"do": command, "with": arguments}) + "\n")
            driver.stdin.flush()
            told = json.loads(read_line(driver.stdout, limit, f"no answer in {limit:g} s"))
        except (OSError, TimeoutError) as error:
            # Its answer might still come and be taken for that to the next command, so it must go.
            end_group(driver)
            self._driver = None
            log = (self.home.outside / "run" / "driver.log").read_text("utf-8", "replace")
            raise GimpError(f"{command} {arguments}: {error}\n{log[-2000:]}") from error
        if "error" in told:
            raise GimpError(f"{command} {arguments}: {told['error']}; windows: {told['windows']}")
        return told["result"]
