"""Programs that answer as GIMP does, as far as the installer asks."""

from __future__ import annotations

import sys
from pathlib import Path

EVERY = """#!{python}
import ast, os, re, sys, time
from pathlib import Path

if "--version" in sys.argv:
    print("GNU Image Manipulation Program version {version}")
    sys.exit()
profile = Path.home() / ".config/GIMP/{series}"
profile.mkdir(parents=True, exist_ok=True)
"""

NEW = """
found = re.search(r"'[^']*[.]png'", sys.argv[-1])
if found:
    if os.environ.get("GIMP3_FAKE_FAILS"):
        print("PROOF: it does not have the procedure plug-in-neural-style")
        sys.exit(64)
    assert os.access(profile / "plug-ins/neural-style/neural-style.py", os.X_OK)
    Path(ast.literal_eval(found[0])).write_bytes(b"picture")
"""

# Without Python-Fu a GIMP 2.10 that is given Python never ends.
OLD = """
python = not os.environ.get("GIMP3_FAKE_NO_PYTHON")
if "--batch-interpreter=python-fu-eval" not in sys.argv:
    print("script-fu-Warning: PYTHON-FU:", "yes" if python else "no")
    sys.exit()
if not python or sys.argv[-1] != "pdb.gimp_quit(1)":
    time.sleep(600)
folder = profile / "plug-ins/neural-style-gimp2"
assert os.access(folder / "neural-style-gimp2.py", os.X_OK)
(folder / "words.pyc").touch()
if os.environ.get("GIMP3_FAKE_FAILS"):
    print("neural-style-gimp2.py-Warning: The engine is tired. Let it sleep.")
    print("PROOF: procedure failed")
    sys.exit(0)
path = ast.literal_eval("b" + re.search(r"'[^']*[.]png'", sys.argv[-3])[0])  # in Python 2 a text is bytes
Path(os.fsdecode(path)).write_bytes(b"picture")
print("PROOF: done")
"""


def gimp(tmp_path: Path, version: str) -> None:
    """Puts one among the programs of the person whose home lies in that folder."""
    series = version.rpartition(".")[0]
    program = tmp_path / "programs" / f"gimp-console-{series}"
    program.parent.mkdir(exist_ok=True)
    head = EVERY.format(python=sys.executable, version=version, series=series)
    program.write_text(head + (OLD if series == "2.10" else NEW))
    program.chmod(0o755)
