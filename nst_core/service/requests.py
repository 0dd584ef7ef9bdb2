"""Checking what a client asks: from a message to a ``Request``, or one clear refusal."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nst_core.client.job import MOST_STYLES, MOST_WEIGHT
from nst_core.contract.errors import JobFailed
from nst_core.recipes.settings import Settings
from nst_core.service.job import ReceivedStyle, Request
from nst_core.wire.frames import Message

_BYTES = {"RGBA u8": 4, "RGBA float": 16}
MAX_SIDE = 65_536
MAX_PREVIEW = 1024
HINT = "The plug-in and the engine do not fit together: run “python3 install” again."


class _Content(BaseModel):
    model_config = ConfigDict(strict=True)

    width: int = Field(ge=1, le=MAX_SIDE)
    height: int = Field(ge=1, le=MAX_SIDE)
    format: Literal["RGBA u8", "RGBA float"]


class _Region(BaseModel):
    model_config = ConfigDict(strict=True)

    width: int = Field(ge=1, le=MAX_SIDE)
    height: int = Field(ge=1, le=MAX_SIDE)


class _Style(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    length: int = Field(ge=1)
    weight: float = Field(1.0, gt=0, le=MOST_WEIGHT)
    region: _Region | None = None


class _Start(BaseModel):
    """A ``start`` message; fields that a later client may add are ignored."""

    id: int = Field(strict=True)
    settings: Settings
    content: _Content
    styles: list[_Style] = Field(min_length=1, max_length=MOST_STYLES)
    preview_size: int = Field(0, strict=True, ge=0, le=MAX_PREVIEW)
    quick: bool = Field(False, strict=True)
    resume: bool = Field(False, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _single(cls, message: Message) -> Message:
        """A client that knows of one style only names it ``style``."""
        return message if "styles" in message else {**message, "styles": [message.get("style")]}


class _Estimate(BaseModel):
    settings: Settings
    width: int = Field(strict=True, ge=1, le=MAX_SIDE)
    height: int = Field(strict=True, ge=1, le=MAX_SIDE)
    resume: bool = Field(False, strict=True)


def parse_start(message: Message, blob: bytearray) -> Request:
    """Returns the request in a ``start`` message and its blob.

    Raises ``JobFailed`` (``bad_request``) that says which field is wrong.
    """
    try:
        start = _Start.model_validate(message)
    except ValidationError as error:
        raise _refusal(error) from error
    content = start.content
    length = content.width * content.height * _BYTES[content.format]
    view = memoryview(blob)
    pictures = 2 * length if start.resume else length
    styles, end = _cut(start.styles, view, pictures)
    if end != len(view):
        raise JobFailed("bad_request", "The request is not valid: the pixels have another length.", HINT)
    return Request(
        id=start.id,
        settings=start.settings,
        width=content.width,
        height=content.height,
        format=content.format,
        pixels=view[:length],
        styles=styles,
        preview_size=start.preview_size,
        quick=start.quick,
        begin=view[length:pictures] if start.resume else None,
    )


def parse_estimate(message: Message) -> tuple[Settings, int, int, bool]:
    """Returns settings, width, height and ``resume`` of an ``estimate`` message. Raises ``JobFailed``."""
    try:
        asked = _Estimate.model_validate(message)
    except ValidationError as error:
        raise _refusal(error) from error
    return asked.settings, asked.width, asked.height, asked.resume


def _cut(asked: list[_Style], view: memoryview, start: int) -> tuple[tuple[ReceivedStyle, ...], int]:
    """Returns the styles that lie one after the other from ``start`` on, and where the last one ends."""
    styles = []
    for style in asked:
        region, middle = style.region, start + style.length
        end = middle + (region.width * region.height if region else 0)
        size = (region.height, region.width) if region else (0, 0)
        styles.append(
            ReceivedStyle(view[start:middle], style.weight, view[middle:end] if region else None, size)
        )
        start = end
    return tuple(styles), start


def _refusal(error: ValidationError) -> JobFailed:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])[:80]  # the client may have made up the name
    return JobFailed("bad_request", f"The request is not valid: {where}: {first['msg']}.", HINT)
