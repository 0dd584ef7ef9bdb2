"""Trouble of every kind in the real GIMP's windows: a sentence, what to do, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nst_core.contract.places import State

from .lent import ECHO, Lent
from .plugged import until
from .screenshots import shoot
from .session import GimpSession
from .steps import (
    DIALOG,
    RUNNING,
    click_and_stylize,
    close_dialog,
    open_dialog,
    start,
    stop,
    wait_for_a_preview,
    wait_for_layers,
    wait_for_the_engine,
)

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

# What the stand-in for the engine fails with, the sentence, and what to do about it.
FAILURES = {
    "fail out_of_memory": ("There is not enough memory for a picture of this size.", "Choose a smaller"),
    "fail diverged": ("The picture went out of range.", "Try a lower strength"),
    "fail internal": ("Something went wrong in the engine.", "please report it"),
    "fail device_lost": ("The picture went out of range.", "Try a lower strength"),
    "die": ("The engine stopped unexpectedly.", "The image is as it was."),
}


def says(session: GimpSession, words: str, seconds: float = 60) -> None:
    until(lambda: any(words in text for text in session.texts()), seconds)


def ask_for(session: GimpSession, gimp: Lent, file: Path) -> None:
    """Opens the dialog, chooses that style file, and presses Stylize."""
    open_dialog(session)
    session.choose_file(DIALOG, "(None)", gimp.home.put(file))
    until(lambda: session.is_sensitive("Stylize", window=DIALOG))
    session.press("Stylize", DIALOG)


def back_in_the_dialog(session: GimpSession, style: str) -> None:
    """Closes the message, sees everything as it was chosen, and leaves."""
    session.press("Close")
    session.wait_window(DIALOG)
    until(lambda: style in session.tree(DIALOG))
    close_dialog(session)


@contextmanager
def core_that(gimp: Lent, *options: str) -> Iterator[None]:
    """A core with other options than it has for all tests."""
    gimp.echo(*ECHO, *options)
    try:
        yield
    finally:
        gimp.echo(*ECHO)


@pytest.mark.parametrize("told", FAILURES)
def test_a_failure_is_two_sentences_and_the_dialog_comes_back(
    echoing: Lent, small: Path, tmp_path: Path, told: str
) -> None:
    what, do = FAILURES[told]
    (tmp_path / "style.png").write_text(told)
    with echoing.session(small) as session:
        before = session.images()
        ask_for(session, echoing, tmp_path / "style.png")
        says(session, what)
        says(session, do)
        shoot(session, f"trouble-{told.split()[-1]}")
        back_in_the_dialog(session, "style.png")
        assert session.images() == before


def test_what_died_is_tried_again_at_once(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        os.kill(echoing.core_pid(), signal.SIGKILL)
        says(session, "The engine stopped unexpectedly.")
        session.press("Try again")
        session.wait_window(RUNNING)
        stop(session)
        wait_for_layers(session, 2)


def test_a_long_run_is_foretold_and_a_draft_offered(echoing: Lent, small: Path) -> None:
    with core_that(echoing, "--foretells", "600"), echoing.session(small) as session:
        open_dialog(session)
        session.choose("Quality", "Normal", DIALOG)
        says(session, "About 10 min on this processor.")
        says(session, "it is painted in tiles. A draft takes about 1 min.")
        shoot(session, "trouble-long")
        session.press("Use draft", DIALOG)
        until(lambda: not any("10 min" in text for text in session.texts(DIALOG)))
        assert session.read("Quality", DIALOG).lower() == "draft"
        close_dialog(session)


def test_a_core_that_cannot_start_says_so_and_the_choice_stays(
    echoing: Lent, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "style.png").write_text("any")
    record = echoing.folder / "install.json"
    text = record.read_text("utf-8")
    echoing.end_core()
    record.write_text(text.replace("/bin/env", "/bin/no-env"), "utf-8")
    try:
        with echoing.session(small) as session:
            ask_for(session, echoing, tmp_path / "style.png")
            says(session, "The engine could not be started.")
            says(session, "Run “python3 install” again")
            shoot(session, "trouble-no-start")
            back_in_the_dialog(session, "style.png")
    finally:
        record.write_text(text, "utf-8")


def test_a_core_that_speaks_another_version_is_a_sentence(echoing: Lent, small: Path, tmp_path: Path) -> None:
    (tmp_path / "style.png").write_text("any")
    with core_that(echoing, "--speaks", "9"), echoing.session(small) as session:
        ask_for(session, echoing, tmp_path / "style.png")
        says(session, "The engine that is running is of another version.")
        says(session, "Close the other windows that use it")
        shoot(session, "trouble-version")
        back_in_the_dialog(session, "style.png")


def test_an_older_core_gives_way_without_a_word(echoing: Lent, small: Path) -> None:
    with core_that(echoing, "--version", "0.0.1"), echoing.session(small) as session:
        open_dialog(session)
        wait_for_the_engine(session)
        close_dialog(session)
        old = echoing.core_pid()
        record = echoing.folder / "install.json"
        record.write_text(record.read_text("utf-8").replace('"--version"', '"--idle"'), "utf-8")
        record.write_text(record.read_text("utf-8").replace('"0.0.1"', '"600"'), "utf-8")
        start(session, echoing, "High")
        stop(session)
        wait_for_layers(session, 2)
        assert echoing.core_pid() != old


def test_weights_that_are_missing_are_got_from_a_file_and_the_run_begins(
    gimp: Lent, installed: State, small: Path, tmp_path: Path
) -> None:
    weights = gimp.state.weights
    weights.rename(weights.with_name("weights-away"))
    weights.mkdir()
    gimp.end_core()
    shutil.copy(installed.weights / "vgg16.safetensors", tmp_path / "kept.safetensors")
    (tmp_path / "other.safetensors").write_text("nothing")
    try:
        with gimp.session(small) as session:
            open_dialog(session)
            click_and_stylize(session, "Draft")
            says(session, "weights (vgg16.safetensors) are missing", 100)
            shoot(session, "trouble-weights")
            session.press("Get it")
            session.wait_window("Getting the network")
            shoot(session, "trouble-getting")
            session.press("Cancel", "Getting the network")
            session.wait_gone("Getting the network")
            until(lambda: list(weights.iterdir()) == [])
            for file in ("other.safetensors", "kept.safetensors"):
                session.press("From file…")
                session.accept_file("The network's file", gimp.home.put(tmp_path / file))
                if file == "other.safetensors":
                    says(session, "is none of the networks that are known here")
            wait_for_layers(session, 2, 120)
    finally:
        gimp.end_core()
        shutil.rmtree(weights)
        weights.with_name("weights-away").rename(weights)


def test_the_detector_of_faces_is_offered_while_it_is_missing(echoing: Lent, small: Path) -> None:
    missing = "The detector that finds faces is not here."
    detector = echoing.state.weights / "faces.safetensors"
    assert not detector.exists()
    with echoing.session(small) as session:
        open_dialog(session)
        session.turn_to("Fine tuning", DIALOG)
        assert missing in session.texts(DIALOG)
        shoot(session, "trouble-detector")
        session.press("Get it (2 MB)", DIALOG)
        # This engine gets nothing: what went wrong is said where it was asked for.
        until(lambda: missing not in session.texts(DIALOG))
        assert session.is_sensitive("Get it (2 MB)", window=DIALOG)
        detector.write_bytes(b"")
        session.press("Get it (2 MB)", DIALOG)
        until(lambda: "Get it (2 MB)" not in session.tree(DIALOG))
        close_dialog(session)
    detector.unlink()
