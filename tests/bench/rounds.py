"""What rounds of runs leave behind in one GIMP: python -m tests.bench.rounds [NUMBER [SERIES]]."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.bench.real_gimp import asked, plugged
from tests.conftest import SAMPLES
from tests.gimp.rounds import Rounds

CORE = ("--evaluations", "5", "--seconds", "0.05")


def main() -> None:
    """Prints the amounts after the first round and after later ones; they should be the same."""
    versions, number = asked(50)
    for series in versions:
        with plugged(series, *CORE) as gimp, tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "small.png"
            Image.open(SAMPLES / "photograph.jpg").resize((96, 72)).save(picture)
            with gimp.session(picture) as session:
                rounds = Rounds(gimp, session)
                began = time.monotonic()
                for count in range(1, number + 1):
                    rounds.round()
                    if count in (1, 2, 5) or count % 10 == 0 or count == number:
                        print(f"GIMP {gimp.root.version}, {count:2} rounds: {rounds.amounts()}", flush=True)
                print(f"{(time.monotonic() - began) / number:.1f} s a round")


if __name__ == "__main__":
    main()
