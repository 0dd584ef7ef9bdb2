"""The further parameters of a run: for fine tuning, and for experts. ``parameters.py`` has the others."""

from __future__ import annotations

from .parameters import Choice, Flag, Number, Parameter

AUTO = ("auto", "Automatic")

GROUPS: tuple[tuple[str, tuple[Parameter, ...]], ...] = (
    (
        "Fine tuning",
        (
            Number(
                "forms",
                "Finer to bolder",
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
            Number(
                "smoothness",
                "Smoothness",
                "Takes away small grain",
                default=0,
                low=0,
                high=100,
            ),
            Number(
                "color_strength",
                "Color strength",
                "How far “Keep my colors” goes: 100 keeps them all",
                default=100,
                low=0,
                high=100,
            ),
            Flag(
                "protect_faces",
                "Protect faces",
                "Eyes, mouth and outline of a face stay, however strong the style is (needs the detector)",
                default=True,
            ),
            Choice(
                "finish",
                "At full size",
                "How the picture gets from the size that it is painted at to the layer's: quickly, with the"
                " layer's own detail, or by painting every pixel, whatever “Paint at” says",
                default="quick",
                options=(("quick", "Quick"), ("exact", "Exact (slow)")),
            ),
        ),
    ),
    (
        "Expert",
        (
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
            Flag(
                "match_content",
                "Style's colors first",
                "Gives the layer the style's colors before it is painted",
                default=False,
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
            Choice(
                "network",
                "Network",
                "The pretrained classifier that looks at the pictures",
                default="auto",
                options=(
                    ("auto", "Automatic"),
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
            Choice(
                "precision",
                "Precision",
                "How exactly the network computes; on a processor it is always 32 bits",
                default="auto",
                options=(
                    ("auto", "The fastest that is right"),
                    ("float32", "32 bits"),
                    ("tf32", "TF32 on a GPU"),
                    ("float16", "16 bits, float16"),
                    ("bfloat16", "16 bits, bfloat16"),
                ),
            ),
        ),
    ),
)

ADVANCED: tuple[Parameter, ...] = tuple(entry for _, group in GROUPS for entry in group)
