"""The fast pass at work: its memory, its threads, and what it keeps."""

from __future__ import annotations

import gc
import itertools
import threading
from typing import Any

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG

from ..bench.held import HELD
from .chains import LAYERS, compare, network, photograph, printed, smooth

pytest.importorskip("numba")

from nst_core.engine.passes.chain.network import WinogradPass
from nst_core.engine.passes.chain.workers import workers


def test_one_pass_takes_one_size_after_another(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    for height, width in ((40, 30), (80, 61), (80, 61), (20, 90)):
        compare(backbone, photograph(height, width), chain=chain)


@pytest.mark.parametrize("sufficed", [0, 3, 9])
def test_after_memory_ran_out_the_same_size_is_made_room_for_again(
    backbone: VGG, monkeypatch: pytest.MonkeyPatch, sufficed: int
) -> None:
    chain = WinogradPass(backbone, LAYERS)
    calls, empty = itertools.count(), torch.empty

    def too_small(*arguments: Any, **named: Any) -> Tensor:
        if next(calls) >= sufficed:
            raise MemoryError
        return empty(*arguments, **named)

    monkeypatch.setattr(torch, "empty", too_small)
    with pytest.raises(MemoryError):
        chain.features(photograph(40, 41))
    monkeypatch.undo()
    compare(backbone, photograph(40, 41), chain=chain)


def test_features_are_plain_and_lie_as_the_losses_want_them(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    for features in (chain.features(photograph(40, 41)), chain.measure(photograph(40, 41))):
        for values in features.values():
            assert not values.requires_grad
            assert values.is_contiguous(memory_format=torch.channels_last)


def test_measured_features_stay(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    measured = chain.measure(photograph(40, 41))
    before = {layer: values.clone() for layer, values in measured.items()}
    live = chain.features(photograph(40, 41))
    assert all(torch.equal(live[layer], before[layer]) for layer in LAYERS)
    chain.measure(1 - photograph(40, 41))
    assert all(torch.equal(live[layer], before[layer]) for layer in LAYERS)
    chain.features(1 - photograph(40, 41))
    assert all(torch.equal(measured[layer], before[layer]) for layer in LAYERS)


def test_a_pull_back_needs_features(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    with pytest.raises(RuntimeError):
        chain.pull_back({})
    gradients = smooth(chain.features(photograph(20, 20)))
    chain.pull_back(gradients)
    with pytest.raises(RuntimeError):
        chain.pull_back(gradients)


def test_what_is_not_finite_stays_so(backbone: VGG) -> None:
    pixels = photograph(20, 20)
    pixels[0, 1, 5, 5] = float("nan")
    assert not WinogradPass(backbone, LAYERS).features(pixels)["relu5_1"].isfinite().all()


def test_threads_do_not_disturb_each_other(backbone: VGG) -> None:
    """Two passes in two threads at once, neither of them the main one, give what one gives alone."""

    def run(number: int) -> Tensor:
        chain = WinogradPass(backbone, LAYERS)
        pixels = photograph(70 + number, 90)
        for _ in range(3):
            gradient = chain.pull_back(smooth(chain.features(pixels)))
        return gradient

    alone = [run(number) for number in range(2)]
    together: dict[int, Tensor] = {}

    def keep(number: int) -> None:
        together[number] = run(number)

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(alone[number], together[number]) for number in range(2))


def test_pytorch_keeps_its_threads(backbone: VGG) -> None:
    before = torch.get_num_threads()
    WinogradPass(backbone, LAYERS).features(photograph(20, 20))
    counts: list[int] = []
    thread = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert counts == [before] == [torch.get_num_threads()]


CONVERSIONS = """
import nst_core, torch
from nst_core.engine.passes.chain.network import WinogradPass
from tests.engine.chains import LAYERS, network, photograph, smooth
torch.set_num_threads(2)
chain = WinogradPass(network((2, 2, 3, 3, 1)), LAYERS)
for number in range(2):
    print("evaluation", number, flush=True)
    for size in (40, 150):
        chain.pull_back(smooth(chain.features(photograph(size, size))))
"""


@pytest.mark.parametrize("processor", ["", *HELD])
def test_after_the_first_evaluation_no_weights_are_converted(processor: str) -> None:
    """oneDNN says of each call what it does; for a processor with no more than AVX2, or SSE4.1, as well."""
    told = printed(CONVERSIONS, **{"ONEDNN_VERBOSE": "1", **HELD.get(processor, {})})
    first, second = told.split("evaluation 1")
    assert "exec,cpu" in first
    assert not [line for line in second.splitlines() if ",reorder," in line and "36x" in line]


def test_a_worker_never_starts_threads_of_its_own() -> None:
    """PyTorch would begin with as many as it has elsewhere, at the first product."""
    counts: list[int] = []

    def task(_begin: int, _end: int) -> None:
        torch.rand(300, 300).mm(torch.rand(300, 300)).exp()
        counts.append(torch.get_num_threads())

    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        workers().share(6, 1, task)
    finally:
        torch.set_num_threads(threads)
    assert counts == [1] * 6


def test_transformed_weights_go_with_the_backbone() -> None:
    from nst_core.engine.passes.chain import stages

    small = network((2, 1))
    gc.collect()
    before = len(stages._kept)
    first = WinogradPass(small, ["relu2_1"])
    first.features(photograph(20, 20))
    second = WinogradPass(small, ["relu2_1"])
    second.features(photograph(30, 20))
    assert len(stages._kept) == before + 2
    del small, first, second
    gc.collect()
    assert len(stages._kept) == before
