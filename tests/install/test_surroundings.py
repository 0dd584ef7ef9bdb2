"""What surrounds an installation: real disks and limits where root may make them, and a sentence for each."""

from __future__ import annotations

import errno
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nst_install import surroundings
from nst_install.surroundings import Need, look

from nst_core.contract.places import State

from .checkout import fake, hears_hangups, host_python
from .test_stages import gimp, home_of, install

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root alone may mount a disk")


@contextmanager
def disk(folder: Path, *options: str) -> Iterator[Path]:
    """A disk of its own at ``folder``."""
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", ",".join(("size=40m", *options)), "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def troubles(folder: Path, need: Need | None = None) -> dict[str, str]:
    facts = look(State(folder / "state"), need or Need())
    return {fact.name: f"{fact.what} {fact.advice}" for fact in facts if fact.advice}


def test_here_all_is_well(tmp_path: Path) -> None:
    assert troubles(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_what_a_look_that_was_killed_has_left_is_removed(tmp_path: Path) -> None:
    for name in ("old00000", "of_mine0", "now00000"):
        (tmp_path / f".neural-style-{name}").mkdir()
        (tmp_path / f".neural-style-{name}" / "lock").touch()
    (tmp_path / ".neural-style-of_mine0" / "mine").touch()
    for name in ("old00000", "of_mine0"):
        os.utime(tmp_path / f".neural-style-{name}", (0, 0))
    assert troubles(tmp_path) == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".neural-style-now00000",
        ".neural-style-of_mine0",
    ]


@as_root
def test_a_disk_on_which_nothing_can_be_run(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "noexec") as folder:
        assert f"No program can be run from {folder}" in troubles(folder)["run"]


@as_root
def test_a_disk_that_can_only_be_read(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as folder:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        assert f"The disk at {folder} can only be read." in troubles(folder)["write"]


@as_root
def test_a_disk_with_room_for_few_files(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "nr_inodes=50") as folder:
        assert "can hold too few more files" in troubles(folder, Need(0, 1000))["files"]
        assert "files" not in troubles(folder, Need(0, 10))


@as_root
def test_a_disk_that_is_too_small(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as folder:
        assert "needs 0.1 GB of disk space" in troubles(folder, Need(100_000_000))["room"]


@as_root
def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, -1)
    assert "Run it as that user, without sudo." in troubles(tmp_path)["owner"]


@as_root
def test_what_sudo_would_give_to_root_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in r2frida#307: the plug-in lies in /root, and nobody sees it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert troubles(tmp_path) == {}
    monkeypatch.setenv("SUDO_USER", "somebody")
    assert "no other user's GIMP would find it" in troubles(tmp_path)["owner"]
    monkeypatch.setenv("HOME", str(tmp_path / "another"))  # a place that was chosen by hand
    assert troubles(tmp_path) == {}


@pytest.mark.parametrize("module", ["_ctypes", "_lzma"])
def test_a_python_that_was_built_without_a_module(
    checkout: Path, environment: dict[str, str], module: str
) -> None:
    """As pyenv's do (pyenv#1933, pytorch/vision#2921): all would be fetched, and then not start."""
    site = next(host_python().parents[1].glob("lib/*/site-packages"))
    without = site / "without.pth"
    without.write_text(f"import sys; sys.modules[{module!r}] = None\n", encoding="utf-8")
    try:
        done = install(checkout, environment, "--no-gimp")
    finally:
        without.unlink()
    assert done.returncode == 1
    assert done.stderr.startswith(f"This Python was built without {module[1:]}, which the engine needs:")
    assert not (home_of(environment) / ".local").exists()


def test_a_person_whose_pip_installs_for_the_user(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    """As some systems have it for all (pip#8977): a virtual environment takes no such package."""
    settings = home_of(environment) / ".config/pip/pip.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[install]\nuser = true\nrequire-virtualenv = true\nno-binary = :all:\n")
    del environment["PIP_CONFIG_FILE"]
    done = install(checkout, environment, "--no-gimp")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("function", "number", "name", "words"),
    [
        ("symlink_to", errno.EPERM, "links", "has no symbolic links"),
        ("try_lock", errno.ENOLCK, "locks", "has no file locks"),
    ],
)
def test_a_disk_that_lacks_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, number: int, name: str, words: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path if function == "symlink_to" else surroundings, function, refuse)
    assert words in troubles(tmp_path)[name]


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "left_by_limits", lambda: 900_000_000)
    assert "A limit of this container or service leaves 0.9 GB" in troubles(tmp_path)["memory"]


def bare(checkout: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the installer by these words before it, such as those of ``env``."""
    command = [*words[:-1], str(host_python()), str(checkout / "install"), *words[-1].split("|")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)


def test_a_limit_on_addresses_is_told(checkout: Path, environment: dict[str, str]) -> None:
    words = ["bash", "-c", 'ulimit -v 3000000; exec "$@"', "bash", "--yes|--no-gimp"]
    done = bare(checkout, environment, *words)
    assert done.returncode == 1
    assert "(ulimit -v)" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("env", "HOME=", "--dry-run"), "HOME is “”, which is no whole path."),
        (("env", "HOME=rel", "--dry-run"), "HOME is “rel”, which is no whole path."),
        (("--dry-run|--prefix="), "it is empty: name a folder"),
        (("--dry-run|--prefix=~nobody-of-this-name/x"), "names no folder"),
        (("--yes|--offline=/nowhere/typo"), "There is no folder /nowhere/typo."),
    ],
)
def test_a_folder_that_is_none(
    checkout: Path, environment: dict[str, str], words: tuple[str, ...] | str, sentence: str
) -> None:
    done = bare(checkout, environment, *((words,) if isinstance(words, str) else words))
    assert done.returncode
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("/nowhere").exists()


@as_root
def test_a_user_whom_the_system_does_not_know(checkout: Path, environment: dict[str, str]) -> None:
    for folder in (checkout, *checkout.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    environment.pop("HOME")
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no Python that every user may run")
    words = [str(checkout / "install"), "--dry-run", "--json"]
    command = ["setpriv", "--reuid", "12345", "--clear-groups", "/usr/bin/python3", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "does not know your home folder" in json.loads(done.stdout)["error"]["what"]


@pytest.mark.parametrize(  # each with each: tests/bench/install_matrix.py
    ("home", "locale"),
    [
        ("Jürg Müller", "C"),
        ("Jürg Müller", "de_DE.ISO-8859-1"),
        ("a'b\"c$d", "C.UTF-8"),
        ("behind a link", "tr_TR.UTF-8"),
    ],
)
def test_any_name_of_a_home_in_any_locale(
    tmp_path: Path, checkout: Path, environment: dict[str, str], home: str, locale: str
) -> None:
    if home == "behind a link":
        (tmp_path / "real").mkdir()
        (tmp_path / home).symlink_to("real")
    else:
        (tmp_path / home).mkdir()
    environment |= {"HOME": str(tmp_path / home), "LC_ALL": locale}
    environment.pop("LANG")
    done = install(checkout, environment, "--no-gimp")
    assert done.returncode == 0, done.stderr
    again = install(checkout, environment, "--no-gimp")
    assert "already here and whole" in again.stdout
    state = home_of(environment) / ".local/share/neural-style"
    with (checkout / "nst_core/limits.py").open("a", encoding="utf-8") as file:
        file.write("# a newer version\n")
    newer = install(checkout, environment, "--no-gimp")
    assert "is ready" in newer.stdout
    assert len(list((state / "environments").iterdir())) == 1
    for variables in (environment, {}, {**environment, "PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere"}):
        told = subprocess.run(
            [str(state / "environment/bin/nst"), "weights", "check"], env=variables, cwd="/", check=False
        )
        assert told.returncode == 0
    # A Python that is not told to use UTF-8, in a locale that knows no umlaut, finds it all the same.
    words = [str(state / "environment/bin/python"), "-X", "utf8=0", "-I", "-c", "import nst_core"]
    subprocess.run(words, env={"LC_ALL": "C"}, cwd="/", check=True)
    assert install(checkout, environment, "--uninstall").returncode == 0
    assert not state.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_home_whose_name_is_not_utf_8(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    gimp(tmp_path, "3.0.4")
    home = tmp_path / os.fsdecode("Jürg".encode("latin-1"))
    home.mkdir()
    environment["HOME"] = str(home)
    refused = install(checkout, environment)
    assert refused.returncode == 1
    assert "has a name that is not UTF-8" in refused.stderr
    assert not (home / ".local").exists()
    words = ["--prefix", str(tmp_path / "state")]
    done = install(checkout, environment, *words)
    assert done.returncode == 0, done.stderr
    assert (home / ".config/GIMP/3.0/plug-ins/neural-style/neural-style.py").exists()
    assert install(checkout, environment, "--doctor", *words).returncode == 0
    assert install(checkout, environment, "--uninstall", *words).returncode == 0
    assert not list(home.rglob("*neural*"))


def test_a_home_that_was_moved(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    assert install(checkout, environment, "--no-gimp").returncode == 0
    old = Path(environment["HOME"])
    new = old.rename(tmp_path / "elsewhere")
    environment["HOME"] = str(new)
    assert install(checkout, environment, "--no-gimp").returncode == 0
    nst = new / ".local/share/neural-style/environment/bin/nst"
    assert str(old) not in nst.read_text()
    told = subprocess.run(
        [str(nst), "diagnose"], env={}, cwd="/", capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert str(new) in told.stdout


def test_what_pip_is_told_otherwise_does_not_matter(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "constraints.txt").write_text("numpy<1.0\n")
    odd = {"TARGET": tmp_path / "t", "PREFIX": tmp_path / "p", "DRY_RUN": 1, "USER": 1, "NO_DEPS": 1}
    odd["CONSTRAINT"] = tmp_path / "constraints.txt"
    done = install(checkout, {**environment, **{f"PIP_{key}": str(odd[key]) for key in odd}}, "--no-gimp")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "t").exists()
    assert not (tmp_path / "p").exists()


def test_other_pythons_settings_do_not_matter(checkout: Path, environment: dict[str, str]) -> None:
    done = install(checkout, {**environment, "PYTHONPATH": "/nowhere", "PYTHONSAFEPATH": "1"}, "--no-gimp")
    assert done.returncode == 0, done.stderr


def on_a_terminal(
    checkout: Path, environment: dict[str, str], *words: str, keys: bytes = b""
) -> tuple[int, str]:
    """Runs the installer on a terminal and types ``keys``; returns its status and what it said."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(host_python(), [str(host_python()), str(checkout / "install"), *words], environment)
    said = b""
    while True:
        try:
            piece = os.read(terminal, 10_000)
        except OSError:
            break
        if not piece:
            break
        said += piece
        if b"[Y/n]" in piece and keys:
            os.write(terminal, keys)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


def test_the_end_of_the_input_is_a_no(checkout: Path, environment: dict[str, str]) -> None:
    status, said = on_a_terminal(checkout, environment, "--no-gimp", keys=b"\x04")
    assert status == 0
    assert "Nothing was done." in said
    assert not (home_of(environment) / ".local").exists()


@pytest.mark.parametrize("plain", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_plain_terminal_gets_plain_lines(
    checkout: Path, environment: dict[str, str], plain: dict[str, str]
) -> None:
    status, said = on_a_terminal(checkout, {**environment, **plain}, "--no-gimp", "--yes")
    assert status == 0
    assert "\x1b" not in said
    assert "\r" not in said.replace("\r\n", "")


def test_a_closed_input_is_no_terminal(checkout: Path, environment: dict[str, str]) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", str(host_python()), str(checkout / "install"), "--no-gimp"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_terminal_that_closes_ends_all(
    tmp_path: Path, checkout: Path, environment: dict[str, str], number: int
) -> None:
    state = tmp_path / "state"
    fake(checkout, seconds=120)
    words = [str(host_python()), str(checkout / "install"), "--no-gimp", "--prefix", str(state)]
    with started(words, environment, preexec_fn=hears_hangups) as process:
        while not (state / "environment").exists():
            time.sleep(0.05)
        process.send_signal(number)
        process.wait(30)
        until = time.monotonic() + 20
        while (left := _of(state)) and time.monotonic() < until:
            time.sleep(0.1)
        assert left == []
    fake(checkout)
    assert install(checkout, environment, "--no-gimp", "--prefix", str(state)).returncode == 0


def test_nohup_is_heeded(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    """Who starts it with nohup wants it to go on when the terminal closes."""
    state = tmp_path / "state"
    fake(checkout, seconds=3)
    words = [str(host_python()), str(checkout / "install"), "--no-gimp", "--prefix", str(state)]
    with started(["nohup", *words], environment) as process:
        while not (state / "environment").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert (state / "first-result.png").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the console ends them")
def test_a_kill_while_an_environment_is_made_leaves_nothing(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    """The real module venv, which has others do its work, that would go on and need room in /tmp."""
    state, temporary = tmp_path / "state", tmp_path / "tmp"
    temporary.mkdir()
    words = [sys.executable, str(checkout / "install"), "--no-gimp", "--prefix", str(state)]
    with started(words, {**environment, "TMPDIR": str(temporary)}) as process:
        while not list(state.glob("environments/*/lib/*/site-packages/pip/*")):
            time.sleep(0.01)
        process.kill()
        process.wait()
        until = time.monotonic() + 3
        while (left := _of(state)) and time.monotonic() < until:
            time.sleep(0.05)
        assert left == []
    assert list(temporary.iterdir()) == []


@contextmanager
def started(
    words: list[str], environment: dict[str, str], preexec_fn: Callable[[], None] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that says nothing, and is gone at the end of the block whatever became of it."""
    null = subprocess.DEVNULL
    process = subprocess.Popen(words, env=environment, stdout=null, stderr=null, preexec_fn=preexec_fn)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _of(state: Path) -> list[bytes]:
    """The command lines of the processes that have to do with ``state``."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes()
        except OSError:
            continue
        if os.fsencode(state) in line:
            found.append(line)
    return found


@as_root
def test_a_state_folder_that_can_only_be_read_costs_no_picture(
    tmp_path: Path, installed: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine itself: what it cannot remember is not worth a result."""
    folder = tmp_path / "state"
    with disk(folder):
        shutil.copytree(installed.samples, folder / "samples")
        (folder / "weights").symlink_to(installed.weights)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        photograph, style = folder / "samples/photograph.jpg", folder / "samples/styles/night-oil.jpg"
        words = ["stylize", str(photograph), str(style), "-o", str(tmp_path / "out.png"), "--size", "64"]
        done = subprocess.run(
            [sys.executable, "-m", "nst_core", *words, "--quality", "draft", "--evaluations", "2"],
            env={**os.environ, "NEURAL_STYLE_HOME": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.png").exists()
