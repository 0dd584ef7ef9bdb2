"""``python -m nst_core``, and ``nst``."""

from nst_core.commands.interruption import end_at_once


def main() -> None:
    """Runs a command."""
    end_at_once()  # before all that takes long to import
    from nst_core.cli import main as run

    run()


if __name__ == "__main__":
    main()
