"""Pictures as tensors: colors, sizes, styles, the start picture, upsampling and strokes."""
