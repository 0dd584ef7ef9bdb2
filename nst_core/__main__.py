"""``python -m nst_core``, and ``nst``."""

import os

from nst_core.commands.interruption import end_at_once


def main() -> None:
    """Runs a command."""
    end_at_once()  # before all that takes long to import
    os.environ.pop(
        "TORCH_LOGS", None
    )  # of other programs of the person's; PyTorch ends for one wrong word in it
    from nst_core.cli import main as run

    run()


if __name__ == "__main__":
    main()
