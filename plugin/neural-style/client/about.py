"""What scripts can ask beforehand: which version this is, on what it computes, whether the core answers."""

from __future__ import annotations

from dataclasses import dataclass

from client.core import Core
from client.installation import installation
from nst_core.contract.errors import WireError
from text.trouble import Trouble

_SECONDS = 120.0  # a core that was just started may still be loading


@dataclass(frozen=True)
class About:
    """The version of the plug-in, the device in words, whether the core answers, and else why not."""

    version: str
    device: str
    answers: bool
    reason: str


def about(host: str) -> About:
    """Asks the core, which is started when none runs; whatever happens is in the answer."""
    version = ""
    try:
        where = installation()
        version = where.version
        core = Core(where, host)
        try:
            core.channel()
            found = core.ask("estimate", seconds=_SECONDS, settings={}, width=64, height=64)
        finally:
            core.close()
    except Trouble as trouble:
        return About(version, "", False, trouble.text)
    except WireError as error:
        return About(version, "", False, Trouble(str(error), error.hint).text)
    return About(version, str(found.get("device", "")), True, "")
