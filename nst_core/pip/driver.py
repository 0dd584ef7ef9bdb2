"""Runs pip and writes what went wrong in it to a file: python -I driver.py REPORT WORDS-FOR-PIP…

pip's own messages are for persons, and their words change. This program writes down the exceptions
themselves, as JSON: types, error number, HTTP status and more. Among them are those that pip only logs
before it goes on. It is run by itself, with a Python that has pip and none of our modules.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_MOST = 500  # exceptions that are kept: pip asks an index that does not answer for every package


class Met(logging.Handler):
    """Keeps the exceptions that log records speak of, and those being handled when a record was made."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.errors: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        for candidate in (record.exc_info and record.exc_info[1], sys.exc_info()[1], *arguments):
            for error in _with_causes(candidate, set()):
                described = _described(error)
                if described not in self.errors and len(self.errors) < _MOST:
                    self.errors.append(described)


def _with_causes(error: Any, seen: set[int]) -> Iterator[BaseException]:
    """Yields ``error`` and the exceptions that caused it; what is no exception yields nothing.

    The libraries of pip often pass the cause as an argument. ``seen`` holds the ids of those already
    yielded.
    """
    if not isinstance(error, BaseException) or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    inside = (*error.args, *getattr(error, "errors", ()), getattr(error, "reason", None))
    for related in (error.__cause__, error.__context__, *inside):
        yield from _with_causes(related, seen)


def _described(error: BaseException) -> dict[str, Any]:
    """Returns the names of an exception's types, and of the facts below, those that it has."""
    # The last three types are Exception, BaseException and object.
    description: dict[str, Any] = {"types": [kind.__name__ for kind in type(error).__mro__[:-3]]}
    response, request = getattr(error, "response", None), getattr(error, "request", None)
    address = getattr(response, "url", None) or getattr(request, "url", None)
    pool = getattr(error, "pool", None)
    requirement = getattr(error, "req", None) or next(
        (cause.requirement for cause in getattr(error, "causes", ())), None
    )
    facts = {
        "errno": getattr(error, "errno", None),
        "verify_code": getattr(error, "verify_code", None),
        "status": getattr(response, "status_code", None) or _of_tunnel(error),
        "host": urlsplit(address).hostname if address else getattr(pool, "host", None),
        "file": getattr(error, "filename", None),
        "package": getattr(requirement, "name", None),
    }
    return description | {name: value for name, value in facts.items() if isinstance(value, (int, str))}


def _of_tunnel(error: BaseException) -> int | None:
    """Returns the status with which a proxy refused a tunnel: http.client has it only in its message."""
    words = str(error).partition("Tunnel connection failed: ")[2].split() if type(error) is OSError else []
    return int(words[0]) if words and words[0].isdigit() else None


def main() -> int:
    """Runs pip with the words after REPORT, and returns pip's exit status."""
    report, *words = sys.argv[1:]
    met = Met()
    logger = logging.getLogger("pip")
    logger.setLevel(logging.DEBUG)  # the handlers that pip adds decide what is shown
    logger.addHandler(met)
    try:
        from pip._internal.cli.main import main

        return int(main(words))
    except BaseException as error:
        met.errors += [_described(cause) for cause in _with_causes(error, set())]
        raise
    finally:
        Path(report).write_text(json.dumps(met.errors), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
