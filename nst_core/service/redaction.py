"""Text without what is a person's own: no path, no name of theirs or of their machine."""

from __future__ import annotations

import getpass
import logging
import platform
import re

# Two parts or more, so that "16/9" and "and/or" stay; quoted ones may hold blanks.
_PATHS = re.compile(
    r"""(?<=["'“])(?:[A-Za-z]:[\\/]|/|~)[^"'”\n]*(?=["'”])"""
    r"""|(?:[A-Za-z]:[\\/]|\\\\|~/|(?<![\w.:])/)[^\s"'”,:;()<>]+"""
)


def redacted(text: str) -> str:
    """Returns ``text`` with paths, and the names of the person and the machine, taken out."""
    text = _PATHS.sub(_shortened, text)
    for name, word in ((_person(), "<person>"), (platform.node(), "<machine>")):
        if len(name) > 2:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", word, text)
    return text


class RedactedFormatter(logging.Formatter):
    """Formats log lines, tracebacks with them, without what is a person's own."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line or lines for ``record``."""
        return redacted(super().format(record))


def _shortened(match: re.Match[str]) -> str:
    """A module of ours or of a library is worth knowing; where it lies, and any other file, is not."""
    name = re.search(r"(?:nst_core|site-packages|python3\.\d+)[\\/][\w.\\/-]+\.py$", match[0])
    return f"<…>/{name[0]}" if name else "<path>"


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
