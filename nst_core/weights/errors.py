"""The error for weights that are missing, damaged or of no use."""


class WeightsError(Exception):
    """Weights cannot be got, read or used. ``str()`` is a sentence for a person."""
