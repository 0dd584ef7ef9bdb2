"""The words of the plug-in for GIMP 3: one template, whole translations, and looks that are settings."""

from __future__ import annotations

import gettext
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo

from nst_core.recipes.settings import Settings

from .conftest import REPOSITORY

sys.path.append(str(REPOSITORY / "packaging"))
import words

PLUGIN = REPOSITORY / "plugin" / "neural-style"
CATALOGS = sorted(PLUGIN.glob("locale/**/*.mo"))
GERMAN = {"LANG": "de_DE.UTF-8"}


def in_plugin(code: str, environment: Mapping[str, str] = {}, plugin: Path = PLUGIN) -> Any:
    """Runs Python where the modules of the plug-in and the core are found; its last word is JSON."""
    paths = f"import sys, json; sys.path[:0] = [{str(plugin)!r}, {str(REPOSITORY)!r}]\n"
    command = [sys.executable, "-B", "-c", paths + code]
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    said = subprocess.check_output(command, text=True, timeout=60, env={**variables, **environment})
    return json.loads(said)


def in_german(text: str, environment: Mapping[str, str] = GERMAN, plugin: Path = PLUGIN) -> str:
    """What the plug-in says for ``text``, in German unless something is in the way."""
    code = f"from text.language import _; print(json.dumps(_({text!r})))"
    said: str = in_plugin(code, environment, plugin)
    return said


def catalog(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {entry.id: entry.string for entry in read_mo(file) if entry.id}


def language_of(path: Path) -> str:
    return path.parents[1].name


def test_all_files_of_words_are_current() -> None:
    made = words.files()
    old = [path.name for path, data in made.items() if not path.exists() or path.read_bytes() != data]
    assert not old, "run python packaging/words.py"
    assert [path for path in made if path.suffix == ".mo"] == CATALOGS


def test_there_is_a_translation() -> None:
    assert [language_of(path) for path in CATALOGS] == ["de"]


@pytest.mark.parametrize("path", CATALOGS, ids=language_of)
def test_a_translation_is_whole_and_keeps_what_is_filled_in(path: Path) -> None:
    known = catalog(path)
    assert set(known) == {entry.id for entry in words.template() if entry.id}
    for text, translated in known.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", translated)), text
        assert text.count("_") == translated.count("_") or "{" in text, text
        assert text[-1] not in ".…" or translated[-1] == text[-1], text


@pytest.mark.parametrize("path", [None, *CATALOGS], ids=lambda path: language_of(path) if path else "en")
def test_letters_to_press_do_not_clash(path: Path | None) -> None:
    """On the dialog's first page and beside it."""
    labels = [
        *("S_trength", "_Brush size", "K_eep my colors", "_Quality", "Put _it into", "St_yle picture"),
        *("Loo_k", "_Preview", "_Variations…", "Or an _open picture", "Styli_ze"),
        *("_Use its settings", "_What to paint", "Use dra_ft", "_Help", "_1:1"),
        "Preview _now (about {time})",
        "On_ly this style",
    ]
    known = catalog(path) if path else {}
    letters = [re.findall("_(.)", known.get(label, label))[0].lower() for label in labels]
    assert len(set(letters)) == len(letters), sorted(letters)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (GERMAN, "Ein Spiegelbild"),
        ({"LANG": "de_AT.UTF-8"}, "Ein Spiegelbild"),
        ({"LANG": "de_DE@euro"}, "Ein Spiegelbild"),
        ({"LC_ALL": "de_DE.UTF-8", "LC_MESSAGES": "C", "LANG": "C"}, "Ein Spiegelbild"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:fr"}, "Ein Spiegelbild"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "xx:de"}, "Ein Spiegelbild"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en_GB:de"}, "A mirror"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en"}, "A mirror"),
        ({"LANG": "en_US.UTF-8"}, "A mirror"),
        ({"LANG": "xx"}, "A mirror"),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"}, "A mirror"),
        ({"LANG": "POSIX", "LANGUAGE": "de"}, "A mirror"),
        ({"LANGUAGE": "de"}, "A mirror"),
        ({}, "A mirror"),
    ],
    ids=str,
)
def test_the_language_is_that_of_the_person(environment: dict[str, str], said: str) -> None:
    assert in_german("A mirror", environment) == said


@pytest.mark.parametrize("text", ["", "What nobody has translated"])
def test_what_no_catalog_has_stays(text: str) -> None:
    assert in_german(text) == text


@pytest.mark.parametrize("length", [None, 0, 3, 100, 5000, -1])
def test_a_broken_file_means_english(tmp_path: Path, length: int | None) -> None:
    shutil.copytree(PLUGIN / "text", tmp_path / "text", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / CATALOGS[0].relative_to(PLUGIN)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no catalog" if length is None else CATALOGS[0].read_bytes()[:length])
    assert in_german("A mirror", plugin=tmp_path) == "A mirror"


def test_what_is_not_translated_for_sure_stays_english(tmp_path: Path) -> None:
    (tmp_path / "de.po").write_text(
        'msgid "A mirror"\nmsgstr "Ein Spiegelbild"\n\n'
        '#, fuzzy\nmsgid "A new image"\nmsgstr "Ein neuer Krug"\n\n'
        'msgid "A new layer above"\nmsgstr ""\n\n'
        'msgid "What once was said"\nmsgstr "Was man einst sagte"\n',
        encoding="utf-8",
    )
    german = gettext.GNUTranslations(io.BytesIO(words.compiled(words.translation(tmp_path / "de.po"))))
    assert german.gettext("A mirror") == "Ein Spiegelbild"
    for text in ("A new image", "A new layer above", "What once was said", "A last pass"):
        assert german.gettext(text) == text


def test_a_look_is_settings_and_is_known_again() -> None:
    looks = in_plugin(
        "from choices import looks; print(json.dumps([[one.label, looks.values_of(one.values),"
        " [other.label for other in looks.LOOKS"
        " if looks.matches({**looks.values_of(one.values), 'quality': 'high'}, other.values)]]"
        " for one in looks.LOOKS]))"
    )
    assert len(looks) == 6
    for label, values, found in looks:
        Settings.model_validate(values)
        assert found == [label]
    assert {"quality", "size", "seed", "network", "precision"}.isdisjoint(looks[0][1])


def test_translators_are_told_what_short_words_stand_for() -> None:
    comments = {entry.id: entry.auto_comments for entry in words.template()}
    assert comments["Where"] == [
        "Heads of columns. “Weight” is how much a style counts, “Where” on which part it paints"
    ]
    assert comments["Draft"] == ["A choice for “Quality”"]
    assert comments["S_trength"][0].startswith("The name of a setting: ")
