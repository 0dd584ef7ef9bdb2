"""The settings that a person chose, by the names that the protocol has for them."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices.arguments import property_of
from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS


def settings_of(config: Gimp.ProcedureConfig) -> dict[str, Any]:
    """Returns the values of all parameters in ``config``, by their names in the protocol."""
    return {entry.name: config.get_property(property_of(entry.name)) for entry in (*PARAMETERS, *ADVANCED)}
