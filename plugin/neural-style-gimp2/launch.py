# -*- coding: utf-8 -*-
"""Finding the running core, and starting one when there is none; Python 2.7 and 3, standard library only."""

from __future__ import absolute_import, division, print_function, unicode_literals

import binascii
import errno
import io
import json
import os
import socket
import stat
import subprocess
import sys

from client import Channel, clock, greet
from frames import CoreUnavailable, VersionMismatch, WireError

START_SECONDS = 30.0
_LOG = "core-output.log"
_WINDOWS = os.name == "nt"
_REPAIR = "Run “python3 install” again: it repairs what is missing."
# How variables begin that GIMP's packaging or a virtual environment sets. No other Python may see them.
_DROPPED = tuple(
    "PYTHON LD_ DYLD_ VIRTUAL_ENV CONDA_ APPDIR APPIMAGE GIMP GI_ GIO_ GDK_ GTK GEGL_ BABL_ QT_ G_RESOURCE_"
    " GS_LIB LIBHEIF_".split()
)


def native_path(text):
    """Returns a path as this Python opens it in every locale: bytes in Python 2, except on Windows."""
    return text.encode("utf-8") if sys.version_info[0] == 2 and not _WINDOWS else text


def joined(folder, *names):
    """Returns the native path of ``names`` in ``folder``, which is a native path."""
    return os.path.join(folder, *[native_path(name) for name in names])


def clean_environment(environment):
    """Returns ``environment`` without what GIMP's packaging put there for GIMP alone."""
    kept = dict((key, value) for key, value in environment.items() if not key.upper().startswith(_DROPPED))
    # On Windows and in an AppImage, PATH begins with GIMP's own programs, which bring their own libraries.
    bundle = environment.get("APPDIR") or (_WINDOWS and os.path.dirname(sys.executable))
    if bundle and "PATH" in kept:
        parts = kept["PATH"].split(os.pathsep)
        kept["PATH"] = os.pathsep.join(part for part in parts if not part.startswith(bundle))
    return kept


class Starter(object):
    """Connects to the core of one state folder, and starts it when none runs; never blocks for long.

    ``state`` is the folder, ``command`` starts the core, and ``client`` names this program for the core's
    log.
    """

    def __init__(self, state, command, client):
        self._state = native_path(state)
        self._command = [native_path(part) for part in command]
        self._client = client
        self._end = None
        self._lock = None
        self._process = None

    def poll(self):
        """Returns a proven ``Channel``, or None while the core is starting. Raises ``WireError``."""
        try:
            channel = self._connect()
        except CoreUnavailable:
            self._start_or_wait()
            return None
        except WireError:
            self.give_up()
            raise
        self.give_up()
        return channel

    def give_up(self):
        """Gives the lock back, so that others may start the core."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start_or_wait(self):
        logs = joined(self._state, "logs")
        if self._end is None:
            self._end = clock() + START_SECONDS
        if clock() > self._end:
            self.give_up()
            raise CoreUnavailable("The engine did not answer in time. What it said is in %s." % _shown(logs))
        if self._process is None and self._lock is None:
            self._lock = try_lock(joined(self._private_run(), "start.lock"))
            # The next poll looks for a core before it starts one: somebody else may have been faster.
            return
        if self._process is None:
            self._process = start(self._state, self._command)
        # Status 0 says that another core was there first; its endpoint file comes in a moment.
        elif self._process.poll() not in (None, 0):
            self.give_up()
            raise CoreUnavailable(
                "The engine stopped while it was starting. %s What it said is in %s."
                % (_REPAIR, _shown(logs))
            )

    def _private_run(self):
        """Makes the folder of the locks private to the person, and returns it. Raises ``CoreUnavailable``."""
        folder = joined(self._state, "run")
        try:
            if not os.path.isdir(folder):
                os.makedirs(folder, 0o700)
            if not _WINDOWS:
                status = os.lstat(folder)
                if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
                    raise CoreUnavailable("The folder %s belongs to somebody else." % _shown(folder))
                if status.st_mode & 0o077:
                    os.chmod(folder, 0o700)
        except EnvironmentError:
            raise CoreUnavailable("The folder %s cannot be written." % _shown(folder))
        return folder

    def _connect(self):
        fields = read_endpoint(joined(self._state, "run", "endpoint.json"))
        try:
            channel = Channel(open_socket(fields))
        except EnvironmentError:
            raise CoreUnavailable("The engine is not running.")
        try:
            greet(channel, binascii.unhexlify(fields["token"].encode("ascii")), self._client)
            return channel
        except VersionMismatch:
            channel.close()
            raise
        except WireError:
            channel.close()
            raise CoreUnavailable("The engine does not answer.")


def read_endpoint(path):
    """Returns the fields of the endpoint file.

    Raises ``CoreUnavailable`` when there is no such file, when it is damaged, or when it is not the
    person's own private file.
    """
    try:
        status = os.lstat(path)
        if not _WINDOWS and (
            not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077
        ):
            raise CoreUnavailable("The file %s is not private to you." % _shown(path))
        with io.open(path, encoding="utf-8") as file:
            fields = json.load(file)
        binascii.unhexlify(fields["token"].encode("ascii"))
        if fields["transport"] == "tcp":
            fields["address"] = int(fields["address"])
    except (EnvironmentError, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise CoreUnavailable("The engine is not running.")
    return fields


def open_socket(about):
    """Returns a socket connected to the endpoint with the fields ``about``. Raises ``EnvironmentError``."""
    if about["transport"] == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        target = native_path(about["address"])
    else:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        target = ("127.0.0.1", about["address"])
    try:
        connection.settimeout(0.5)
        connection.connect(target)
    except EnvironmentError:
        connection.close()
        raise
    return connection


def start(state, command):
    """Starts the core so that it outlives the plug-in; returns its process. Raises ``CoreUnavailable``."""
    environment = clean_environment(os.environ)
    environment[str("NEURAL_STYLE_HOME")] = state
    options = {"env": environment, "cwd": state}
    if _WINDOWS:
        # CREATE_NO_WINDOW and CREATE_NEW_PROCESS_GROUP: Python 2.7 has no names for them.
        options["creationflags"] = 0x08000000 | 0x00000200
    else:
        options.update(preexec_fn=os.setsid, close_fds=True)
    if _WINDOWS and sys.version_info[0] == 2:  # it only takes the system's encoding there
        command = [part.encode("mbcs") for part in command]
        environment[str("NEURAL_STYLE_HOME")] = state.encode("mbcs")
    try:
        logs = joined(state, "logs")
        if not os.path.isdir(logs):
            os.makedirs(logs)
        with open(os.devnull) as null, open(joined(logs, _LOG), "wb") as log:
            return subprocess.Popen(command, stdin=null, stdout=log, stderr=log, **options)
    except EnvironmentError:
        raise CoreUnavailable("The engine could not be started. %s" % _REPAIR)


def try_lock(path):
    """Returns the open file that holds the lock, or None while another process has it.

    Raises ``CoreUnavailable`` when the file cannot be written or locked.
    """
    try:
        file = open(path, "ab")
    except EnvironmentError:
        raise CoreUnavailable("The file %s cannot be written." % _shown(path))
    try:
        if _WINDOWS:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            _keep_from_children(file, fcntl)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except EnvironmentError as error:
        file.close()
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return None
        raise CoreUnavailable("The file %s cannot be locked." % _shown(path))
    return file


def _keep_from_children(file, fcntl):
    """Keeps the core from inheriting the open file, with which it would hold the lock."""
    flags = fcntl.fcntl(file, fcntl.F_GETFD)
    fcntl.fcntl(file, fcntl.F_SETFD, flags | fcntl.FD_CLOEXEC)


def _shown(path):
    """Returns a native path as text."""
    return path.decode("utf-8", "replace") if isinstance(path, bytes) else path
