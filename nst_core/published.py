"""The published forms of style transfer, as recipes."""

from __future__ import annotations

from types import MappingProxyType

from nst_core.recipe import STYLE_LAYERS, Look, Matching, Recipe, Schedule, Start, Steps, Weighted


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
            look=Look(preferred="vgg19", pooling="average", pooling_factor=1.0),
            matching=Matching(content_weight=1e-3, relative=False),
            start=Start(kind="noise"),
        ),
        # deeplearning.ai, Convolutional Neural Networks, week 4, "Art Generation with Neural Style
        # Transfer" (TensorFlow 2): α = 10, β = 40, λ = 0.2; Keras' VGG-19 given RGB in 0–1; Adam(0.01);
        # 400 pixels, content + uniform ±0.25.
        "deeplearning.ai": Recipe(
            schedule=_once(400, 2500),
            look=Look(preferred="vgg19", normalized=False, preprocessed=False),
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
            look=Look(normalized=False, pooling="average", pooling_factor=1.0),
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
            look=Look(preferred="vgg19", normalized=False),
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
            look=Look(preferred="vgg19"),
            matching=Matching(content_weight=1e-3, relative=False),
            start=Start(noise=0.02),
            steps=Steps("steepest", 0.01),
        ),
    }
)
