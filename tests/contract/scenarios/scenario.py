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
        unknown: Arguments that replace those of the minimal call, so that the server finds nothing; or the
            reason why that cannot be, although the contract has an answer for it.
        beyond: Arguments that the minimal call needs though the contract requires none of them; with reasons.
        repeatable: Why the further calls are safe to repeat, if the contract says that the operation is not.
        returns: The type of the result, if it is not what the schema of the answer says; with a reason.
    """

    minimal: Call = field(default_factory=dict)
    more: tuple[Call, ...] = ()
    prepare: Callable[[AsyncWATS], Awaitable[Any]] | None = None
    unknown: Arguments | str | None = None
    beyond: Mapping[str, str] = field(default_factory=dict)
    repeatable: str | None = None
    returns: tuple[object, str] | None = None
