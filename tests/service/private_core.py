"""A core of one's own, reached over its standard input and output."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from nst_core.contract.errors import CoreUnavailable, WireError
from nst_core.contract.places import State
from nst_core.processes.programs import clean_environment
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message
from nst_core.wire.pipes import Pipes
from nst_core.wire.proof import greet

_END_SECONDS = 10.0


class PrivateCore:
    """A core that ends with its one client; ``command`` is that of ``nst serve --stdio``.

    Raises ``CoreUnavailable`` when it cannot be started or does not prove that it knows the token
    made for it.
    """

    def __init__(self, state: State, command: Sequence[str], client: Mapping[str, Any]) -> None:
        token = secrets.token_bytes(32)
        environment = {
            **clean_environment(os.environ),
            "NEURAL_STYLE_HOME": str(state.root),
            "NEURAL_STYLE_TOKEN": token.hex(),  # other users cannot read it there, as arguments could be
        }
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment,
            )
        except OSError as error:
            raise CoreUnavailable("The engine could not be started.") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        reading, writing = os.dup(self._process.stdout.fileno()), os.dup(self._process.stdin.fileno())
        self._process.stdin.close()
        self._process.stdout.close()
        self.channel = Channel(Pipes(reading, writing))
        try:
            self.welcome: Message = greet(self.channel, token, dict(client))
        except WireError as error:
            self.close()
            raise CoreUnavailable("The engine does not answer.") from error

    def close(self) -> None:
        """Ends the connection and with it the core."""
        self.channel.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
