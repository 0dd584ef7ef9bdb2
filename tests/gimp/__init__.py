"""Tests against the real GIMP, in Debian roots of their own."""
