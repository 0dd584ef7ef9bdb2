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
_PIECE = 1 << 20  # bytes that are sent or received at a time
_AGAIN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR, 10035)  # the last is Windows' own number for it

clock = getattr(time, "monotonic", time.time)  # Python 2.7 has no monotonic clock
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
        """Sends one frame; its blob is all ``parts``, one after the other. Raises ``ConnectionLost``."""
        views = [memoryview(encode(message, sum(len(part) for part in parts)))]
        for view in views + [memoryview(part) for part in parts if len(part)]:
            while len(view):
                sent = self._try(lambda: self._socket.send(view[:_PIECE]))  # noqa: B023
                if sent is None:
                    _wait([], [self._socket], None)
                else:
                    view = view[sent:]

    def take(self):
        """Returns the next frame as (message, blob) if it is there already, else None.

        Raises ``ConnectionLost`` at the end of the stream, and ``ProtocolError`` for what is no frame.
        """
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
        """Waits for the next frame and returns it as (message, blob).

        ``deadline`` is a time of ``clock()``; None waits for ever. Raises ``ConnectionLost`` past the
        deadline, and otherwise as ``take`` does.
        """
        while True:
            frame = self.take()
            if frame is not None:
                return frame
            seconds_left = None if deadline is None else deadline - clock()
            if seconds_left is not None and seconds_left <= 0:
                raise ConnectionLost("The other side did not answer in time.")
            _wait([self._socket], [], seconds_left)

    def wait(self, seconds):
        """Waits until something has come, or ``seconds`` are over."""
        _wait([self._socket], [], seconds)

    def close(self):
        """Closes the connection; the core then cancels its jobs."""
        self._socket.close()

    def _try(self, action):
        """Returns what ``action`` returns, or None when it would block. Raises ``ConnectionLost``."""
        try:
            return action()
        except EnvironmentError as error:  # in Python 2, socket.error is no OSError, but it is this
            if error.errno in _AGAIN:
                return None
            raise ConnectionLost("The connection was closed.")


def _wait(readers, writers, seconds):
    try:
        select.select(readers, writers, [], seconds)
    except (EnvironmentError, ValueError, select.error):  # interrupted or closed: the next read shows which
        pass


def _proof(token, side, first, second):
    words = "|".join((side, first, second)).encode("ascii")
    return hmac.new(token, words, hashlib.sha256).hexdigest()


def _text(message, key):
    """Returns the text ``key`` of a message, at most 200 letters of ASCII. Raises ``ProtocolError``."""
    value = message.get(key)
    if not isinstance(value, type("")) or len(value) > 200 or any(ord(letter) > 127 for letter in value):
        raise ProtocolError("The other side sent no %s." % key)
    return value


def greet(channel, token, client):
    """Does the client's half of the handshake, and returns the core's ``welcome``.

    ``token`` is the bytes that both know, and ``client`` names this program for the core's log. Raises
    ``ProtocolError`` when the other side is no core or does not know ``token``. Raises
    ``VersionMismatch`` when no version is common to both, and ``ConnectionLost`` when the core does not
    answer within ``PROOF_SECONDS``.
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
    expected = _proof(token, "core", ours, theirs)
    if not hmac.compare_digest(_text(welcome, "proof").encode("ascii"), expected.encode("ascii")):
        raise ProtocolError("The other side could not prove that it is the engine.")
    channel.parser.limits = AFTER_PROOF
    channel.send({"type": "auth", "proof": _proof(token, "client", theirs, ours)})
    return welcome


class Job(object):
    """A style transfer that the core does for this client.

    ``preview_size`` is the longer side of the previews in pixels; 0 means no previews.
    """

    def __init__(self, channel, settings, preview_size=0):
        self._channel = channel
        self._settings = dict(settings)
        self._preview_size = preview_size
        self._id = next(_ids)
        self._content = None

    def start(self, content, style):
        """Sends the ``Picture`` and the style file's bytes. Raises ``ConnectionLost``."""
        self._content = content
        described = {"width": content.width, "height": content.height, "format": content.format}
        request = {"type": "start", "id": self._id, "settings": self._settings, "content": described}
        request.update(style={"length": len(style)}, preview_size=self._preview_size)
        self._channel.send(request, content.pixels, style)

    def hear(self, message, blob):
        """Takes a message of the core and its blob; returns (kind, value).

        The kind is ``event`` for another message of this job, ``result`` for a ``Picture``,
        ``cancelled``, or ``other`` for a message that is not of this job. Raises ``JobFailed`` with the
        core's sentence, and ``ProtocolError`` for a picture that does not fit the content.
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
        described = (message.get("width"), message.get("height"), message.get("format"))
        if described != (content.width, content.height, content.format) or len(blob) != len(content.pixels):
            raise ProtocolError("The engine answered with a picture of another size.")
        return Picture(content.width, content.height, content.format, blob)
