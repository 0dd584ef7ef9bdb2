"""The entry point of ``python -m nst_core`` and of ``nst``."""

import os

from nst_core.commands.interruption import end_at_once


def main() -> None:
    """Runs the command that the process's arguments name."""
    end_at_once()  # before the slow imports, so that Ctrl-C works during them
    # It may be set for another program, and one unknown word in it makes PyTorch end the process.
    os.environ.pop("TORCH_LOGS", None)
    from nst_core.cli import main as run

    run()


if __name__ == "__main__":
    main()
