"""``python3 install``: checks the Python and finds its own modules, before anything else is read."""

import os
import shutil
import sys
from pathlib import Path

if sys.version_info < (3, 10):  # so this file has to stay readable for those
    sys.exit(
        f"Neural Style needs Python 3.10 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}:"
        " run the installer with a newer one, for example “python3.12 install”."
    )


def _main() -> int:
    here = Path(__file__).resolve().parent
    shutil.rmtree(here / "__pycache__", ignore_errors=True)  # some Pythons have compiled this file by now
    if os.name == "posix" and not (sys.flags.isolated and sys.flags.utf8_mode):
        # What a person has set for their own Python must not reach this one; names are UTF-8 in any locale.
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-I", str(here), *sys.argv[1:]])
    sys.path[:0] = [str(here), str(here.parent)]
    sys.dont_write_bytecode = True  # the checkout may be somebody else's
    from nst_install.stages import main

    return main(here.parent)


if __name__ == "__main__":
    sys.exit(_main())
