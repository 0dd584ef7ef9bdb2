"""The science: a frozen classifier, losses on its features, and pixels that are optimized."""
