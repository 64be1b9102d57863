"""What all layers share: they forward `aclose`, carry requests over whole, and know their config."""

from __future__ import annotations

import httpx
import pytest

from pywats import SyncConfig
from pywats.transport import (
    ConfiguredLayer,
    CorrelationTransport,
    ErrorTransport,
    Layer,
    LimitTransport,
    RetryTransport,
    TimeoutTransport,
)
from pywats.transport.base import body_of, derive_request, path_of
from tests.unit.transport.helpers import Body, Network, run

CONFIG = SyncConfig()
LAYERS = {
    "Layer": Layer,
    "ErrorTransport": ErrorTransport,
    "LimitTransport": lambda inner: LimitTransport(inner, 1),
    "TimeoutTransport": lambda inner: TimeoutTransport(inner, CONFIG),
    "RetryTransport": lambda inner: RetryTransport(inner, CONFIG),
    "CorrelationTransport": lambda inner: CorrelationTransport(inner, CONFIG),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_closing_a_layer_closes_what_is_below(layer):
    network = Network()
    run(layer(network).aclose())
    assert network.closed == 1


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_layer_is_an_httpx_transport(layer):
    assert isinstance(layer(Network()), httpx.AsyncBaseTransport)


def test_the_config_of_a_request_beats_that_of_the_layer():
    own = SyncConfig(timeout=1)
    layer = ConfiguredLayer(Network(), CONFIG)
    assert layer.config_of(httpx.Request("GET", "http://x", extensions={"wats_config": own})) is own
    assert layer.config_of(httpx.Request("GET", "http://x")) is CONFIG


REQUEST = httpx.Request(
    "PUT",
    "http://x/a?b=c",
    headers=[("A", "1"), ("B", "2"), ("B", "3")],
    content=b"body",
    extensions={"one": 1},
)


def test_a_derived_request_is_like_its_original():
    derived = derive_request(REQUEST)
    assert (derived.method, derived.url, derived.headers) == (REQUEST.method, REQUEST.url, REQUEST.headers)
    assert (derived.stream, derived.extensions) == (REQUEST.stream, REQUEST.extensions)


def test_a_derived_request_has_its_own_headers():
    derived = derive_request(REQUEST, headers={"a": "new"})
    assert (derived.headers["A"], REQUEST.headers["A"]) == ("new", "1")
    assert derived.headers.get_list("B") == ["2", "3"]


def test_a_derived_request_has_its_own_extensions():
    derived = derive_request(REQUEST, extensions={"two": 2})
    assert (derived.extensions, REQUEST.extensions) == ({"one": 1, "two": 2}, {"one": 1})


def test_a_derived_request_may_have_another_body():
    body = Body(b"x")
    assert derive_request(REQUEST, stream=body).stream is body


def test_the_body_of_a_message_is_its_stream():
    body = Body(b"x")
    assert body_of(httpx.Response(200, stream=body)) is body


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://x", "/"),
        ("http://x/a/b?secret=1", "/a/b"),
        ("http://x/a%2Fb", "/a%2Fb"),
        ("http://user:pw@x/ä b", "/%C3%A4%20b"),
        ("http://x/%0d%0a", "/%0d%0a"),
    ],
)
def test_the_path_for_a_log_line_is_as_sent_without_query(url: str, path: str):
    assert path_of(httpx.Request("GET", url)) == path


def test_a_derived_request_still_has_its_content():
    request = httpx.Request("POST", "http://wats.test/", content=b"abc")
    assert derive_request(request, headers={"X-A": "1"}).content == b"abc"
