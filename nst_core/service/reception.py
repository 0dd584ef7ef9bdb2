"""The reception: has a client prove itself, whatever it came over, and holds the conversation."""

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

FLUSH_SECONDS = 1.0  # a signal ends the core within two seconds, also when a client does not read

FEATURES = [
    *("preview", "finish", "queue", "quick", "estimate", "weights", "diagnose", "replace", "styles"),
    "resume",
]


class Reception:
    """Attends to clients of one core, each in a thread of its own; ``token`` is what they must know."""

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
        """Seconds without a client and without a job."""
        with self._lock:
            if self._conversations:
                return 0.0
        return min(time.monotonic() - self._last_client, self._worker.idle_seconds)

    def attend(self, channel: Channel, proven: Callable[[], None] = lambda: None) -> None:
        """Holds the conversation over ``channel`` until its end, and closes it.

        ``proven`` is called once, when the handshake is over, well or ill.
        """
        try:
            try:
                hello = admit(channel, self._token, self._about())
            finally:
                proven()
            log.info("a client: %s", _named(hello.get("client")))
            # Only now, so that the import of torch cannot hold up the welcome.
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
        """Lets what has been answered already leave, for at most ``seconds``."""
        end = time.monotonic() + seconds
        with self._lock:
            conversations = list(self._conversations)
        for conversation in conversations:
            conversation.outbox.flush(max(0.0, end - time.monotonic()))

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
            # The one that asks is a client itself, and may have no job.
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
    """What a client says of itself, without anything that is no name or version of a program."""
    if not isinstance(client, dict):
        return "?"
    words = (str(client.get(key, "?"))[:40] for key in ("name", "version", "host"))
    return ", ".join(re.sub(r"[^\w .+-]", "?", word) for word in words)
