"""The Debian root with GIMP 2.10: its batch mode differs from that of GIMP 3."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..gimp.home import Home
from ..gimp.root import GimpRoot


class OldGimpRoot(GimpRoot):
    """Runs programs in the root that gimp210/make_root.sh has made and mounted."""

    def new_home(self, name: str) -> Home:
        """A fresh HOME; close it, or let `close` do it."""
        home = super().new_home(name)
        # One word of GIMP 3's settings would make GIMP 2.10 take none at all.
        (home.config / "gimprc").write_text("(check-updates no)\n(color-profile-policy keep)\n")
        return home

    def console(
        self, script: str, home: Home, timeout: float = 90, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run Python 2.7 in GIMP without a display; the return code is always 0."""
        return self.run(self.console_command(script, home), home, timeout=timeout, env=env)

    def console_command(self, script: str, home: Home) -> list[str]:
        """The command that runs Python 2.7 in GIMP and ends it after that, whatever happened."""
        handle, name = tempfile.mkstemp(".py", "console-", home.outside)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"# -*- coding: utf-8 -*-\n{script}")
        path = f"{home.inside}/{Path(name).name}"
        interpreter = "--batch-interpreter=python-fu-eval"
        # A batch command that fails ends those after it too, but GIMP itself then waits for ever.
        code = f"""
import traceback
try:
    execfile({path!r}, {{"gimp": gimp, "pdb": pdb}})
except Exception:
    traceback.print_exc()
"""
        return ["gimp-console", "-i", "-d", "-f", interpreter, "-b", code, "-b", "pdb.gimp_quit(1)"]
