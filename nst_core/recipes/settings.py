"""The settings of one run, checked against the tables of parameters."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS, Number

TABLE = {entry.name: entry for entry in (*PARAMETERS, *ADVANCED)}


def _of(name: str) -> Any:
    """Returns the field of the parameter ``name``, with its default and range from the tables."""
    entry = TABLE[name]
    if isinstance(entry, Number):
        return Field(entry.default, ge=entry.low, le=entry.high, description=entry.help)
    return Field(entry.default, description=entry.help)


class Settings(BaseModel):
    """What a person chose for one run. Names, ranges and defaults come from the tables of ``contract``.

    ``auto`` keeps the value of the chosen recipe. Raises pydantic's ``ValidationError`` for an unknown name
    or for a value that is not allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    strength: float = _of("strength")
    brush_size: float = _of("brush_size")
    keep_colors: bool = _of("keep_colors")
    quality: Literal["draft", "normal", "high"] = _of("quality")
    size: int = _of("size")
    seed: int = _of("seed")

    forms: float = _of("forms")
    detail: float = _of("detail")
    smoothness: float = _of("smoothness")
    color_strength: float = _of("color_strength")
    protect_faces: bool = _of("protect_faces")
    finish: Literal["quick", "exact"] = _of("finish")
    recipe: Literal["default", "gatys", "deeplearning.ai", "fast.ai", "tensorflow", "steepest"] = _of(
        "recipe"
    )
    style_loss: Literal["auto", "gram", "moments", "wasserstein", "sliced"] = _of("style_loss")
    start: Literal["auto", "content", "noise", "style-colors"] = _of("start")
    start_noise: float = _of("start_noise")
    color_method: Literal["both", "match", "luminance"] = _of("color_method")
    color_map: Literal["symmetric", "cholesky", "mean"] = _of("color_map")
    match_content: bool = _of("match_content")
    optimizer: Literal["auto", "lbfgs", "adam", "steepest"] = _of("optimizer")
    evaluations: int = _of("evaluations")
    network: Literal["auto", "vgg16", "vgg19", "efficientnet-lite0"] = _of("network")
    pooling: Literal["auto", "max", "average", "l2"] = _of("pooling")
    padding: Literal["auto", "zero", "replicate", "reflect"] = _of("padding")
    precision: Literal["auto", "float32", "tf32", "float16", "bfloat16"] = _of("precision")
