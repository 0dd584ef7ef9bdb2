"""A server with a stand-in for the engine, and clients of it, all in this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from nst_core.client import job as client
from nst_core.client.launch import connect
from nst_core.contract.places import State
from nst_core.recipes.settings import Settings
from nst_core.service.engine import Engine, Estimate
from nst_core.service.job import Ending, Job
from nst_core.service.server import Server
from nst_core.service.worker import Worker
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message

from ..waiting import until

PICTURE = client.RawPicture(2, 1, "RGBA u8", b"abcdefgh")
SETTINGS = {"strength": 50}


class StandIn:
    """Performs jobs as the test says: each evaluation waits for a permit."""

    def __init__(self) -> None:
        self.permits = threading.Semaphore(0)
        self.evaluations = 0
        self.evaluations_wanted = 3
        self.error: Exception | None = None
        self.running = threading.Event()
        self.job: Job | None = None
        self.released = 0
        self.done: list[int] = []

    about = "stand-in"

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        return Estimate(None, 100 * width * height, width, height)

    def release(self) -> None:
        self.released += 1

    def perform(self, job: Job) -> None:
        self.job = job
        self.done.append(job.request.id)
        job.tell("stage", text="Standing in")
        self.running.set()
        if self.error:
            raise self.error
        for _ in range(self.evaluations_wanted):
            assert self.permits.acquire(timeout=20)
            self.evaluations += 1
            if job.ending is Ending.CANCEL:
                job.answer("cancelled")
                return
            if job.ending is Ending.FINISH:
                break
            if job.wants_preview:
                job.previews_sent += 1
                job.tell("preview", b"rgb", n=job.previews_sent, width=1, height=1)
            job.tell("progress", fraction=0.5)
        job.answer(
            "result",
            bytes(job.request.pixels)[::-1],
            width=job.request.width,
            height=job.request.height,
            format=job.request.format,
            finished_early=job.ending is Ending.FINISH,
        )


class Running:
    """A server on a thread, with its engine."""

    def __init__(
        self,
        state: State,
        tcp: bool = False,
        load: Callable[[], Engine] | None = None,
        release_seconds: float = 120.0,
    ) -> None:
        self.state, self.engine = state, StandIn()
        self.worker = Worker(load or (lambda: self.engine), release_seconds)
        self.server = Server(state, self.worker, tcp)
        self.worker.start(self.server.close)
        self.server.open()
        self.thread = threading.Thread(target=self.server.serve)
        self.thread.start()
        self.channels: list[Channel] = []

    def client(self) -> Channel:
        channel, _ = connect(self.state, {"name": "test"})
        self.channels.append(channel)
        return channel

    def raw(self) -> socket.socket:
        return endpoints.read(self.state).connect(5)

    def until_told(self, ending: Ending) -> None:
        """Waits until the job that runs has been asked to end."""
        job = self.engine.job
        until(lambda: job is not None and job.ending is ending)

    def begun(self, **options: Any) -> Run:
        """A job of a new client, once the engine is at it."""
        run = Run(self.client(), **options)
        assert self.engine.running.wait(20)
        return run

    def painted(self) -> Run:
        """A job of a new client that has come to its end."""
        self.engine.permits.release(3)
        run = Run(self.client())
        run.end()
        return run

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.engine.permits.release(1000)
        for channel in self.channels:
            channel.close()
        self.server.close()
        self.thread.join(10)
        assert not self.thread.is_alive()
        self.worker.close()  # or its thread would keep a real engine's networks, a gigabyte each


class Run(threading.Thread):
    """A client's job in a thread of its own."""

    def __init__(
        self,
        channel: Channel,
        preview_size: int = 0,
        quick: bool = False,
        again: Callable[[], Channel] | None = None,
        settings: Mapping[str, Any] = SETTINGS,
        picture: client.RawPicture = PICTURE,
    ) -> None:
        super().__init__(daemon=True)
        self.picture = picture
        self.heard = threading.Event()
        self.job = client.RemoteJob(channel, settings, preview_size, quick, again)
        self.events: list[Message] = []
        self.result: client.Result | None = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.job.run(self.picture, b"style", self._hear)
        except Exception as error:
            self.error = error

    def _hear(self, message: Message, blob: bytearray) -> None:
        self.events.append(message)
        self.heard.set()

    def end(self) -> None:
        self.join(20)
        assert not self.is_alive()
