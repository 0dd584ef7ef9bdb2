"""What can be wrong with weights."""


class WeightsError(Exception):
    """The weights are missing or damaged. ``str()`` is one sentence for a person."""
