"""Learning how fast this machine is before the first run, so that it can be planned too."""

from __future__ import annotations

from nst_core.device import device_name
from nst_core.planning.calibration import calibrated
from nst_core.planning.plan import kind_of_work
from nst_core.planning.speed import Speed
from nst_core.weights.loading import Prepared


def calibrate(ready: Prepared, speed: Speed) -> None:
    """Times a few small evaluations and has ``speed`` remember them, unless it knows this kind of work."""
    kind = kind_of_work(ready.recipe, device_name(ready.backbone.device))
    if speed.seconds(kind, 1) is None:
        for pixels, seconds in calibrated(ready.backbone, ready.recipe):
            speed.note(kind, pixels, seconds, 1)
