"""One question to the core and its answer, over a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.wire.frames import Message

from .launch import connect


def ask(state: State, client: Mapping[str, Any], kind: str, seconds: float = 10.0, **fields: Any) -> Message:
    """Returns the core's answer to ``ping``, ``estimate``, ``weights``, ``diagnose`` or ``shutdown``.

    ``fields`` are what the question holds besides its ``kind``. No core is started for it. Raises
    ``JobFailed`` with the core's sentence, ``CoreUnavailable`` when no core runs, and ``ConnectionLost``
    when it does not answer within ``seconds``. Raises ``VersionMismatch`` as ``connect`` does.
    """
    deadline = time.monotonic() + seconds
    channel, _ = connect(state, client)
    try:
        channel.send({**fields, "type": kind, "id": 1})
        while True:
            answer, _ = channel.receive(deadline)
            if answer.get("id") == 1:
                break
    finally:
        channel.close()
    if answer["type"] == "error":
        raise JobFailed(
            str(answer.get("code", "internal")), str(answer.get("message")), str(answer.get("hint", ""))
        )
    return answer
