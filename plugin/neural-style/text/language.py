"""The words in the person's own language: compiled catalogs in locale/, which packaging/words.py makes."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

_CATALOGS = Path(__file__).parents[1] / "locale"


def languages(environment: Mapping[str, str]) -> list[str]:
    """Returns the languages that are wished before English, the most wished first.

    ``LANGUAGE`` counts unless the locale is C, as in C programs: GIMP sets it to the language of its own
    preferences. Python's gettext would heed it even then.
    """
    locale = next(
        (environment[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(key)), "C"
    )
    if locale.split(".")[0] in ("C", "POSIX"):
        return []
    names = (environment.get("LANGUAGE") or locale).split(":")
    return list(takewhile(lambda name: re.split("[_.@]", name)[0] != "en", names))


def _catalog() -> gettext.NullTranslations:
    try:
        return gettext.translation("neural-style", _CATALOGS, languages(os.environ), fallback=True)
    except Exception:  # a broken file may raise anything, and English is better than no plug-in
        return gettext.NullTranslations()


_words = _catalog()


def _(text: str) -> str:
    """Returns ``text`` in the person's language, or as it is; also what the engine says."""
    return _words.gettext(text) if text else text  # a catalog has its header for no text
