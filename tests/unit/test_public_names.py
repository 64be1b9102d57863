"""The public surface: every name exists, is documented, and is in the `__all__` of its module."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TypeVar

import pytest

import pywats

MODULES = sorted(
    module.name
    for package in ("pywats.core", "pywats.transport")
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.")
)
MODULES += ["pywats.async_wats", "pywats.exceptions", "pywats.pywats"]

PROMISED = {
    "AsyncWATS",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "CorrelationFilter",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RetryConfig",
    "ServerError",
    "SyncConfig",
    "UURReport",
    "UUTReport",
    "WatsAPIError",
    "WatsConnectionError",
    "WatsError",
    "WatsResponseError",
    "WatsTimeoutError",
    "correlation_id",
    "enable_debug_logging",
    "pyWATS",
}


def defined_in(module_name: str) -> set[str]:
    """The public classes and functions that a module defines itself."""
    module = importlib.import_module(module_name)
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module_name
    }


def test_what_users_are_promised_is_there():
    assert set(pywats.__all__) >= PROMISED


def test_all_is_sorted():
    assert list(pywats.__all__) == sorted(pywats.__all__)


@pytest.mark.parametrize("name", pywats.__all__)
def test_a_public_name_exists_and_is_documented(name: str):
    assert inspect.getdoc(getattr(pywats, name))


@pytest.mark.parametrize("name", pywats.__all__)
def test_a_public_name_is_documented_itself_not_by_its_base(name: str):
    value = getattr(pywats, name)
    assert value.__doc__ is not None
    assert all(value.__doc__ != base.__doc__ for base in getattr(value, "__mro__", [value])[1:])


def test_a_star_import_brings_the_public_names_only():
    namespace: dict[str, object] = {}
    exec("from pywats import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(pywats.__all__)


def test_the_client_and_its_module_of_the_same_name_do_not_collide():
    assert inspect.isclass(pywats.pyWATS)
    assert inspect.ismodule(importlib.import_module("pywats.pywats"))


@pytest.mark.parametrize("module_name", MODULES)
def test_a_module_lists_what_it_defines(module_name: str):
    module = importlib.import_module(module_name)
    assert defined_in(module_name) <= set(module.__all__)


@pytest.mark.parametrize("module_name", MODULES)
def test_a_module_lists_only_what_it_has(module_name: str):
    module = importlib.import_module(module_name)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("module_name", MODULES)
def test_a_module_lists_its_names_once(module_name: str):
    names = importlib.import_module(module_name).__all__
    assert len(names) == len(set(names))


@pytest.mark.parametrize("module_name", MODULES)
def test_a_module_is_documented(module_name: str):
    assert importlib.import_module(module_name).__doc__


@pytest.mark.parametrize("module_name", MODULES)
def test_what_a_module_lists_is_documented(module_name: str):
    module = importlib.import_module(module_name)
    for name in defined_in(module_name) & set(module.__all__):
        assert getattr(module, name).__doc__, name


@pytest.mark.parametrize("module_name", MODULES)
def test_type_variables_are_nobodys_business(module_name: str):
    module = importlib.import_module(module_name)
    assert not any(isinstance(getattr(module, name), TypeVar) for name in module.__all__)
