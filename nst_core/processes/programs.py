"""Other programs: the one place that starts them, and what they see of this one's environment."""

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

# What another Python, GIMP or the core needs. All else stays here: what an AppImage, a Snap, a bundle, a
# virtual environment or a person's shell sets for other programs has broken every one of ours before.
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
# What every Python of ours is started with: nothing of the person's own Python, and one encoding whatever the
# locale is, or a home with an umlaut is another name in another shell.
ISOLATED = ("-X", "utf8", "-I")
# The signals by which a person, a system or a terminal that closes ends a program.
ENDINGS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
Output = Union[int, IO[bytes]]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns what of ``environment`` another program may see.

    A PATH loses the folders of the AppImage that we run in.
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
    """Starts ``command`` with nothing to read, in the working ``folder``; see ``end``.

    It sees what it may of our environment ``ours``, and the variables ``more``. It is in a session of its
    own, so that ``end`` finds all that it starts. It ends when we do unless it ``outlives`` us: on Linux in
    any case, elsewhere with its console. It inherits the descriptors ``keep_open``. Raises ``OSError``.
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
    """Ends what ``begin`` started, and all that this started, by the signal ``number``; waits for it."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
    process.wait()


@contextmanager
def endings_put_off() -> Iterator[list[int]]:
    """Collects signals that end us: one that came while a program starts would leave it running, unknown."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDINGS}
    heard = [number for number in ENDINGS if before[number] not in (signal.SIG_IGN, None)]
    for number in heard:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield came
    finally:
        for number in heard:
            signal.signal(number, before[number])


def _end_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes the program: from then on the system ends it with ``parent``."""
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it has ended already
            os._exit(1)

    return prepare
