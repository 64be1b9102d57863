"""Who may import whom, so that each layer can be read, tested and changed without the ones above it.

What a module imports for its annotations alone (``if TYPE_CHECKING:``) counts as well: whoever reads it has
to know that name, and a change of it reaches both. So does an import inside a function.

The imports are read, not run. import-linter reads them too, but its contracts list what is forbidden, where
these rules list all that is allowed: a new module of pyWATS and a new dependency need a line here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

import pywats

SOURCE = Path(pywats.__file__).parent

MODULES = {
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in SOURCE.rglob("*.py")
}

# What a module and those below it may import beside the standard library; the longest name that fits decides.
RULES = {
    # The ground: imported by everything, and importing nothing of pyWATS.
    "pywats.core.config": "",
    "pywats.core.correlation": "",
    "pywats.core.lazy": "",
    "pywats.exceptions": "httpx",
    # The chain works under any httpx.AsyncClient: it knows neither services nor models, nor the client.
    "pywats.transport": (
        "pywats.transport pywats.core.config pywats.core.correlation pywats.exceptions httpx httpcore"
    ),
    # The client sends what it is given, and reads it as the type that it is given. Only the module that reads
    # may wait for pydantic, and it knows of models what all of them share.
    "pywats.core": "pywats.core pywats.exceptions pywats.transport httpx",
    "pywats.core.error_detail": "pydantic_core",
    "pywats.core.parsing": "pywats.models.base pydantic",
    # Models work without a client: they are what reports are built of on a station that is offline.
    "pywats.models": "pywats.models pywats.core.lazy pydantic pydantic_core",
    # A service says what to send; how that is sent is not its business.
    "pywats.services": (
        "pywats.services pywats.models pywats.exceptions"
        " pywats.core.client pywats.core.correlation pywats.core.files pywats.core.lazy pywats.core.uploads"
    ),
    # On top: what puts the parts together. Nobody below knows of it.
    "pywats": (
        "pywats.async_wats pywats.core.config pywats.core.correlation pywats.core.lazy pywats.core.logging"
        " pywats.exceptions pywats.models pywats.pywats"
    ),
    "pywats.async_wats": (
        "pywats.services pywats.core.client pywats.core.config pywats.transport.network httpx"
    ),
    "pywats.pywats": (
        "pywats.async_wats pywats.services.base pywats.services.sync pywats.core.call pywats.core.config"
        " pywats.core.correlation pywats.core.sync_runner pywats.exceptions pywats.transport.network httpx"
    ),
    # The server that tests are held against: not a line of the client, not even its exceptions.
    "pywats.simulator": "pywats.simulator starlette uvicorn odata_query python_multipart",
}

# Imports that have no statement are made by one module, whose users show them to type checkers as statements.
IMPORTS_BY_NAME = "pywats.core.lazy"


def rule_of(module: str) -> str | None:
    """The name in RULES that fits a module best."""
    return max((name for name in RULES if is_below(module, name)), key=len, default=None)


def is_below(module: str, name: str) -> bool:
    # The rule for `pywats` is that of the package's own __init__, not of everything in it.
    return module == name or (name != "pywats" and module.startswith(f"{name}."))


def imported_by(source: str, module: str, *, package: bool = False) -> Iterator[str]:
    """The modules that a source imports, wherever in it that happens; the standard library's left out."""
    own_package = module if package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [name.name for name in names]
            case ast.ImportFrom(module=origin, names=names, level=level):
                parent = resolve_name("." * level + (origin or ""), own_package)
                # `from pywats import services` imports a module, `from pywats import pyWATS` a name.
                found = [inner if (inner := f"{parent}.{name.name}") in MODULES else parent for name in names]
            case _:
                continue
        yield from (name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)


def forbidden(imported: Iterable[str], module: str) -> list[str]:
    """Those of its imports that a module may not have."""
    rule = rule_of(module)
    allowed = RULES[rule].split() if rule else []
    return sorted({name for name in imported if not any(is_below(name, one) for one in allowed)})


def imports_of(module: str) -> set[str]:
    path = MODULES[module]
    text = path.read_text(encoding="utf-8")
    return set(imported_by(text, module, package=path.stem == "__init__"))


def test_every_module_has_a_rule():
    assert [module for module in MODULES if rule_of(module) is None] == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_what_its_layer_may_import(module: str):
    assert forbidden(imports_of(module), module) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_layer_needs_all_that_it_may_import(rule: str):
    imported = {name for module in MODULES if rule_of(module) == rule for name in imports_of(module)}
    unused = [one for one in RULES[rule].split() if not any(is_below(name, one) for name in imported)]
    assert unused == []


def test_no_import_is_hidden_in_a_call():
    hidden = [
        module
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if getattr(node, "id", getattr(node, "attr", None)) in {"__import__", "import_module"}
    ]
    assert set(hidden) == {IMPORTS_BY_NAME}


# --- whether these tests can fail

BREACHES = [
    ("pywats.services.report", "import pywats.transport", "pywats.transport"),
    ("pywats.services.report", "import httpx", "httpx"),
    ("pywats.services.report", "from pywats import transport", "pywats.transport"),
    ("pywats.services.report", "from ..transport.retry import RetryTransport", "pywats.transport.retry"),
    ("pywats.services.report", "from .. import transport as t", "pywats.transport"),
    ("pywats.services.report", "def f():\n    import pywats.transport.base", "pywats.transport.base"),
    ("pywats.services.report", "from pywats.core import sync_runner", "pywats.core.sync_runner"),
    ("pywats.services", "from .base import x; from ..transport import y", "pywats.transport"),
    ("pywats.transport.retry", "from pywats.models.base import LENIENT", "pywats.models.base"),
    ("pywats.transport.retry", "from pywats import services", "pywats.services"),
    ("pywats.transport.retry", "from pywats.core.client import AsyncHttpClient", "pywats.core.client"),
    ("pywats.transport.retry", "import pydantic", "pydantic"),
    (
        "pywats.models.report.uut",
        "if TYPE_CHECKING:\n    from pywats.core.client import AsyncHttpClient",
        "pywats.core.client",
    ),
    ("pywats.models.asset", "from pywats.services.arguments import check", "pywats.services.arguments"),
    ("pywats.models.asset", "import httpx", "httpx"),
    ("pywats.models.asset", "from pywats import pyWATS", "pywats"),
    ("pywats.core.client", "import pywats.services.report", "pywats.services.report"),
    ("pywats.core.client", "from pywats.models import base", "pywats.models.base"),
    ("pywats.core.client", "import pydantic", "pydantic"),
    ("pywats.core.parsing", "import pywats.models.report", "pywats.models.report"),
    ("pywats.core.config", "import httpx", "httpx"),
    ("pywats.simulator.wire", "from pywats.exceptions import WatsError", "pywats.exceptions"),
    ("pywats.simulator.wire", "from ..models import Product", "pywats.models"),
    ("pywats.simulator.wire", "import httpx", "httpx"),
    ("pywats.pywats", "from pywats.simulator import WatsSimulator", "pywats.simulator"),
    ("pywats", "import pywats.simulator", "pywats.simulator"),
]


@pytest.mark.parametrize(("module", "source", "culprit"), BREACHES)
def test_a_breach_is_noticed(module: str, source: str, culprit: str):
    package = MODULES[module].stem == "__init__"
    assert forbidden(imported_by(source, module, package=package), module) == [culprit]


def test_a_module_without_a_rule_may_import_the_standard_library_only():
    assert forbidden(imported_by("import json, httpx", "pywats.new"), "pywats.new") == ["httpx"]


def test_every_module_is_read():
    assert {"pywats", "pywats.services", "pywats.models.report.uut", "pywats.simulator.__main__"} <= set(
        MODULES
    )
