"""What a scenario is: how an operation is called where it finds something to work on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pywats import AsyncWATS

Arguments = Mapping[str, Any]
Call = Arguments | Callable[[Any], Arguments]
"""Arguments of one call, or what makes them out of what `Scenario.prepare` returned."""


@dataclass(frozen=True)
class Scenario:
    """Calls of one operation, each in a simulator of its own.

    Attributes:
        minimal: Only the required arguments.
        more: Further calls; all calls together give every argument. Where they fit together there is one.
        prepare: What is done through the API beforehand.
        unknown: Arguments that replace those of the minimal call, so that the server finds nothing.
        returns: The type of the result, if it is not what the schema of the answer says; with a reason.
        tolerates: Requests that lack one of these required parameters and yet are no error; with a reason.
    """

    minimal: Call = field(default_factory=dict)
    more: tuple[Call, ...] = ()
    prepare: Callable[[AsyncWATS], Awaitable[Any]] | None = None
    unknown: Arguments | None = None
    returns: tuple[object, str] | None = None
    tolerates: Mapping[str, str] = field(default_factory=dict)
