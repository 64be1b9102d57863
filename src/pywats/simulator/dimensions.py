"""Rows by dimensions: ``unitCount desc;partNumber`` groups by part number, the most units first."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeVar

from .odata import find
from .wire import bad_request

T = TypeVar("T")

Sources = Mapping[tuple[str, ...], Callable[[T], Sequence[tuple[Any, ...]]]]
"""Where dimensions come from: names that belong together, and all values that an item has for them."""

_TERM = re.compile(r"\s*([A-Za-z0-9]+)(?:\s+(asc|desc))?\s*")


class Expression(NamedTuple):
    """What a dimension expression says.

    Attributes:
        dimensions: The dimensions to group by.
        kpis: The figures wanted; all if none is named.
        order: The names to order by, each with whether it descends.
    """

    dimensions: tuple[str, ...]
    kpis: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]


def read_expression(
    text: str, dimensions: Collection[str], kpis: Collection[str], unsortable: Collection[str] = ()
) -> Expression:
    """The meaning of a dimension expression, or a 400.

    Args:
        text: The expression.
        dimensions: The dimensions that there are.
        kpis: The figures that there are.
        unsortable: Those of them that rows cannot be ordered by.
    """
    named: list[str] = []
    order: dict[str, bool] = {}
    for term in text.rstrip().removesuffix(";").split(";"):
        match = _TERM.fullmatch(term)
        name = match and find(match[1], [*dimensions, *kpis])
        if match is None or not name:
            raise bad_request(
                f"dimensions: {term.strip()!r} is no dimension or KPI, with asc, desc or nothing."
            )
        named.append(name)
        if name not in unsortable:
            order.setdefault(name, match[2] == "desc")
        elif match[2]:
            raise bad_request(f"dimensions: rows cannot be ordered by {name}.")
    wanted = tuple(dict.fromkeys(name for name in named if name in kpis))
    return Expression(
        dimensions=tuple(dict.fromkeys(name for name in named if name in dimensions)),
        kpis=wanted or tuple(kpis),
        order=tuple(order.items()),
    )


def grouped(
    items: Iterable[T], dimensions: Sequence[str], sources: Sources[T]
) -> dict[tuple[Any, ...], list[T]]:
    """The items by their values of the dimensions; one with several values is in several groups."""
    used = {names: source for names, source in sources.items() if set(names) & set(dimensions)}
    groups: dict[tuple[Any, ...], list[T]] = {}
    for item in items:
        choices = [
            [dict(zip(names, values, strict=True)) for values in source(item) or [(None,) * len(names)]]
            for names, source in used.items()
        ]
        keys: dict[tuple[Any, ...], None] = {}
        for choice in product(*choices):
            values = {name: value for part in choice for name, value in part.items()}
            keys[tuple(values[name] for name in dimensions)] = None
        for key in keys:
            groups.setdefault(key, []).append(item)
    return groups


def arranged(
    rows: list[dict[str, Any]], order: Iterable[tuple[str, bool]], top: int | None = None
) -> list[dict[str, Any]]:
    """The first rows in an order; what is not there comes first, and last where it descends."""
    # Sorting is stable, so the last key goes first.
    for name, descending in reversed(list(order)):
        rows = sorted(rows, key=_by(name), reverse=descending)
    return rows[:top]


def _by(name: str) -> Callable[[dict[str, Any]], tuple[bool, Any]]:
    return lambda row: (row[name] is not None, row[name])
