"""The L-BFGS history: the pairs of vectors that it keeps, and the direction that follows from them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

# The number of values of each vector that are processed at a time. A CPU multiplies a block by two vectors
# while the block is in its cache. Pairs in 16 bits are converted to 32 bits block by block. Other pairs on
# a GPU are one block, which takes the least time.
_BLOCK, _BLOCK_OF_HALF = 2**14, 2**19

Point = tuple[Tensor, Tensor]
"""Pixels and the gradient there."""


class Pairs:
    """The newest pairs of a step s and the change y of the gradient along it, in one matrix.

    L-BFGS needs only products of these long vectors. The products of the pairs with each other are kept, as
    small matrices in double precision on the CPU. So an evaluation adds only the products with its own
    change and gradient, and all these numbers are read from the device at once. Each row is stored relative
    to its largest magnitude. So no product depends on the scale of the objective, and 16 bits (``half``)
    are enough. ``history`` is the largest number of pairs. ``like`` has the shape, dtype and device of the
    pixels.
    """

    def __init__(self, like: Tensor, history: int, half: bool = False) -> None:
        self._dtype = like.dtype
        row_dtype = torch.float16 if half else like.dtype
        self._rows = torch.empty(history, 2, like.numel(), dtype=row_dtype, device=like.device)
        on_cpu = like.device.type == "cpu"
        self._width = _BLOCK if on_cpu else _BLOCK_OF_HALF if half else like.numel()
        self._order: list[int] = []  # the places of the accepted pairs in the matrix, oldest first
        self._place = 0  # the place of the proposed pair
        # The largest magnitude of each row, and the product of each row with the gradient.
        self._scales, self._with_gradient = (torch.zeros(history, 2, dtype=torch.float64) for _ in "sg")
        # The products of steps with changes at least as new as the step, and of changes with changes.
        self._sy, self._yy = (torch.zeros(history, history, dtype=torch.float64) for _ in "sy")

    def clear(self) -> None:
        """Forgets all pairs."""
        self._order.clear()

    def propose(self, old: Point, new: Point, gradient: Tensor) -> Tensor:
        """Returns the numbers that ``accept`` needs for the pair between two points, still on the device.

        ``gradient`` is the one at the new point that ``direction`` will get. The proposed pair takes the
        place of a pair that was not accepted, or of the oldest pair.
        """
        if len(self._order) == len(self._rows):
            self._order.pop(0)
        self._place = next(place for place in range(len(self._rows)) if place not in self._order)
        sizes = [
            _keep(row, one, other) for row, one, other in zip(self._rows[self._place], old, new, strict=True)
        ]
        used = max(*self._order, self._place, 0) + 1
        products = []
        for block, rows in self._blocks(used):
            vectors = rows[2 * self._place + 1], gradient.view(-1)[block]
            products.append(torch.stack([rows.mv(vector) for vector in vectors]))
        return torch.cat([*sizes, torch.stack(products).sum(dim=0).view(-1)])

    def accept(self, numbers: list[float]) -> None:
        """Remembers the proposed pair, unless its curvature is below 1e-6 of the product of its norms.

        ``numbers`` are those that ``propose`` returned.
        """
        values = torch.tensor(numbers, dtype=torch.float64)
        (self._scales[self._place], norms), products = values[:4].view(2, 2).T, values[4:].view(2, -1, 2)
        used = products.shape[1]
        change = self._scales[self._place, 1]
        with_change, self._with_gradient[:used] = products * self._scales[:used]
        with_change = with_change * change
        # All products are those of the rounded vectors. So the stored pair is consistent in itself, though
        # it differs a little from the exact one.
        curvature = float(with_change[self._place, 0])
        if curvature > 1e-6 * float((norms * self._scales[self._place]).prod()):
            self._sy[:used, self._place] = with_change[:, 0]
            self._yy[:used, self._place] = self._yy[self._place, :used] = with_change[:, 1]
            self._order.append(self._place)

    def direction(self, gradient: Tensor, square: float) -> Tensor | None:
        """Returns −H·gradient, written over ``gradient``, or None if there is no pair or no way down.

        ``gradient`` is the one that ``propose`` got before the last ``accept``. ``square`` is its squared
        norm. This is the two-loop recursion in its compact form (Byrd, Nocedal and Schnabel 1994, theorem
        2.2; Nocedal and Wright, section 7.2): each loop is the solution of a triangular system.
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
        # CUDA has its copy of memory that is not pinned when the call returns, so nothing has to wait.
        on_gpu = gradient.device.type == "cuda"
        factors_on_device = factors.view(-1).to(self._dtype).to(gradient.device, non_blocking=on_gpu)
        result = gradient.mul_(-gamma)
        for block, rows in self._blocks(used):
            result.view(-1)[block].addmv_(rows.T, factors_on_device)
        return result

    def _blocks(self, used: int) -> Iterator[tuple[slice, Tensor]]:
        """Yields blocks of columns of the matrix, as (slice, block).

        Its rows are the steps and changes, in turn, of the first ``used`` places.
        """
        rows = self._rows[:used].flatten(0, 1)
        for start in range(0, rows.shape[1], self._width):
            block = slice(start, start + self._width)
            yield block, rows[:, block].to(self._dtype)


def _keep(row: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """Stores ``other`` − ``one`` in ``row``, divided by its largest magnitude.

    Returns this magnitude, and the norm of the divided vector.
    """
    values = (other - one).reshape(-1)
    scale = torch.linalg.vector_norm(values, float("inf")).clamp_min(1e-30)
    row.copy_(values.div_(scale))
    return torch.stack([scale, torch.linalg.vector_norm(values)])


def _solved(matrix: Tensor, right: Tensor, upper: bool) -> Tensor:
    """Returns x of ``matrix`` x = ``right``, for a triangular matrix."""
    solution: Tensor = torch.linalg.solve_triangular(matrix, right.unsqueeze(1), upper=upper)
    return solution.squeeze(1)
