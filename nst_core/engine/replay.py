"""An evaluation as one CUDA graph, which the GPU runs without waiting for the CPU."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.engine.objective import Objective


class Replayed:
    """The value and gradient of ``objective`` on an NVIDIA GPU, computed by replaying a CUDA graph.

    An evaluation runs many small kernels, and without a graph the CPU launches each of them. The first
    evaluation runs without a graph. One-time choices are made in it, and some of these cannot be recorded.
    The second evaluation records the graph. All pictures must have the same size, and ``objective`` must
    not wait for numbers (``Objective.waits``).
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._graph: torch.cuda.CUDAGraph | None = None
        self._begun = False

    def __call__(self, pixels: Tensor) -> tuple[float | Tensor, Tensor]:
        """Performs one evaluation. Returns the value and the gradient, shape (1, 3, H, W).

        The value is a number in the first evaluation, and a scalar tensor on the device in later ones.
        """
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
        # ``torch.cuda.graph`` first frees the cached memory of the first evaluation. The graph has its own.
        with torch.cuda.device(pixels.device), torch.cuda.graph(graph):
            self._value, self._gradient = self._objective.evaluate(self._pixels)
        return graph
