"""The commands of ``nst`` that paint."""
