"""The endpoint file: private, whole, and never trusted for more than an address."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import pytest

from nst_core.client.launch import connect
from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints
from nst_core.wire.endpoint import Endpoint

from ..folders import names


def example(state: State) -> Endpoint:
    return Endpoint("unix", str(state.run / "core.sock"), secrets.token_hex(32), 1, "0.0.0")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_read_as_it_was_published_and_private(state: State) -> None:
    endpoint = example(state)
    endpoints.publish(state, endpoint)
    assert endpoints.read(state) == endpoint
    assert mode(state.endpoint) == 0o600
    assert mode(state.run) == 0o700
    assert names(state.run) == ["endpoint.json"]


def test_a_folder_open_to_others_is_closed_to_them(state: State) -> None:
    state.run.mkdir(parents=True)
    state.run.chmod(0o777)
    state.private_run()
    assert mode(state.run) == 0o700


def test_a_folder_that_is_a_link_is_refused(state: State, tmp_path: Path) -> None:
    state.root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    state.run.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CoreUnavailable):
        state.private_run()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(state: State) -> None:
    state.run.mkdir(parents=True)
    os.chown(state.run, 12345, 12345)
    with pytest.raises(CoreUnavailable, match="somebody else"):
        state.private_run()


def test_a_file_that_others_can_read_is_refused(state: State) -> None:
    endpoints.publish(state, example(state))
    state.endpoint.chmod(0o644)
    with pytest.raises(CoreUnavailable, match="not private"):
        endpoints.read(state)


@pytest.mark.parametrize(
    "text",
    [
        *("", "garbage", "[]", "{}", '{"transport":"unix"}', "null", "7"),
        '{"transport":"tcp","address":"x","token":"00","pid":1,"build":""}',
        '{"transport":"unix","address":"x","token":"zz","pid":1,"build":""}',
    ],
)
def test_garbage_means_that_no_core_runs(state: State, text: str) -> None:
    endpoints.publish(state, example(state))
    state.endpoint.write_text(text)
    with pytest.raises(CoreUnavailable, match="not running"):
        endpoints.read(state)


def test_a_stale_file_means_that_no_core_runs(state: State) -> None:
    endpoints.publish(state, example(state))
    with pytest.raises(CoreUnavailable, match="not running"):
        connect(state, {})


@pytest.mark.skipif(os.name != "posix", reason="owners are the system's matter elsewhere")
def test_a_file_of_somebody_else_is_refused(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoints.publish(state, Endpoint("tcp", "1", "00" * 32, os.getpid(), "0"))
    somebody = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    with pytest.raises(CoreUnavailable, match="not private"):
        endpoints.read(state)


def test_only_the_own_file_is_removed(state: State) -> None:
    old, new = example(state), example(state)
    endpoints.publish(state, old)
    endpoints.publish(state, new)
    endpoints.remove(state, old)
    assert endpoints.read(state) == new
    endpoints.remove(state, new)
    assert not state.endpoint.exists()


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    state = State(tmp_path / ("deep" * 30))
    path = endpoints.socket_path(state)
    assert len(os.fsencode(path)) <= 100
    assert mode(path.parent) == 0o700
    path.parent.rmdir()
    path.parent.parent.rmdir()
