# -*- coding: utf-8 -*-
"""Text between Python and GIMP, and times in the words that a person reads."""

from __future__ import absolute_import, division, print_function, unicode_literals

import sys


def utf8(text):
    """Returns ``text`` as GIMP takes it. In Python 2 that is UTF-8: Unicode text would be taken for ASCII."""
    return text.encode("utf-8") if sys.version_info[0] == 2 and not isinstance(text, bytes) else text


def text_of(value):
    """Returns what GIMP gave, bytes or text, as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def words_for_seconds(seconds):
    """Returns a rounded time of at least 5 s, such as ``40 s``, ``2½ min`` or ``1 h 10 min``."""
    if seconds < 57.5:
        return "%d s" % max(5, 5 * _nearest(seconds / 5))
    halves = _nearest(seconds / 30)
    if halves < 20:
        return "%d%s min" % (halves // 2, "½" if halves % 2 else "")
    minutes = _nearest(seconds / 60)
    return "%d min" % minutes if minutes < 60 else "%d h %d min" % (minutes // 60, minutes % 60)


def _nearest(number):
    # Python 2's round takes halves away from zero; Python 3's takes them to the even number.
    """Returns the nearest whole number, a half as the even one."""
    whole = int(number + 0.5)
    return whole - 1 if whole - number == 0.5 and whole % 2 else whole
