"""Tests against the real GIMP 2.10 with its Python-Fu, in a Debian root of its own."""
