"""Faces in a photograph: where they are, and how much of each is to be protected when it is painted."""
