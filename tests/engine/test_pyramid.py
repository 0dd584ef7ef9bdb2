"""The pyramid: which scales a run goes through."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_core.engine.pyramid import scales
from nst_core.recipes.presets import recipe
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.recipe import Matching, Recipe, Schedule
from nst_core.recipes.settings import Settings

Size = tuple[int, int]


@pytest.mark.parametrize(
    ("size", "schedule", "expected"),
    [
        ((300, 400), Schedule(512, 192, (60, 30)), [((150, 200), 60), ((300, 400), 30)]),
        (
            (3000, 2000),
            Schedule(1024, 192, (120, 60, 30)),
            [((256, 171), 120), ((512, 341), 60), ((1024, 683), 30)],
        ),
        ((10, 10), Schedule(512, 192, (60, 30)), [((10, 10), 60)]),
        (
            (900, 1800),
            Schedule(1800, 192, (9, 8)),
            [((112, 225), 9), ((225, 450), 8), ((450, 900), 4), ((900, 1800), 4)],
        ),
        ((100, 800), Schedule(800, 200, (3,)), [((50, 400), 3), ((100, 800), 3)]),
    ],
)
def test_it_goes_from_coarse_to_fine(
    size: Size, schedule: Schedule, expected: list[tuple[Size, int]]
) -> None:
    pyramid = scales(size, Recipe(schedule))
    assert [(scale.size, scale.evaluations) for scale in pyramid] == expected
    assert not any(scale.detail for scale in pyramid)


@pytest.mark.parametrize(
    ("size", "longer", "expected"),
    [
        ((3000, 4000), 512, (384, 512)),
        ((2000, 4000), 512, (256, 512)),
        ((1000, 4000), 512, (256, 1024)),
        ((100, 4000), 512, (100, 4000)),
        ((4000, 100), 512, (4000, 100)),
        ((1500, 6000), 1024, (362, 1448)),
        ((300, 100_000), 512, (40, 13_220)),  # four times the pixels of 512 × 256
        ((1, 4000), 512, (1, 4000)),
        ((600, 900), 160, (107, 160)),
        ((200, 900), 160, (80, 360)),
        ((2, 2), 512, (2, 2)),
    ],
)
def test_a_long_picture_keeps_a_side_to_be_recognized_by(size: Size, longer: int, expected: Size) -> None:
    pyramid = scales(size, Recipe(Schedule(longer, 192, (60, 30))))
    assert pyramid[-1].size == expected
    assert min(min(scale.size) for scale in pyramid) >= min(48, *expected)


def test_a_run_that_goes_on_has_the_finest_scale_alone() -> None:
    schedule = Schedule(512, 64, (60, 30))
    (alone,) = scales((300, 400), Recipe(schedule), resumed=True)
    assert alone.size == scales((300, 400), Recipe(schedule))[-1].size


def test_exact_goes_up_to_the_content_and_quick_to_the_working_size() -> None:
    size = (3000, 4000)
    quick, exact = (scales(size, recipe(Settings(finish=how, size=1000))) for how in ("quick", "exact"))
    assert quick[-1].size == (750, 1000)
    assert exact[-1].size == size
    assert [scale.evaluations for scale in exact] == [120, 90, 50, 28, 14, 7]


@pytest.mark.parametrize("resumed", [False, True])
def test_detail_is_a_last_pass_at_the_finest_size(resumed: bool) -> None:
    schedule = Schedule(512, 64, (60, 30))
    plain = scales((300, 400), Recipe(schedule), resumed)
    detailed = scales((300, 400), Recipe(schedule, matching=Matching(detail=0.5)), resumed)
    assert detailed[:-1] == plain
    assert detailed[-1] == dataclasses.replace(plain[-1], detail=True)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    st.sampled_from(["default", *PUBLISHED]),
    st.sampled_from(["draft", "normal", "high"]),
    st.integers(0, 4000),
)
def test_any_content_has_scales_that_double_up_to_its_size(
    size: Size, name: str, quality: str, longest: int
) -> None:
    how = recipe(Settings(recipe=name, quality=quality, size=longest))  # type: ignore[arg-type]
    pyramid = scales(size, how)
    assert min(how.schedule.size, max(size)) <= max(pyramid[-1].size) <= max(size)
    if max(size) <= 2 * min(size):
        assert max(pyramid[-1].size) == min(how.schedule.size, max(size))
    assert all(min(scale.size) >= 1 and scale.evaluations >= 1 for scale in pyramid)
    for coarse, fine in zip(pyramid, pyramid[1:], strict=False):
        assert max(fine.size) in (2 * max(coarse.size), 2 * max(coarse.size) + 1)
    assert len(pyramid) == 1 or max(pyramid[0].size) >= how.schedule.smallest // 2
