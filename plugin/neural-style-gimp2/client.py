# -*- coding: utf-8 -*-
"""The wire for Python 2.7 and 3: channel, proof, and one job seen from the client; without threads."""

from __future__ import absolute_import, division, print_function, unicode_literals

import binascii
import collections
import errno
import hashlib
import hmac
import itertools
import os
import select
import time

from frames import AFTER_PROOF, ConnectionLost, JobFailed, Parser, ProtocolError, VersionMismatch, encode

VERSIONS = (1, 1)
PROOF_SECONDS = 3.0
_PIECE = 1 << 20
_AGAIN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR, 10035)  # the last is Windows' own word for it

clock = getattr(time, "monotonic", time.time)  # Python 2.7 has no other
_ids = itertools.count(1)

Picture = collections.namedtuple("Picture", "width height format pixels")


class Channel(object):
    """Sends and receives frames over a connected stream socket, without threads."""

    def __init__(self, connection):
        self.parser = Parser()
        self._socket = connection
        connection.setblocking(False)

    def fileno(self):
        """The socket's descriptor, for ``select`` and main loops."""
        return self._socket.fileno()

    def send(self, message, *parts):
        """Sends one frame whose blob is ``parts`` one after the other. Raises ``ConnectionLost``."""
        views = [memoryview(encode(message, sum(len(part) for part in parts)))]
        for view in views + [memoryview(part) for part in parts if len(part)]:
            while len(view):
                sent = self._try(lambda: self._socket.send(view[:_PIECE]))  # noqa: B023
                if sent is None:
                    _wait([], [self._socket], None)
                else:
                    view = view[sent:]

    def take(self):
        """Returns the next frame if it is there already, else None. Raises ``WireError``."""
        frame = self.parser.next()
        while frame is None:
            piece = self._try(lambda: self._socket.recv(_PIECE))
            if piece is None:
                return None
            if not piece and self.parser.empty:
                raise ConnectionLost("The connection was closed.")
            if not piece:
                raise ProtocolError("The other side stopped in the middle of a message.")
            self.parser.feed(piece)
            frame = self.parser.next()
        return frame

    def receive(self, deadline=None):
        """Waits for the next frame until ``deadline``, a time of ``clock()``. Raises ``WireError``."""
        while True:
            frame = self.take()
            if frame is not None:
                return frame
            left = None if deadline is None else deadline - clock()
            if left is not None and left <= 0:
                raise ConnectionLost("The other side did not answer in time.")
            _wait([self._socket], [], left)

    def wait(self, seconds):
        """Waits until something has come or the time is over."""
        _wait([self._socket], [], seconds)

    def close(self):
        """Closes the connection, which cancels its jobs."""
        self._socket.close()

    def _try(self, action):
        try:
            return action()
        except EnvironmentError as error:  # socket.error is no OSError in Python 2, but both are this
            if error.errno in _AGAIN:
                return None
            raise ConnectionLost("The connection was closed.")


def _wait(readers, writers, seconds):
    try:
        select.select(readers, writers, [], seconds)
    except (EnvironmentError, ValueError, select.error):  # interrupted, or closed: the next read tells
        pass


def _proof(token, side, first, second):
    words = "|".join((side, first, second)).encode("ascii")
    return hmac.new(token, words, hashlib.sha256).hexdigest()


def _text(message, key):
    value = message.get(key)
    if not isinstance(value, type("")) or len(value) > 200 or any(ord(letter) > 127 for letter in value):
        raise ProtocolError("The other side sent no %s." % key)
    return value


def greet(channel, token, client):
    """The client's half of the handshake; returns the core's ``welcome``.

    ``token`` is the bytes that both know, ``client`` names this program for the core's log.
    """
    deadline = clock() + PROOF_SECONDS
    ours = binascii.hexlify(os.urandom(16)).decode("ascii")
    channel.send({"type": "hello", "versions": list(VERSIONS), "client": client, "nonce": ours})
    welcome, _ = channel.receive(deadline)
    if welcome["type"] == "error" and welcome.get("code") == "version_mismatch":
        raise VersionMismatch("The engine that is running is of another version.")
    if welcome["type"] != "welcome":
        raise ProtocolError("The other side is not the engine.")
    theirs = _text(welcome, "nonce")
    wanted = _proof(token, "core", ours, theirs)
    if not hmac.compare_digest(_text(welcome, "proof").encode("ascii"), wanted.encode("ascii")):
        raise ProtocolError("The other side could not prove that it is the engine.")
    channel.parser.limits = AFTER_PROOF
    channel.send({"type": "auth", "proof": _proof(token, "client", theirs, ours)})
    return welcome


class Job(object):
    """A style transfer that the core does for this client."""

    def __init__(self, channel, settings, preview_size=0):
        self._channel = channel
        self._settings = dict(settings)
        self._preview_size = preview_size
        self._id = next(_ids)
        self._content = None

    def start(self, content, style):
        """Sends the ``Picture`` and the style file's bytes. Raises ``ConnectionLost``."""
        self._content = content
        about = {"width": content.width, "height": content.height, "format": content.format}
        start = {"type": "start", "id": self._id, "settings": self._settings, "content": about}
        start.update(style={"length": len(style)}, preview_size=self._preview_size)
        self._channel.send(start, content.pixels, style)

    def hear(self, message, blob):
        """Takes what the core said; returns (kind, what).

        Kinds are ``event`` (another message of this job), ``result`` (a ``Picture``), ``cancelled``
        and ``other`` (not of this job). Raises ``JobFailed`` with the core's sentence.
        """
        if message.get("id") != self._id:
            return "other", None
        kind = message["type"]
        if kind == "result":
            return "result", self._result(message, blob)
        if kind == "cancelled":
            return "cancelled", None
        if kind == "error":
            sentence = message.get("message", "Something went wrong in the engine.")
            raise JobFailed(message.get("code", "internal"), sentence, message.get("hint", ""))
        if kind == "preview":
            self._say("preview_ack", n=message.get("n"))
        return "event", message

    def cancel(self):
        """Asks the core to end the job without a result."""
        self._say("cancel")

    def finish(self):
        """Asks the core to stop here and to answer with the picture so far."""
        self._say("finish")

    def _say(self, kind, **fields):
        try:
            self._channel.send(dict(fields, type=kind, id=self._id))
        except ConnectionLost:
            pass  # whoever receives next notices and reports it

    def _result(self, message, blob):
        content = self._content
        about = (message.get("width"), message.get("height"), message.get("format"))
        if about != (content.width, content.height, content.format) or len(blob) != len(content.pixels):
            raise ProtocolError("The engine answered with a picture of another size.")
        return Picture(content.width, content.height, content.format, blob)
