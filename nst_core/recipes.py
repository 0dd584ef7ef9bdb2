"""Recipes: all that a run needs besides the pictures, made from what a person chose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from nst_core.settings import Settings

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"

Weighted = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Schedule:
    """The work of a run.

    ``size`` is the longer side in pixels of the finest scale, ``smallest`` of the coarsest;
    ``evaluations`` are the evaluations at each scale from the coarsest on, the last number
    standing for all further ones. With ``plateau`` a scale ends when it gets hardly better.
    """

    size: int
    smallest: int
    evaluations: tuple[int, ...]
    plateau: bool = True


QUALITIES = MappingProxyType(
    {
        "draft": Schedule(size=512, smallest=192, evaluations=(60, 30)),
        "normal": Schedule(size=1024, smallest=192, evaluations=(120, 60, 30)),
        "high": Schedule(size=2048, smallest=192, evaluations=(300, 150, 75, 40)),
    }
)


@dataclass(frozen=True)
class Look:
    """How the network looks at pictures.

    ``normalized``: layers scaled to a mean activation of 1, and the picture's border repeated in the
    first convolution; without, the features as published. ``preprocessed``: whether the pixels are given
    as the network was trained. ``pooling_factor`` None makes up for what the kind of pooling loses.
    """

    network: str = "auto"
    normalized: bool = True
    preprocessed: bool = True
    pooling: Literal["max", "average", "l2"] = "max"
    pooling_factor: float | None = None
    padding: Literal["zero", "replicate", "reflect"] = "zero"


@dataclass(frozen=True)
class Matching:
    """What is made alike: forms and weights of the losses.

    With ``relative`` each loss is taken relative to that of an empty picture, so that weights mean the same
    at every size and for every network. Layer names are those of VGG; another backbone answers to
    them by its own corresponding layers.
    """

    content_form: Literal["gatys", "course", "mean"] = "gatys"
    content_layers: Weighted = ((CONTENT_LAYER, 1.0),)
    content_weight: float = 0.05
    style_form: Literal["gatys", "mean", "unscaled", "moments", "wasserstein", "sliced"] = "gatys"
    style_layers: Weighted = tuple((layer, 0.2) for layer in STYLE_LAYERS)
    style_weight: float = 1.0
    relative: bool = True
    variation_form: Literal["sum", "l1", "l2", "nine"] = "nine"
    variation_weight: float = 0.0
    detail: float = 0.0


@dataclass(frozen=True)
class Start:
    """The picture that the optimization starts with.

    Noise of this size is added to the content or the style's colors: uniform in ± ``noise`` where
    ``uniform``, else normal with that deviation.
    """

    kind: Literal["content", "noise", "style-colors"] = "content"
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
    look: Look = Look()
    matching: Matching = Matching()
    start: Start = Start()
    colors: Colors = Colors()
    steps: Steps = Steps()
    brush_size: float = 1.0
    seed: int = 0


def _once(size: int, evaluations: int) -> Schedule:
    """One scale, as all published forms have it."""
    return Schedule(size, size, (evaluations,), plateau=False)


def _on(layers: tuple[str, ...], weight: float) -> Weighted:
    return tuple((layer, weight) for layer in layers)


PUBLISHED = MappingProxyType(
    {
        # Gatys, Ecker, Bethge (2016), "Image Style Transfer Using Convolutional Neural Networks":
        # equations 1, 4, 5 and 7; the network normalized to a mean activation of 1, average pooling
        # (section 2); w_l = 1/5 and α/β = 10⁻³, relu4_2 (section 3 and figure 3); L-BFGS from white
        # noise (section 2.3); 512 pixels.
        "gatys": Recipe(
            schedule=_once(512, 500),
            look=Look(network="vgg19", pooling="average", pooling_factor=1.0),
            matching=Matching(content_weight=1e-3, relative=False),
            start=Start(kind="noise"),
        ),
        # deeplearning.ai, Convolutional Neural Networks, week 4, "Art Generation with Neural Style
        # Transfer" (TensorFlow 2): α = 10, β = 40, λ = 0.2; Keras' VGG-19 given RGB in 0–1; Adam(0.01);
        # 400 pixels, content + uniform ±0.25.
        "deeplearning.ai": Recipe(
            schedule=_once(400, 2500),
            look=Look(network="vgg19", normalized=False, preprocessed=False, pooling_factor=1.0),
            matching=Matching(
                content_form="course",
                content_layers=(("relu5_4", 1.0),),
                content_weight=10.0,
                style_weight=40.0,
                relative=False,
            ),
            start=Start(noise=0.25, uniform=True),
            steps=Steps("adam", 0.01, (0.9, 0.999), 1e-7, relative=False, averaging=0.0),
        ),
        # The article in fast.ai's manner: mean squared errors of features and of F Fᵀ without a
        # division, K·l₁ + l₂, from white noise; its course used VGG-16 with average pooling and L-BFGS.
        "fast.ai": Recipe(
            schedule=_once(512, 300),
            look=Look(network="vgg16", normalized=False, pooling="average", pooling_factor=1.0),
            matching=Matching(
                content_form="mean",
                content_weight=1.0e3,
                style_form="unscaled",
                style_layers=_on(STYLE_LAYERS[:4], 1.0),
                relative=False,
            ),
            start=Start(kind="noise"),
        ),
        # TensorFlow's tutorial "Neural style transfer": style_weight 1e-2, content_weight 1e4, each over
        # its number of layers, block5_conv2; total_variation_weight 30; Adam(0.02, beta_1 0.99, epsilon
        # 0.1); 512 pixels, 1000 steps.
        "tensorflow": Recipe(
            schedule=_once(512, 1000),
            look=Look(network="vgg19", normalized=False, pooling_factor=1.0),
            matching=Matching(
                content_form="mean",
                content_layers=(("relu5_2", 1.0),),
                content_weight=1e4,
                style_form="mean",
                style_weight=1e-2,
                relative=False,
                variation_form="sum",
                variation_weight=30.0,
            ),
            start=Start(noise=0.0),
            steps=Steps("adam", 0.02, (0.99, 0.999), 0.1, relative=False, averaging=0.0),
        ),
        # The lecture's update on Gatys' objective: G := G − η ∂J/∂G.
        "steepest": Recipe(
            schedule=_once(512, 500),
            look=Look(network="vgg19"),
            matching=Matching(content_weight=1e-3, relative=False),
            start=Start(noise=0.02),
            steps=Steps("steepest", 0.01),
        ),
    }
)


def recipe(settings: Settings) -> Recipe:
    """Returns the recipe for what a person chose; ``auto`` leaves it as it is."""
    known = PUBLISHED.get(settings.recipe)
    base = known or Recipe(schedule=QUALITIES[settings.quality])
    return replace(
        base,
        schedule=_schedule(base.schedule, settings),
        look=_look(base.look, settings),
        matching=_matching(base.matching, settings),
        start=_start(base.start, settings),
        colors=_colors(settings),
        steps=base.steps if settings.optimizer == "auto" else Steps(settings.optimizer),
        brush_size=settings.brush_size,
        seed=settings.seed,
    )


def _schedule(base: Schedule, settings: Settings) -> Schedule:
    size = settings.size or base.size
    single = base.smallest == base.size
    evaluations = base.evaluations
    if settings.evaluations:
        halves = range(1 if single else len(evaluations))
        evaluations = tuple(max(1, settings.evaluations >> half) for half in halves)
    return Schedule(size, size if single else base.smallest, evaluations, base.plateau)


def _look(base: Look, settings: Settings) -> Look:
    look = base if settings.network == "auto" else replace(base, network=settings.network)
    if settings.pooling != "auto":
        look = replace(look, pooling=settings.pooling, pooling_factor=None)
    return look if settings.padding == "auto" else replace(look, padding=settings.padding)


def _matching(base: Matching, settings: Settings) -> Matching:
    # Strength is the odds of style against content: 50 is the recipe's own balance, 0 is no style, 100
    # no content.
    strength = settings.strength / 100
    content, style = base.content_weight * (2 * (1 - strength)) ** 2, base.style_weight * (2 * strength) ** 2
    matching = replace(base, content_weight=content, style_weight=style, detail=settings.detail / 100)
    if settings.style_loss != "auto":
        form = "gatys" if settings.style_loss == "gram" else settings.style_loss
        matching = replace(matching, style_form=form, relative=True)
    if settings.smoothness:
        weight = 10 ** (settings.smoothness / 25 - 3)
        matching = replace(matching, variation_form="nine", variation_weight=weight)
    fall = 4 ** ((settings.forms - 50) / 50)
    weights = [weight * fall**depth for depth, (_, weight) in enumerate(matching.style_layers)]
    scale = sum(weight for _, weight in matching.style_layers) / sum(weights)
    names = [layer for layer, _ in matching.style_layers]
    layers = tuple((name, weight * scale) for name, weight in zip(names, weights, strict=True))
    return replace(matching, style_layers=layers)


def _start(base: Start, settings: Settings) -> Start:
    start = base if settings.start == "auto" else Start(settings.start)
    return start if settings.start_noise < 0 else replace(start, noise=settings.start_noise)


def _colors(settings: Settings) -> Colors:
    keep = settings.keep_colors
    return Colors(
        match_style=keep and settings.color_method != "luminance",
        keep=keep and settings.color_method != "match",
        match_content=settings.match_content,
        map=settings.color_map,
        strength=settings.color_strength / 100,
    )
