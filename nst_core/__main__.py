"""``python -m nst_core``."""

from nst_core.cli import main

main()
