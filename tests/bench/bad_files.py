"""Random files through nst and the style loader: python -m tests.bench.bad_files [number].

The files are noise, and pictures of every kind that Pillow writes. Of these some are valid, and others are
cut at random places, have bytes flipped, or have a wrong ending. Each must give a plan or one sentence,
within 10 s and 1 GB more than PyTorch takes. Linux only.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

from tests.files.made import HEIC

SECONDS, BYTES = 10.0, 1e9
_EACH = 25  # files per process, so that its peak of memory belongs to few of them
_KINDS = {
    "png": "PNG",
    "jpg": "JPEG",
    "webp": "WEBP",
    "tif": "TIFF",
    "bmp": "BMP",
    "dib": "DIB",
    "gif": "GIF",
    "ppm": "PPM",
    "tga": "TGA",
    "ico": "ICO",
    "jp2": "JPEG2000",
    "pcx": "PCX",
    "avif": "AVIF",
}
_MODES = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "P", "RGB", "RGBA", "CMYK", "F", "I;16"),
    "GIF": ("P", "L"),
    "WEBP": ("RGB", "RGBA"),
}


def whole(chance: random.Random) -> tuple[bytes, str]:
    """Returns a random valid picture as bytes, and its ending."""
    size = chance.choice([(1, 1), (3, 200), (64, 48), (200, 150), (640, 480)])
    pixels = np.random.default_rng(chance.getrandbits(32)).integers(0, 256, (size[1], size[0], 3))
    ending = chance.choice([*_KINDS, "heic", "deep.tif", "float.tif", "psd", "moving.gif", "moving.png"])
    file = io.BytesIO()
    image = Image.fromarray(pixels.astype(np.uint8))
    if ending == "heic":
        return base64.b64decode(HEIC), ending
    if ending.endswith(".tif"):
        values = (pixels * 257).astype(np.uint16) if ending[0] == "d" else (pixels / 255).astype(np.float32)
        tifffile.imwrite(file, values, photometric="rgb", compression=chance.choice([None, "zlib"]))
    elif ending == "psd":
        planes = pixels.astype(np.uint8).transpose(2, 0, 1).tobytes()
        header = b"8BPS\0\1" + bytes(6) + b"\0\3" + size[1].to_bytes(4, "big") + size[0].to_bytes(4, "big")
        file.write(header + b"\0\x08\0\3" + bytes(12) + b"\0\0" + planes)
    elif ending.startswith("moving"):
        image.save(file, _KINDS[ending[7:]], save_all=True, append_images=[image.rotate(90)] * 3)
    else:
        kind = _KINDS[ending]
        mode = chance.choice(_MODES.get(kind, ("RGB",)))
        image = image.convert("L").convert("I").convert("I;16") if mode == "I;16" else image.convert(mode)
        more = {} if kind in ("ICO", "PCX", "PPM", "TGA", "DIB") else {"dpi": (72, 72)}
        image.save(file, kind, **more)
    return file.getvalue(), ending.rpartition(".")[2]


def spoiled(chance: random.Random) -> tuple[bytes, str, str]:
    """Returns a random file as bytes, its ending, and what was done to it."""
    data, ending = whole(chance)
    damage = chance.choice(["valid", "cut", "flipped", "flipped", "head flipped", "renamed", "noise"])
    if damage == "cut":
        data = data[: chance.randrange(len(data))]
    elif damage in ("flipped", "head flipped"):
        changed = bytearray(data)
        end = min(len(data), 64) if damage == "head flipped" else len(data)
        for _ in range(chance.choice([1, 3, 20])):
            changed[chance.randrange(end)] = chance.randrange(256)
        data = bytes(changed)
    elif damage == "renamed":
        ending = chance.choice([*_KINDS, "heic", "psd", "txt", "xcf", "svg"])
    elif damage == "noise":
        start = data[: chance.choice([0, 4, 12])]
        data = start + bytes(chance.randrange(256) for _ in range(chance.randrange(2000)))
    return data, ending, damage


def memory(what: str) -> int:
    """Returns bytes of memory of this process: VmRSS is the present use, VmHWM the peak since ``anew``."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024


def anew() -> int:
    """Resets the peak of memory, and returns the present use in bytes."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return memory("VmRSS")


def take(files: list[Path]) -> None:
    """Takes all ``files`` in this process, and prints a line for each file and way: how it fared."""
    from nst_core.cli import main
    from nst_core.files.errors import PictureError
    from nst_core.files.quiet import quiet
    from nst_core.files.style import style_tensor

    style = Path(__file__).parents[2] / "install" / "samples" / "styles" / "wave-woodcut.jpg"

    def by_command(path: Path) -> str:
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                main(["stylize", str(path), str(style), "-o", str(path.parent / "result.png"), "--dry-run"])
                status: object = 0
            except SystemExit as ended:
                status = ended.code
        text = output.getvalue()
        planned = status == 0 and "The result has" in text
        refused = status == 1 and text.count("\n") == 1 and "should not have happened" not in text
        return "plan" if planned else "sentence" if refused else f"WRONG {status} {text!r}"

    def by_loader(path: Path) -> str:
        try:
            with quiet():  # the service has no terminal that libtiff could print to
                style_tensor(path.read_bytes())
        except PictureError as error:
            return "sentence" if str(error).endswith(".") else f"WRONG {error}"
        except Exception:
            return f"WRONG {traceback.format_exc()!r}"
        return "plan"

    by_command(files[0])  # the imports must not count as time of the first file
    for path in files:
        for name, way in (("command", by_command), ("loader", by_loader)):
            before = anew()
            begin = time.perf_counter()
            outcome = way(path)
            seconds, needed = time.perf_counter() - begin, memory("VmHWM") - before
            print(path.name, name, f"{seconds:.2f} {needed / 1e6:.0f}", outcome, flush=True)


def made(number: int, folder: Path) -> Iterator[Path]:
    """Writes ``number`` files, always the same ones, and yields their paths."""
    chance = random.Random(18)
    for index in range(number):
        data, ending, damage = spoiled(chance)
        path = folder / f"{index:03}-{damage.replace(' ', '-')}.{ending}"
        path.write_bytes(data)
        yield path


def main() -> None:
    """Prints the tally; raises ``AssertionError`` when a file was not handled as it must be."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    tally: Counter[str] = Counter()
    slowest, largest, failures = (0.0, ""), (0.0, ""), []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        files = list(made(number, Path(folder)))
        for start in range(0, number, _EACH):
            batch = [str(path) for path in files[start : start + _EACH]]
            command = [sys.executable, "-m", "tests.bench.bad_files", "take", *batch]
            process = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
            lines = process.stdout.splitlines()
            if process.returncode or process.stderr or len(lines) != 2 * len(batch):
                failures.append(f"{batch[len(lines) // 2 : len(lines) // 2 + 1]}: {process.stderr[-2000:]}")
            for line in lines:
                _, way, seconds, megabytes, outcome = line.split(" ", 4)
                tally[f"{way}: {outcome.partition(' ')[0]}"] += 1
                slowest = max(slowest, (float(seconds), line))
                largest = max(largest, (float(megabytes) * 1e6, line))
                if outcome.startswith("WRONG"):
                    failures.append(line)
    print(f"{number} files, {time.perf_counter() - began:.0f} s: {dict(tally)}")
    print(f"slowest: {slowest[1]}\nlargest: {largest[1]}")
    print("\n".join(failures))
    assert not failures
    assert slowest[0] < SECONDS
    assert largest[0] < BYTES


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if sys.argv[1:2] == ["take"]:
        take([Path(name) for name in sys.argv[2:]])
    else:
        main()
