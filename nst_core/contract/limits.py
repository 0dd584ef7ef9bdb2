"""Limits that both sides know: of a job, and of the core's life."""

from __future__ import annotations

MOST_STYLES = 4  # in a job
MOST_WEIGHT = 1000.0  # of a style among the others; every weight is above 0
IDLE_SECONDS = 600.0  # without a client and a job, after which the core ends
