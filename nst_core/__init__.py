"""Neural style transfer by optimising pixels: the core process of Neural Style for GIMP."""

import os

__version__ = "0.1.0"

# Before torch is imported: its threads are to sleep, not spin, while they wait for each other. With one
# of two cores busy elsewhere (GIMP draws, after all) an evaluation at 160 × 120 takes 0.2 s instead of
# 1.3 s, at 512 × 384 1.6 s instead of 3.8 s; on a quiet machine it makes no difference.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# What Apple's devices lack (bicubic resizing, in some versions of torch) is to be done by the processor.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
