"""Widgets that know nothing of the dialog they are in."""
