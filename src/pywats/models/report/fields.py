"""Texts and numbers with the lengths and ranges of the API."""

from __future__ import annotations

import base64
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from pywats.models.base import WatsModel

__all__ = ["base64_of", "without_nulls"]

_M = TypeVar("_M", bound=WatsModel)


NonEmpty = Annotated[str, Field(min_length=1)]
Text20 = Annotated[str, Field(max_length=20)]
Text30 = Annotated[str, Field(max_length=30)]
Text50 = Annotated[str, Field(max_length=50)]
Text100 = Annotated[str, Field(max_length=100)]
Text200 = Annotated[str, Field(max_length=200)]
Text5000 = Annotated[str, Field(max_length=5000)]
Name50 = Annotated[str, Field(min_length=1, max_length=50)]
Name100 = Annotated[str, Field(min_length=1, max_length=100)]
Name200 = Annotated[str, Field(min_length=1, max_length=200)]
Int16 = Annotated[int, Field(ge=-32768, le=32767)]


def base64_of(content: bytes | bytearray) -> str:
    """Write the content of a file as it travels."""
    return base64.b64encode(content).decode()


def _to_base64(value: object) -> object:
    return base64_of(value) if isinstance(value, bytes | bytearray) else value


# Text is base64 already, as it is on the wire; bytes are the content itself.
Base64 = Annotated[str, BeforeValidator(_to_base64)]


def without_nulls(model: _M) -> _M:
    """Leave out of what is sent the members that are None."""
    nulls = {name for name in model.model_fields_set if getattr(model, name) is None}
    model.model_fields_set.difference_update(nulls - model.always_sent)
    return model
