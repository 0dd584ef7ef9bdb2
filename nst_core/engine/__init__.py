"""The optimization engine: a frozen network, losses on its features, and pixels that are optimized."""
