"""How a style is scaled, and when a person is told."""

from __future__ import annotations

import pytest

from nst_core.contract.enlarging import is_small, is_too_small, wanted_factor


def test_a_style_gets_the_contents_area_times_the_square_of_the_brush_size() -> None:
    assert wanted_factor((100, 400), (200, 200), 1.0) == 1.0
    assert wanted_factor((100, 400), (800, 200), 1.0) == 2.0
    assert wanted_factor((100, 400), (200, 200), 0.5) == 0.5


@pytest.mark.parametrize(("factor", "told"), [(1.0, False), (1.1, False), (1.2, True)])
def test_a_little_too_small_is_not_worth_a_word(factor: float, told: bool) -> None:
    assert is_small(factor) == told
    assert not is_too_small(factor)
    assert is_too_small(2 * factor) == told
