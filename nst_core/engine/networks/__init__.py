"""The backbones, whose features the losses compare, and the receptive fields of their layers."""
