"""Translation into the person's language, by the compiled catalogs in locale/ from packaging/words.py."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

_CATALOGS = Path(__file__).parents[1] / "locale"


def languages(environment: Mapping[str, str]) -> list[str]:
    """Returns the languages that the person prefers to English, the most preferred first.

    GIMP sets ``LANGUAGE`` to the language of its preferences. As in C programs, it counts unless the locale
    is C or POSIX. Python's gettext would follow it even then.
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
    except Exception:  # a broken catalog may raise anything, and English is better than no plug-in
        return gettext.NullTranslations()


_words = _catalog()


def _(text: str) -> str:
    """Returns the translation of ``text``, which may come from the engine, or ``text`` when there is none."""
    # For an empty text, gettext returns the header of the catalog.
    return _words.gettext(text) if text else text
