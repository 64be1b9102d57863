"""Packages whose names are imported when they are first used (PEP 562).

A test program that reads one product does not wait for the models of everything else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazy_names"]


def lazy_names(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package.

    Type checkers take a ``__getattr__`` for a promise that every name exists: hide it from them, and show
    them the imports, with ``if TYPE_CHECKING: ... else: ...``.

    Args:
        package: Its ``__name__``.
        homes: Its submodules, each with the names, separated by blanks, that the package takes from it.
    """
    module = sys.modules[package]
    home_of = {name: home for home, names in homes.items() for name in names.split()}

    def get(name: str) -> Any:
        if name in home_of:
            value = getattr(import_module(f"{package}.{home_of[name]}"), name)
            setattr(module, name, value)  # the next use does not come here
            return value
        if name in homes:
            return import_module(f"{package}.{name}")
        # With name and obj, Python suggests the name that was meant.
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=module)

    def names() -> list[str]:
        return sorted({*vars(module), *homes, *home_of})

    return get, names
