"""The settings of one run, checked."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from nst_core.wire.parameters import Choice, Flag, Number, parameter


def _number(name: str) -> Any:
    entry = cast(Number, parameter(name))
    return Field(entry.default, ge=entry.low, le=entry.high, description=entry.help)


def _choice(name: str) -> Any:
    entry = cast(Choice, parameter(name))
    return Field(entry.default, description=entry.help)


def _flag(name: str) -> Any:
    entry = cast(Flag, parameter(name))
    return Field(entry.default, description=entry.help)


class Settings(BaseModel):
    """What a person chose for one run. Names, ranges and defaults are those of ``PARAMETERS``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    strength: float = _number("strength")
    brush_size: float = _number("brush_size")
    keep_colors: bool = _flag("keep_colors")
    quality: Literal["draft", "normal", "high"] = _choice("quality")
    size: int = _number("size")
    seed: int = _number("seed")
