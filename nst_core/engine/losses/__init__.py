"""Losses: moments and their distances, sliced Wasserstein, content, patches, total variation."""
