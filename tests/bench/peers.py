"""The default against the best open tools: python -m tests.bench.peers WEIGHTS PICTURES PEERS OUT [SIDE]
[PAIRS] [PHOTOGRAPHS]

PEERS is a folder with checkouts of four public repositories, each under its own name:
``crowsonkb/style-transfer-pytorch``, ``bgalerne/scaling_painting_style_transfer``,
``nkolkin13/NeuralNeighborStyleTransfer`` and ``ProGamerGov/neural-style-pt`` (its ``examples/inputs`` too:
two of the pictures are there). Their Python files are enough, and Crowson's color profile. The tests'
environment has all that they import.

All use VGG-16 with the same weights on one thread of a processor; peers_networks.py and peers_run.py say what
that changes in each tool. Ours is *Normal* at four strengths. The processor seconds of strength 50 are what
each tool gets; the loading of networks does not count. Two tools work at several scales, with a number of
iterations for each. Two short runs tell what these cost, and then as many are done as fit, but one at least.
The other two are stopped. A tool's last evaluation or its preparations may exceed the time. The column of
seconds shows that.

The judge (judge.py) is EfficientNet-Lite0, which no tool optimizes; its weights have to be in WEIGHTS. It
compares each result with ours at the same SSIM, interpolated between the strengths as in sweep.py.
Below the SSIM of our strongest, that one's best style distance is taken. OUT gets peers.md and a
sheet for each pair. SIDE (256) is that of the pictures, PAIRS (all) the number of pairs, from the first on.
Each photograph in the folder PHOTOGRAPHS makes a further pair. At SIDE 128 a pair takes 6 processor minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nst_core  # noqa: F401  # isort: skip  (before torch: waiting threads then sleep, as in the core)
import torch
from torch import Tensor

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.files.style import style_tensor
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .judge import Judge, Verdict, networks
from .peer import saved
from .peers_clock import seconds_of
from .peers_pairs import Pictures, pairs
from .sheet import save_sheet
from .sweep import style_at

STRENGTHS = (25, 50, 75, 90)


@dataclass(frozen=True)
class Tool:
    """A tool of peers_run.py, the folder of its checkout, and its iterations at a scale if it has several."""

    name: str
    folder: str
    iterations: int | None = None


TOOLS = (
    Tool("crowson", "style-transfer-pytorch", 500),
    Tool("spst", "scaling_painting_style_transfer"),
    Tool("nnst", "NeuralNeighborStyleTransfer", 200),
    Tool("neural-style-pt", "neural-style-pt"),
)


@dataclass(frozen=True)
class Result:
    """A picture (1, 3, H, W) in 0–1, and what it took in processor seconds and evaluations."""

    picture: Tensor
    seconds: float
    evaluations: int


@dataclass(frozen=True)
class Compared:
    """A tool's result for one pair, the judge's verdict, and our style distance at the same SSIM."""

    result: Result
    verdict: Verdict
    ours: float


def by_ours(content: Tensor, style: Tensor, weights: Path, side: int, strength: float) -> Result:
    """Returns our result in *Normal* at a strength (0–100)."""
    ready = prepared(recipe(Settings(strength=strength, quality="normal", size=side)), weights, "cpu")
    count = 0

    def watch(progress: Progress) -> Decision:
        nonlocal count
        count += 1
        return Decision.GO_ON

    def run() -> Tensor:
        result = stylize(
            content=content,
            styles=[Style(style)],
            backbone=ready.backbone,
            recipe=ready.recipe,
            on_progress=watch,
        )
        assert result is not None
        return result.picture

    picture, seconds = seconds_of(run)
    return Result(picture, seconds, count)


@dataclass(frozen=True)
class Peers:
    """Runs tools for one pair; ``folder`` is empty, ``checkouts`` is PEERS."""

    checkouts: Path
    weights: Path
    folder: Path
    content: Tensor
    style: Tensor
    side: int

    def within(self, tool: Tool, seconds: float) -> Result:
        """Returns the result of a tool that gets so many processor seconds."""
        if tool.iterations is None:
            return self._run(tool, seconds, 1.0)
        few, more = 1, 3
        least = self._run(tool, float("inf"), few / tool.iterations)
        if least.seconds >= seconds:
            return least  # NNST takes eight processor minutes for this at 768 pixels
        long = self._run(tool, float("inf"), more / tool.iterations).seconds
        each = max((long - least.seconds) / (more - few), 1e-3)
        fitting = few + (seconds - least.seconds) / each
        return self._run(tool, seconds, min(max(fitting / tool.iterations, 1 / tool.iterations), 1.0))

    def _run(self, tool: Tool, seconds: float, share: float) -> Result:
        work = Path(tempfile.mkdtemp(dir=self.folder))
        content, style = saved(self.content, work / "content.png"), saved(self.style, work / "style.png")
        result = work / "result.png"
        command = [sys.executable, "-m", "tests.bench.peers_run", tool.name]
        command += map(str, (self.checkouts.resolve() / tool.folder, self.weights.resolve(), content, style))
        command += map(str, (result, self.side, seconds, share))
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{tool.name}: {done.stderr[-2000:]}")
        told = json.loads(done.stdout.splitlines()[-1])
        picture = resized(style_tensor(result), size_of(self.content))
        return Result(picture, told["seconds"], told["evaluations"])


def row(cells: Sequence[object]) -> str:
    """Returns a row of a Markdown table; fractions have three digits."""
    return "| " + " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def head(*titles: str) -> list[str]:
    """Returns the first two rows of a Markdown table."""
    return [row(titles), "|" + "---|" * len(titles)]


def summary(every: dict[str, list[Compared]]) -> list[str]:
    """Returns the table of means over the pairs, with the pairs that ours won."""
    lines = head(
        "tool", "its style distance", "ours at the same SSIM", "SSIM", "color", "grain", "pairs won by ours"
    )
    for name, compared in every.items():
        count = len(compared)
        verdicts = [one.verdict for one in compared]
        won = sum(one.ours < one.verdict.style for one in compared)
        lines.append(
            row(
                [
                    name,
                    sum(verdict.style for verdict in verdicts) / count,
                    sum(one.ours for one in compared) / count,
                    sum(verdict.ssim for verdict in verdicts) / count,
                    sum(verdict.color for verdict in verdicts) / count,
                    sum(verdict.grain for verdict in verdicts) / count,
                    f"{won} of {count}",
                ]
            )
        )
    return lines


def details(pair: str, name: str, result: Result, verdict: Verdict, ours: float | str) -> str:
    """Returns a row of the table of all results."""
    figures = [verdict.style, verdict.ssim, verdict.color, verdict.grain, ours]
    return row([pair, name, f"{result.seconds:.1f}", result.evaluations, *figures])


def main() -> None:
    torch.set_num_threads(1)
    weights, pictures, peers, out = (Path(argument) for argument in sys.argv[1:5])
    side = int(sys.argv[5]) if len(sys.argv) > 5 else 256
    further = Path(sys.argv[7]) if len(sys.argv) > 7 else None
    chosen = pairs(further)[: int(sys.argv[6]) if len(sys.argv) > 6 else None]
    out.mkdir(parents=True, exist_ok=True)
    examples = peers / "neural-style-pt" / "examples" / "inputs"
    known = Pictures((pictures, examples, *([further] if further else [])), side)
    judges = networks(weights)[-1:]  # EfficientNet where it is installed: VGG-16 is what all tools optimize
    every: dict[str, list[Compared]] = {tool.name: [] for tool in TOOLS}
    table = head(
        "pair", "by", "seconds", "evaluations", "style", "SSIM", "color", "grain", "ours at its SSIM"
    )
    first = known.content(chosen[0][0])
    by_ours(first, first, weights, 64, 50)  # so that nothing is compiled while the clock runs
    for name, style_name in chosen:
        content, style = known.content(name), known.style(style_name)
        judge, pair = Judge(judges, content, style), f"{name} × {style_name}"
        ours = {strength: by_ours(content, style, weights, side, strength) for strength in STRENGTHS}
        curve = {strength: judge(result.picture) for strength, result in ours.items()}
        new = [details(pair, f"ours, {n}", ours[n], verdict, "–") for n, verdict in curve.items()]
        print("\n".join(new), flush=True)
        beside = []
        with tempfile.TemporaryDirectory() as work:
            runs = Peers(peers, weights, Path(work), content, style, side)
            for tool in TOOLS:
                result = runs.within(tool, ours[50].seconds)
                verdict = judge(result.picture)
                at_its_ssim = style_at(verdict.ssim, list(curve.values()))
                every[tool.name].append(Compared(result, verdict, at_its_ssim))
                new.append(details(pair, tool.name, result, verdict, at_its_ssim))
                print(new[-1], flush=True)
                beside.append(result.picture)
        table += new
        small = resized(style, fitted(size_of(style), side))
        titles = ["content, style", *(f"ours {n}, {t.name}" for n, t in zip(STRENGTHS, TOOLS, strict=True))]
        rows = [[content, *(result.picture for result in ours.values())], [small, *beside]]
        save_sheet(rows, titles, out / f"{name}-{style_name}.jpg")
        text = [f"{side} px", "", *summary(every), "", *table, ""]
        (out / "peers.md").write_text("\n".join(text), encoding="utf-8")
    print("\n".join(["", *summary(every)]))


if __name__ == "__main__":
    main()
