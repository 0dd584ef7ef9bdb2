"""Neural style transfer by optimising pixels: the core process of Neural Style for GIMP."""

__version__ = "0.1.0"
