"""Redaction of private data in text: paths, and the names of the user and the machine."""

from __future__ import annotations

import getpass
import logging
import platform
import re

# A slash after a letter or digit starts no path, so that "16/9" and "and/or" stay. Quoted paths may
# contain spaces.
_PATHS = re.compile(
    r"""(?<=["'“])(?:[A-Za-z]:[\\/]|/|~)[^"'”\n]*(?=["'”])"""
    r"""|(?:[A-Za-z]:[\\/]|\\\\|~/|(?<![\w.:])/)[^\s"'”,:;()<>]+"""
)


def redacted(text: str) -> str:
    """Returns ``text`` with placeholders for paths and for the names of the user and the machine.

    Names of one or two characters stay. Relative paths stay, too.
    """
    text = _PATHS.sub(_shortened, text)
    for name, word in ((_person(), "<person>"), (platform.node(), "<machine>")):
        if len(name) > 2:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", word, text)
    return text


class RedactedFormatter(logging.Formatter):
    """Formats log records and their tracebacks without private data."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the redacted line or lines for ``record``."""
        return redacted(super().format(record))


def _shortened(match: re.Match[str]) -> str:
    """Returns the placeholder for a path; it names the module if that is one of ours or of a library."""
    name = re.search(r"(?:nst_core|site-packages|python3\.\d+)[\\/][\w.\\/-]+\.py$", match[0])
    return f"<…>/{name[0]}" if name else "<path>"


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
