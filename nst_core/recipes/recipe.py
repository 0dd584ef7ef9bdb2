"""A recipe: all that a run needs besides the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"

Weighted = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Schedule:
    """The scales of a run and their evaluations.

    ``size`` is the longer side of the finest scale in pixels (for a long picture see ``working_side``), and
    ``smallest`` the least of the coarsest scale. ``evaluations`` are those of each scale, from the coarsest
    on. Each further scale has half as many as the one before. With ``plateau`` a scale ends early when its
    objective hardly falls any more.
    """

    size: int
    smallest: int
    evaluations: tuple[int, ...]
    plateau: bool = True


@dataclass(frozen=True)
class NetworkOptions:
    """Which network looks at pictures, and how.

    ``network`` is its name. ``auto`` is the ``preferred`` one if it is installed, else VGG-16. With
    ``normalized`` each layer is scaled to a mean activation of 1, and the first convolution repeats the
    picture's border. Without it the features are as published. With ``preprocessed`` the pixels are given as
    in the network's training, else as RGB in 0–1. A ``pooling_factor`` of None makes up for the change of
    strength by the kind of pooling. ``engine/networks/vgg.py`` has the details.
    """

    network: str = "auto"
    preferred: str = "vgg16"
    normalized: bool = True
    preprocessed: bool = True
    pooling: Literal["max", "average", "l2"] = "max"
    pooling_factor: float | None = None
    padding: Literal["zero", "replicate", "reflect"] = "zero"


# From the sweep in docs/engine.md: each layer has 0.6 times the weight of the one before. The sum is 1.
_FALLING: Weighted = tuple(
    (layer, 0.6**depth * 0.4 / (1 - 0.6**5)) for depth, layer in enumerate(STYLE_LAYERS)
)


@dataclass(frozen=True)
class Matching:
    """The forms and weights of the losses.

    With ``relative`` each loss is divided by that of features that are all zero, so that weights mean the
    same at every size and for every network. Layer names are those of VGG. ``on_network`` replaces them for
    another network.

    The content that is matched has its colors moved toward the style's, by ``recolored`` (0–1) of the way.
    ``protected_weight`` is the content's weight in protected parts, such as faces: 0, or at least
    ``content_weight``. At 0 no part is protected.
    """

    content_form: Literal["gatys", "course", "mean"] = "gatys"
    content_layers: Weighted = ((CONTENT_LAYER, 0.6), ("relu2_2", 0.4))
    content_weight: float = 0.08
    protected_weight: float = 0.0
    recolored: float = 0.0
    style_form: Literal["gatys", "mean", "unscaled", "moments", "wasserstein", "sliced"] = "wasserstein"
    style_layers: Weighted = _FALLING
    style_weight: float = 1.0
    relative: bool = True
    variation_form: Literal["sum", "l1", "l2", "nine"] = "nine"
    variation_weight: float = 0.1
    detail: float = 0.0
    detail_layers: tuple[str, ...] = ("relu3_1", "relu4_1")


@dataclass(frozen=True)
class Start:
    """The picture that the optimization starts with; see ``start_picture``.

    The kind *content* has its colors moved toward the style's, by ``recolored`` (0–1) of the way. All kinds
    but *noise* have noise added. It is uniform within ± ``noise`` (in pixel values, 0–1) if ``uniform``, else
    normal with that standard deviation.
    """

    kind: Literal["content", "noise", "style-colors"] = "content"
    recolored: float = 0.0
    noise: float = 0.02
    uniform: bool = False


@dataclass(frozen=True)
class Colors:
    """What is done with the colors besides painting; ``strength`` (0–1) says how much of it is done.

    ``toned`` (0–1) is how far the tones of the result are moved to the styles'; see ``pictures/tones.py``.
    """

    match_style: bool = False
    keep: bool = False
    match_content: bool = False
    map: Literal["symmetric", "cholesky", "mean"] = "symmetric"
    strength: float = 1.0
    toned: float = 0.0


@dataclass(frozen=True)
class Steps:
    """Which optimizer changes the pixels, and its parameters; see ``Adam`` and ``SteepestDescent``."""

    optimizer: Literal["lbfgs", "adam", "steepest"] = "lbfgs"
    rate: float = 0.02
    betas: tuple[float, float] = (0.9, 0.99)
    epsilon: float = 1e-8
    relative: bool = True
    averaging: float = 0.99


@dataclass(frozen=True)
class Recipe:
    """All that ``stylize`` needs besides the pictures.

    ``brush_size`` scales the style picture relative to the content. The same ``seed`` gives the same noise.
    ``precision`` is that of the network: ``auto`` is the fastest that proved right on this device, and
    float32 where the losses are not ``relative``. See ``engine/passes/precision.py``.
    """

    schedule: Schedule
    look: NetworkOptions = NetworkOptions()
    matching: Matching = Matching(recolored=1.0)
    start: Start = Start(recolored=1.0)
    colors: Colors = Colors()
    steps: Steps = Steps()
    brush_size: float = 1.0
    seed: int = 0
    precision: Literal["auto", "float32", "tf32", "float16", "bfloat16"] = "auto"
