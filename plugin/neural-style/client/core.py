"""The connection to the core, made in a thread of its own while the person looks at the dialog."""

from __future__ import annotations

import threading
from typing import Any

from client.installation import Installation
from nst_core.client.launch import connect, connect_or_start
from nst_core.client.question import ask
from nst_core.contract.errors import CoreUnavailable, WireError
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message
from text.trouble import Trouble


class Core:
    """Connects to the core in a thread that begins at once, and starts the core when none runs.

    ``host`` is the name and version of GIMP, which the core is told. ``channel`` waits for the connection.
    """

    def __init__(self, where: Installation, host: str) -> None:
        self._where = where
        self._client = {"name": "gimp-plugin", "version": where.version, "host": host}
        self._channel: Channel | None = None
        self._failure: WireError | None = None
        self._given_up = False
        self._thread = threading.Thread(target=self._connect, daemon=True)
        self._thread.start()

    @property
    def state(self) -> str:
        """How far the connection is: ``starting``, ``ready`` or ``failed``."""
        if self._thread.is_alive():
            return "starting"
        return "ready" if self._channel else "failed"

    def channel(self) -> Channel:
        """Waits for the connection and returns it. Raises ``Trouble`` when there is none."""
        self._thread.join()
        if self._channel is None:
            failure = self._failure or CoreUnavailable("The engine could not be started.")
            raise Trouble(str(failure), failure.hint)
        return self._channel

    def again(self) -> Channel:
        """Connects anew after the core died, starts it if none runs, and returns the channel.

        After ``close``, that channel is closed as well. Raises ``WireError`` when the core cannot be started.
        """
        self._channel, _ = connect_or_start(
            self._where.state, self._where.command, self._client, lambda: not self._given_up
        )
        if self._given_up:
            self._channel.close()
        return self._channel

    def another(self) -> Channel:
        """Returns a second connection to the running core. Raises ``WireError`` when none answers."""
        return connect(self._where.state, self._client)[0]

    def ask(self, kind: str, **fields: Any) -> Message:
        """Returns the core's answer to a question such as ``estimate``, with ``fields`` besides its kind.

        ``seconds`` among them limits the wait. Raises ``WireError`` when the core answers with an error, or
        not at all.
        """
        return ask(self._where.state, self._client, kind, **fields)

    def close(self) -> None:
        """Closes the connection; the core cancels the jobs of a closed connection."""
        self._given_up = True
        if self._channel:
            self._channel.close()

    def _connect(self) -> None:
        try:
            channel, _ = connect_or_start(
                self._where.state, self._where.command, self._client, lambda: not self._given_up
            )
        except WireError as error:
            self._failure = error
        except Exception as error:  # nobody reads a thread's traceback: ``channel`` must tell the person
            self._failure = CoreUnavailable(f"The engine could not be started ({error}).")
        else:
            self._channel = channel
            if self._given_up:
                channel.close()
