"""Checks of a client's messages: each becomes a checked request, or is refused with a clear sentence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nst_core.contract.errors import JobFailed
from nst_core.contract.limits import MOST_STYLES, MOST_WEIGHT
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
    """A ``start`` message; unknown fields, which a later client may add, are ignored."""

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
        """Accepts ``style`` from a client that knows one style only, in place of ``styles``."""
        return message if "styles" in message else {**message, "styles": [message.get("style")]}


class _Estimate(BaseModel):
    settings: Settings
    width: int = Field(strict=True, ge=1, le=MAX_SIDE)
    height: int = Field(strict=True, ge=1, le=MAX_SIDE)
    resume: bool = Field(False, strict=True)


def parse_start(message: Message, blob: bytearray) -> Request:
    """Returns the request in a ``start`` message and its blob.

    The blob holds the content's pixels, with ``resume`` those of a second picture, then each style's file
    and region. Raises ``JobFailed`` (``bad_request``) that names a wrong field or a wrong length.
    """
    try:
        start = _Start.model_validate(message)
    except ValidationError as error:
        raise _refusal(error) from error
    content = start.content
    length = content.width * content.height * _BYTES[content.format]
    view = memoryview(blob)
    pictures_end = 2 * length if start.resume else length
    styles, end = _cut(start.styles, view, pictures_end)
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
        begin=view[length:pictures_end] if start.resume else None,
    )


def parse_estimate(message: Message) -> tuple[Settings, int, int, bool]:
    """Returns (settings, width, height, resume) of an ``estimate`` message; the size is in pixels.

    Raises ``JobFailed`` (``bad_request``) that names a wrong field.
    """
    try:
        request = _Estimate.model_validate(message)
    except ValidationError as error:
        raise _refusal(error) from error
    return request.settings, request.width, request.height, request.resume


def _cut(asked: list[_Style], view: memoryview, start: int) -> tuple[tuple[ReceivedStyle, ...], int]:
    """Returns the styles that lie one after the other from byte ``start`` on, and where the last one ends.

    That end lies beyond the end of ``view`` when ``view`` is too short.
    """
    styles = []
    for style in asked:
        region, region_start = style.region, start + style.length
        end = region_start + (region.width * region.height if region else 0)
        size = (region.height, region.width) if region else (0, 0)
        styles.append(
            ReceivedStyle(
                view[start:region_start], style.weight, view[region_start:end] if region else None, size
            )
        )
        start = end
    return tuple(styles), start


def _refusal(error: ValidationError) -> JobFailed:
    first_error = error.errors()[0]
    # Shortened, because the client may have sent a field with a long name.
    field_name = ".".join(str(part) for part in first_error["loc"])[:80]
    return JobFailed("bad_request", f"The request is not valid: {field_name}: {first_error['msg']}.", HINT)
