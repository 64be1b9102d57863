"""The public surface: every name exists, is exported by its module, is documented and has types.

Public is what a public module lists in `__all__`, and what its classes have without an underscore. Members of
models and of enumerations carry the words of the WATS API: they have types, and are documented where the name
does not say it all, which no test can tell.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

import pywats
import pywats.services
from pywats import pyWATS
from pywats.pywats import SyncServiceWrapper
from tests.support import SERVICES

# Of the simulator only the package is public: it is a program, not a library.
MODULES = [
    "pywats",
    "pywats.simulator",
    *(
        module.name
        for module in pkgutil.walk_packages(pywats.__path__, "pywats.")
        if not module.name.startswith("pywats.simulator")
    ),
]

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


def exported(module: ModuleType) -> list[str]:
    return list(getattr(module, "__all__", []))


def defined_in(module: ModuleType) -> set[str]:
    """The public classes and functions that a module defines itself."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }


def own_names(module: ModuleType) -> dict[str, Any]:
    """What a module exports and defines itself: what it only passes on is looked at where it comes from."""
    return {name: getattr(module, name) for name in defined_in(module) & set(exported(module))}


def own_classes(module: ModuleType) -> dict[str, type]:
    return {name: value for name, value in own_names(module).items() if inspect.isclass(value)}


def functions_of(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any], str | None]]:
    """Public functions, methods and constructors: name, function, docstring that tells of its parameters."""
    for name, value in own_names(module).items():
        if inspect.isfunction(value):
            yield name, value, value.__doc__
            continue
        for member, method in vars(value).items():
            function = getattr(method, "__func__", method)  # of class and static methods
            # Protocols and dataclasses get some from elsewhere.
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            if member == "__init__":
                yield name, function, value.__doc__
            elif not member.startswith("_"):
                yield f"{name}.{member}", function, function.__doc__


def operations(service: str) -> dict[str, Callable[..., Any]]:
    members = vars(getattr(pywats.services, service))
    return {
        name: member
        for name, member in members.items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


def properties_of(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, value in own_classes(module).items():
        for member, descriptor in vars(value).items():
            getter = getattr(descriptor, "fget", None) or getattr(descriptor, "func", None)
            if isinstance(descriptor, property | cached_property) and not member.startswith("_"):
                yield f"{name}.{member}", getter


def section(docstring: str | None, title: str) -> list[str]:
    """The names that a section of a Google docstring explains, in their order."""
    found = re.search(rf"^{title}:\n((?: .*\n|\n)+)", f"{inspect.cleandoc(docstring or '')}\n", re.MULTILINE)
    return re.findall(r"^ {4}\*{0,2}(\w+):", found[1], re.MULTILINE) if found else []


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return [one for one in inspect.signature(function).parameters.values() if one.name not in {"self", "cls"}]


@cache
def source_of(value: Any) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(value)))


def documented_attributes(body: list[ast.stmt]) -> dict[str, bool]:
    """The attributes that a module or class assigns or annotates, and whether a docstring follows each."""
    found = {}
    for node, following in zip(body, [*body[1:], ast.Pass()], strict=True):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
                found[name] = text
    return found


def attributes_of(kind: type) -> dict[str, bool]:
    """The public attributes that a class adds to those of its bases, and whether they are documented."""
    class_body = source_of(kind).body[0]
    assert isinstance(class_body, ast.ClassDef)
    told = set(section(kind.__doc__, "Attributes"))
    found = documented_attributes(class_body.body)
    for node in ast.walk(class_body):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                found.setdefault(name, False)
    return {
        name: there or name in told
        for name, there in found.items()
        if not name.startswith("_") and not any(hasattr(base, name) for base in kind.__bases__)
    }


every_module = pytest.mark.parametrize(
    "module", [importlib.import_module(name) for name in MODULES], ids=MODULES
)
every_service = pytest.mark.parametrize("service", pywats.services.__all__)


# --- exported


def test_what_users_are_promised_is_there():
    assert set(pywats.__all__) >= PROMISED


def test_a_star_import_brings_the_public_names_only():
    namespace: dict[str, object] = {}
    exec("from pywats import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(pywats.__all__)


def test_the_client_and_its_module_of_the_same_name_do_not_collide():
    assert inspect.isclass(pywats.pyWATS)
    assert inspect.ismodule(importlib.import_module("pywats.pywats"))


@every_module
def test_a_module_lists_what_it_defines(module: ModuleType):
    assert sorted(defined_in(module) - set(exported(module))) == []


@every_module
def test_a_module_lists_only_what_it_has(module: ModuleType):
    assert [name for name in exported(module) if not hasattr(module, name)] == []


@every_module
def test_a_module_lists_its_names_once_and_none_that_are_private(module: ModuleType):
    names = [name for name in exported(module) if not name.startswith("_") or name == "__version__"]
    assert exported(module) == list(dict.fromkeys(names))


@every_module
def test_type_variables_are_nobodys_business(module: ModuleType):
    assert not any(isinstance(getattr(module, name), TypeVar) for name in exported(module))


# --- documented


@every_module
def test_a_module_is_documented(module: ModuleType):
    assert module.__doc__


@every_module
def test_a_class_is_documented_itself_not_by_its_base(module: ModuleType):
    def has_own(kind: type) -> bool:
        return bool(kind.__doc__) and all(kind.__doc__ != base.__doc__ for base in kind.__mro__[1:])

    assert [name for name, kind in own_classes(module).items() if not has_own(kind)] == []


@every_module
def test_a_function_or_method_is_documented(module: ModuleType):
    assert [name for name, _, docstring in functions_of(module) if not docstring] == []


@every_module
def test_a_property_is_documented(module: ModuleType):
    assert [name for name, getter in properties_of(module) if not getter.__doc__] == []


@every_module
def test_a_constant_is_documented(module: ModuleType):
    constants = documented_attributes(source_of(module).body)
    public = set(exported(module))
    assert [name for name, there in constants.items() if name in public and not there] == []


@every_module
def test_an_attribute_is_documented(module: ModuleType):
    silent = [
        f"{name}.{attribute}"
        for name, kind in own_classes(module).items()
        if not issubclass(kind, enum.Enum | BaseModel)
        for attribute, there in attributes_of(kind).items()
        if not there
    ]
    assert silent == []


@every_module
def test_a_docstring_that_explains_parameters_explains_exactly_those_that_there_are(module: ModuleType):
    wrong = [
        name
        for name, function, docstring in functions_of(module)
        if (told := section(docstring, "Args")) and told != [one.name for one in parameters(function)]
    ]
    assert wrong == []


@every_service
def test_the_docstring_of_an_operation_tells_of_arguments_result_and_errors(service: str):
    silent = []
    for name, function in operations(service).items():
        docstring = inspect.getdoc(function) or ""
        told = section(docstring, "Args") == [one.name for one in parameters(function)]
        result = "\nReturns:\n" in docstring or inspect.signature(function).return_annotation == "None"
        if not (told and result and "\nRaises:\n" in docstring):
            silent.append(name)
    assert silent == []


@pytest.mark.parametrize("service", [name for name in pywats.services.__all__ if name.endswith("Service")])
def test_an_operation_names_its_endpoint(service: str):
    docstrings = {name: inspect.getdoc(function) or "" for name, function in operations(service).items()}
    assert [name for name, text in docstrings.items() if "\nWATS endpoint: " not in text] == []


# --- typed


def test_type_checkers_are_told_that_there_are_types():
    assert (Path(pywats.__file__).parent / "py.typed").is_file()


@every_module
def test_a_function_or_method_has_types(module: ModuleType):
    untyped = [
        name
        for name, function, _ in functions_of(module)
        if inspect.signature(function).return_annotation is inspect.Signature.empty
        or any(one.annotation is one.empty for one in parameters(function))
    ]
    assert untyped == []


@every_module
def test_a_property_has_a_type(module: ModuleType):
    untyped = [name for name, getter in properties_of(module) if "return" not in getter.__annotations__]
    assert untyped == []


STUB = Path(pywats.services.__path__[0], "sync.pyi")


@cache
def stubs() -> dict[str, type]:
    """The classes of the stub, which are never there at run time otherwise."""
    namespace: dict[str, type] = {}
    source = "from __future__ import annotations\n" + STUB.read_text(encoding="utf-8")
    exec(compile(source, STUB, "exec"), namespace)
    return namespace


@every_service
def test_a_result_of_a_sync_service_is_typed_as_what_the_wrapper_makes_of_it(service: str):
    def blocking(annotation: str) -> str:
        resource = {name: name.replace("Async", "Sync", 1) for name in pywats.services.__all__}
        return resource.get(annotation, annotation.replace("AsyncIterator[", "Iterator["))

    stub = stubs()[service.replace("Async", "Sync", 1)]
    for name, function in operations(service).items():
        awaited = inspect.signature(function).return_annotation
        assert inspect.signature(getattr(stub, name)).return_annotation == blocking(awaited), name


@pytest.mark.parametrize("name", ["app", *SERVICES])
def test_a_service_of_the_client_is_typed_as_what_it_is(name: str):
    descriptor = vars(pyWATS)[name]
    getter = descriptor.fget if isinstance(descriptor, property) else descriptor.func
    wrapper = getattr(pyWATS("http://wats.test", "token"), name)
    assert isinstance(wrapper, SyncServiceWrapper)
    assert repr(wrapper).startswith(f"{getter.__annotations__['return']}(")
