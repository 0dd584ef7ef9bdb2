"""The one place that starts other programs, and what they see of our environment."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Callable, Union

# The variables that another Python, GIMP or the core needs. No program of ours gets any other. What an
# AppImage, a Snap, a bundle, a virtual environment or a shell sets for other programs has broken ours before.
_WANTED = (
    *("HOME", "USER", "LOGNAME", "PATH", "SHELL", "TZ", "LANG", "LANGUAGE", "TMPDIR", "TEMP", "TMP"),
    *("TERM", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA"),
    *("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "USERNAME", "USERPROFILE", "USERDOMAIN"),
    *("HOMEDRIVE", "HOMEPATH", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "PROCESSOR_IDENTIFIER"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_PATH", "CUDA_CACHE_PATH", "ONEAPI_DEVICE_SELECTOR"),
    *("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION", "ZE_AFFINITY_MASK"),
    *("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OMP_WAIT_POLICY", "OMP_PROC_BIND", "OMP_PLACES"),
    *("MKL_NUM_THREADS", "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"),
    *("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS"),
    *("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ENABLE_MPS_FALLBACK"),
)
_WANTED_STARTS = ("LC_", "XDG_", "NEURAL_STYLE_", "GIMP2_", "GIMP3_")
_NAMES = frozenset(_WANTED)
_PR_SET_PDEATHSIG = 1
# Options of every Python that we start. It takes nothing from the person's own Python. It uses UTF-8 in every
# locale, or a home folder with an umlaut would have another name in another shell.
ISOLATED = ("-X", "utf8", "-I")
# The signals with which a person, the system or a closing terminal ends a program.
ENDINGS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
Output = Union[int, IO[bytes]]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables of ``environment`` that another program may see.

    When we run in an AppImage, its folders are taken out of PATH.
    """
    kept = {
        key: value
        for key, value in environment.items()
        if key.upper() in _NAMES or key.startswith(_WANTED_STARTS)
    }
    bundle = environment.get("APPDIR")
    if bundle:
        parts = environment.get("PATH", "").split(os.pathsep)
        kept["PATH"] = os.pathsep.join(part for part in parts if not part.startswith(bundle))
    return kept


def begin(
    command: Sequence[str | Path],
    ours: Mapping[str, str],
    more: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    output: Output = subprocess.DEVNULL,
    errors: Output = subprocess.STDOUT,
    keep_open: Sequence[int] = (),
    outlives: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts ``command`` in the working ``folder``, with an empty standard input; ``end`` ends it.

    The program sees the clean part of our environment ``ours``, and the variables ``more``. It inherits
    the descriptors ``keep_open``. Except on Windows, it is in a session of its own, so that ``end``
    reaches all that it starts. Unless it ``outlives`` us, it ends when we do: on Linux in any case, on
    Windows with its console. Raises ``OSError`` when it cannot be started.
    """
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        if outlives:
            options["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options = {"start_new_session": True, "pass_fds": tuple(keep_open)}
        if sys.platform == "linux" and not outlives:
            options["preexec_fn"] = _end_with(os.getpid())
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        cwd=folder,
        env={**clean_environment(ours), **(more or {})},
        **options,
    )


def end(process: subprocess.Popen[bytes], number: int = 9) -> None:
    """Ends what ``begin`` started, and all that this started, by the signal ``number``; waits for it.

    A program that has ended already is not signaled. On Windows, only what ``begin`` started is ended.
    """
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
    process.wait()


@contextmanager
def endings_put_off() -> Iterator[list[int]]:
    """Yields a list of the signals that came inside the block and would otherwise have ended us.

    A signal that ends us while a program starts would leave that program running, with nobody to end it.
    """
    received: list[int] = []
    handlers = {number: signal.getsignal(number) for number in ENDINGS}
    numbers = [number for number in ENDINGS if handlers[number] not in (signal.SIG_IGN, None)]
    for number in numbers:
        signal.signal(number, lambda number, _: received.append(number))
    try:
        yield received
    finally:
        for number in numbers:
            signal.signal(number, handlers[number])


def _end_with(parent: int) -> Callable[[], None]:
    """Returns what a child runs before it becomes the program: from then on it ends with ``parent``."""
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent ended before prctl was called
            os._exit(1)

    return prepare
