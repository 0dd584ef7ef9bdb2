"""The advanced parameters of a run, in groups; the others are in ``parameters.py``."""

from __future__ import annotations

from .parameters import Choice, Flag, Number, Parameter

AUTO = ("auto", "As the recipe has it")

GROUPS: tuple[tuple[str, tuple[Parameter, ...]], ...] = (
    (
        "Style",
        (
            Choice(
                "style_loss",
                "Style statistics",
                "What is compared with the style picture",
                default="auto",
                options=(
                    AUTO,
                    ("gram", "Gram matrix"),
                    ("moments", "Gram matrix, mean and deviation"),
                    ("wasserstein", "Wasserstein distance"),
                    ("sliced", "Sliced Wasserstein (slow)"),
                ),
            ),
            Number(
                "forms",
                "Small strokes to large forms",
                "0 takes the small strokes of the style, 100 its large forms",
                default=50,
                low=0,
                high=100,
            ),
            Number(
                "detail",
                "Detail",
                "A last pass that draws with whole patches of the style: 0 is none",
                default=0,
                low=0,
                high=100,
            ),
        ),
    ),
    (
        "Colors",
        (
            Choice(
                "color_method",
                "Keeping colors by",
                "How “Keep my colors” keeps them",
                default="both",
                options=(
                    ("both", "Both"),
                    ("match", "Matching the style's colors before"),
                    ("luminance", "Taking only the luminance after"),
                ),
            ),
            Choice(
                "color_map",
                "Matching",
                "How the colors of one picture are moved to those of the other",
                default="symmetric",
                options=(("symmetric", "Least change"), ("cholesky", "Cholesky"), ("mean", "Mean only")),
            ),
            Number(
                "color_strength",
                "Color strength",
                "How much of that is done",
                default=100,
                low=0,
                high=100,
            ),
            Flag(
                "match_content",
                "Style's colors first",
                "Give the layer the style's colors before painting",
                default=False,
            ),
        ),
    ),
    (
        "Structure",
        (
            Choice(
                "start",
                "Start from",
                "The picture that is changed step by step",
                default="auto",
                options=(
                    AUTO,
                    ("content", "The layer"),
                    ("noise", "Noise"),
                    ("style-colors", "The style's colors"),
                ),
            ),
            Number(
                "start_noise",
                "Noise at the start",
                "How much noise is added to the start; below 0 the recipe decides",
                default=-1.0,
                low=-1.0,
                high=1.0,
                digits=2,
            ),
            Number(
                "smoothness",
                "Smoothness",
                "Takes away small grain",
                default=0,
                low=0,
                high=100,
            ),
        ),
    ),
    (
        "Work",
        (
            Choice(
                "finish",
                "At full size",
                "How the picture gets from its working size to the layer's: quickly, with the layer's own"
                " detail, or by painting every pixel, whatever the working size is",
                default="quick",
                options=(("quick", "Quick"), ("exact", "Exact (slow)")),
            ),
            Choice(
                "recipe",
                "Recipe",
                "Our own recipe, or a published one to the letter",
                default="default",
                options=(
                    ("default", "Neural Style"),
                    ("gatys", "Gatys, Ecker, Bethge"),
                    ("deeplearning.ai", "deeplearning.ai"),
                    ("fast.ai", "fast.ai"),
                    ("tensorflow", "TensorFlow"),
                    ("steepest", "Steepest descent"),
                ),
            ),
            Choice(
                "optimizer",
                "Optimizer",
                "How the pixels are changed",
                default="auto",
                options=(AUTO, ("lbfgs", "L-BFGS"), ("adam", "Adam"), ("steepest", "Steepest descent")),
            ),
            Number(
                "evaluations",
                "Evaluations",
                "How often the coarsest picture is compared and changed; 0 chooses by quality or recipe",
                default=0,
                low=0,
                high=10000,
            ),
        ),
    ),
    (
        "Engine",
        (
            Choice(
                "network",
                "Network",
                "The pretrained classifier that looks at the pictures",
                default="auto",
                options=(
                    ("auto", "The one that is here"),
                    ("vgg16", "VGG-16"),
                    ("vgg19", "VGG-19"),
                    ("efficientnet-lite0", "EfficientNet-Lite0"),
                ),
            ),
            Choice(
                "pooling",
                "Pooling",
                "How the network halves the picture",
                default="auto",
                options=(AUTO, ("max", "Maximum"), ("average", "Average"), ("l2", "Root of squares")),
            ),
            Choice(
                "padding",
                "Padding",
                "What the network sees beyond the border",
                default="auto",
                options=(AUTO, ("zero", "Nothing"), ("replicate", "The border"), ("reflect", "A mirror")),
            ),
        ),
    ),
)

ADVANCED: tuple[Parameter, ...] = tuple(entry for _, group in GROUPS for entry in group)
