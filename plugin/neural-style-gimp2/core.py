# -*- coding: utf-8 -*-
"""The connection to the core, made bit by bit while the person looks at the dialog."""

from __future__ import absolute_import, division, print_function, unicode_literals

import traceback

from frames import CoreUnavailable, WireError
from trouble import Trouble


class Core(object):
    """Polls ``starter`` until there is a channel, or a reason why there can be none."""

    def __init__(self, starter):
        self._starter = starter
        self._channel = None
        self._failure = None
        self.poll()

    @property
    def state(self):
        """``starting``, ``ready`` or ``failed``."""
        if self._failure:
            return "failed"
        return "ready" if self._channel else "starting"

    def poll(self):
        """Goes on with the start, and returns the state after it."""
        if self.state == "starting":
            try:
                self._channel = self._starter.poll()
            except WireError as error:
                self._failure = error
            except Exception as error:  # the person must hear of any failure
                traceback.print_exc()
                self._failure = CoreUnavailable(
                    "The engine could not be started (%s)." % type(error).__name__
                )
        return self.state

    def channel(self):
        """Returns the channel, or None while the core is starting. Raises ``Trouble``."""
        if self.poll() == "failed":
            raise Trouble(self._failure.args[0])
        return self._channel

    def close(self):
        """Closes the connection; the core then cancels what it still does for it."""
        self._starter.give_up()
        if self._channel:
            self._channel.close()
