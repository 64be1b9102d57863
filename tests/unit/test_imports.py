"""What `import pywats` loads, and what it leaves to first use."""

from __future__ import annotations

import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import pywats
from pywats import AsyncWATS, pyWATS
from pywats.core.client import AsyncHttpClient
from pywats.core.lazy import lazy_names
from pywats.transport import DEFAULT_MAX_CONNECTIONS, build_transport

CLIENT = "import pywats; api = pywats.pyWATS('http://wats.example', 'dG9rZW4=')"

# What each service may load of the models of the others: those that its own answers are made of.
OTHERS_MODELS = {
    "analytics": {"product", "report"},
    "asset": {"product"},
    "process": set[str](),
    "product": set[str](),
    "production": {"product"},
    "report": set[str](),
    "rootcause": {"product"},
    "scim": set[str](),
    "software": {"product"},
}

PACKAGES = ["pywats", "pywats.models", "pywats.services"]


@cache
def output_of(program: str) -> str:
    """What a program prints in a fresh interpreter; each program runs once."""
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
    )
    return run.stdout.strip()


def loaded_by(program: str) -> set[str]:
    """The modules that a program has loaded in a fresh interpreter."""
    return set(output_of(f"{program}\nimport sys; print(*sys.modules, sep='\\n')").splitlines())


def of_package(package: str, modules: set[str]) -> set[str]:
    return {name for name in modules if name == package or name.startswith(f"{package}.")}


@pytest.mark.parametrize(
    "package",
    [
        "asyncio",
        "httpcore",
        "pydantic",
        "pydantic_core",
        "pywats.core.client",
        "pywats.models",
        "pywats.services",
        "pywats.simulator",
        "pywats.transport",
    ],
)
def test_the_import_leaves_to_first_use(package: str):
    assert not of_package(package, loaded_by("import pywats"))


@pytest.mark.parametrize("package", ["httpcore", "pydantic", "pywats.models", "pywats.transport"])
def test_the_import_of_the_client_class_leaves_to_first_use(package: str):
    assert not of_package(package, loaded_by("from pywats import AsyncWATS, pyWATS"))


def test_a_client_loads_no_models_before_a_service_is_used():
    assert not of_package("pywats.models", loaded_by(CLIENT))


@pytest.mark.parametrize("service", OTHERS_MODELS)
def test_a_service_loads_no_other_service(service: str):
    loaded = of_package("pywats.services", loaded_by(f"{CLIENT}; api.{service}"))
    assert {name.rpartition(".")[2] for name in loaded} & OTHERS_MODELS.keys() == {service}


@pytest.mark.parametrize("service", OTHERS_MODELS)
def test_a_service_loads_no_models_but_those_it_needs(service: str):
    loaded = of_package("pywats.models", loaded_by(f"{CLIENT}; api.{service}"))
    areas = {name.split(".")[2] for name in loaded if name.count(".") > 1}
    assert areas & OTHERS_MODELS.keys() <= {service} | OTHERS_MODELS[service]


def test_a_model_loads_its_own_module_only():
    loaded = of_package("pywats.models", loaded_by("from pywats.models import Product"))
    assert {name.split(".")[2] for name in loaded if name.count(".") > 1} & OTHERS_MODELS.keys() == {
        "product"
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_can_be_imported(package: str):
    names = import_module(package).__all__
    assert output_of(f"from {package} import {', '.join(names)}; print('done')") == "done"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_star_import_brings_every_public_name(package: str):
    program = f"from {package} import *; import {package} as p; print(set(p.__all__) - set(globals()))"
    assert output_of(program) == "set()"


@pytest.mark.parametrize("package", PACKAGES)
def test_dir_lists_every_public_name_before_its_first_use(package: str):
    assert output_of(f"import {package} as p; print(set(p.__all__) - set(dir(p)))") == "set()"


@pytest.mark.parametrize(
    "path",
    ["models", "models.report", "models.UUTReport", "pywats.pyWATS", "services.report", "transport.Layer"],
)
def test_what_is_inside_is_reached_by_attributes(path: str):
    assert output_of(f"import pywats; pywats.{path}; print('done')") == "done"


def test_help_shows_what_is_left_to_first_use():
    assert "class UUTReport(" in output_of("import pywats; help(pywats)")


@pytest.mark.parametrize("name", ["AsyncWATS", "NotFoundError", "SyncConfig", "UUTReport", "pyWATS"])
def test_a_public_class_is_found_by_pickle_in_a_program_that_imported_nothing(name: str):
    pickled = pickle.dumps(getattr(pywats, name))
    assert output_of(f"import pickle; print(pickle.loads({pickled!r}).__name__)") == name


def test_a_misspelt_name_is_answered_with_the_one_that_was_meant():
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", "import pywats; pywats.UUTReprt"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
    )
    assert run.stderr.strip().endswith("has no attribute 'UUTReprt'. Did you mean: 'UUTReport'?")


def test_many_threads_may_be_the_first_to_use_a_service():
    program = f"""
{CLIENT}
import threading
start, found = threading.Barrier(18), []
def use(name):
    start.wait()
    found.append(repr(getattr(api, name)))
threads = [threading.Thread(target=use, args=(name,)) for name in {[*OTHERS_MODELS]} * 2]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found), len(set(found)))
"""
    assert output_of(program) == "18 9"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_may_be_the_first_to_use_a_service():
    program = f"""
{CLIENT}
import os
if (child := os.fork()) == 0:
    print(api.report, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    assert output_of(program) == "SyncReportService(base_url='http://wats.example')"


def test_the_end_of_a_program_may_be_the_first_to_use_a_service():
    program = f"{CLIENT}; import atexit; atexit.register(lambda: print(api.report))"
    assert output_of(program) == "SyncReportService(base_url='http://wats.example')"


@pytest.mark.parametrize("made_by", [AsyncWATS, AsyncHttpClient, build_transport, pyWATS])
def test_the_default_number_of_connections_is_the_same_everywhere(made_by: Callable[..., object]):
    assert inspect.signature(made_by).parameters["max_connections"].default == DEFAULT_MAX_CONNECTIONS


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A package that takes one name from a submodule."""
    folder = tmp_path / "shop_of_test"
    folder.mkdir()
    folder.joinpath("__init__.py").write_text("")
    folder.joinpath("fruit.py").write_text("class Apple: pass\nclass Pear: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    package = import_module("shop_of_test")
    package.__getattr__, package.__dir__ = lazy_names("shop_of_test", {"fruit": "Apple"})
    yield package
    for name in of_package("shop_of_test", set(sys.modules)):
        del sys.modules[name]


def test_a_lazy_name_is_that_of_its_module(shop):
    assert shop.Apple is import_module("shop_of_test.fruit").Apple


def test_a_lazy_name_is_looked_up_once(shop):
    apple = shop.Apple
    assert vars(shop)["Apple"] is apple


def test_a_submodule_of_lazy_names_is_an_attribute(shop):
    assert shop.fruit is import_module("shop_of_test.fruit")


def test_a_lazy_package_has_no_other_names(shop):
    with pytest.raises(AttributeError, match="module 'shop_of_test' has no attribute 'Pear'"):
        _ = shop.Pear


def test_a_lazy_package_lists_its_names(shop):
    assert {"Apple", "fruit"} <= set(dir(shop))
