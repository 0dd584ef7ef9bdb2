# -*- coding: utf-8 -*-
"""Where the core was installed: install.json beside the plug-in, which the installer writes."""

from __future__ import absolute_import, division, print_function, unicode_literals

import collections
import io
import json
import os

from launch import Starter
from trouble import Trouble

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), str("install.json"))
Installation = collections.namedtuple("Installation", "state command version")


def installation():
    """Returns what install.json says. Raises ``Trouble`` when it is missing or damaged."""
    try:
        with io.open(_FILE, encoding="utf-8") as file:
            fields = json.load(file)
        command = tuple("%s" % part for part in fields["core"])
        return Installation("%s" % fields["state"], command, "%s" % fields["version"])
    except (EnvironmentError, ValueError, KeyError, TypeError):
        raise Trouble("The engine is not installed yet.", "Run “python3 install” in a terminal.")


def starter(where, host):
    """Returns a ``Starter`` for the core of ``where``; ``host`` names this GIMP for the core's log."""
    return Starter(
        where.state, where.command, {"name": "gimp-plugin", "version": where.version, "host": host}
    )
