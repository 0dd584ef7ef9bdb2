"""A small stand-in for the project: the real installer and wire, and packages that are next to nothing."""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# The rooms of the core that the plug-in carries.
SHARED = ("nst_core/client", "nst_core/contract", "nst_core/processes", "nst_core/wire")
PACKAGES = ("torch", "torchvision", "numpy", "PIL", "pydantic", "safetensors", "onnx", "typer", "rich")

_CORE = '''"""The core's command line, as far as the installer uses it."""
import json, os, runpy, sys, time
from pathlib import Path

told = Path(__file__).with_name("fakes.json")
fakes = json.loads(told.read_text()) if told.exists() else {}

state = Path(os.environ["NEURAL_STYLE_HOME"])
words = sys.argv[1:]
time.sleep(fakes.get("each", 0))
if words == ["weights", "get"]:
    if fakes.get("offline"):
        sys.exit("The network's weights could not be downloaded (no connection).")
    file = state / "weights" / "vgg16.safetensors"
    file.parent.mkdir(exist_ok=True)
    if not file.exists() or file.read_text() != "whole":
        file.write_text("whole")
    print(file)
elif words == ["weights", "check"]:
    if (state / "weights" / "vgg16.safetensors").read_text() != "whole":
        sys.exit("The network's weights (vgg16.safetensors) are damaged.")
elif words == ["doctor", "--engine"]:
    if fakes.get("wrong_numbers"):
        sys.exit("The engine computes wrong numbers on this device.")
    print("the engine computes what it should (cpu).")
elif words == ["doctor"]:
    installer = Path(__file__).parents[1] / "install" / "__main__.py"
    sys.argv = [str(installer.parent), "--doctor", "--prefix", str(state)]
    runpy.run_path(str(installer), run_name="__main__")
elif words == ["diagnose"]:
    print("Neural Style", state)
elif words[0] == "stylize":
    time.sleep(fakes.get("seconds", 0))
    assert all(Path(path).exists() for path in words[1:3])
    Path(words[words.index("-o") + 1]).write_bytes(b"picture")
'''


def pack(folder: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Writes a wheel, version 1.0, that holds ``files``."""
    about = f"{name}-1.0.dist-info"
    entries = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, data in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\n"
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in entries.items():
            archive.writestr(path, data)
        archive.writestr(f"{about}/RECORD", record + f"{about}/RECORD,,\n")
    return wheel


# What the real one brings in does so too.
_TORCHVISION = b"""
import os, tempfile
folder = os.environ.get("TORCHINDUCTOR_CACHE_DIR") or os.path.join(tempfile.gettempdir(), "torchinductor")
os.makedirs(folder, exist_ok=True)
"""


def make_index(folder: Path) -> Path:
    """Makes a folder of wheels that stand for the engine's packages."""
    folder.mkdir()
    for name in PACKAGES:
        start = _TORCHVISION if name == "torchvision" else b""
        files = {f"{name}/__init__.py": start, f"{name}/part.py": b"PART = 1\n"}
        # pip compiles this one anew, with another length than the wheel's list says
        files[f"{name}/__pycache__/part.cpython-{sys.version_info[0]}{sys.version_info[1]}.pyc"] = b"old"
        pack(folder, name, files)
    return folder


def lock(index: Path, *names: str) -> str:
    """The text of a lock for the packages ``names`` of ``index``."""
    entries = [
        (name, hashlib.sha256((index / f"{name}-1.0-py3-none-any.whl").read_bytes())) for name in names
    ]
    return "".join(f"{name}==1.0 --hash=sha256:{digest.hexdigest()}\n" for name, digest in entries)


def fake(project: Path, **behavior: object) -> None:
    """Has the core of ``project`` behave otherwise: ``offline``, ``wrong_numbers``, so many ``seconds``
    to paint, or for ``each`` command."""
    (project / "nst_core" / "fakes.json").write_text(json.dumps(behavior), encoding="utf-8")


@cache
def host_python(python: str = sys.executable) -> Path:
    """A ``python`` whose module ``venv`` copies an environment: making each anew would take minutes."""
    folder = Path(tempfile.mkdtemp(prefix="neural-style-host-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("host", "template"):
        subprocess.run([python, "-m", "venv", str(folder / name)], check=True)
    text = f"import shutil, sys\nshutil.copytree({str(folder / 'template')!r}, sys.argv[1], symlinks=True)\n"
    (folder / "venv.py").write_text(text, encoding="utf-8")
    site = next((folder / "host").glob("lib/*/site-packages"))
    (site / "quick.pth").write_text(f"import sys; sys.path.insert(0, {str(folder)!r})\n", encoding="utf-8")
    return folder / "host" / "bin" / "python"


def hears_hangups() -> None:
    """Has a program that is being started end when its terminal closes.

    What runs the tests may be deaf to that, as nohup makes it, and all that it starts would be so too.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def make_checkout(folder: Path, index: Path) -> Path:
    """Makes the stand-in for the project in ``folder``, whose packages lie in ``index``."""
    files = {
        "nst_core/__init__.py": '__version__ = "0.0.1"\n',
        "nst_core/__main__.py": _CORE,
        "nst_core/service/__init__.py": "",
        "install/locks/pip.txt": "# the pip that Python brings is good enough here\n",
        "install/locks/packages.txt": lock(index, *PACKAGES[1:]),
        "install/locks/torch.txt": lock(index, "torch"),
        "install/locks/torch-cpu.txt": lock(index, "torch"),
        "install/locks/lengths.json": "{}",
        "install/samples/photograph.jpg": "photograph",
        "install/samples/LICENSES.md": "licenses",
        "install/samples/make.py": "a tool",
        "install/samples/styles/night-oil.jpg": "style",
        "plugin/neural-style/neural-style.py": "#!/usr/bin/env python3\n",
        "plugin/neural-style/dialog.py": "DIALOG = 1\n",
        "plugin/neural-style/notes.txt": "no module",
        "plugin/neural-style-gimp2/neural-style-gimp2.py": "#!/usr/bin/env python2\n",
        "plugin/neural-style-gimp2/words.py": "WORDS = 1\n",
        "plugin/neural-style-gimp2/stubs/gimp.pyi": "version: tuple[int, int, int]\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copy(REPOSITORY / "install" / "__main__.py", folder / "install")
    shutil.copy(REPOSITORY / "nst_core/service/redaction.py", folder / "nst_core/service")
    shutil.copy(REPOSITORY / "nst_core/limits.py", folder / "nst_core")
    for name in ("install/nst_install", "nst_core/pip", *SHARED):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    return folder
