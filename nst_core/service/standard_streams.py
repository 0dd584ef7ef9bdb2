"""The core for one client over standard input and output: for tests, and where sockets do not work."""

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
    """Serves the one client that started this process.

    The environment variable ``TOKEN_VARIABLE`` holds the token, 32 bytes as hex digits. Raises
    ``CoreUnavailable`` without a valid one. The conversation ends with the input, or when ``close`` is
    called from another thread or a signal handler.
    """

    def __init__(self, state: State, worker: Worker) -> None:
        # Removed, so that programs started from here do not inherit it.
        token = os.environ.pop(TOKEN_VARIABLE, "")
        try:
            self._token = bytes.fromhex(token)
        except ValueError:
            self._token = b""
        if len(self._token) != 32:
            raise CoreUnavailable(f"{TOKEN_VARIABLE} is not set to 64 hex digits.", "The plug-in does that.")
        # What a library prints must not get between the frames: it goes to standard error.
        self._pipes = Pipes(os.dup(0), os.dup(1))
        os.dup2(2, 1)
        with open(os.devnull, "rb") as null_device:  # noqa: PTH123
            os.dup2(null_device.fileno(), 0)
        sys.stdout.flush()
        self._reception = Reception(state, worker, self._token, self.close)
        self._closing = False

    def serve(self) -> None:
        """Serves the client until it leaves or ``close`` is called."""
        # In a thread of its own, because a signal does not end a read that waits for the client.
        attending = threading.Thread(target=self._reception.attend, args=(Channel(self._pipes),), daemon=True)
        attending.start()
        while attending.is_alive() and not self._closing:
            attending.join(0.5)  # so that this loop notices a close
        self._reception.flush(FLUSH_SECONDS)
        self._pipes.shutdown(0)

    def close(self) -> None:
        """Has ``serve`` end the conversation, within half a second."""
        self._closing = True
