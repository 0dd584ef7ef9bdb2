"""One run of another tool, for peers.py, in a process of its own.

python -m tests.bench.peers_run TOOL CHECKOUT WEIGHTS CONTENT STYLE RESULT SIDE SECONDS SHARE

The tool runs unchanged from its CHECKOUT with its own defaults, except for what each function below says.
Its optimizer is watched: the run ends after an evaluation when the next one would exceed SECONDS of processor
time. A tool with a fixed schedule of scales does SHARE (0–1) of its iterations at each scale. The clock
starts when the network is loaded. The result is written to RESULT; seconds and evaluations are printed as
JSON.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import random
import sys
import types
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from torch import Tensor

from .peer import peers_weights, saved
from .peers_clock import Clock, OutOfTime
from .peers_networks import gatys_file, torchvision_features, without_fourth


@dataclasses.dataclass(frozen=True)
class Job:
    """What a run needs; ``content`` has its final size, ``side`` pixels on the longer side."""

    checkout: Path
    weights: Path
    content: Path
    style: Path
    result: Path
    side: int
    share: float
    clock: Clock

    @property
    def folder(self) -> Path:
        """A folder for the tool's own files."""
        return self.result.parent

    def iterations(self, default: int) -> int:
        """Returns the run's share of ``default`` iterations, at least one."""
        return max(1, round(default * self.share))

    def until_late(self, run: Callable[[], object]) -> None:
        """Runs to the end, or until the time is spent."""
        try:
            run()
        except OutOfTime:
            print("out of time", file=sys.stderr)


def neural_style_pt(job: Job) -> Tensor:
    """Runs ProGamerGov/neural-style-pt with the Oxford weights, from the content (default: from noise)."""
    model = peers_weights(job.folder, job.weights)
    sys.argv = ["neural_style.py", "-gpu", "c", "-disable_check", "-model_file", str(model)]
    sys.argv += ["-content_image", str(job.content), "-style_image", str(job.style), "-init", "image"]
    sys.argv += ["-image_size", str(job.side), "-seed", "0", "-save_iter", "0", "-print_iter", "0"]
    sys.argv += ["-output_image", str(job.folder / "unused.png")]
    job.clock.watch("LBFGS")
    tool = _tool("neural_style")
    load = tool.loadCaffemodel

    def loaded(*arguments: object) -> object:
        network = load(*arguments)
        job.clock.start()
        return network

    tool.loadCaffemodel = loaded
    job.until_late(tool.main)
    return _tensor(tool.deprocess(job.clock.variables[0].detach().clone()))


def crowson(job: Job) -> Tensor:
    """Runs crowsonkb/style-transfer-pytorch: all its scales, with a share of the iterations at each."""
    without_web: Any = ModuleType("style_transfer.web_interface")
    without_web.WebInterface = None
    sys.modules[without_web.__name__] = without_web
    network = types.SimpleNamespace(features=torchvision_features(job.weights, "vgg19"))
    torchvision.models.vgg19 = lambda **_: network
    torch.manual_seed(0)
    transfer = _tool("style_transfer").StyleTransfer()
    pictures = [Image.open(path).convert("RGB") for path in (job.content, job.style)]
    job.clock.watch("Adam")
    job.clock.start()
    job.until_late(
        lambda: transfer.stylize(
            pictures[0],
            pictures[1:],
            end_scale=job.side,
            iterations=job.iterations(500),
            initial_iterations=job.iterations(1000),
        )
    )
    return transfer.get_image_tensor()[None]  # type: ignore[no-any-return]


def nnst(job: Job) -> Tensor:
    """Runs nkolkin13/NeuralNeighborStyleTransfer: all its scales, with a share of the iterations at each.

    It is made for 512 and 1024 pixels, where its coarsest scale is 64. Two things are mended for less: its
    pyramid gets no more levels than the picture has, and a layer of at most 64 pixels is compared as it is,
    where the code takes what a layer before has left. Without CUDA, nothing is moved there.
    """
    torchvision.models.vgg16 = lambda **_: types.SimpleNamespace(
        features=torchvision_features(job.weights, "vgg16")
    )
    setattr(torch.Tensor, "cuda", lambda self: self)  # noqa: B010
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    network = _tool("pretrained.vgg").Vgg16Pretrained()
    misc, colors = _tool("utils.misc"), _tool("utils.colorization")
    misc.USE_GPU = False
    tool = _mended(job.checkout / "utils" / "stylize.py")
    decompose = tool.dec_pyr
    tool.dec_pyr = lambda x, levels: decompose(x, min(levels, int(math.log2(min(x.shape[2:])))))
    content, style = (misc.load_path_for_pytorch(str(p), job.side)[None] for p in (job.content, job.style))
    job.clock.watch("Adam")
    job.clock.start()
    results: list[Tensor] = []

    def run() -> None:
        results.append(
            tool.produce_stylization(
                content,
                style,
                lambda x, layers, joined: network(x, inds=layers, concat=joined),
                max_iter=job.iterations(200),
                lr=2e-3,
                content_weight=0.25,
                max_scls=max(1, round(math.log2(job.side / 64)) + 1),
                flip_aug=True,
            )
        )

    job.until_late(run)
    if not results:
        unfinished = tool.syn_pyr([level.detach() for level in job.clock.variables])
        enlarged = F.interpolate(unfinished, content.shape[2:], mode="bicubic")
        results.append(colors.color_match(content, style, enlarged))
    return results[0].detach()


def spst(job: Job) -> Tensor:
    """Runs bgalerne/scaling_painting_style_transfer, which has one scale up to 1023 pixels (shorter side)."""
    gatys_file(job.weights, job.folder / "model" / "vgg_conv.pth")
    sys.argv = ["spst.py", "-c", str(job.content), "-s", str(job.style)]
    setattr(torch.cuda, "synchronize", lambda: None)  # noqa: B010
    sys.path.insert(0, str(job.checkout))
    gatys = importlib.import_module("vgg_gatys")
    make = gatys.VGG.__init__

    def made(network: torch.nn.Module) -> None:
        make(network)
        without_fourth(network)
        job.clock.start()

    gatys.VGG.__init__ = made
    job.clock.watch("LBFGS")
    job.until_late(lambda: _tool("spst"))
    return _tensor(gatys.postp(job.clock.variables[0].detach().clone()[0]))


def _tool(module: str) -> Any:
    return importlib.import_module(module)


def _mended(path: Path) -> Any:
    """Returns NNST's module ``stylize``, in which no layer is compared with the rest of another."""
    line = "                if max(cur_tmp.size(2), cur_tmp.size(3)) > 64:\n"
    source = path.read_text(encoding="utf-8")
    assert source.count(line) == 1, "another version of NNST"
    module = ModuleType("stylize")
    exec(compile(source.replace(line, f"{' ' * 16}cs_tmp = cur_tmp\n{line}"), path, "exec"), module.__dict__)
    return module


def _tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255


RUNS = {"crowson": crowson, "spst": spst, "nnst": nnst, "neural-style-pt": neural_style_pt}


def main() -> None:
    torch.set_num_threads(1)
    name, *files = sys.argv[1:7]
    paths = [Path(file).resolve() for file in files]
    clock = Clock(float(sys.argv[8]))
    sys.path.insert(0, str(paths[0]))
    checkout, model, content, style, result = paths
    job = Job(
        checkout, model, content, style, result, side=int(sys.argv[7]), share=float(sys.argv[9]), clock=clock
    )
    picture = RUNS[name](job)
    seconds = clock.seconds
    saved(picture, job.result)
    print(json.dumps({"seconds": seconds, "evaluations": clock.evaluations}))


if __name__ == "__main__":
    main()
