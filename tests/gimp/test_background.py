"""Runs that go on in the background, in the real GIMP."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..cores import left
from ..pictures import small_photograph
from .lent import Lent
from .plugged import until
from .processes import end_group
from .screenshots import shoot
from .session import GimpSession
from .steps import (
    DIALOG,
    RUNNING,
    choose_for_another,
    start,
    stop_with_the_image_closed,
    wait_for_a_preview,
    wait_for_layers,
)

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

ASIDE = "Go on in the background"
NEXT = "Paint this next"
ASKS = "Keep the picture as it is now?"
WAITING = "Neural Style – wave-woodcut"
EDIT = """
image = Gimp.get_images()[0]
layer = Gimp.Layer.new(image, "edit", 9, 9, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
image.insert_layer(layer, None, 0)
"""
PLACES = "result = [name for name in Gimp.get_parasite_list() if name.startswith('neural-style')]"
# A notification service that writes the titles and texts that it gets into a file.
SERVICE = """
import sys
from gi.repository import Gio, GLib
NODE = Gio.DBusNodeInfo.new_for_xml('''<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg direction="in" type="s"/><arg direction="in" type="u"/>
<arg direction="in" type="s"/><arg direction="in" type="s"/><arg direction="in" type="s"/>
<arg direction="in" type="as"/><arg direction="in" type="a{sv}"/><arg direction="in" type="i"/>
<arg direction="out" type="u"/></method></interface></node>''')
def call(bus, sender, path, interface, method, arguments, invocation):
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        file.write(": ".join(arguments.unpack()[3:5]) + "\\n")
    invocation.return_value(GLib.Variant("(u)", (1,)))
def ready(bus, name):
    bus.register_object("/org/freedesktop/Notifications", NODE.interfaces[0], call, None, None)
    print("ready", flush=True)
name = "org.freedesktop.Notifications"
Gio.bus_own_name(Gio.BusType.SESSION, name, Gio.BusNameOwnerFlags.NONE, ready, None, None)
GLib.MainLoop().run()
"""


@contextmanager
def notifications(session: GimpSession) -> Iterator[Path]:
    """A notification service; the file has a line for each notification."""
    home = session.home
    told = home.outside / "run" / "notifications"
    told.write_text("")
    command = ["python3", "-c", SERVICE, f"{home.inside}/run/notifications"]
    service = session.root.start(command, home, session.display, stdout=subprocess.PIPE)
    try:
        assert service.stdout
        assert service.stdout.readline() == "ready\n"
        yield told
    finally:
        end_group(service)


def aside(session: GimpSession, title: str) -> list[int]:
    """Sends that run to the background; returns the place of its small window."""
    session.press(ASIDE, title)
    until(lambda: session.is_sensitive("Show", window=title))
    until(lambda: session.do("window_place", window=title)[3] < 200, 10)
    return list(session.do("window_place", window=title))


def start_another(session: GimpSession, path: str, style: str = "Wave woodcut", title: str = WAITING) -> None:
    """Opens that picture and paints it, too."""
    choose_for_another(session, path, style)
    session.press("Stylize", DIALOG)
    session.wait_window(title)


def test_the_image_can_be_edited_meanwhile(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session, notifications(session) as told:
        session.evaluate("Gimp.get_images()[0].set_file(Gio.File.new_for_path('/tmp/me & you.xcf'))")
        start(session, echoing, "High")
        wait_for_a_preview(session)
        large = session.do("window_place", window=RUNNING)
        shoot(session, "foreground")
        assert "'Show'" not in session.tree(RUNNING)
        aside(session, RUNNING)
        shoot(session, "background")
        assert session.evaluate(PLACES) == ["neural-style-aside-0"]
        session.evaluate(EDIT)
        (edited,) = session.images()
        # The keyboard is GIMP's at once.
        session.key("ctrl+z")
        wait_for_layers(session, 1)
        session.key("ctrl+y")
        wait_for_layers(session, 2)
        # It comes back as it was, and goes again.
        session.press("Show", RUNNING)
        until(lambda: session.do("window_place", window=RUNNING) == large, 10)
        assert session.is_sensitive(ASIDE, window=RUNNING)
        assert session.evaluate(PLACES) == []
        aside(session, RUNNING)
        session.press("Stop and keep this", RUNNING)
        session.wait_gone(RUNNING, 60)
        wait_for_layers(session, 3)
        until(lambda: not echoing.plugin_pids(), 20)
        assert len(session.windows()) == 1
        assert session.evaluate(PLACES) == []
        (after,) = session.images()
        assert [layer["name"] for layer in after["layers"]] == ["edit", RUNNING, "Background"]
        session.key("ctrl+z")
        until(lambda: session.images()[0]["layers"] == edited["layers"])
        assert told.read_text("utf-8") == "Neural Style: “me &amp; you.xcf” is painted.\n"


def test_two_runs_are_two_small_windows(echoing: Lent, small: Path, tmp_path: Path) -> None:
    other = small_photograph(tmp_path / "other.png", (64, 64))
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        first = aside(session, RUNNING)
        start_another(session, echoing.home.put(other))
        second = aside(session, WAITING)
        shoot(session, "background-two")
        assert first[0] == second[0]
        assert second[1] + second[3] <= first[1]  # above it, and nothing of it is covered
        # The one that waits has no picture yet: it leaves the queue at once, and no dialog comes.
        session.press("Cancel", WAITING)
        session.wait_gone(WAITING, 10)
        # The other one has a picture that would be lost.
        session.press("Cancel", RUNNING)
        until(lambda: ASKS in session.texts())
        shoot(session, "background-cancel")
        session.press("Go on painting")
        until(lambda: ASKS not in session.texts())
        session.press("Show", RUNNING)
        until(lambda: session.is_sensitive(ASIDE, window=RUNNING))
        session.press("Stop and keep this", RUNNING)
        session.wait_gone(RUNNING, 60)
        images = session.wait_images(lambda images: sorted(len(one["layers"]) for one in images) == [1, 2])
        assert [one["layers"][0]["name"] for one in images if len(one["layers"]) == 2] == [RUNNING]
        assert [role for role, _ in session.windows()] == ["frame"]


def test_a_run_that_waits_can_be_painted_next(echoing: Lent, small: Path, tmp_path: Path) -> None:
    other = small_photograph(tmp_path / "other.png", (64, 64))
    third = "Neural Style – evening-pastel"
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        aside(session, RUNNING)
        start_another(session, echoing.home.put(other))
        until(lambda: "Another picture is being painted; yours is next." in session.texts(WAITING))
        assert NEXT not in session.tree(WAITING)
        aside(session, WAITING)
        start_another(session, echoing.home.put(small), "Evening pastel", third)
        until(lambda: "Another picture is being painted; 2 are before yours." in session.texts(third))
        shoot(session, "background-next")
        session.press(NEXT, third)
        until(lambda: "Another picture is being painted; yours is next." in session.texts(third))
        until(lambda: "Another picture is being painted; 2 are before yours." in session.texts(WAITING))
        # Now the one before can pass it in turn, as a small window.
        shoot(session, "background-passed")
        session.press(NEXT, WAITING)
        until(lambda: "Another picture is being painted; 2 are before yours." in session.texts(third))
        aside(session, third)
        for title in (third, WAITING):
            session.press("Cancel", title)
            session.wait_gone(title, 10)
        session.press("Stop and keep this", RUNNING)
        session.wait_gone(RUNNING, 60)


def test_a_closed_image_and_a_dead_engine_are_as_in_the_foreground(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        aside(session, RUNNING)
        os.kill(echoing.core_pid(), signal.SIGKILL)
        until(lambda: "The engine stopped unexpectedly." in session.texts())
        assert session.evaluate(PLACES) == []
        session.press("Try again")
        # What is tried again is in the foreground.
        session.wait_window(RUNNING)
        wait_for_a_preview(session)
        aside(session, RUNNING)
        stop_with_the_image_closed(session)
        until(lambda: not echoing.plugin_pids(), 20)
        assert [role for role, _ in session.windows()] == ["frame"]


def test_nothing_is_left_when_gimp_ends(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        aside(session, RUNNING)
        core = echoing.core_pid()
        assert session.quit() == 0
        until(lambda: not echoing.plugin_pids(), 5)
        assert session.windows() == []
        parasites = echoing.home.config / "parasiterc"
        assert not parasites.exists() or "neural-style" not in parasites.read_text("utf-8")
        until(lambda: echoing.core_state() == "ready", 10)
        os.kill(core, signal.SIGTERM)
        until(lambda: not echoing.state.endpoint.exists(), 10)
    assert left(echoing.state) == []


def test_without_a_notification_service_nothing_happens(echoing: Lent) -> None:
    inside = f"{echoing.home.inside}{str(echoing.folder).removeprefix(str(echoing.home.outside))}"
    code = f"import sys; sys.path.insert(0, {inside!r}); import run.notification as told;"
    code += "told.tell_that_it_is_painted('<photo> & co.jpg')"
    for address in ("unix:path=/nowhere", "nonsense"):
        env = {"DBUS_SESSION_BUS_ADDRESS": address}
        done = echoing.root.run(["python3", "-c", code], echoing.home, env=env)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
