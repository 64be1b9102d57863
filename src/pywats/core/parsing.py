"""JSON -> model, by pydantic.

The one module of `pywats.core` that imports pydantic, which takes longer to import than all of httpx.
"""

from __future__ import annotations

import json
from typing import Any

import pydantic

from pywats.models.base import LENIENT, reader

__all__ = ["first_problem", "parsed"]


def parsed(result: Any, body: bytes) -> Any:
    """Return a JSON body as an object of the type that the API promises.

    Raises:
        ValueError: It is not JSON, or not of that type.
        RecursionError: It is nested too deeply.
    """
    reading = reader(result)
    try:
        return reading.validate_json(body, context=LENIENT)
    except pydantic.ValidationError as error:
        if "recursion limit" not in first_problem(error):
            raise
        # pydantic's parser gives up at 200 nested brackets: a report with 99 nested sequences.
        return reading.validate_python(json.loads(body), context=LENIENT)


def first_problem(error: ValueError | RecursionError) -> str:
    """Return what is wrong with the body, in one line that shows none of it."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if not isinstance(error, pydantic.ValidationError):
        return "it is not JSON"
    # The input stays out: it may be long, and it is not ours to show.
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{problem['msg']}, at {place}" if place else problem["msg"]
