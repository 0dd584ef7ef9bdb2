"""The network pass for VGG in half precision on a GPU: closed-form gradients and fused kernels."""
