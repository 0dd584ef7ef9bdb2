"""Pictures as tensors: colors, sizes, the start, what is carried from scale to scale."""
