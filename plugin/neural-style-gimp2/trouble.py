# -*- coding: utf-8 -*-
"""What keeps the plug-in from its work, in words for the person."""

from __future__ import absolute_import, division, print_function, unicode_literals


class Trouble(Exception):
    """What keeps the plug-in from its work: ``sentence`` says it, ``hint`` says what to do about it."""

    def __init__(self, sentence, hint=""):
        super(Trouble, self).__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    @property
    def text(self):
        """Both sentences in one line."""
        return ("%s %s" % (self.sentence, self.hint)).strip()


class Cancelled(Exception):
    """The person wants no result."""
