"""The harness itself: roots, consoles and driven windows do what the other tests rely on."""

from __future__ import annotations

import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .home import Home
from .processes import end_home
from .resident import Resident
from .root import GimpRoot
from .session import GimpError, GimpSession

pytestmark = pytest.mark.gimp

SAMPLE = Path(__file__).with_name("sample")
CALL_SAMPLE = """
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({picture!r}))
procedure = Gimp.get_pdb().lookup_procedure("plug-in-test-sample")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
config.set_property("image", image)
config.set_core_object_array("drawables", image.get_layers())
config.set_property("gray", 99.0)
status = procedure.run(config).index(0)
assert status == Gimp.PDBStatusType.SUCCESS, status
print("layers:", len(image.get_layers()), image.get_layers()[0].get_name(), flush=True)
image.delete()
"""
SELECT_TWO_LAYERS = """
image = Gimp.get_images()[0]
image.insert_layer(image.get_layers()[0].copy(), None, 0)
image.set_selected_layers(image.get_layers())
"""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    path = tmp_path / "content.png"
    Image.fromarray(noise).save(path)
    return path


def test_suite_has_the_expected_series(gimp_root: GimpRoot) -> None:
    assert gimp_root.series == {"trixie": "3.0", "forky": "3.2"}[gimp_root.suite]


def test_console_runs_an_installed_plugin(gimp_root: GimpRoot, gimp_home: Home, picture: Path) -> None:
    gimp_home.install_plugin(SAMPLE)
    done = gimp_root.console(CALL_SAMPLE.format(picture=gimp_home.put(picture)), gimp_home)
    assert done.returncode == 0, done.stderr
    assert "layers: 2 plain nothing" in done.stdout


def test_console_fails_when_its_script_raises(gimp_root: GimpRoot, gimp_home: Home) -> None:
    done = gimp_root.console(
        "import os; raise ValueError(os.environ['EXTRA'])", gimp_home, env={"EXTRA": "given"}
    )
    assert done.returncode == 64
    assert "ValueError: given" in done.stderr


def test_a_console_that_stays_runs_one_script_after_the_other(gimp_root: GimpRoot, gimp_home: Home) -> None:
    console = Resident(gimp_root, gimp_home)
    try:
        assert console.run("kept = 1; print(Gimp.version())", 90).stdout.strip() == gimp_root.version
        failed = console.run("print(kept)", 90)
        assert failed.returncode == 64
        assert "NameError" in failed.stderr
        end_home(gimp_home.inside)
        assert console.run("print('again')", 90).stdout.strip() == "again"
    finally:
        console.close()


def test_environment_is_built_from_nothing(
    gimp_root: GimpRoot, gimp_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAKED", "1")
    names = {line.partition("=")[0] for line in gimp_root.run(["env"], gimp_home).stdout.splitlines()}
    assert names == {"PATH", "LANG", "HOME", "TMPDIR", "XDG_RUNTIME_DIR"}


def test_host_python_and_folder_are_bound(gimp_root: GimpRoot, gimp_home: Home, tmp_path: Path) -> None:
    gimp_root.bind_python(Path(sys.executable))
    gimp_root.bind(tmp_path, read_only=True)
    (tmp_path / "script.py").write_text("import ssl, sqlite3, numpy, sys; print(sys.version)")
    done = gimp_root.run([sys.executable, str(tmp_path / "script.py")], gimp_home)
    assert done.stdout.strip() == sys.version, done.stderr
    assert gimp_root.run(["touch", str(tmp_path / "new")], gimp_home).returncode != 0
    assert not (gimp_root.folder / tmp_path.relative_to("/") / "script.py").exists()


def test_detached_processes_end_with_their_home(gimp_root: GimpRoot) -> None:
    home = gimp_root.new_home("detached")
    gimp_root.run(["sh", "-c", "setsid sh -c 'trap \"\" TERM; sleep 300' & sleep 300 &"], home)
    end = time.monotonic() + 10
    while len(home.processes()) < 2:  # the detached ones are still between fork and exec
        assert time.monotonic() < end
        time.sleep(0.01)
    home.close()
    assert home.processes() == []
    assert not home.outside.exists()


def test_command_over_its_time_is_ended(gimp_root: GimpRoot, gimp_home: Home) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        gimp_root.run(["sleep", "300"], gimp_home, timeout=0.3)
    assert gimp_home.processes() == []


def test_windows_are_driven(gimp_root: GimpRoot, gimp_home: Home, picture: Path, tmp_path: Path) -> None:
    gimp_home.install_plugin(SAMPLE)
    style = gimp_home.put(picture.rename(tmp_path / "style é 1.png"))
    content = tmp_path / "content.png"
    Image.new("RGB", (400, 300), "teal").save(content)
    with GimpSession(gimp_root, gimp_home, [content]) as gimp:
        before = gimp.images()
        check_opened(before)

        assert gimp.menu("Filters", "Sample Layer…")
        title = gimp.wait_window("Sample Layer")
        fill_in(gimp, title, style)
        check_screenshot(gimp.screenshot(tmp_path / "screen.png"))
        gimp.press("OK", title)
        gimp.wait_gone(title)

        (after,) = gimp.wait_images(lambda images: len(images[0]["layers"]) == 2)
        assert after["dirty"]
        assert after["layers"][0]["name"] == "fancy style é 1.png"
        assert after["layers"][0]["sha256"] == sha256(bytes((40, 40, 40, 128)) * 400 * 300).hexdigest()
        assert after["layers"][1:] == before[0]["layers"]

        gimp.key("ctrl+z")
        assert gimp.wait_images(lambda images: len(images[0]["layers"]) == 1) == before

        gimp.evaluate(SELECT_TWO_LAYERS)
        assert len(gimp.images()[0]["selected"]) == 2
        assert not gimp.menu("Filters", "Sample Layer…")
        with pytest.raises(GimpError, match="NameError"):
            gimp.evaluate("result = unknown")
        with pytest.raises(GimpError, match="no window 'Nothing'"):
            gimp.wait_window("Nothing", 0.2)
        assert gimp.quit() == 0
    assert gimp_home.processes() == []


def check_opened(images: list[dict[str, Any]]) -> None:
    (image,) = images
    (layer,) = image["layers"]
    teal = sha256(bytes((0, 128, 128, 255)) * 400 * 300).hexdigest()
    assert (image["width"], image["height"], image["base_type"]) == (400, 300, "RGB")
    assert not image["dirty"]
    assert image["selected"] == [layer["id"]]
    assert (layer["name"], layer["width"], layer["height"]) == ("content.png", 400, 300)
    assert (layer["offset"], layer["alpha"], layer["mask"], layer["sha256"]) == ([0, 0], False, False, teal)


def fill_in(gimp: GimpSession, title: str, style: str) -> None:
    assert "Picture" in gimp.texts(title)
    gimp.choose_file(title, "(None)", style)
    assert gimp.set_value("Gray", 40, title) == 40
    gimp.choose("Mode", "Fancy", title)
    gimp.toggle("Opaque", title, on=False)
    assert gimp.read("Opaque", title) is False
    assert gimp.is_sensitive("OK", window=title)


def check_screenshot(path: Path) -> None:
    shot = np.asarray(Image.open(path).convert("L"))
    assert shot.shape == (950, 1400)
    assert shot.std() > 10


def test_session_ends_when_its_test_fails(gimp_root: GimpRoot, gimp_home: Home) -> None:
    session = GimpSession(gimp_root, gimp_home)

    def fail() -> None:
        with session as gimp:
            assert gimp.images() == []
            gimp.wait_window("Nothing", 0.1)

    with pytest.raises(GimpError, match="no window 'Nothing'"):
        fail()
    assert gimp_home.processes() == []
    session.failure.unlink()
