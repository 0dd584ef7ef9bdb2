"""Which paths of the host its Python needs to run inside a root."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ASK = """
import json, sys, sysconfig
print(json.dumps({
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "executable": sys._base_executable,
    "stdlib": sysconfig.get_path("stdlib"),
    "path": sys.path,
    "modules": sysconfig.get_config_var("DESTSHARED") or "",
}))
"""
# In these the root has files of its own, which must stay visible.
SYSTEM_PREFIXES = {Path("/usr"), Path("/usr/local")}


@dataclass(frozen=True)
class PythonPaths:
    """`own` must be the host's; `shared` may as well be what the root has at the same path."""

    own: list[Path]
    shared: list[Path]


def python_paths(python: Path) -> PythonPaths:
    answer = json.loads(subprocess.check_output([str(python), "-I", "-c", ASK], text=True, timeout=60))
    base, executable = Path(answer["base_prefix"]), Path(answer["executable"])
    own, shared = [], []
    if base in SYSTEM_PREFIXES:
        shared += [executable, executable.resolve(), Path(answer["stdlib"])]
    else:
        # The prefix may be reached through a link, such as cpython-3.12 to cpython-3.12.4.
        own += [base, base.resolve(), executable.resolve().parent.parent]
    if answer["prefix"] != answer["base_prefix"]:
        own.append(Path(answer["prefix"]))
        # An installed core lies beside its environment, which only points to it.
        beside = [Path(entry) for entry in answer["path"] if Path(entry).is_dir()]
        outside = [path for path in beside if not {*path.parents} & {base, base.resolve(), *own}]
        own += [
            path for path in outside if not any(path.is_relative_to(prefix) for prefix in SYSTEM_PREFIXES)
        ]
    shared += _libraries(executable, Path(answer["modules"]))
    return PythonPaths(list(dict.fromkeys(own)), list(dict.fromkeys(shared)))


def _libraries(executable: Path, modules: Path) -> list[Path]:
    binaries = [str(executable), *map(str, modules.glob("*.so"))]
    listing = subprocess.run(["ldd", *binaries], capture_output=True, text=True, timeout=60).stdout
    return [Path(name) for name in re.findall(r"=> (/\S+)", listing)]
