"""Reading steps that a server sent."""

from __future__ import annotations

from collections.abc import Mapping

from pywats.models.base import LENIENT, reader
from pywats.models.report.step import Step

__all__ = ["read_steps"]


def read_steps(document: Mapping[str, object]) -> Step:
    """Read a step and those below it as a server sent them.

    One by one, from the innermost on, as pydantic gives up at some 250 nested sequences.
    """
    entries: list[tuple[Mapping[str, object], int, int]] = [(document, -1, 0)]
    lists: list[list[object]] = []
    for index, (step, _, _) in enumerate(entries):  # which grows meanwhile
        steps = step.get("steps")
        lists.append(list(steps) if isinstance(steps, list) else [])
        entries.extend(
            (child, index, position)
            for position, child in enumerate(lists[index])
            if isinstance(child, Mapping)
        )
    for index in range(len(entries) - 1, 0, -1):
        step, above, position = entries[index]
        lists[above][position] = _read_step(step, lists[index])
    return _read_step(document, lists[0])


def _read_step(document: Mapping[str, object], steps: list[object]) -> Step:
    below = {"steps": steps} if isinstance(document.get("steps"), list) else {}
    made: Step = reader(Step).validate_python({**document, **below}, context=LENIENT)
    return made
