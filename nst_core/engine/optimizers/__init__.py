"""Optimizers of the pixels, one evaluation after another."""
