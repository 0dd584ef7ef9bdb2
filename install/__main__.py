"""``python3 install``: checks the Python and finds its own modules, before anything else is read."""

import importlib
import os
import shutil
import sys
from pathlib import Path

if sys.version_info < (3, 10):  # so this file has to stay readable for those
    sys.exit(
        f"Neural Style needs Python 3.10 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}:"
        " run the installer with a newer one, for example “python3.12 install”."
    )

# Pythons that people build themselves lack one of these where its library was not there; PyTorch needs all.
MODULES = ("ctypes", "ssl", "zlib", "bz2", "lzma")


def _lacking() -> "list[str]":
    lacking = []
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            lacking.append(name)
    return lacking


def _main() -> int:
    here = Path(__file__).resolve().parent
    shutil.rmtree(here / "__pycache__", ignore_errors=True)  # some Pythons have compiled this file by now
    if os.name == "posix" and not (sys.flags.isolated and sys.flags.utf8_mode):
        # What a person has set for their own Python must not reach this one; names are UTF-8 in any locale.
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-I", str(here), *sys.argv[1:]])
    lacking = _lacking()
    if lacking:
        sys.exit(
            f"This Python was built without {', '.join(lacking)}, which the engine needs:"
            " run the installer with your system's, for example “/usr/bin/python3 install”."
        )
    sys.path[:0] = [str(here), str(here.parent)]
    sys.dont_write_bytecode = True  # the checkout may be somebody else's
    from nst_install.stages import main

    return main(here.parent)


if __name__ == "__main__":
    sys.exit(_main())
