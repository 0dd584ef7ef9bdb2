"""Random kills of client or core at random moments, and what must be left after them: nothing."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nst_core.client.job import RawPicture, RemoteJob
from nst_core.client.launch import connect_or_start
from nst_core.contract.errors import WireError
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel

from ..cores import end_core, left
from ..waiting import until_gone

# A client as a process of its own, so that it can be killed: one job on the core that runs.
CLIENT = """
import sys
from nst_core.client.job import RemoteJob, RawPicture
from nst_core.client.launch import connect
from nst_core.contract.places import State
channel, _ = connect(State.of(), {"name": "victim"})
print("here", flush=True)
while True:
    RemoteJob(channel, {"quality": "draft", "size": 64}, 32).run(RawPicture(16, 12, "RGBA u8", bytes(768)),
        open(sys.argv[1], "rb").read())
"""


@dataclass
class Ordeal:
    """Kills at random, and checks after each that the next job works.

    ``seconds`` is the longest wait before a kill; ``tally`` counts who was killed.
    """

    state: State
    command: Sequence[str]
    picture: RawPicture
    style: Path
    seconds: float
    seed: int
    tally: dict[str, int] = field(default_factory=lambda: {"core": 0, "client": 0, "connection": 0})

    def __post_init__(self) -> None:
        self._numbers = random.Random(self.seed)

    def run(self, kills: int) -> None:
        """Kills so many times; raises ``AssertionError`` when something does not work afterwards."""
        for _ in range(kills):
            victim = self._numbers.choice(list(self.tally))
            self.tally[victim] += 1
            getattr(self, f"_kill_{victim}")()
            self.work()

    def work(self) -> None:
        """Does one job, on the core that is there or a new one."""
        channel, _ = self._connect()
        try:
            result = RemoteJob(channel, {"quality": "draft", "size": 64}).run(
                self.picture, self.style.read_bytes()
            )
            assert result
            assert len(result.picture.pixels) == len(self.picture.pixels)
        finally:
            channel.close()

    def end(self) -> list[str]:
        """Ends the core in order and returns the names of what is left in its folder, locks aside."""
        channel, _ = self._connect()
        pid = endpoints.read(self.state).pid
        channel.send({"type": "shutdown", "id": 1})
        channel.receive(time.monotonic() + 60)
        channel.close()
        until_gone(pid)
        return left(self.state)

    def _connect(self) -> tuple[Channel, object]:
        return connect_or_start(self.state, self.command, {"name": "ordeal"})

    def _wait(self) -> None:
        time.sleep(self._numbers.uniform(0, self.seconds))

    def _busy(self) -> tuple[Channel, threading.Thread]:
        """A job in a thread, of which whatever becomes."""
        channel, _ = self._connect()

        def work() -> None:
            with contextlib.suppress(WireError):
                RemoteJob(channel, {"quality": "draft", "size": 64}, 32).run(
                    self.picture, self.style.read_bytes()
                )

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return channel, thread

    def _kill_core(self) -> None:
        channel, thread = self._busy()
        pid = endpoints.read(self.state).pid
        self._wait()
        os.kill(pid, signal.SIGKILL)
        thread.join(60)
        assert not thread.is_alive(), "the client waits for a core that is dead"
        channel.close()
        until_gone(pid)

    def _kill_connection(self) -> None:
        channel, thread = self._busy()
        self._wait()
        channel.close()
        thread.join(60)
        assert not thread.is_alive()

    def _kill_client(self) -> None:
        self._connect()[0].close()
        with subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(self.style)],
            env={**os.environ, "NEURAL_STYLE_HOME": str(self.state.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as client:
            assert client.stdout
            client.stdout.readline()
            self._wait()
            client.kill()


def race(state: State, command: Sequence[str], starters: int) -> int:
    """Has so many starters start a core at once; returns its pid, which must be the same for all."""
    pids: list[int] = []
    ready = threading.Barrier(starters)

    def start() -> None:
        ready.wait()
        channel, _ = connect_or_start(state, command, {"name": "racer"})
        pids.append(endpoints.read(state).pid)
        channel.close()

    threads = [threading.Thread(target=start) for _ in range(starters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(pids) == starters
    assert len(set(pids)) == 1, pids
    return pids[0]


def kill_core(state: State) -> None:
    """Ends the core of ``state``, if there is one, and waits until it is gone."""
    pid = end_core(state)
    if pid is not None:
        until_gone(pid)
