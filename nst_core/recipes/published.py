"""The published forms of style transfer, as recipes."""

from __future__ import annotations

from types import MappingProxyType

from nst_core.recipes.recipe import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    Matching,
    NetworkOptions,
    Recipe,
    Schedule,
    Start,
    Steps,
    Weighted,
)


def _once(size: int, evaluations: int) -> Schedule:
    """Returns a schedule with one scale, as all published forms have it."""
    return Schedule(size, size, (evaluations,), plateau=False)


def _on(layers: tuple[str, ...], weight: float) -> Weighted:
    return tuple((layer, weight) for layer in layers)


# Gatys, Ecker, Bethge (2015), equations 1 and 4 to 7: relu4_2, w_l = 1/5, α/β = 10⁻³ (figure 2).
_GATYS = Matching(
    content_layers=_on((CONTENT_LAYER,), 1.0),
    content_weight=1e-3,
    style_form="gatys",
    style_layers=_on(STYLE_LAYERS, 0.2),
    relative=False,
    variation_weight=0.0,
)

PUBLISHED = MappingProxyType(
    {
        # Gatys, Ecker, Bethge (2015), "A Neural Algorithm of Artistic Style" (arXiv 1508.06576), methods:
        # the features of VGG-19 as they are, with average pooling; L-BFGS from white noise; 512 pixels.
        "gatys": Recipe(
            schedule=_once(512, 500),
            look=NetworkOptions(preferred="vgg19", normalized=False, pooling="average", pooling_factor=1.0),
            matching=_GATYS,
            start=Start(kind="noise"),
        ),
        # deeplearning.ai, Convolutional Neural Networks, week 4, "Art Generation with Neural Style
        # Transfer" (TensorFlow 2): α = 10, β = 40, λ = 0.2; Keras' VGG-19 given RGB in 0–1; Adam(0.01);
        # 400 pixels, content + uniform ±0.25.
        "deeplearning.ai": Recipe(
            schedule=_once(400, 2500),
            look=NetworkOptions(preferred="vgg19", normalized=False, preprocessed=False),
            matching=Matching(
                content_form="course",
                content_layers=(("relu5_4", 1.0),),
                content_weight=10.0,
                style_form="gatys",
                style_layers=_on(STYLE_LAYERS, 0.2),
                style_weight=40.0,
                relative=False,
                variation_weight=0.0,
            ),
            start=Start(noise=0.25, uniform=True),
            steps=Steps("adam", 0.01, (0.9, 0.999), 1e-7, relative=False, averaging=0.0),
        ),
        # The article in fast.ai's manner: mean squared errors of the features and of F Fᵀ, which is not
        # divided by anything; K·l₁ + l₂, from white noise. fast.ai's course used VGG-16 with average pooling
        # and L-BFGS.
        "fast.ai": Recipe(
            schedule=_once(512, 300),
            look=NetworkOptions(normalized=False, pooling="average", pooling_factor=1.0),
            matching=Matching(
                content_form="mean",
                content_layers=_on((CONTENT_LAYER,), 1.0),
                content_weight=1.0e3,
                style_form="unscaled",
                style_layers=_on(STYLE_LAYERS[:4], 1.0),
                relative=False,
                variation_weight=0.0,
            ),
            start=Start(kind="noise"),
        ),
        # TensorFlow's tutorial "Neural style transfer": style_weight 1e-2, content_weight 1e4, each over
        # its number of layers, block5_conv2; total_variation_weight 30; Adam(0.02, beta_1 0.99, epsilon
        # 0.1); 512 pixels, 1000 steps.
        "tensorflow": Recipe(
            schedule=_once(512, 1000),
            look=NetworkOptions(preferred="vgg19", normalized=False),
            matching=Matching(
                content_form="mean",
                content_layers=(("relu5_2", 1.0),),
                content_weight=1e4,
                style_form="mean",
                style_layers=_on(STYLE_LAYERS, 0.2),
                style_weight=1e-2,
                relative=False,
                variation_form="sum",
                variation_weight=30.0,
            ),
            start=Start(noise=0.0),
            steps=Steps("adam", 0.02, (0.99, 0.999), 0.1, relative=False, averaging=0.0),
        ),
        # The update that lectures on style transfer give, on Gatys' objective: G := G − η ∂J/∂G.
        "steepest": Recipe(
            schedule=_once(512, 500),
            look=NetworkOptions(preferred="vgg19", normalized=False),
            matching=_GATYS,
            start=Start(noise=0.02),
            steps=Steps("steepest", 0.01),
        ),
    }
)
