"""The words in the person's own language: one file per language in po/, read when it is needed."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from pathlib import Path


def languages(environment: Mapping[str, str]) -> list[str]:
    """Returns the languages that are wished, the most wished first, such as ``de_AT`` and ``de``.

    As gettext has it, ``LANGUAGE`` counts unless the locale is C: GIMP sets it to the language of its
    own preferences.
    """
    locale = next((environment[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(key)), "")
    if locale.split(".")[0] in ("", "C", "POSIX"):
        return []
    found: list[str] = []
    for name in (environment.get("LANGUAGE") or locale).split(":"):
        whole = name.split(".")[0].split("@")[0]
        found += [whole, whole.split("_")[0]]
    return list(dict.fromkeys(filter(None, found)))


def catalog(text: str) -> dict[str, str]:
    """Returns what a gettext catalog (.po) translates; an entry that is fuzzy or empty is left out."""
    found: dict[str, str] = {}
    for entry in text.split("\n\n"):
        parts: dict[str, str] = {}
        field = ""
        for line in entry.splitlines():
            if line.startswith("#"):
                continue
            word, _, rest = line.partition(" ")
            if word in ("msgid", "msgstr"):
                field, line = word, rest
            if field and line.startswith('"'):
                parts[field] = parts.get(field, "") + str(ast.literal_eval(line))
        if parts.get("msgid") and parts.get("msgstr") and "#, fuzzy" not in entry:
            found[parts["msgid"]] = parts["msgstr"]
    return found


def _wished() -> dict[str, str]:
    for name in languages(os.environ):
        if name.split("_")[0] == "en":
            break
        try:
            return catalog((Path(__file__).parents[1] / "po" / f"{name}.po").read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue  # a language that is not there, or a broken file, is no reason to stop
    return {}


_words = _wished()


def _(text: str) -> str:
    """Returns ``text`` in the person's language, or as it is; also what the engine says."""
    return _words.get(text, text) if text else text
