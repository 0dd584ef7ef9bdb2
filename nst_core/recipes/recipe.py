"""A recipe: all that a run needs besides the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"

Weighted = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Schedule:
    """The work of a run.

    ``size`` is the longer side in pixels of the finest scale (of a long picture see ``working_side``),
    ``smallest`` of the coarsest; ``evaluations`` are those at each scale from the coarsest on; further scales
    have half of those before, each. With ``plateau`` a scale ends when it gets hardly better.
    """

    size: int
    smallest: int
    evaluations: tuple[int, ...]
    plateau: bool = True


@dataclass(frozen=True)
class NetworkOptions:
    """How the network looks at pictures.

    ``network`` is its name, ``auto`` the ``preferred`` one if it is here, else VGG-16.
    ``normalized``: layers scaled to a mean activation of 1, and the picture's border repeated in the
    first convolution; without, the features as published. ``preprocessed``: whether the pixels are given
    as the network was trained. ``pooling_factor`` None makes up for what the kind of pooling loses.
    """

    network: str = "auto"
    preferred: str = "vgg16"
    normalized: bool = True
    preprocessed: bool = True
    pooling: Literal["max", "average", "l2"] = "max"
    pooling_factor: float | None = None
    padding: Literal["zero", "replicate", "reflect"] = "zero"


# By the sweep of docs/engine.md: each layer 0.6 of the one before, 1 in all.
_FALLING: Weighted = tuple(
    (layer, 0.6**depth * 0.4 / (1 - 0.6**5)) for depth, layer in enumerate(STYLE_LAYERS)
)


@dataclass(frozen=True)
class Matching:
    """What is made alike: forms and weights of the losses.

    With ``relative`` each loss is taken relative to that of an empty picture, so that weights mean the same
    at every size and for every network. Layer names are those of VGG; ``on_network`` finds another's.
    """

    content_form: Literal["gatys", "course", "mean"] = "gatys"
    content_layers: Weighted = ((CONTENT_LAYER, 0.6), ("relu2_2", 0.4))
    content_weight: float = 0.04
    style_form: Literal["gatys", "mean", "unscaled", "moments", "wasserstein", "sliced"] = "moments"
    style_layers: Weighted = _FALLING
    style_weight: float = 1.0
    relative: bool = True
    variation_form: Literal["sum", "l1", "l2", "nine"] = "nine"
    variation_weight: float = 0.1
    detail: float = 0.0
    detail_layers: tuple[str, ...] = ("relu3_1", "relu4_1")


@dataclass(frozen=True)
class Start:
    """The picture that the optimization starts with.

    The content's colors are moved to the style's, by the part ``recolored`` (0–1) of the way. All but *noise*
    have noise added: uniform in ± ``noise`` where ``uniform``, else normal with that deviation.
    """

    kind: Literal["content", "noise", "style-colors"] = "content"
    recolored: float = 0.0
    noise: float = 0.02
    uniform: bool = False


@dataclass(frozen=True)
class Colors:
    """What is done with the colors besides painting; ``strength`` 0–1 is how much of it."""

    match_style: bool = False
    keep: bool = False
    match_content: bool = False
    map: Literal["symmetric", "cholesky", "mean"] = "symmetric"
    strength: float = 1.0


@dataclass(frozen=True)
class Steps:
    """Which optimizer changes the pixels, and its own numbers; see ``Adam`` and ``SteepestDescent``."""

    optimizer: Literal["lbfgs", "adam", "steepest"] = "lbfgs"
    rate: float = 0.02
    betas: tuple[float, float] = (0.9, 0.99)
    epsilon: float = 1e-8
    relative: bool = True
    averaging: float = 0.99


@dataclass(frozen=True)
class Recipe:
    """All that ``stylize`` needs besides the pictures.

    ``brush_size`` scales the style picture against the content.
    """

    schedule: Schedule
    look: NetworkOptions = NetworkOptions()
    matching: Matching = Matching()
    start: Start = Start(recolored=1.0)
    colors: Colors = Colors()
    steps: Steps = Steps()
    brush_size: float = 1.0
    seed: int = 0
