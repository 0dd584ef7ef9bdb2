"""An evaluation as one CUDA graph: the GPU goes through it without waiting for the processor."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.engine.objective import Objective


class Replayed:
    """The same value and gradient as those of ``objective``, on an NVIDIA GPU, by a graph of its kernels.

    An evaluation starts many small kernels, each of which the processor has to ask for. The first evaluation
    runs as ever: what is chosen once is chosen then, and some of that cannot be recorded. The second is
    recorded.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._graph: torch.cuda.CUDAGraph | None = None
        self._begun = False

    def __call__(self, pixels: Tensor) -> tuple[float | Tensor, Tensor]:
        """Returns the value, on the device, and the gradient, shape (1, 3, H, W): one evaluation."""
        if not self._begun:
            self._begun = True
            return self._objective(pixels)
        if self._graph is None:
            self._graph = self._recorded(pixels)
        self._pixels.copy_(pixels)
        self._graph.replay()
        return self._value.clone(), self._gradient.clone()

    def _recorded(self, pixels: Tensor) -> torch.cuda.CUDAGraph:
        self._pixels = pixels.clone()
        graph = torch.cuda.CUDAGraph()
        # Entering it gives back the memory that the first evaluation took: the graph takes its own.
        with torch.cuda.device(pixels.device), torch.cuda.graph(graph):
            self._value, self._gradient = self._objective.evaluate(self._pixels)
        return graph
