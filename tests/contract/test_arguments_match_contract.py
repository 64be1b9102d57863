"""Arguments of every operation that cannot be right: refused by name before anything is sent."""

from __future__ import annotations

import asyncio
import inspect
import io
import math
from collections.abc import Iterator
from enum import Enum
from uuid import UUID

import pytest

from tests.contract.contract import OPERATIONS, Operation
from tests.contract.scenarios import SCENARIOS
from tests.contract.walk import NOT_SENT, calls, method_of, passed, prepared

_NO_NUMBERS = [True, -1, 0.5, math.nan, 2**31, 10**30]
_NO_MEMBERS = [99, -1, True]

# A part number may be empty where serial numbers are unique, and what a child is checked against, too.
_MAY_BE_EMPTY = {"parent_part_number", "child_part_number", "check_part_number", "check_revision"}
_LEAST_IS_ONE = {"top", "start_index", "duration", "quantity", "max_count"}

WALKED = sorted(SCENARIOS.keys() & OPERATIONS.keys())


def spoilt(operation: Operation, name: str, value: object) -> Iterator[object]:
    """Yield what cannot be right in place of the value of an argument."""
    parameter = inspect.signature(method_of(operation)).parameters[name]
    required = parameter.default is inspect.Parameter.empty
    takes_texts = "str" in str(parameter.annotation)
    if required and isinstance(value, (str, int, UUID)):
        yield None
    if isinstance(value, Enum):
        yield from _NO_MEMBERS
        yield from [] if takes_texts else ["foo"]
    elif isinstance(value, UUID):
        yield from ("abc", "", 7)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _NO_NUMBERS
        yield from [0] if name in _LEAST_IS_ONE else []
        yield from [] if takes_texts else ["5"]
    elif isinstance(value, str) and required:
        yield 0.5
        yield from [] if name in _MAY_BE_EMPTY else ["", " "]


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in WALKED for number in range(len(calls(name)))]
)
def test_an_argument_that_cannot_be_right_is_refused_by_name_before_anything_is_sent(
    name: str, number: int
) -> None:
    operation = OPERATIONS[name]

    async def call() -> list[tuple[str, object, str]]:
        accepted = []
        async with prepared(name, number) as (api, wire, arguments):
            method = getattr(getattr(api, operation.service), name)
            for key in arguments.keys() - NOT_SENT - {"file", "document"}:
                for value in spoilt(operation, key, arguments[key]):
                    wrong = passed(operation, {**arguments, key: value}, io.BytesIO())
                    try:
                        await method(**wrong)
                    except (TypeError, ValueError) as error:
                        if key not in str(error):
                            accepted.append((key, value, str(error)))
                    else:
                        accepted.append((key, value, "accepted"))
            assert not wire.requests
        return accepted

    assert asyncio.run(call()) == []
