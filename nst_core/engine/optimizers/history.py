"""The pairs of vectors that L-BFGS remembers, and the direction that follows from them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

# Values of each vector worked on at a time. A processor multiplies a block by two vectors while it is in its
# cache; what is kept in 16 bits is made wide block by block. A GPU is waited for least with one block.
_BLOCK, _BLOCK_OF_HALF = 2**14, 2**19

Point = tuple[Tensor, Tensor]
"""Pixels and the gradient there."""


class Pairs:
    """Steps s and the changes y of the gradient along them: the newest of them, in one matrix.

    What L-BFGS needs of long vectors are their products. Those of the pairs with each other are kept, as
    small matrices in double precision on the processor, so that one evaluation adds only the products with
    its own change and gradient: all these numbers come from the device at once.
    Each row is kept as parts of its largest value: no product depends on the scale of the objective,
    and 16 bits (``half``) do.
    """

    def __init__(self, like: Tensor, history: int, half: bool = False) -> None:
        self._dtype = like.dtype
        kept = torch.float16 if half else like.dtype
        self._rows = torch.empty(history, 2, like.numel(), dtype=kept, device=like.device)
        on_processor = like.device.type == "cpu"
        self._width = _BLOCK if on_processor else _BLOCK_OF_HALF if half else like.numel()
        self._order: list[int] = []  # the places of the pairs, oldest first
        self._place = 0  # of the proposed one
        self._scales, self._with_gradient = (torch.zeros(history, 2, dtype=torch.float64) for _ in "sg")
        # Of steps with changes at least as new as they, and of changes with changes.
        self._sy, self._yy = (torch.zeros(history, history, dtype=torch.float64) for _ in "sy")

    def clear(self) -> None:
        """Forgets all pairs."""
        self._order.clear()

    def propose(self, old: Point, new: Point, gradient: Tensor) -> Tensor:
        """Returns, still on the device, what ``accept`` needs to remember the pair between two points.

        ``gradient`` is the one at the new point that ``direction`` will be asked about. A pair that is
        proposed takes the place of one that was not accepted, or of the oldest.
        """
        if len(self._order) == len(self._rows):
            self._order.pop(0)
        self._place = next(place for place in range(len(self._rows)) if place not in self._order)
        sizes = [
            _keep(row, one, other) for row, one, other in zip(self._rows[self._place], old, new, strict=True)
        ]
        used = max(*self._order, self._place, 0) + 1
        products = []
        for at, rows in self._blocks(used):
            vectors = rows[2 * self._place + 1], gradient.view(-1)[at]
            products.append(torch.stack([rows.mv(vector) for vector in vectors]))
        return torch.cat([*sizes, torch.stack(products).sum(dim=0).view(-1)])

    def accept(self, numbers: list[float]) -> None:
        """Remembers the proposed pair, unless the curvature along it is too small for what it was made of."""
        found = torch.tensor(numbers, dtype=torch.float64)
        (self._scales[self._place], norms), products = found[:4].view(2, 2).T, found[4:].view(2, -1, 2)
        used = products.shape[1]
        change = self._scales[self._place, 1]
        with_change, self._with_gradient[:used] = products * self._scales[:used]
        with_change = with_change * change
        # Of the rounded vectors: what is remembered is then a true pair, if not quite the one that was.
        curvature = float(with_change[self._place, 0])
        if curvature > 1e-6 * float((norms * self._scales[self._place]).prod()):
            self._sy[:used, self._place] = with_change[:, 0]
            self._yy[:used, self._place] = self._yy[self._place, :used] = with_change[:, 1]
            self._order.append(self._place)

    def direction(self, gradient: Tensor, square: float) -> Tensor | None:
        """Returns −H·gradient, in the gradient's memory, or None if nothing leads downward.

        ``gradient`` is the one of the last proposed and accepted pair, ``square`` its product with itself.
        This is the two-loop recursion in its compact form (Byrd, Nocedal and Schnabel 1994, theorem 2.2;
        Nocedal and Wright, section 7.2): each loop is the solution of a triangular system.
        """
        if not self._order:
            return None
        places = torch.tensor(self._order)
        sy = self._sy[places][:, places].triu()
        yy = self._yy[places][:, places]
        with_steps, with_changes = self._with_gradient[places].unbind(1)
        gamma = float(sy[-1, -1] / yy[-1, -1])
        first = _solved(sy, with_steps, upper=True)
        second = _solved(sy.T, sy.diagonal() * first + gamma * (yy @ first - with_changes), upper=False)
        along = -gamma * square - float(second @ with_steps) + gamma * float(first @ with_changes)
        if not along < 0:
            return None
        used = max(self._order) + 1
        factors = torch.zeros(used, 2, dtype=torch.float64)
        factors[places] = torch.stack([-second, gamma * first], dim=1) * self._scales[places]
        # From memory that is not pinned a GPU has its copy when the call returns: nothing is waited for.
        on_gpu = gradient.device.type == "cuda"
        there = factors.view(-1).to(self._dtype).to(gradient.device, non_blocking=on_gpu)
        found = gradient.mul_(-gamma)
        for at, rows in self._blocks(used):
            found.view(-1)[at].addmv_(rows.T, there)
        return found

    def _blocks(self, used: int) -> Iterator[tuple[slice, Tensor]]:
        """Steps and changes of the first ``used`` places in turns, as a matrix of some columns at a time."""
        rows = self._rows[:used].flatten(0, 1)
        for start in range(0, rows.shape[1], self._width):
            at = slice(start, start + self._width)
            yield at, rows[:, at].to(self._dtype)


def _keep(row: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """Puts ``other`` − ``one`` into ``row``. Returns its largest value, and its norm as a part of that."""
    values = (other - one).reshape(-1)
    scale = torch.linalg.vector_norm(values, float("inf")).clamp_min(1e-30)
    row.copy_(values.div_(scale))
    return torch.stack([scale, torch.linalg.vector_norm(values)])


def _solved(matrix: Tensor, right: Tensor, upper: bool) -> Tensor:
    found: Tensor = torch.linalg.solve_triangular(matrix, right.unsqueeze(1), upper=upper)
    return found.squeeze(1)
