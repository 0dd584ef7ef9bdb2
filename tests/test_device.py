"""Which device is taken, what each kind says of itself, and how much memory a job may take on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from nst_core import accelerator as accelerators
from nst_core.accelerator import accelerator, is_out_of_memory
from nst_core.contract.errors import JobFailed
from nst_core.device import best_device, device_called, free_memory
from nst_core.limits import left_by_limits

GIB = 2**30


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What the system tells of its own memory; there is no limit besides."""
    told = {"available": 16 * GIB, "total": 32 * GIB}
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(**told))
    monkeypatch.setattr(accelerators, "left_by_limits", lambda: None)
    return told


def faked(monkeypatch: pytest.MonkeyPatch, kind: str, **answers: Any) -> None:
    """Has a device that is not here say this of its memory."""
    for name, answer in answers.items():
        monkeypatch.setattr(f"torch.{kind}.{name}", lambda *_, answer=answer: answer)


@pytest.mark.parametrize("kind", ["cuda", "xpu"])
def test_what_pytorch_has_cached_itself_is_free(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    faked(
        monkeypatch,
        kind,
        mem_get_info=(2 * GIB, 24 * GIB),
        memory_reserved=21 * GIB,
        memory_allocated=1 * GIB,
    )
    assert free_memory(torch.device(kind)) == 22 * GIB * 9 // 10


def test_a_driver_that_tells_all_as_free_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    faked(
        monkeypatch,
        "xpu",
        mem_get_info=(16 * GIB, 16 * GIB),
        memory_reserved=8 * GIB,
        memory_allocated=4 * GIB,
    )
    assert free_memory(torch.device("xpu")) == 12 * GIB * 9 // 10


def test_a_driver_that_does_not_tell_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: torch.device) -> tuple[int, int]:
        raise RuntimeError("The device doesn't support querying the available free memory.")

    monkeypatch.setattr("torch.xpu.mem_get_info", unknown)
    assert free_memory(torch.device("xpu")) is None


def test_apples_share_and_what_the_machine_has_both_hold(
    machine: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    faked(
        monkeypatch,
        "mps",
        recommended_max_memory=12 * GIB,
        current_allocated_memory=2 * GIB,
        driver_allocated_memory=5 * GIB,
    )
    assert free_memory(torch.device("mps")) == 10 * GIB * 9 // 10
    machine["available"] = 4 * GIB  # and the three that PyTorch has cached
    assert free_memory(torch.device("mps")) == 7 * GIB * 9 // 10


def test_a_processors_is_what_the_system_says_whatever_system(machine: dict[str, int]) -> None:
    assert free_memory(torch.device("cpu")) == 16 * GIB * 9 // 10


def test_a_limit_below_it_holds(machine: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerators, "left_by_limits", lambda: 3 * GIB)
    assert free_memory(torch.device("cpu")) == 3 * GIB * 9 // 10


KINDS = ("cuda", "xpu", "mps")
CARDS = pytest.mark.parametrize("kind", KINDS)


@CARDS
def test_every_kind_is_waited_for_and_emptied(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("synchronize", "empty_cache"):
        monkeypatch.setattr(f"torch.{kind}.{name}", lambda *_, name=name: asked.append(name))
    device = accelerator(torch.device(kind))
    device.synchronize()
    device.empty()
    assert asked == ["synchronize", "empty_cache"]


def test_of_the_processor_nothing_is_waited_for_or_given_back() -> None:
    device = accelerator(torch.device("cpu"))
    device.synchronize()
    device.empty()
    assert (device.name, device.precisions) == ("cpu", (torch.float32,))


@CARDS
def test_a_lost_device_is_told_from_too_little_memory(kind: str) -> None:
    device = accelerator(torch.device(kind))
    lost = RuntimeError(f"{kind.upper()} error: unspecified launch failure")
    assert device.is_lost(lost)
    assert not is_out_of_memory(lost)
    assert not device.is_lost(RuntimeError("shapes do not match"))
    assert not accelerator(torch.device("cpu")).is_lost(lost)
    full = RuntimeError(f"{kind.upper()} error: out of memory")
    assert is_out_of_memory(full)
    assert not device.is_lost(full)


def test_amds_driver_says_in_its_own_words_that_a_device_is_lost() -> None:
    """PyTorch for ROCm calls the device cuda all the same."""
    lost = RuntimeError("HIP error: unspecified launch failure")
    assert accelerator(torch.device("cuda")).is_lost(lost)


def test_intels_driver_says_in_its_own_words_that_a_device_is_lost() -> None:
    assert accelerator(torch.device("xpu")).is_lost(RuntimeError("level_zero: UR_RESULT_ERROR_DEVICE_LOST"))


@pytest.mark.parametrize(
    ("capability", "precisions"),
    [
        ((6, 1), (torch.float32,)),
        ((7, 5), (torch.float16, torch.float32)),
        ((9, 0), (torch.float16, torch.bfloat16, torch.float32)),
    ],
)
def test_a_card_works_in_what_its_tensor_cores_have(
    capability: tuple[int, int], precisions: tuple[torch.dtype, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.version, "hip", None)
    faked(monkeypatch, "cuda", get_device_capability=capability, get_device_name="a card")
    device = accelerator(torch.device("cuda"))
    assert device.precisions == precisions
    assert device.name == "cuda a card"


@pytest.mark.parametrize(("capability", "has"), [((7, 5), False), ((8, 0), True), ((12, 0), True)])
def test_tf32_came_with_ampere(
    capability: tuple[int, int], has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.version, "hip", None)
    faked(monkeypatch, "cuda", get_device_capability=capability)
    assert accelerator(torch.device("cuda")).has_tf32 == has
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert not accelerator(torch.device("cuda")).has_tf32


@pytest.mark.parametrize("tf32", [False, True])
def test_before_pytorch_2_9_the_settings_of_tf32_were_others(
    tf32: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    convolutions, products = SimpleNamespace(allow_tf32=True), SimpleNamespace(allow_tf32=False)
    monkeypatch.setattr("torch.backends.cudnn", convolutions)
    monkeypatch.setattr("torch.backends.cuda.matmul", products)
    with accelerator(torch.device("cuda")).single_precision(tf32):
        assert (convolutions.allow_tf32, products.allow_tf32) == (tf32, tf32)
    assert (convolutions.allow_tf32, products.allow_tf32) == (True, False)


def test_other_kinds_have_no_tf32_and_change_nothing() -> None:
    for kind in ("cpu", "xpu", "mps"):
        device = accelerator(torch.device(kind))
        assert not device.has_tf32
        before = torch.backends.cudnn.conv.fp32_precision
        with device.single_precision(tf32=False):
            assert torch.backends.cudnn.conv.fp32_precision == before


def test_amds_cards_are_not_asked_for_nvidias_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert accelerator(torch.device("cuda")).precisions[0] is torch.float16


@pytest.mark.parametrize("kind", ["xpu", "mps"])
def test_half_precision_is_what_other_cards_prefer(kind: str) -> None:
    assert accelerator(torch.device(kind)).precisions[0] is torch.float16


def group(
    folder: Path, version: int, limit: int | str, used: int, active: int = 0, inactive: int = 0
) -> None:
    """A control group that says this of its memory, in the files of this version."""
    folder.mkdir(parents=True)
    first = version == 1
    (folder / ("memory.limit_in_bytes" if first else "memory.max")).write_text(f"{limit}\n")
    (folder / ("memory.usage_in_bytes" if first else "memory.current")).write_text(f"{used}\n")
    total = "total_" if first else ""
    # In the first version the lines without “total” are those of the group without its own groups.
    (folder / "memory.stat").write_text(
        f"anon 7\nactive_file {0 if first else active}\ninactive_file {0 if first else inactive}\n"
        f"{total}active_file {active}\n{total}inactive_file {inactive}\n"
    )


VERSIONS = pytest.mark.parametrize(
    ("version", "folder", "line"), [(1, "memory", "5:cpu,memory:"), (2, "", "0::")]
)


@VERSIONS
def test_the_cache_of_files_does_not_count(tmp_path: Path, version: int, folder: str, line: str) -> None:
    own = tmp_path / "own"
    own.write_text(f"1:name=systemd:/\n{line}/\n")
    group(tmp_path / "groups" / folder, version, 8 * GIB, 7 * GIB, active=2 * GIB, inactive=3 * GIB)
    assert left_by_limits(tmp_path / "groups", own) == 6 * GIB


@VERSIONS
def test_the_narrowest_of_all_groups_around_holds(
    tmp_path: Path, version: int, folder: str, line: str
) -> None:
    own, top = tmp_path / "own", tmp_path / "groups" / folder
    own.write_text(f"{line}/user.slice/one.scope\n")
    group(top / "user.slice", version, 4 * GIB, 3 * GIB)
    group(top / "user.slice" / "one.scope", version, 9 * GIB, 3 * GIB)
    group(top / "other", version, 1, 1)
    assert left_by_limits(tmp_path / "groups", own) == GIB


@VERSIONS
def test_the_hosts_name_of_a_container_leads_to_its_own_limit(
    tmp_path: Path, version: int, folder: str, line: str
) -> None:
    own = tmp_path / "own"
    group(tmp_path / "groups" / folder, version, 4 * GIB, 5 * GIB)
    for path in ("/docker/0123", "/../../elsewhere"):
        own.write_text(f"{line}{path}\n")
        assert left_by_limits(tmp_path / "groups", own) == 0


def test_where_there_is_no_limit_there_is_none(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert left_by_limits(tmp_path, own) is None, "no Linux"
    own.write_text("0::/\n")
    assert left_by_limits(tmp_path, own) is None, "no container"
    group(tmp_path / "groups", 2, "max", GIB)
    assert left_by_limits(tmp_path / "groups", own) is None


@pytest.mark.parametrize("there", [(), ("mps",), ("xpu", "mps"), KINDS])
def test_the_best_device_is_the_first_that_is_there(
    monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in there)
    monkeypatch.setattr(torch.xpu, "is_available", lambda: "xpu" in there)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in there)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert best_device().type == (there[0] if there else "cpu")
    assert device_called("auto") == best_device()
    assert device_called("cpu").type == "cpu"
    for kind in KINDS:
        if kind in there:
            assert device_called(kind).type == kind
        else:
            with pytest.raises(JobFailed, match=f"“{kind}”") as caught:
                device_called(kind)
            assert "auto" in caught.value.hint
    if "cuda" in there:
        assert device_called("cuda:1").index == 1
        for wrong in ("cuda:2", "cuda:x", "cuda:-1", "mps:7", "cpu:1"):
            with pytest.raises(JobFailed):
                device_called(wrong)
