"""Neural style transfer by optimizing pixels: the core process of Neural Style for GIMP."""

import os
import sys

__version__ = "0.1.0"

# This must be set before torch is imported. Threads of OpenMP then sleep, not spin, while they wait for
# each other. When another program, such as GIMP, keeps one of two cores busy, an evaluation at 160 × 120
# takes 0.2 s instead of 1.3 s, and one at 512 × 384 takes 1.6 s instead of 3.8 s. On an idle machine it
# makes no difference.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# Apple's devices lack some operations, such as bicubic resizing in some versions of torch. The CPU then
# does these.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")

# Each scale of a run is larger than the one before. With segments that can grow, the blocks of the smaller
# scales need not lie unused on a card of NVIDIA's. Not measured yet. Windows has no such segments.
if sys.platform == "linux":
    os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")
