"""``nst`` where things are not as usual: names that are no text, streams that are closed, a folder gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from nst_core.contract.places import State
from nst_core.files.metadata import made_with

from ..nst_process import NST, environment
from ..pictures import WOODCUT, small_photograph
from .nst import QUICK, Nst

no_text = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="here every name is text")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such thing")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return small_photograph(tmp_path / "content.png")


def in_shell(state: State, script: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs a shell script in which ``nst`` is a command and ``$1`` … are ``arguments``."""
    begin = f'nst() {{ "{sys.executable}" -m nst_core "$@"; }}\n'
    command = ["sh", "-c", begin + script, "sh", *(os.fsencode(str(argument)) for argument in arguments)]
    return subprocess.run(
        command, capture_output=True, env=environment(state), cwd=cwd, timeout=120, check=False
    )


def stylized(state: State, script: str, content: Path) -> tuple[subprocess.CompletedProcess[bytes], Path]:
    """Runs a script whose arguments are those of a quick ``nst stylize``; returns its result's path, too."""
    output = content.with_name("x.png")
    words = (content, WOODCUT, "-o", output, *QUICK)
    return in_shell(state, script, *words, cwd=content.parent), output


@no_text
def test_names_that_are_no_text_are_as_good_as_others(installed: State, content: Path) -> None:
    content_file, style, mask, output, again = (
        content.with_name(f"{name}\udcff.png") for name in ("content", "style", "mask", "result", "again")
    )
    content.rename(content_file)
    for path in (style, mask):
        Image.effect_noise((50, 50), 60).save(path)
    arguments = (content_file, style, "--style-mask", mask, "--start-image", content_file, *QUICK)
    done = in_shell(installed, 'nst stylize "$@"', *arguments, "-o", output, cwd=content.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout == os.fsencode(output) + b"\n"
    stored = made_with(output)
    assert stored is not None
    assert stored["styles"] == [style.name]
    arguments = (content_file, "-o", again, "--like", output)
    done = in_shell(installed, 'nst stylize "$@"', *arguments, cwd=content.parent)
    assert done.returncode == 0, done.stderr
    assert again.exists()


@no_text
def test_a_batch_goes_on_after_such_names(installed: State, content: Path) -> None:
    folder, output = content.parent / "in", content.parent / "out"
    folder.mkdir()
    for name in ("a\udcff.png", "b.png"):
        content.with_name("in").joinpath(name).write_bytes(content.read_bytes())
    style = content.with_name("style\udcff.png")
    Image.effect_noise((50, 50), 60).save(style)
    done = in_shell(installed, 'nst batch "$@"', folder, style, "-o", output, *QUICK, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [os.fsencode(output / name) for name in ("a\udcff.png", "b.png")]


@no_text
def test_a_sentence_shows_what_is_no_letter(nst: Nst, content: Path) -> None:
    gone = content.with_name("a\nb\x1b[31m\udcff.png")
    done = nst("stylize", gone, WOODCUT, "-o", content.with_name("x.png"))
    assert done.err == (
        "The content picture “a\\nb\\x1b[31m\\udcff.png” is not there. Look at its name and folder.\n"
    )


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_matter(installed: State, content: Path, closed: str) -> None:
    done, output = stylized(installed, f'nst stylize "$@" {closed}', content)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    with Image.open(output) as image:
        assert image.size == (60, 40)


@posix
def test_a_reader_that_has_gone_is_no_matter(installed: State, content: Path) -> None:
    output = content.with_name("x.png")
    command = [*NST, "stylize", *map(str, (content, WOODCUT, "-o", output, *QUICK))]
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as pipe:  # noqa: PTH123
        done = subprocess.run(
            command,
            stdout=pipe,
            stderr=subprocess.PIPE,
            env=environment(installed),
            check=False,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert output.exists()


@posix
@pytest.mark.parametrize("command", ["doctor", "stylize c.png s.png -o x.png", "weights list"])
def test_a_working_folder_that_is_gone_is_a_sentence(state: State, tmp_path: Path, command: str) -> None:
    script = f"mkdir gone && cd gone && rmdir ../gone && nst {command}"
    done = in_shell(state, script, cwd=tmp_path)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert said == "The folder that this was started in is not there any more: change to another one.\n"


@posix
def test_a_limit_on_addresses_is_named(installed: State, content: Path) -> None:
    done, output = stylized(installed, 'ulimit -v 1500000; nst stylize "$@"', content)
    assert done.returncode == 1
    assert done.stderr.decode().endswith(
        "This shell limits programs to 1.5 GB of addresses: run “ulimit -v unlimited”.\n"
    )
    assert b"Traceback" not in done.stderr
    assert not output.exists()


@posix
def test_what_is_set_for_another_use_of_torch_does_not_matter(installed: State, content: Path) -> None:
    done, output = stylized(installed, 'TORCH_LOGS=bogus nst stylize "$@"', content)
    assert (done.returncode, done.stderr) == (0, b"")
    assert output.exists()
