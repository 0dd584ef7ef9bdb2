"""The words of the plug-in for GIMP 3: one template, whole translations, and looks that are settings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nst_core.recipes.settings import Settings

from .conftest import REPOSITORY

sys.path.append(str(REPOSITORY / "packaging"))
import words

PLUGIN = REPOSITORY / "plugin" / "neural-style"
CATALOGS = sorted((PLUGIN / "po").glob("*.po"))


def in_plugin(code: str) -> Any:
    """Runs Python where the modules of the plug-in and the core are found; its last word is JSON."""
    paths = f"import sys, json; sys.path[:0] = [{str(PLUGIN)!r}, {str(REPOSITORY)!r}]\n"
    return json.loads(subprocess.check_output([sys.executable, "-c", paths + code], text=True, timeout=60))


def catalog(path: Path) -> dict[str, str]:
    code = f"from text.language import catalog; print(json.dumps(catalog(open({str(path)!r}).read())))"
    found: dict[str, str] = in_plugin(code)
    return found


def test_the_template_holds_every_word() -> None:
    assert words.TEMPLATE.read_text(encoding="utf-8") == words.template(), "run python packaging/words.py"


def test_there_is_a_translation() -> None:
    assert [path.stem for path in CATALOGS] == ["de"]


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_a_translation_is_whole_and_keeps_what_is_filled_in(path: Path) -> None:
    known = catalog(path)
    assert set(known) == set(words.words())
    for text, translated in known.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", translated)), text
        assert text.count("_") == translated.count("_") or "{" in text, text
        assert text[-1] not in ".…" or translated[-1] == text[-1], text


@pytest.mark.parametrize("path", [None, *CATALOGS], ids=lambda path: path.stem if path else "en")
def test_letters_to_press_do_not_clash(path: Path | None) -> None:
    """In the dialog: the six controls and what is beside them; the seed is behind Advanced."""
    labels = [
        *("S_trength", "_Brush size", "K_eep my colors", "_Quality", "Working s_ize", "St_yle picture"),
        *("Loo_k", "_Preview", "_Variations…", "Or an _open picture", "_More styles, and where they paint"),
        *("_Advanced", "Styli_ze", "_Use these settings again", "Co_ntinue from this layer", "Use dra_ft"),
    ]
    known = catalog(path) if path else {}
    letters = [re.findall("_(.)", known.get(label, label))[0].lower() for label in labels]
    assert len(set(letters)) == len(letters), sorted(letters)


@pytest.mark.parametrize(
    ("environment", "wished"),
    [
        ({"LANG": "de_AT.UTF-8"}, ["de_AT", "de"]),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:fr"}, ["de", "fr"]),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"}, []),
        ({}, []),
    ],
)
def test_the_language_is_that_of_the_person(environment: dict[str, str], wished: list[str]) -> None:
    code = f"from text.language import languages; print(json.dumps(languages({environment!r})))"
    assert in_plugin(code) == wished


def test_a_look_is_settings_and_is_known_again() -> None:
    looks = in_plugin(
        "from choices import looks; print(json.dumps([[one.label, looks.values_of(one),"
        " looks.look_of({**looks.values_of(one), 'quality': 'high'})] for one in looks.LOOKS]))"
    )
    assert len(looks) == 6
    for number, (label, values, found) in enumerate(looks):
        Settings.model_validate(values)
        assert found == number, label
    assert {"quality", "size", "seed", "network"}.isdisjoint(looks[0][1])
