"""The entry point, ``python3 install``: checks this Python before it imports the installer."""

import importlib
import os
import shutil
import sys
from pathlib import Path

if sys.version_info < (3, 10):  # an older Python must be able to parse this file
    sys.exit(
        f"Neural Style needs Python 3.10 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}:"
        " run the installer with a newer one, for example “python3.12 install”."
    )

# A Python built from source lacks such a module if its C library was missing. PyTorch needs all of them.
MODULES = ("ctypes", "ssl", "zlib", "bz2", "lzma")


def _lacking() -> "list[str]":
    """Returns the names of the needed modules that this Python cannot import."""
    missing = []
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def _main() -> int:
    here = Path(__file__).resolve().parent
    # The checkout stays as it was, but some Pythons have already compiled this file.
    shutil.rmtree(here / "__pycache__", ignore_errors=True)
    if os.name == "posix" and not (sys.flags.isolated and sys.flags.utf8_mode):
        # It starts again in isolated mode, because a person's settings for their own Python must not apply.
        # UTF-8 mode gives file names the same encoding in every locale.
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-I", str(here), *sys.argv[1:]])
    missing = _lacking()
    if missing:
        sys.exit(
            f"This Python was built without {', '.join(missing)}, which the engine needs:"
            " run the installer with your system's, for example “/usr/bin/python3 install”."
        )
    sys.path[:0] = [str(here), str(here.parent)]
    sys.dont_write_bytecode = True  # the checkout may be somebody else's
    from nst_install.stages import main

    return main(here.parent)


if __name__ == "__main__":
    sys.exit(_main())
