"""pyWATS: the sync wrapper opens the call scope and forwards; everything else is the chain's work."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import gc
import inspect
import pickle
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from pywats import (
    ClientClosedError,
    NotFoundError,
    RetryConfig,
    SyncConfig,
    WatsError,
    WatsTimeoutError,
    correlation_id,
    pyWATS,
)
from pywats.core.call import current_call
from pywats.core.correlation import correlation_id_var as the_variable
from pywats.pywats import (
    SyncProductServiceWrapper,
    SyncServiceWrapper,
    _run_sync,
    correlation_id_var,
    generate_correlation_id,
)
from pywats.services.base import AsyncResource
from pywats.services.box_build import AsyncBoxBuildTemplate
from tests.support import SERVICES, TOKEN
from tests.unit.transport.helpers import Network

URL = "http://wats.test"
CONFIG = SyncConfig(timeout=7)
PRODUCT = httpx.Response(200, json={"partNumber": "ABC"})

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


class Service:
    """An async service with one member of each kind."""

    number = 42
    kind = dict

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.cleaned_up = threading.Event()

    async def get(self, part_number: str, *, top: int = 5) -> tuple[str, int]:
        """Get something."""
        await asyncio.sleep(0)
        return part_number, top

    async def fail(self, error: BaseException) -> None:
        raise error

    async def scope(self) -> tuple[Any, str | None]:
        call = current_call()
        return call and call.config, the_variable.get()

    async def value(self) -> str:
        return variable.get()

    async def thread(self) -> int:
        return threading.get_ident()

    async def items(self, count: int) -> AsyncIterator[int]:
        """Give items."""
        try:
            for number in range(count):
                self.seen.append((the_variable.get(), threading.get_ident(), current_call()))
                yield number
        finally:
            self.cleaned_up.set()

    async def broken_items(self) -> AsyncIterator[int]:
        yield 1
        raise KeyError

    def plain(self) -> str | None:
        return the_variable.get()

    async def template(self) -> AsyncBoxBuildTemplate:
        from pywats.models.product import Bom

        return AsyncBoxBuildTemplate(self, Bom(part_number="P", revision="B"))  # type: ignore[arg-type]

    def template_at_once(self) -> AsyncBoxBuildTemplate:
        return asyncio.run(self.template())

    async def update_bom(self, bom: Any) -> None:
        self.seen.append(the_variable.get())

    async def _hidden(self) -> None:
        raise AssertionError


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def sync(service: Service) -> Any:
    return SyncServiceWrapper(service, CONFIG)


# --- the wrapper


def test_a_coroutine_method_blocks_and_returns_its_result(sync: Any):
    assert sync.get("ABC", top=3) == ("ABC", 3)


def test_a_coroutine_method_blocks_inside_a_running_loop_too(sync: Any):
    async def caller() -> object:
        return sync.get("ABC", top=3)

    assert asyncio.run(caller()) == ("ABC", 3)


def test_a_method_that_is_replaced_later_is_used(sync: Any, service: Service):
    async def other(part_number: str) -> str:
        return f"other {part_number}"

    sync.get("ABC", top=3)
    service.get = other  # type: ignore[assignment, method-assign]
    assert sync.get("ABC") == "other ABC"


def test_a_method_keeps_its_name_and_documentation(sync: Any):
    assert (sync.get.__name__, sync.get.__doc__) == ("get", "Get something.")


def test_a_method_keeps_its_signature(sync: Any):
    assert list(inspect.signature(sync.get).parameters) == ["part_number", "top"]


def test_a_method_is_no_coroutine_function(sync: Any):
    assert not inspect.iscoroutinefunction(sync.get)


def test_wrong_arguments_are_a_type_error(sync: Any):
    with pytest.raises(TypeError, match="part_number"):
        sync.get()


def test_a_plain_attribute_passes_through(sync: Any):
    assert sync.number == 42


def test_a_class_passes_through(sync: Any):
    assert sync.kind is dict


def test_a_plain_method_runs_in_the_callers_thread_inside_the_call(sync: Any):
    assert sync.plain() is not None


def test_an_attribute_that_is_not_there_is_an_attribute_error(sync: Any):
    with pytest.raises(AttributeError, match="nothing_like_this"):
        sync.nothing_like_this  # noqa: B018


@pytest.mark.parametrize("name", ["_hidden", "_client", "__wrapped__", "_repr_html_"])
def test_a_private_name_is_an_attribute_error(sync: Any, name: str):
    with pytest.raises(AttributeError, match=name):
        getattr(sync, name)


def test_dir_lists_the_methods_for_completion(sync: Any):
    assert {"get", "items", "number"} <= set(dir(sync))


def test_dir_lists_no_private_names_of_the_service(sync: Any):
    assert "_hidden" not in dir(sync)


def test_a_repr_is_that_of_the_async_object_with_the_name_of_the_sync_one():
    class AsyncThing:
        def __repr__(self) -> str:
            return "<AsyncThing of AsyncMaker>"

    assert repr(SyncServiceWrapper(AsyncThing())) == "<SyncThing of AsyncMaker>"


def test_a_misspelt_method_is_named_with_a_suggestion():
    with pytest.raises(
        AttributeError, match="'SyncReportService' object has no attribute 'submit_reports'"
    ) as caught:
        pyWATS("http://wats.test", "token").report.submit_reports  # type: ignore[attr-defined]  # noqa: B018
    assert "submit_report" in dir(caught.value.obj)


def test_a_wrapper_can_be_copied(sync: Any):
    assert copy.copy(sync).get("A") == ("A", 5)


def test_without_config_the_default_config_holds(service: Service):
    assert SyncServiceWrapper(service).scope()[0] == SyncConfig()  # type: ignore[attr-defined]


# --- the call scope


def test_the_config_of_the_wrapper_holds_for_the_call(sync: Any):
    assert sync.scope()[0] is CONFIG


def test_a_call_has_an_id(sync: Any):
    assert sync.scope()[1] is not None


def test_two_calls_have_two_ids(sync: Any):
    assert sync.scope()[1] != sync.scope()[1]


def test_the_chosen_id_is_the_id_of_the_call(sync: Any):
    with correlation_id("job-42"):
        assert sync.scope()[1] == "job-42"


def test_the_call_is_over_when_its_method_returns(sync: Any):
    sync.scope()
    assert (current_call(), the_variable.get()) == (None, None)


def test_the_call_is_over_when_its_method_raises(sync: Any):
    with pytest.raises(KeyError):
        sync.fail(KeyError())
    assert (current_call(), the_variable.get()) == (None, None)


def test_correlation_id_enabled_false_makes_no_id(service: Service):
    wrapper: Any = SyncServiceWrapper(service, SyncConfig(correlation_id_enabled=False))
    assert wrapper.scope()[1] is None


def test_context_variables_reach_the_coroutine(sync: Any):
    token = variable.set("callers")
    try:
        assert sync.value() == "callers"
    finally:
        variable.reset(token)


def test_calls_of_other_threads_have_other_ids(sync: Any):
    ids: list[Any] = []
    threads = [threading.Thread(target=lambda: ids.append(sync.scope()[1])) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(ids)) == 16


# --- errors


def test_an_exception_comes_through_as_it_is(sync: Any):
    error = KeyError("x")
    with pytest.raises(KeyError) as caught:
        sync.fail(error)
    assert caught.value is error


def test_an_exception_keeps_its_traceback(sync: Any):
    with pytest.raises(KeyError) as caught:
        sync.fail(KeyError())
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[0] == "test_an_exception_keeps_its_traceback"
    assert names[-1] == "fail"


# --- iterators


def test_an_async_iterator_becomes_a_plain_one(sync: Any):
    items = sync.items(3)
    assert isinstance(items, Iterator)
    assert list(items) == [0, 1, 2]


def test_all_steps_of_an_iterator_have_one_id(sync: Any, service: Service):
    list(sync.items(3))
    ids = {seen[0] for seen in service.seen}
    assert len(ids) == 1
    assert None not in ids


def test_an_iterator_that_was_started_under_an_id_keeps_it(sync: Any, service: Service):
    with correlation_id("job-42"):
        items = sync.items(2)
    with correlation_id("another"):
        list(items)
    assert {seen[0] for seen in service.seen} == {"job-42"}


def test_two_iterators_have_two_ids(sync: Any, service: Service):
    for _ in zip(sync.items(2), sync.items(2), strict=True):
        pass
    assert len({seen[0] for seen in service.seen}) == 2


def test_calls_between_two_steps_have_their_own_id(sync: Any, service: Service):
    ids = [sync.scope()[1] for _ in sync.items(2)]
    assert len({*ids, service.seen[0][0]}) == 3


def test_nothing_of_the_iterators_call_is_seen_between_two_steps(sync: Any):
    for _ in sync.items(1):
        assert (current_call(), the_variable.get()) == (None, None)


def test_each_step_of_an_iterator_is_a_call_of_its_own(sync: Any, service: Service):
    # total_timeout must not run while the caller is busy with an item.
    list(sync.items(2))
    first, second = (seen[2] for seen in service.seen)
    assert first is not second


def test_an_error_in_an_iterator_comes_through(sync: Any):
    items = sync.broken_items()
    assert next(items) == 1
    with pytest.raises(KeyError):
        next(items)


def test_an_iterator_with_correlation_ids_off_has_no_id(service: Service):
    wrapper: Any = SyncServiceWrapper(service, SyncConfig(correlation_id_enabled=False))
    list(wrapper.items(2))
    assert {seen[0] for seen in service.seen} == {None}


def test_an_iterator_that_is_left_early_is_cleaned_up(sync: Any, service: Service):
    for _ in sync.items(3):
        break
    gc.collect()
    assert service.cleaned_up.wait(10)


# --- resources


def test_a_returned_resource_is_wrapped_in_turn(service: Service):
    template: Any = SyncProductServiceWrapper(service, CONFIG).template()  # type: ignore[attr-defined]
    assert template.part_number == "P"
    template.save()
    assert service.seen[0] is not None


def test_a_resource_returned_at_once_is_wrapped_too(service: Service):
    template = SyncProductServiceWrapper(service, CONFIG).template_at_once()  # type: ignore[attr-defined]
    assert isinstance(template, SyncServiceWrapper)


def test_a_wrapped_resource_has_the_same_config(service: Service):
    template: Any = SyncProductServiceWrapper(service, CONFIG).template()  # type: ignore[attr-defined]
    assert template._config is CONFIG


def test_what_is_no_resource_is_returned_as_it_is(service: Service):
    assert SyncProductServiceWrapper(service, CONFIG).get("A") == ("A", 5)  # type: ignore[attr-defined]


# --- _run_sync


async def slow() -> None:
    await asyncio.sleep(60)


def test_run_sync_returns_the_result(service: Service):
    assert _run_sync(service.get("A")) == ("A", 5)


def test_run_sync_timeout_ends_the_coroutine():
    with pytest.raises(WatsTimeoutError, match=r"0\.01 s"):
        _run_sync(slow(), timeout=0.01)


def test_run_sync_timeout_leaves_a_fast_coroutine_alone(service: Service):
    assert _run_sync(service.get("A"), timeout=60) == ("A", 5)


def test_run_sync_timeout_keeps_the_error_of_the_chain(service: Service):
    error = WatsTimeoutError("no complete answer", method="GET")
    with pytest.raises(WatsTimeoutError) as caught:
        _run_sync(service.fail(error), timeout=60)
    assert caught.value is error


def test_run_sync_timeout_is_not_blamed_for_a_timeout_of_the_coroutine(service: Service):
    error = TimeoutError("the database is slow")
    with pytest.raises(TimeoutError) as caught:
        _run_sync(service.fail(error), timeout=60)
    assert caught.value is error


def test_run_sync_correlation_id_is_the_id_of_the_coroutine(service: Service):
    assert _run_sync(service.scope(), correlation_id="job-42")[1] == "job-42"


def test_run_sync_without_correlation_id_leaves_the_running_one(service: Service):
    with correlation_id("job-42"):
        assert _run_sync(service.scope())[1] == "job-42"


@pytest.mark.parametrize("value", ["", "a\r\nb", "x" * 129])
def test_run_sync_refuses_an_id_that_cannot_be_sent(service: Service, value: str):
    with pytest.raises(ValueError, match="correlation_id"):
        _run_sync(service.scope(), correlation_id=value)


def test_the_error_of_run_sync_timeout_carries_the_id():
    with pytest.raises(WatsTimeoutError) as caught:
        _run_sync(slow(), timeout=0.01, correlation_id="job-42")
    assert caught.value.correlation_id == "job-42"


def test_the_error_of_run_sync_timeout_carries_the_running_id():
    with correlation_id("job-42"), pytest.raises(WatsTimeoutError) as caught:
        _run_sync(slow(), timeout=0.01)
    assert caught.value.correlation_id == "job-42"


@pytest.mark.parametrize("options", [{}, {"timeout": 5}, {"correlation_id": "job-42"}])
def test_a_coroutine_that_cannot_be_run_is_closed(service: Service, options: Any):
    # Otherwise Python warns that it was never awaited.
    inner: list[Any] = []

    async def inside() -> None:
        inner.append(service.get("A"))
        _run_sync(inner[0], **options)

    with pytest.raises(RuntimeError, match="own event loop"):
        _run_sync(inside())
    state = inspect.getcoroutinestate(inner[0])
    inner[0].close()
    assert state == inspect.CORO_CLOSED


def test_correlation_names_are_importable_from_here():
    assert correlation_id_var is the_variable
    assert generate_correlation_id() != generate_correlation_id()


# --- pyWATS


def test_a_call_goes_through_the_whole_chain():
    network = Network(503, PRODUCT)
    with pyWATS(URL, TOKEN, retry_config=RetryConfig(max_backoff=0), transport=network) as api:
        assert api.product.get_product("ABC").part_number == "ABC"
    assert network.headers("X-Retry-Count") == [None, "1"]
    assert len(set(network.headers("X-Correlation-ID"))) == 1


def test_an_error_of_a_call_carries_its_id():
    with (
        correlation_id("job-42"),
        pyWATS(URL, TOKEN, transport=Network(404)) as api,
        pytest.raises(NotFoundError) as caught,
    ):
        api.product.get_product("ABC")
    assert caught.value.correlation_id == "job-42"


def test_app_is_analytics():
    api = pyWATS(URL, TOKEN, transport=Network())
    assert api.app is api.analytics


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_made_once(name: str):
    api = pyWATS(URL, TOKEN, transport=Network())
    assert getattr(api, name) is getattr(api, name)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_config_of_the_client(name: str):
    api = pyWATS(URL, TOKEN, timeout=5, transport=Network())
    assert getattr(api, name)._config is api.config


def test_the_product_service_wraps_its_resources():
    assert type(pyWATS(URL, TOKEN, transport=Network()).product) is SyncProductServiceWrapper


def test_a_closed_client_is_a_clear_error():
    with pyWATS(URL, TOKEN, transport=Network(PRODUCT)) as api:
        api.product.get_product("ABC")
    with pytest.raises(ClientClosedError, match="closed"):
        api.product.get_product("ABC")


def test_closing_closes_the_network():
    network = Network(PRODUCT)
    api = pyWATS(URL, TOKEN, transport=network)
    api.product.get_product("ABC")
    api.close()
    assert network.closed == 1


def test_closing_twice_does_no_harm():
    api = pyWATS(URL, TOKEN, transport=Network(PRODUCT))
    api.close()
    api.close()


def test_a_with_block_does_not_swallow_errors():
    with pytest.raises(KeyError), pyWATS(URL, TOKEN, transport=Network()):
        raise KeyError


def test_a_dropped_client_is_closed():
    closed = threading.Event()

    class Watched(Network):
        async def aclose(self) -> None:
            closed.set()

    api = pyWATS(URL, TOKEN, transport=Watched(PRODUCT))
    api.product.get_product("ABC")
    del api
    gc.collect()
    assert closed.wait(10)


def test_a_service_keeps_its_client_open():
    closed = threading.Event()

    class Watched(Network):
        async def aclose(self) -> None:
            closed.set()

    product = pyWATS(URL, TOKEN, transport=Watched(PRODUCT)).product
    gc.collect()
    assert product.get_product("ABC").part_number == "ABC"
    assert not closed.is_set()


def test_an_error_of_a_call_survives_pickling():
    with pyWATS(URL, TOKEN, transport=Network(404)) as api, pytest.raises(WatsError) as caught:
        api.product.get_product("ABC")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_returned_async_resource_of_any_service_is_wrapped_in_turn():
    class Resource(AsyncResource):
        async def value(self) -> int:
            return 42

        async def another(self) -> Resource:
            return Resource()

    assert SyncServiceWrapper(Resource()).another().another().value() == 42
