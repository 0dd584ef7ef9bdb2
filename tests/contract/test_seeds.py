"""What the plug-in knows of seeds is what the recipes do."""

from __future__ import annotations

import pytest

from nst_core.contract.seeds import seed_matters
from nst_core.recipes.presets import recipe
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.settings import Settings


@pytest.mark.parametrize("name", ["default", *PUBLISHED])
@pytest.mark.parametrize("start", ["auto", "content", "noise", "style-colors"])
@pytest.mark.parametrize("noise", [-1.0, 0.0, 0.5])
def test_the_seed_matters_where_the_start_is_noise_or_has_much_of_it(
    name: str, start: str, noise: float
) -> None:
    begin = recipe(Settings(recipe=name, start=start, start_noise=noise)).start
    expected = begin.kind != "content" or begin.noise >= 0.1
    assert seed_matters({"recipe": name, "start": start, "start_noise": noise}) is expected


def test_by_itself_it_does_not_matter() -> None:
    assert not seed_matters({})
