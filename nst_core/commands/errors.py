"""What a command says when it cannot be done."""


class CommandError(Exception):
    """A command cannot be done. ``str()`` is one sentence for a person."""
