"""What scripts can ask before they paint: version, device, and whether the core answers."""

from __future__ import annotations

from dataclasses import dataclass

from client.core import Core
from client.installation import installation
from nst_core.contract.errors import WireError
from text.trouble import Trouble

_SECONDS = 120.0  # a core that was just started may still be loading


@dataclass(frozen=True)
class About:
    """The plug-in's version, the name of the device, whether the core answers, and if not, the reason."""

    version: str
    device: str
    answers: bool
    reason: str


def about(host: str) -> About:
    """Asks the core, and starts it when none runs; ``host`` is the name and version of GIMP.

    A failure is not raised: ``reason`` is its sentence.
    """
    version = ""
    try:
        where = installation()
        version = where.version
        core = Core(where, host)
        try:
            core.channel()
            estimate = core.ask("estimate", seconds=_SECONDS, settings={}, width=64, height=64)
        finally:
            core.close()
    except Trouble as trouble:
        return About(version, "", False, trouble.text)
    except WireError as error:
        return About(version, "", False, Trouble(str(error), error.hint).text)
    return About(version, str(estimate.get("device", "")), True, "")
