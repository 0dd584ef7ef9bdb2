"""What a run will cost: learned from what was done, size by size."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import torch

from nst_core.planning.plan import cost_of, kind_of_work, plan
from nst_core.planning.speed import Speed, Stopwatch
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings

from ..folders import names

CPU = torch.device("cpu")


def test_the_speed_is_remembered_and_long_runs_say_more(speed: Speed, tmp_path: Path) -> None:
    assert speed.seconds("cpu", 1000) is None
    speed.note("cpu", 1000, 10.0, 10)
    assert Speed(tmp_path / "speed.json").seconds("cpu", 1000) == 1.0
    speed.note("cpu", 1000, 3.0, 1)
    assert speed.seconds("cpu", 1000) == pytest.approx(8.0 / 6)
    assert speed.seconds("cuda", 1000) is None
    assert names(tmp_path) == ["speed.json"]


def test_a_machine_that_became_slower_is_noticed(speed: Speed) -> None:
    for seconds in (1.0, 1.0, 4.0, 4.0, 4.0, 4.0):
        speed.note("cpu", 5000, seconds * 10, 10)
    assert 3.5 < (speed.seconds("cpu", 5000) or 0) <= 4.0


def test_between_sizes_it_is_between_and_beyond_it_grows_with_the_pixels(speed: Speed) -> None:
    speed.note("cpu", 10_000, 0.1, 1)  # small pictures cost more for each pixel
    speed.note("cpu", 1_000_000, 4.0, 1)
    assert speed.seconds("cpu", 100_000) == pytest.approx((0.1 * 4.0) ** 0.5)
    assert speed.seconds("cpu", 2_000_000) == pytest.approx(8.0)
    assert speed.seconds("cpu", 100) == pytest.approx(0.1)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cpu": 3}', '{"cpu": {"20": [0, 0, 0]}}', '{"cpu": {"20": ["a", 1, 1]}}', "\x00"]
)
def test_a_spoiled_memory_is_none(speed: Speed, tmp_path: Path, text: str) -> None:
    (tmp_path / "speed.json").write_text(text)
    assert speed.seconds("cpu", 1) is None
    speed.note("cpu", 1024, 1.0, 1)
    assert json.loads((tmp_path / "speed.json").read_text()) == {"cpu": {"20": [1.0, 1.0, 1024.0]}}


def test_a_full_disk_only_means_that_nothing_is_remembered(tmp_path: Path) -> None:
    speed = Speed(tmp_path / "gone" / "speed.json")
    speed.note("cpu", 1, 1.0, 1)
    assert speed.seconds("cpu", 1) is None


def test_a_read_only_folder_only_means_that_nothing_is_remembered(
    speed: Speed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    for name in ("write_text", "unlink", "replace"):
        monkeypatch.setattr(Path, name, refuse)
    speed.note("cpu", 1, 1.0, 1)
    assert speed.seconds("cpu", 1) is None


def test_what_is_wrong_here_is_remembered_until_it_is_timed(speed: Speed, tmp_path: Path) -> None:
    speed.note("cpu", 1000, 1.0, 1)
    assert not speed.is_refused("half")
    speed.refuse("half")
    again = Speed(tmp_path / "speed.json")
    assert again.is_refused("half")
    assert not again.is_refused("cpu")
    assert again.seconds("half", 1000) is None
    assert again.seconds("cpu", 1000) == 1.0
    again.note("half", 1000, 1.0, 1)
    assert not again.is_refused("half")


def test_a_stopwatch_tells_the_scales_apart(speed: Speed) -> None:
    watch = Stopwatch(100.0)
    # Each scale begins with a look at content and styles, which is taken for one more evaluation; the
    # last is a finishing pass as large as the one before.
    for pixels, evaluation, now in ((1000, 1, 102.0), (1000, 2, 103.0), (4000, 1, 111.0), (4000, 1, 119.0)):
        watch.evaluated(pixels, evaluation, now)
    watch.note(speed, "cpu")
    assert speed.seconds("cpu", 1000) == 1.0
    assert speed.seconds("cpu", 4000) == 4.0


def test_a_plan_is_the_sum_of_its_scales(speed: Speed) -> None:
    settings = Settings(quality="draft", size=200)
    kind = kind_of_work(recipe(settings), "cpu", "fast")
    unknown = plan(settings, (300, 400), CPU, speed)
    assert unknown.seconds is None
    assert [scale.size for scale in unknown.scales] == [(75, 100), (150, 200)]
    speed.note(kind, 75 * 100, 0.5, 1)
    speed.note(kind, 150 * 200, 2.0, 1)
    known = plan(settings, (300, 400), CPU, speed)
    assert known.seconds == pytest.approx(
        sum(s * (scale.evaluations + 1) for s, scale in zip((0.5, 2), known.scales))
    )
    assert plan(settings, (300, 400), CPU, speed, resumed=True).size == (150, 200)
    assert len(plan(settings, (300, 400), CPU, speed, resumed=True).scales) == 1
    larger = plan(Settings(quality="high"), (3000, 4000), CPU, speed)
    assert (larger.seconds or 0) > (known.seconds or 0)
    assert larger.bytes > known.bytes


def test_another_loss_is_another_kind_of_work(speed: Speed) -> None:
    default, slow = (recipe(Settings(style_loss=loss)) for loss in ("auto", "sliced"))
    kinds = [
        kind_of_work(one, device, way)
        for one, device, way in (
            (default, "cpu", "fast"),
            (slow, "cpu", "fast"),
            (default, "cuda", "general"),
            (default, "cuda", "half"),
        )
    ]
    assert len(set(kinds)) == len(kinds)
    assert kind_of_work(default, "cpu", "general") == kinds[0]


def test_what_does_not_fit_is_planned_in_tiles_and_takes_less(speed: Speed) -> None:
    settings = Settings(size=6000, finish="exact")
    free, tight = (
        plan(settings, (4000, 6000), CPU, speed, memory_budget=memory_budget)
        for memory_budget in (None, 8 * 10**9)
    )
    assert not free.in_tiles
    assert tight.in_tiles
    assert tight.scales == free.scales
    assert tight.bytes < 12 * 10**9 < 50 * 10**9 < free.bytes


def test_tiles_are_planned_to_take_longer_until_it_is_known_how_long(speed: Speed) -> None:
    settings, size = Settings(finish="exact"), (4000, 6000)
    kind = kind_of_work(recipe(settings), "cpu", "fast")

    def seconds() -> float:
        free, tight = (
            plan(settings, size, CPU, speed, memory_budget=memory_budget).seconds
            for memory_budget in (None, 8 * 10**9)
        )
        assert free
        assert tight
        return tight / free

    speed.note(kind, 500 * 750, 1.0, 1)
    assert 1.5 < seconds() <= 1.8
    for pixels in (size[0] * size[1], size[0] * size[1] // 4, size[0] * size[1] // 16):
        speed.note(kind, pixels, pixels / 1e5, 1)
    assert seconds() == 1.0


def test_progress_counts_an_evaluation_as_the_plan_does(speed: Speed) -> None:
    size = (4000, 6000)
    assert cost_of(speed, "cpu", size, None, "fast") == 4000 * 6000
    speed.note("cpu", 500 * 750, 1.0, 1)
    for memory_budget in (8 * 10**9, None):
        assert cost_of(speed, "cpu", (500, 750), memory_budget, "fast") == 1.0
    untiled = cost_of(speed, "cpu", size, None, "fast")
    assert cost_of(speed, "cpu", size, 8 * 10**9, "fast") == pytest.approx(1.8 * untiled)
