"""Commands of ``nst`` that take care of an installation."""
