"""The reception: the handshake with a client, over a socket or pipes, and then its conversation."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from nst_core import __version__
from nst_core.contract.errors import ConnectionLost, WireError
from nst_core.contract.places import State
from nst_core.service.conversation import Conversation
from nst_core.service.report import report
from nst_core.service.worker import Worker
from nst_core.wire.channel import Channel
from nst_core.wire.frames import AFTER_PROOF
from nst_core.wire.proof import admit

log = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0  # a signal ends the core within two seconds, even when a client does not read

FEATURES = [
    *("preview", "finish", "queue", "quick", "estimate", "weights", "diagnose", "replace", "styles"),
    "resume",
    "prefer",
]


class Reception:
    """Serves the clients of one core; each has a thread of its own, which calls ``attend``.

    ``token`` is the secret of 32 bytes that clients must prove to know. ``end`` ends the core.
    """

    def __init__(self, state: State, worker: Worker, token: bytes, end: Callable[[], None]) -> None:
        self._state = state
        self._worker = worker
        self._token = token
        self._end = end
        self._conversations: set[Conversation] = set()
        self._lock = threading.Lock()
        self._ending = False
        self._last_client = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """Seconds since there was a client or a job; 0 while there is one."""
        with self._lock:
            if self._conversations:
                return 0.0
        return min(time.monotonic() - self._last_client, self._worker.idle_seconds)

    def attend(self, channel: Channel, proven: Callable[[], None] = lambda: None) -> None:
        """Runs handshake and conversation over ``channel`` until they end, and closes the channel.

        ``proven`` is called once, when the handshake has succeeded or failed. Errors are logged, not raised.
        """
        try:
            try:
                hello = admit(channel, self._token, self._about())
            finally:
                proven()
            log.info("a client: %s", _named(hello.get("client")))
            # Only after the handshake, because the import of torch would delay the welcome.
            self._worker.prepare()
            self._converse(channel)
        except ConnectionLost:
            pass
        except WireError as error:
            log.warning("a client was turned away: %s", error)
        except Exception:
            log.exception("a conversation failed")
        finally:
            channel.close()

    def flush(self, seconds: float) -> None:
        """Waits until the answers given so far are sent, for at most ``seconds``."""
        deadline = time.monotonic() + seconds
        with self._lock:
            conversations = list(self._conversations)
        for conversation in conversations:
            conversation.outbox.flush(max(0.0, deadline - time.monotonic()))

    def _converse(self, channel: Channel) -> None:
        conversation = Conversation(
            channel, self._state, self._worker, self._may_end, self._end, self._report
        )
        with self._lock:
            if self._ending:
                return
            self._conversations.add(conversation)
        try:
            conversation.hold()
        finally:
            with self._lock:
                self._conversations.discard(conversation)
                self._last_client = time.monotonic()

    def _may_end(self, if_idle: bool) -> bool:
        with self._lock:
            # One conversation is that of the client that asks. Its own jobs, too, keep the core from ending.
            if if_idle and (len(self._conversations) > 1 or self._worker.idle_seconds == 0.0):
                return False
            self._ending = True
        return True

    def _report(self) -> str:
        with self._lock:
            clients = len(self._conversations)
        return report(self._state, self._worker, clients)

    def _about(self) -> dict[str, Any]:
        return {
            "core": {"version": __version__},
            "features": FEATURES,
            "limits": {"max_blob": AFTER_PROOF.blob},
            "state": self._worker.state,
            "doing": self._worker.doing,
        }


def _named(client: object) -> str:
    """Returns what a client says it is, for the log; ``?`` stands for characters unusual in a name."""
    if not isinstance(client, dict):
        return "?"
    words = (str(client.get(key, "?"))[:40] for key in ("name", "version", "host"))
    return ", ".join(re.sub(r"[^\w .+-]", "?", word) for word in words)
