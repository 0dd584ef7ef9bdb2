"""Limits this processor to an older one's instructions: env $(python -m tests.bench.held AVX2) COMMAND

oneDNN, MKL, PyTorch's own loops and numba each have an environment variable of their own. All must be set
before a process starts. MKL obeys its variable on Intel's processors only.
"""

from __future__ import annotations

import sys

HELD = {
    "AVX2": {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "NUMBA_CPU_NAME": "haswell",
    },
    "SSE41": {
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ATEN_CPU_CAPABILITY": "default",
        "NUMBA_CPU_NAME": "nehalem",
    },
}


if __name__ == "__main__":
    print(*(f"{name}={value}" for name, value in HELD[sys.argv[1]].items()))
