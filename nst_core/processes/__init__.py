"""Starting other programs, and locks between them. Standard library only, Python 3.9 and later."""
