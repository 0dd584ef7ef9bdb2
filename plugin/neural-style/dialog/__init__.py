"""The dialog and its widgets."""
