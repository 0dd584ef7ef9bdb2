"""Trouble of every kind in the real GIMP's windows: a sentence, what to do, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from nst_core.wire.places import State

from ..conftest import SAMPLES
from .conftest import cache_folder
from .plugged import Plugged, until
from .root import GimpRoot
from .session import GimpSession

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

DIALOG = "Neural Style"
# What the stand-in fails with, the sentence, and what to do about it.
FAILURES = {
    "out_of_memory": ("There is not enough memory for a picture of this size.", "Choose a smaller"),
    "diverged": ("The picture went out of range.", "Try a lower strength"),
    "internal": ("Something went wrong in the engine.", "please report it"),
    "device_lost": ("The picture went out of range.", "Try a lower strength"),
    "died": ("The engine stopped unexpectedly.", "The image is as it was."),
}


def shoot(session: GimpSession, name: str) -> None:
    folder = cache_folder() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    session.screenshot(folder / f"gimp-{session.root.series}-trouble-{name}.png")


class Scene:
    """A GIMP with one picture, and style files that tell the stand-in what to do."""

    def __init__(self, gimp: Plugged, session: GimpSession, folder: Path) -> None:
        self.gimp, self.session, self._folder = gimp, session, folder
        self._number = 0

    def start(self, **told: object) -> str:
        """Opens the dialog, chooses such a style, presses Stylize; returns the name of the run's window."""
        self._number += 1
        file = self._folder / f"style-{self._number}.png"
        file.write_text(json.dumps(told))
        session = self.session
        session.menu("Filters", "Neural Style…")
        session.wait_window(DIALOG)
        before = f"style-{self._number - 1}.png" if self._number > 1 else "(None)"
        current = before if before in session.tree(DIALOG) else "(None)"
        session.choose_file(DIALOG, current, self.gimp.home.put(file))
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        session.press("Stylize", DIALOG)
        return f"Neural Style – {file.stem}"

    def says(self, words: str) -> None:
        until(lambda: any(words in text for text in self.session.texts()))

    def back_in_the_dialog(self) -> None:
        """Closes the message, sees everything as it was chosen, and leaves."""
        session = self.session
        session.press("Close")
        session.wait_window(DIALOG)
        assert f"style-{self._number}.png" in session.tree(DIALOG)
        session.press("Cancel", DIALOG)
        session.wait_gone(DIALOG)

    def layers(self) -> int:
        return len(self.session.images()[0]["layers"])


@pytest.fixture(scope="module")
def plugged(
    gimp_root: GimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Plugged, GimpSession, Path]]:
    home = gimp_root.new_home("trouble")
    gimp = Plugged.make(gimp_root, home, installed, tmp_path_factory.mktemp("ns"))
    gimp.stand_in("--foretells", "600")
    folder = tmp_path_factory.mktemp("pictures")
    Image.linear_gradient("L").convert("RGB").resize((96, 64)).save(folder / "gradient.png")
    with gimp.session(folder / "gradient.png") as session:
        yield gimp, session, folder
    gimp.end_core()
    home.close()


@pytest.fixture(scope="module")
def scene(plugged: tuple[Plugged, GimpSession, Path]) -> Scene:
    return Scene(*plugged)


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_is_two_sentences_and_the_dialog_comes_back(scene: Scene, code: str) -> None:
    what, do = FAILURES[code]
    before = scene.session.images()
    scene.start(fails=code)
    scene.says(what)
    scene.says(do)
    shoot(scene.session, code)
    scene.back_in_the_dialog()
    assert scene.session.images() == before


def test_what_died_is_tried_again_at_once(scene: Scene) -> None:
    count = scene.layers()
    running = scene.start(evaluations=3000, seconds=0.02)
    session = scene.session
    session.wait_window(running)
    until(lambda: session.is_sensitive("Stop and keep this", window=running))
    os.kill(scene.gimp.core_pid(), signal.SIGKILL)
    scene.says("The engine stopped unexpectedly.")
    session.press("Try again")
    session.wait_window(running)
    until(lambda: session.is_sensitive("Stop and keep this", window=running))
    session.press("Stop and keep this", running)
    until(lambda: scene.layers() == count + 1)


def test_a_long_run_is_foretold_and_a_draft_offered(scene: Scene) -> None:
    session = scene.session
    session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)
    session.choose("Quality", "Normal", DIALOG)
    scene.says("About 10 min on this processor; needs 1.0 GB of memory")
    scene.says("it is worked out in tiles. A draft takes about")
    shoot(session, "long")
    session.press("Use draft", DIALOG)
    until(lambda: not any("10 min" in text for text in session.texts(DIALOG)))
    assert session.read("Quality", DIALOG).lower() == "draft"
    session.press("Cancel", DIALOG)
    session.wait_gone(DIALOG)


def test_a_core_that_cannot_start_says_so_and_the_choice_stays(scene: Scene) -> None:
    record = scene.gimp.folder / "install.json"
    text = record.read_text("utf-8")
    scene.gimp.end_core()
    record.write_text(text.replace("/bin/python", "/bin/no-python"), "utf-8")
    try:
        scene.start()
        scene.says("The engine could not be started.")
        scene.says("Run “python3 install” again")
        shoot(scene.session, "no-start")
        scene.back_in_the_dialog()
    finally:
        record.write_text(text, "utf-8")


def test_an_older_core_gives_way_and_one_that_speaks_otherwise_is_a_sentence(scene: Scene) -> None:
    scene.gimp.end_core()
    scene.gimp.stand_in("--speaks", "9")
    try:
        scene.start()
        scene.says("The engine that is running is of another version.")
        scene.says("Close the other windows that use it")
        shoot(scene.session, "version")
        scene.back_in_the_dialog()
        scene.gimp.end_core()
        scene.gimp.stand_in("--version", "0.0.1")
        scene.start(evaluations=2)
        count = scene.layers()
        until(lambda: scene.layers() == count + 1)
        old = scene.gimp.core_pid()
        scene.gimp.stand_in()
        scene.start(evaluations=2)
        until(lambda: scene.layers() == count + 2)
        assert scene.gimp.core_pid() != old
    finally:
        scene.gimp.end_core()
        scene.gimp.stand_in()


def test_weights_that_are_missing_are_got_from_a_file_and_the_run_begins(
    gimp_root: GimpRoot, installed: State, tmp_path: Path
) -> None:
    home = gimp_root.new_home("weights")
    gimp = Plugged.make(gimp_root, home, installed, tmp_path)
    weights = gimp.state.weights
    weights.unlink()
    weights.mkdir()
    Image.open(SAMPLES / "photograph.jpg").resize((48, 32)).save(tmp_path / "photograph.png")
    kept = Path(shutil.copy(installed.weights / "vgg16.safetensors", tmp_path / "kept.safetensors"))
    (tmp_path / "other.safetensors").write_text("nothing")
    with gimp.session(tmp_path / "photograph.png") as session:
        session.menu("Filters", "Neural Style…")
        session.wait_window(DIALOG)
        session.toggle("Night oil", DIALOG)
        session.choose("Quality", "Draft", DIALOG)
        session.press("Stylize", DIALOG)
        until(lambda: any("weights (vgg16.safetensors) are missing" in text for text in session.texts()))
        shoot(session, "weights")
        session.press("Get it")
        session.wait_window("Getting the network")
        shoot(session, "getting")
        session.press("Cancel", "Getting the network")
        session.wait_gone("Getting the network")
        until(lambda: list(weights.iterdir()) == [])
        for file, sentence in (("other.safetensors", "is none of the networks"), ("kept.safetensors", "")):
            session.press("From file…")
            session.wait_window("The network's file")
            session.accept_file("The network's file", f"{gimp.home.put(tmp_path / file)}")
            if sentence:
                until(lambda: any("is none of the networks" in text for text in session.texts()))
        until(lambda: len(session.images()[0]["layers"]) == 2, 120)
        assert kept.exists()
    gimp.end_core()
    home.close()
