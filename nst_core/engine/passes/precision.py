"""The precision that a person chooses, and what of it a device can do."""

from __future__ import annotations

from typing import Literal

import torch

from nst_core.accelerator import accelerator

Precision = Literal["auto", "float32", "tf32", "float16", "bfloat16"]


def possible(chosen: Precision, device: torch.device, relative: bool) -> tuple[Precision, str | None]:
    """Returns the precision that a run on ``device`` takes for the ``chosen`` one, and a note for the user.

    The note is None where nothing has to be said. What brings nothing on this device is computed in float32:
    16 bits on a CPU or an old GPU, and TF32 anywhere but on NVIDIA GPUs from Ampere on. That is a note and no
    error. The result is more exact, and settings come from other machines, in a result's file or a preset.

    ``relative`` says whether the losses are relative. The gradients of others can have any magnitude, and the
    factor of loss scaling (``scale_for``) does not fit them, so they are not computed in float16. bfloat16
    has the range of float32.
    """
    if chosen in ("auto", "float32"):
        return chosen, None
    here = accelerator(device)
    if not (here.has_tf32 if chosen == "tf32" else getattr(torch, chosen) in here.precisions):
        return "float32", _NOT_HERE
    if chosen == "float16" and not relative:
        return "float32", _OUT_OF_RANGE
    return chosen, None


_NOT_HERE = "The chosen precision is not faster on this device, so the picture was painted in 32 bits."
_OUT_OF_RANGE = "This recipe's gradients do not fit into float16, so the picture was painted in 32 bits."
