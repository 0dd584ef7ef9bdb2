"""VGG in half precision on a GPU: its own way there and back, with closed-form gradients and fused loops."""
