# -*- coding: utf-8 -*-
"""Checks of the client's modules in Python 2.7 and 3; arguments: PLUGIN_FOLDER STATE STYLE COMMAND…"""

from __future__ import absolute_import, division, print_function, unicode_literals

import io
import os
import socket
import sys
import threading
import unittest

sys.dont_write_bytecode = True
FOLDER, STATE, STYLE = sys.argv[1:4]
COMMAND = sys.argv[4:]
sys.path.insert(0, FOLDER)

import client
import frames
import launch
from client import Channel, Job, Picture, clock, greet
from core import Core
from frames import AFTER_PROOF, HEADER, ConnectionLost, JobFailed, Parser, ProtocolError, WireError, encode
from launch import Starter, clean_environment, joined, native_path
from painting import Done, Painting, Preview
from words import words_for_seconds


def text_of(path):
    return path.decode("utf-8") if isinstance(path, bytes) else path


def pair():
    """Two connected sockets; Windows has no socketpair in Python 2."""
    if hasattr(socket, "socketpair"):
        return socket.socketpair()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    one = socket.create_connection(listener.getsockname())
    other, _ = listener.accept()
    listener.close()
    return one, other


def connected():
    starter = Starter(text_of(STATE), [text_of(part) for part in COMMAND], {"name": "checks"})
    end = clock() + 60
    channel = None
    while channel is None and clock() < end:
        channel = starter.poll()
    return channel


def settings(**changes):
    return dict(
        dict(quality="draft", size=48, strength=60, brush_size=1.5, keep_colors=False, seed=7), **changes
    )


def content(width=64, height=48, form="RGBA u8"):
    size = {"RGBA u8": 4, "RGBA float": 16}[form]
    pixels = bytearray(width * height * size)
    if size == 4:
        pixels[:] = bytearray(i % 256 for i in range(len(pixels)))
    return Picture(width, height, form, bytes(pixels))


def style():
    with io.open(STYLE, "rb") as file:
        return file.read()


def painted(job, channel):
    """Returns the kinds that came and what the last one was."""
    kinds = []
    while True:
        kind, what = job.hear(*channel.receive(clock() + 100))
        kinds.append(what["type"] if kind == "event" else kind)
        if kind in ("result", "cancelled"):
            return kinds, what


class FrameChecks(unittest.TestCase):
    def test_the_bytes_of_the_specification(self):
        data = encode({"type": "ping", "id": 1})
        self.assertEqual(data[:8], b"NSP1\x00\x00\x00\x16")
        self.assertEqual(len(data), 16 + 0x16)

    def test_frames_split_at_every_byte(self):
        first = encode({"type": "ping", "word": "größer ½"}, 5) + b"\x00\xff\n12"
        data = first + encode({"type": "pong", "list": [1, 2.5, None, True]})
        wanted = [
            ({"type": "ping", "word": "größer ½"}, b"\x00\xff\n12"),
            ({"type": "pong", "list": [1, 2.5, None, True]}, b""),
        ]
        for cut in range(len(data) + 1):
            parser = Parser()
            parser.limits = AFTER_PROOF
            found = []
            for piece in (data[:cut], data[cut:]):
                parser.feed(piece)
                frame = parser.next()
                while frame:
                    found.append(frame)
                    frame = parser.next()
            self.assertEqual(found, wanted)
            self.assertTrue(parser.empty)

    def test_frames_byte_by_byte_through_a_socket(self):
        ours, theirs = pair()
        channel = Channel(ours)
        channel.parser.limits = AFTER_PROOF
        data = bytearray(encode({"type": "ping", "word": "ß"}, 3) + b"abc")
        for number, byte in enumerate(data):
            self.assertTrue(number == len(data) or channel.take() is None)
            theirs.sendall(bytes(bytearray([byte])))
        self.assertEqual(channel.receive(clock() + 5), ({"type": "ping", "word": "ß"}, b"abc"))
        channel.close()
        theirs.close()

    def test_what_is_no_frame_is_refused(self):
        for data in (
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            HEADER.pack(b"NSP2", 2, 0) + b"{}",
            HEADER.pack(b"NSP1", AFTER_PROOF[0] + 1, 0),
            HEADER.pack(b"NSP1", 2, AFTER_PROOF[1] + 1),
            HEADER.pack(b"NSP1", 2, 0) + b"[]",
            HEADER.pack(b"NSP1", 2, 0) + b"{}",
            HEADER.pack(b"NSP1", 10, 0) + b'{"type":1}',
            HEADER.pack(b"NSP1", 4, 0) + b"\xff\xfe\xff\xfe",
            HEADER.pack(b"NSP1", 60000, 0) + b"[" * 60000,
        ):
            parser = Parser()
            parser.limits = AFTER_PROOF
            parser.feed(data)
            self.assertRaises(ProtocolError, parser.next)
        parser = Parser()
        parser.feed(HEADER.pack(b"NSP1", 2, 1))
        self.assertRaises(ProtocolError, parser.next)

    def test_a_frame_cut_off_is_an_error_and_an_end_between_frames_is_not(self):
        ours, theirs = pair()
        channel = Channel(ours)
        theirs.sendall(encode({"type": "ping"}))
        theirs.sendall(encode({"type": "ping"})[:-3])
        theirs.close()
        self.assertEqual(channel.receive()[0], {"type": "ping"})
        self.assertRaises(ProtocolError, channel.receive)
        ours, theirs = pair()
        theirs.close()
        self.assertRaises(ConnectionLost, Channel(ours).receive)

    def test_a_silent_peer_runs_into_the_deadline(self):
        ours, theirs = pair()
        theirs.sendall(b"NSP1")
        self.assertRaises(ConnectionLost, Channel(ours).receive, clock() + 0.1)

    def test_a_large_blob_goes_through_a_full_socket(self):
        ours, theirs = pair()
        sender, receiver = Channel(ours), Channel(theirs)
        receiver.parser.limits = AFTER_PROOF
        blob = os.urandom(5000000)
        thread = threading.Thread(target=lambda: sender.send({"type": "start"}, blob[:7], blob[7:]))
        thread.start()
        self.assertEqual(receiver.receive(clock() + 30), ({"type": "start"}, blob))
        thread.join()

    def test_a_peer_that_is_gone_is_told(self):
        ours, theirs = pair()
        theirs.close()
        channel = Channel(ours)
        with self.assertRaises(WireError):
            for _ in range(3):
                channel.send({"type": "ping"}, b"x" * 100000)


class EnvironmentChecks(unittest.TestCase):
    def test_what_gimp_sets_for_itself_is_dropped(self):
        kept = clean_environment(
            {"PATH": "/app/bin:/usr/bin", "APPDIR": "/app", "PYTHONPATH": "x", "LD_LIBRARY_PATH": "x",
             "GIMP2_DIRECTORY": "x", "GTK2_RC_FILES": "x", "HOME": "/root"}
        )  # fmt: skip
        self.assertEqual(kept, {"PATH": "/usr/bin", "HOME": "/root"})

    def test_an_endpoint_that_others_can_read_is_refused(self):
        folder = joined(native_path(text_of(STATE)), "odd")
        os.mkdir(folder)
        path = joined(folder, "endpoint.json")
        for text, mode, word in (
            ('{"transport": "tcp", "address": 1, "token": "00"}', 0o644, "private"),
            ('{"transport": "tcp", "address": "x", "token": "00"}', 0o600, "not running"),
            ('{"transport": "tcp", "token": "zz"}', 0o600, "not running"),
            ("[]", 0o600, "not running"),
            ("", 0o600, "not running"),
        ):
            with io.open(path, "w", encoding="ascii") as file:
                file.write(text)
            os.chmod(path, mode)
            with self.assertRaises(frames.CoreUnavailable) as caught:
                launch.read_endpoint(path)
            self.assertIn(word, caught.exception.args[0])

    def test_a_core_that_does_not_start_is_a_sentence(self):
        missing = Starter(text_of(STATE) + "/other", ["/no/such/program"], {})
        with self.assertRaises(frames.CoreUnavailable) as caught:
            for _ in range(9):
                missing.poll()
        self.assertIn("could not be started", caught.exception.args[0])
        failing = Starter(text_of(STATE) + "/third", ["/bin/false"], {})
        end = clock() + 20
        with self.assertRaises(frames.CoreUnavailable) as caught:
            while clock() < end:
                failing.poll()
        self.assertIn("stopped while it was starting", caught.exception.args[0])

    def test_times_in_words(self):
        for seconds, words in ((1, "5 s"), (41, "40 s"), (150, "2½ min"), (4210, "1 h 10 min")):
            self.assertEqual(words_for_seconds(seconds), words)


class CoreChecks(unittest.TestCase):
    """Against the very core that GIMP 3's plug-in uses."""

    def setUp(self):
        self.channel = connected()

    def tearDown(self):
        self.channel.close()

    def test_it_is_started_and_found_again(self):
        path = joined(native_path(text_of(STATE)), "run", "endpoint.json")
        before = launch.read_endpoint(path)
        self.channel.send({"type": "ping", "id": 5})
        answer, blob = self.channel.receive(clock() + 10)
        self.assertEqual((answer["type"], answer["id"], blob), ("pong", 5, b""))
        other = connected()
        other.close()
        self.assertEqual(launch.read_endpoint(path), before)

    def test_without_the_token_nobody_gets_in(self):
        path = joined(native_path(text_of(STATE)), "run", "endpoint.json")
        about = launch.read_endpoint(path)
        self.assertRaises(ProtocolError, greet, Channel(launch.open_socket(about)), b"\x00" * 32, {})
        channel = Channel(launch.open_socket(about))
        channel.send({"type": "start", "id": 1})
        self.assertRaises(WireError, channel.receive, clock() + 10)
        versions, client.VERSIONS = client.VERSIONS, (8, 9)
        try:
            channel = Channel(launch.open_socket(about))
            self.assertRaises(frames.VersionMismatch, greet, channel, b"\x00" * 32, {})
        finally:
            client.VERSIONS = versions

    def test_a_picture_comes_back(self):
        for form in ("RGBA u8", "RGBA float"):
            job = Job(self.channel, settings(), 32)
            job.start(content(form=form), style())
            kinds, picture = painted(job, self.channel)
            self.assertEqual(kinds[-1], "result")
            self.assertIn("progress", kinds)
            self.assertEqual(picture[:3], (64, 48, form))
            self.assertEqual(len(picture.pixels), len(content(form=form).pixels))

    def test_errors_are_sentences(self):
        for changes, blob, word in (
            ({}, b"this is no picture", "The style picture"),
            ({"quality": "best"}, style(), ""),
        ):
            job = Job(self.channel, settings(**changes))
            job.start(content(), blob)
            with self.assertRaises(JobFailed) as caught:
                painted(job, self.channel)
            self.assertTrue(caught.exception.args[0].startswith(word))
            self.assertTrue(caught.exception.args[0])

    def test_cancel_and_finish(self):
        job = Job(self.channel, settings(quality="high", size=256))
        job.start(content(256, 256), style())
        job.cancel()
        self.assertEqual(painted(job, self.channel)[0][-1], "cancelled")
        job = Job(self.channel, settings(quality="high", size=256), 64)
        job.start(content(256, 256), style())
        while job.hear(*self.channel.receive(clock() + 60))[1]["type"] != "preview":
            pass
        job.finish()
        self.assertEqual(painted(job, self.channel)[0][-1], "result")

    def test_painting_tells_what_a_window_shows(self):
        starter = Starter(text_of(STATE), [text_of(part) for part in COMMAND], {"name": "checks"})
        core = Core(starter)
        painting = Painting(core, content(), style(), settings(), 32)
        events = []
        end = clock() + 100
        while not (events and isinstance(events[-1], Done)) and clock() < end:
            events += painting.wait(0.2)
        core.close()
        self.assertEqual(events[-1].picture[:3], (64, 48, "RGBA u8"))
        self.assertTrue(any(isinstance(event, Preview) for event in events))
        self.assertEqual(events[0].text, "Starting the engine…")

    def test_a_picture_of_another_size_is_refused(self):
        job = Job(self.channel, settings())
        job._content = content()
        message = {"type": "result", "id": job._id, "width": 9, "height": 9, "format": "RGBA u8"}
        self.assertRaises(ProtocolError, job.hear, message, b"")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
