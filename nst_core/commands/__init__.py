"""The commands of ``nst``."""
