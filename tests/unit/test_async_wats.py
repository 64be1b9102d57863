"""AsyncWATS: its constructor's rules, which pyWATS shares, and its services."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from pywats import AsyncWATS, ClientClosedError, RetryConfig, SyncConfig, pyWATS
from tests.support import TOKEN
from tests.unit.transport.helpers import Clock, Network, run

URL = "http://wats.test"

BOTH = pytest.mark.parametrize("cls", [AsyncWATS, pyWATS])
PRODUCT = httpx.Response(200, json={"partNumber": "ABC"})


def token_of(api: Any) -> str:
    client = api.client if isinstance(api, AsyncWATS) else api._async_wats.client
    return client._headers["Authorization"].removeprefix("Basic ")  # type: ignore[no-any-return]


# --- base_url and token


@BOTH
def test_base_url_and_token_are_used(cls: Any):
    api = cls(URL, TOKEN)
    assert (api.base_url, token_of(api)) == (URL, TOKEN)


@BOTH
def test_base_url_falls_back_to_wats_base_url(cls: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATS_BASE_URL", "http://env.test/api/")
    assert cls(token=TOKEN).base_url == "http://env.test"


@BOTH
def test_token_falls_back_to_wats_auth_token(cls: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATS_AUTH_TOKEN", "ZW52")
    assert token_of(cls(URL)) == "ZW52"


@BOTH
def test_arguments_beat_the_environment(cls: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATS_BASE_URL", "http://env.test")
    monkeypatch.setenv("WATS_AUTH_TOKEN", "ZW52")
    api = cls(URL, TOKEN)
    assert (api.base_url, token_of(api)) == (URL, TOKEN)


@BOTH
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_base_url_is_named_with_its_variable(cls: Any, value: Any):
    with pytest.raises(ValueError, match=r"base_url.*WATS_BASE_URL"):
        cls(value, TOKEN)


@BOTH
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_token_is_named_with_its_variable(cls: Any, value: Any):
    with pytest.raises(ValueError, match=r"token.*WATS_AUTH_TOKEN"):
        cls(URL, value)


@BOTH
def test_an_empty_variable_is_a_missing_value(cls: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATS_AUTH_TOKEN", "")
    with pytest.raises(ValueError, match="token is missing"):
        cls(URL)


# --- the configuration


@BOTH
def test_without_configuration_the_default_config_holds(cls: Any):
    assert cls(URL, TOKEN).config == SyncConfig()


@BOTH
def test_timeout_is_in_the_config(cls: Any):
    assert cls(URL, TOKEN, timeout=5).config == SyncConfig(timeout=5)


@BOTH
def test_timeout_none_means_no_limit(cls: Any):
    assert cls(URL, TOKEN, timeout=None).config.timeout is None


@BOTH
def test_giving_a_retry_config_turns_retry_on(cls: Any):
    retry = RetryConfig(max_retries=9)
    assert cls(URL, TOKEN, timeout=5, retry_config=retry).config == SyncConfig(
        timeout=5, retry_enabled=True, retry=retry
    )


@BOTH
def test_sync_config_wins_over_timeout_and_retry_config(cls: Any):
    config = SyncConfig(timeout=7)
    assert cls(URL, TOKEN, timeout=5, retry_config=RetryConfig(), sync_config=config).config is config


@BOTH
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_wrong_timeout_is_refused_by_name(cls: Any, value: float):
    with pytest.raises(ValueError, match="timeout"):
        cls(URL, TOKEN, timeout=value)


@BOTH
@pytest.mark.parametrize(
    ("name", "value"), [("retry_config", 3), ("retry_config", {}), ("sync_config", RetryConfig())]
)
def test_a_config_of_another_type_is_refused_by_name(cls: Any, name: str, value: Any):
    with pytest.raises(TypeError, match=name):
        cls(URL, TOKEN, **{name: value})


@BOTH
@pytest.mark.parametrize(
    "name", ["timeout", "retry_config", "sync_config", "verify_ssl", "max_connections", "transport"]
)
def test_options_are_given_by_name(cls: Any, name: str):
    import inspect

    assert inspect.signature(cls).parameters[name].kind is inspect.Parameter.KEYWORD_ONLY


# --- the network


@BOTH
def test_max_connections_is_refused_by_name(cls: Any):
    with pytest.raises(ValueError, match="max_connections"):
        cls(URL, TOKEN, max_connections=0)


@BOTH
def test_verify_ssl_is_refused_by_name(cls: Any):
    with pytest.raises(ValueError, match=r"verify_ssl.*/no/such\.pem"):
        cls(URL, TOKEN, verify_ssl="/no/such.pem")


def network_of(api: AsyncWATS) -> Any:
    layer: Any = api.client.connections._transport
    while hasattr(layer, "_inner"):
        layer = layer._inner
    return layer


def test_verify_ssl_reaches_the_network():
    context = ssl.create_default_context()
    assert network_of(AsyncWATS(URL, TOKEN, verify_ssl=context))._pool._ssl_context is context


def test_transport_replaces_the_network():
    network = Network()
    assert network_of(AsyncWATS(URL, TOKEN, transport=network)) is network


def test_max_connections_holds_for_requests(clock: Clock):
    import asyncio

    now = most = 0

    async def count(_: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(1)
        now -= 1
        return httpx.Response(200, json={"partNumber": "ABC"})

    async def scenario() -> None:
        async with AsyncWATS(URL, TOKEN, max_connections=3, transport=Network(count)) as api:
            await asyncio.gather(*(api.product.get_product("ABC") for _ in range(12)))

    clock.run(scenario())
    assert most == 3


# --- life and services


def test_a_service_sends_its_requests_through_the_client():
    network = Network(PRODUCT)

    async def scenario() -> str:
        async with AsyncWATS(URL, TOKEN, transport=network) as api:
            return (await api.product.get_product("ABC")).part_number

    assert run(scenario()) == "ABC"
    assert network.requests[0].headers["Authorization"] == f"Basic {TOKEN}"


SERVICES = {
    "analytics": "Analytics",
    "asset": "Asset",
    "process": "Process",
    "product": "Product",
    "production": "Production",
    "report": "Report",
    "rootcause": "RootCause",
    "scim": "Scim",
    "software": "Software",
}


def test_app_is_analytics():
    api = AsyncWATS(URL, TOKEN)
    assert api.app is api.analytics


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_made_once(name: str):
    api = AsyncWATS(URL, TOKEN)
    assert getattr(api, name) is getattr(api, name)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_of_its_own_class(name: str):
    assert type(getattr(AsyncWATS(URL, TOKEN), name)).__name__ == f"Async{SERVICES[name]}Service"


def test_the_with_block_closes_the_client():
    async def scenario() -> AsyncWATS:
        async with AsyncWATS(URL, TOKEN, transport=Network(PRODUCT)) as api:
            await api.product.get_product("ABC")
        return api

    api = run(scenario())
    with pytest.raises(ClientClosedError):
        run(api.product.get_product("ABC"))


def test_the_with_block_closes_the_network():
    network = Network(PRODUCT)

    async def scenario() -> None:
        async with AsyncWATS(URL, TOKEN, transport=network) as api:
            await api.product.get_product("ABC")

    run(scenario())
    assert network.closed == 1


def test_closing_twice_does_no_harm():
    async def scenario() -> None:
        api = AsyncWATS(URL, TOKEN, transport=Network())
        await api.aclose()
        await api.aclose()

    run(scenario())


def test_a_call_has_one_id_for_all_its_requests():
    network = Network(PRODUCT)

    async def scenario() -> None:
        async with AsyncWATS(URL, TOKEN, transport=network) as api:
            with api.client.call_scope():
                await api.product.get_product("ABC")
                await api.product.get_product("DEF")

    run(scenario())
    assert len(set(network.headers("X-Correlation-ID"))) == 1


@BOTH
def test_a_repr_shows_the_server_and_not_the_token(cls: Any):
    assert repr(cls(URL, TOKEN)) == f"{cls.__name__}(base_url='http://wats.test')"


@BOTH
@pytest.mark.parametrize("name", ["base_url", "config"])
def test_what_a_client_was_made_with_cannot_be_changed(cls: Any, name: str):
    with pytest.raises(AttributeError):
        setattr(cls(URL, TOKEN), name, None)
