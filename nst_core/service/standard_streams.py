"""The core for one client over its standard input and output: where sockets fail, and for tests."""

from __future__ import annotations

import os
import sys
import threading

from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.service.reception import FLUSH_SECONDS, Reception
from nst_core.service.worker import Worker
from nst_core.wire.channel import Channel
from nst_core.wire.pipes import Pipes

TOKEN_VARIABLE = "NEURAL_STYLE_TOKEN"


class StandardStreams:
    """Serves the one client that started this process and that gave it a token in its environment.

    ``close`` ends it from another thread or a signal handler, as the end of the input does.
    """

    def __init__(self, state: State, worker: Worker) -> None:
        # Not inherited by anything that is started from here.
        token = os.environ.pop(TOKEN_VARIABLE, "")
        try:
            self._token = bytes.fromhex(token)
        except ValueError:
            self._token = b""
        if len(self._token) != 32:
            raise CoreUnavailable(f"{TOKEN_VARIABLE} is not set to 64 hex digits.", "The plug-in does that.")
        # What a library prints must not get between the frames.
        self._pipes = Pipes(os.dup(0), os.dup(1))
        os.dup2(2, 1)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123  # a descriptor is wanted, no path
            os.dup2(nothing.fileno(), 0)
        sys.stdout.flush()
        self._reception = Reception(state, worker, self._token, self.close)
        self._closing = False

    def serve(self) -> None:
        """Attends to the client until its end or until ``close``."""
        # In a thread of its own: a signal does not end a read that waits for the client.
        attending = threading.Thread(target=self._reception.attend, args=(Channel(self._pipes),), daemon=True)
        attending.start()
        while attending.is_alive() and not self._closing:
            attending.join(0.5)  # so that a close is noticed
        self._reception.flush(FLUSH_SECONDS)
        self._pipes.shutdown(0)

    def close(self) -> None:
        """Ends the conversation."""
        self._closing = True
