"""pip: whose settings count, and which sentence follows from what it met."""

from __future__ import annotations

import errno
import os
import ssl
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from nst_core.pip.causes import Failed, Told, why
from nst_core.pip.command import pip_command
from nst_core.processes.programs import begin

from ..web import web_server

LOCK = "six==1.16.0 --hash=sha256:" + "0" * 64 + "\n"
QUICK = {"PIP_RETRIES": "0", "PIP_TIMEOUT": "5", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a person of whom pip knows nothing."""
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **QUICK}


def told(tmp_path: Path, ours: Mapping[str, str], lock: str = LOCK, offline: Path | None = None) -> Told:
    """What is said of a download that fails."""
    (tmp_path / "lock.txt").write_text(lock)
    words = ["--no-deps", "--dest", str(tmp_path / "wheels"), "-r", str(tmp_path / "lock.txt")]
    pip = pip_command(Path(sys.executable), ours, "download", *words, working=tmp_path, offline=offline)
    process = begin(pip.line, ours, pip.variables, output=subprocess.PIPE)
    process.communicate(timeout=100)
    assert process.returncode
    failed = Failed.read(
        process.returncode, pip.report, "", settings=pip.variables, folder=tmp_path, offline=offline
    )
    return why(failed)


def refusing(status: int) -> AbstractContextManager[str]:
    """A server that gives every request the same answer; its address."""
    return web_server(lambda request: request.send_error(status))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "refused what was asked for (403)"),
        (404, "has no six for Python"),
        (407, "a password (407)"),
    ],
)
def test_an_index_that_refuses_is_named_with_its_answer(
    tmp_path: Path, home: dict[str, str], status: int, words: str
) -> None:
    with refusing(status) as address:
        what, advice = told(tmp_path, {**home, "PIP_INDEX_URL": f"{address}/simple"})
    assert words in what
    assert advice


def test_a_proxy_that_asks_for_a_password(tmp_path: Path, home: dict[str, str]) -> None:
    with refusing(407) as address:
        ours = {**home, "https_proxy": address, "PIP_INDEX_URL": "https://index.invalid/simple"}
        assert "asks for a name and a password (407)" in told(tmp_path, ours).what


@pytest.mark.parametrize(
    ("place", "words"),
    [("index.invalid", "index.invalid was not found"), ("127.0.0.1:9", "127.0.0.1 did not answer")],
)
def test_an_index_that_is_not_there(tmp_path: Path, home: dict[str, str], place: str, words: str) -> None:
    what, _ = told(tmp_path, {**home, "PIP_INDEX_URL": f"https://{place}/simple"})
    assert f"The package index {words}" in what


def test_a_certificate_that_is_not_trusted(tmp_path: Path, home: dict[str, str]) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with web_server(lambda request: request.send_error(404), context) as address:
        what, advice = told(tmp_path, {**home, "PIP_INDEX_URL": f"{address}/simple"})
    assert "has a certificate that this machine does not trust" in what
    assert "PIP_CERT" in advice


def test_no_index_at_all(tmp_path: Path, home: dict[str, str]) -> None:
    what, advice = told(tmp_path, {**home, "PIP_NO_INDEX": "1"})
    assert "pip is told to use no package index, only no other place, and has no six" in what
    assert "PIP_NO_INDEX" in advice


def test_a_folder_whose_name_has_a_space_is_one(tmp_path: Path, home: dict[str, str]) -> None:
    stick = tmp_path / "off line"
    stick.mkdir()
    assert f"{stick} has no six for Python" in told(tmp_path, home, offline=stick).what


SETTINGS = {
    "PIP_TARGET": "/x",
    "PIP_PREFIX": "/x",
    "PIP_DRY_RUN": "1",
    "PIP_USER": "1",
    "PIP_CONSTRAINT": "/x",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_NO_DEPS": "1",
}


def test_what_changes_where_or_whether_is_not_taken_over(tmp_path: Path, home: dict[str, str]) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://mirror.example/simple\ntarget = /x\n"
        "[download]\ncert = /y\nno-deps = yes\n"
    )
    ours = {**home, **SETTINGS, "PIP_CONFIG_FILE": str(file), "PIP_EXTRA_INDEX_URL": "https://more.example"}
    variables = pip_command(Path(sys.executable), ours, "download", working=tmp_path).variables
    assert not {*SETTINGS} & {*variables}
    assert variables["PIP_INDEX_URL"] == "https://mirror.example/simple"
    assert variables["PIP_EXTRA_INDEX_URL"] == "https://more.example"
    assert variables["PIP_CERT"] == "/y"
    assert variables["PIP_CONFIG_FILE"] == os.devnull


@pytest.mark.parametrize(
    ("errors", "status", "words"),
    [
        ([{"types": ["OSError"], "errno": getattr(errno, "EDQUOT", -1)}], 1, "quota"),
        ([{"types": ["OSError"], "errno": errno.ENOSPC}], 1, "full"),
        ([{"types": ["HashMismatch"], "package": "torch"}], 1, "(torch) is not what it has to be"),
        ([{"types": ["IncompleteRead"]}], 1, "stopped in the middle"),
        ([{"types": ["SSLCertVerificationError"], "verify_code": 10}], 1, "not valid at this machine's date"),
        ([{"types": ["PermissionError"], "errno": errno.EACCES, "file": "/x"}], 1, "/x cannot be written"),
        ([], -9, "memory ran out"),
        ([], 2, "for a reason not known here (boom)"),
    ],
)
def test_causes(tmp_path: Path, errors: list[dict[str, object]], status: int, words: str) -> None:
    assert words in why(Failed(status, errors, {}, tmp_path, last="boom")).what
