"""Optimizers of pixels: L-BFGS and its history, Adam, steepest descent."""
