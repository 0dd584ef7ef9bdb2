"""The handshake: both sides prove that they know the token before anything else is said.

``hello`` and ``welcome`` carry fresh nonces. Each proof is HMAC-SHA256 (RFC 2104) over a word for the
side and both nonces. So a proof can be neither replayed nor reflected.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Any

from nst_core.contract.errors import ConnectionLost, ProtocolError, VersionMismatch

from .channel import Channel
from .frames import AFTER_PROOF, Message

VERSIONS = (1, 1)  # the oldest and the newest version of the protocol that this code speaks
SECONDS = 3.0  # for the whole handshake


def _proof(token: bytes, side: str, first: str, second: str) -> str:
    return hmac.new(token, f"{side}|{first}|{second}".encode(), hashlib.sha256).hexdigest()


def _text(message: Message, key: str) -> str:
    """Returns the text ``key`` of a message, at most 200 letters of ASCII. Raises ``ProtocolError``."""
    value = message.get(key)
    if not isinstance(value, str) or len(value) > 200 or not value.isascii():
        raise ProtocolError(f"The other side sent no {key}.")
    return value


def greet(channel: Channel, token: bytes, client: dict[str, Any]) -> Message:
    """Does the client's half of the handshake, and returns the core's ``welcome``.

    ``client`` names the program for the core's log. Raises ``ProtocolError`` when the other side is no
    core or does not know ``token``. Raises ``VersionMismatch`` when no version is common to both, and
    ``ConnectionLost`` when the core does not answer within ``SECONDS``.
    """
    deadline = time.monotonic() + SECONDS
    ours = secrets.token_hex(16)
    channel.send({"type": "hello", "versions": list(VERSIONS), "client": client, "nonce": ours})
    welcome, _ = channel.receive(deadline)
    if welcome["type"] == "error" and welcome.get("code") == "version_mismatch":
        raise VersionMismatch("The engine that is running is of another version.")
    if welcome["type"] != "welcome":
        raise ProtocolError("The other side is not the engine.")
    theirs = _text(welcome, "nonce")
    if not hmac.compare_digest(_text(welcome, "proof"), _proof(token, "core", ours, theirs)):
        raise ProtocolError("The other side could not prove that it is the engine.")
    channel.limits = AFTER_PROOF
    channel.send({"type": "auth", "proof": _proof(token, "client", theirs, ours)})
    return welcome


def admit(channel: Channel, token: bytes, about: dict[str, Any]) -> Message:
    """Does the core's half of the handshake, and returns the client's ``hello``.

    ``about`` is what the welcome tells of the core. A client learns it before its own proof, so it must
    hold nothing private. Raises ``ProtocolError`` when the client does not know ``token`` or sends
    anything else, and otherwise as ``greet`` does. The caller closes the channel then.
    """
    deadline = time.monotonic() + SECONDS
    hello, _ = channel.receive(deadline)
    if hello["type"] != "hello":
        raise ProtocolError("The client did not say hello.")
    theirs = _text(hello, "nonce")
    versions = hello.get("versions")
    if not (
        isinstance(versions, list) and len(versions) == 2 and all(type(part) is int for part in versions)
    ):
        raise ProtocolError("The client named no versions.")
    if versions[0] > VERSIONS[1] or versions[1] < VERSIONS[0]:
        channel.send({"type": "error", "code": "version_mismatch", "versions": list(VERSIONS)})
        raise VersionMismatch("The client speaks another version.")
    ours = secrets.token_hex(16)
    version = min(versions[1], VERSIONS[1])
    proof = _proof(token, "core", theirs, ours)
    channel.send({"type": "welcome", "version": version, "nonce": ours, "proof": proof, **about})
    answer, _ = channel.receive(deadline)
    if answer["type"] != "auth" or not hmac.compare_digest(
        _text(answer, "proof"), _proof(token, "client", ours, theirs)
    ):
        raise ProtocolError("The client could not prove that it knows the token.")
    channel.limits = AFTER_PROOF
    return hello


__all__ = ["SECONDS", "VERSIONS", "ConnectionLost", "VersionMismatch", "admit", "greet"]
