"""Redirects are followed as far as nothing can be lost or leak."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats import SyncConfig, WatsError, WatsResponseError, WatsTimeoutError, correlation_id
from pywats.core.client import AsyncHttpClient
from pywats.core.uploads import FileForm
from tests.support import TOKEN
from tests.unit.transport.helpers import Body, Clock, Network, hang, run

OTHER = "http://other.test/api/y"
SAME = "http://wats.test/api/y"


def to(location: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"Location": location})


def follow(*script: Any, method: str = "GET", base_url: str = "http://wats.test", **options: Any) -> Network:
    network = Network(*script)
    server = AsyncHttpClient(base_url, TOKEN, transport=network)
    run(server.send(method, "/api/x", **options))
    return network


def refused(*script: Any, **options: Any) -> WatsError:
    with pytest.raises(WatsResponseError) as caught:
        follow(*script, **options)
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_is_redirected_on_the_same_server(status: int):
    network = follow(to(SAME, status), 204)
    assert [str(request.url) for request in network.requests] == ["http://wats.test/api/x", SAME]


def test_a_relative_location_is_followed():
    network = follow(to("y?z=1"), 204)
    assert str(network.requests[1].url) == "http://wats.test/api/y?z=1"


def test_the_token_goes_along_on_the_same_server():
    network = follow(to(SAME), 204)
    assert network.requests[1].headers["Authorization"] == f"Basic {TOKEN}"


@pytest.mark.parametrize(
    "location",
    [
        OTHER,
        "https://other.test/",
        "http://wats.test:8080/",
        "https://wats.test:8443/",
        "https://wats.test:80/",
        "//other.test/",
        "http:////other.test/",
        "http://wats.test.other.test/",
        "http://wats.test@other.test/",
        "http://wats.test./",
        "http://user:pw@other.test/",
    ],
)
def test_the_token_does_not_go_to_another_server(location: str):
    network = follow(to(location), 204)
    assert "Authorization" not in network.requests[1].headers


@pytest.mark.parametrize(
    "location",
    [
        SAME,
        "http://WATS.test:80/api/y",
        "//wats.test/api/y",
        "/api/y",
        "y",
        "http:///api/y",
        "http://user:pw@wats.test/api/y",
    ],
)
def test_the_token_goes_along_however_the_same_server_is_written(location: str):
    network = follow(to(location), 204)
    assert network.requests[1].headers["Authorization"] == f"Basic {TOKEN}"
    assert network.requests[1].url.path == "/api/y"


@pytest.mark.parametrize(
    ("base_url", "location"),
    [
        ("http://wats.test:8080", "https://wats.test:8080/"),
        ("http://wats.test:8080", "https://wats.test/"),
        ("http://wats.test:443", "https://wats.test/"),
    ],
)
def test_the_token_does_not_go_to_another_port_of_https(base_url: str, location: str):
    network = follow(to(location), 204, base_url=base_url)
    assert "Authorization" not in network.requests[1].headers


@given(
    location=st.lists(
        st.sampled_from(
            ["http:", "https:", "//", "wats.test", "other.test", "@", ":", "80", "443", "/", "\\", "?"]
        )
        | st.text(max_size=3),
        max_size=8,
    ).map("".join)
)
def test_the_token_goes_to_no_other_origin_whatever_the_location(location: str):
    network = Network(httpx.Response(307, headers=[(b"Location", location.encode())]), 204)
    with suppress(WatsError):
        run(AsyncHttpClient("http://wats.test", TOKEN, transport=network).send("GET", "/api/x"))
    assert {
        (request.url.scheme, request.url.raw_host, request.url.port)
        for request in network.requests
        if "Authorization" in request.headers
    } <= {("http", b"wats.test", None), ("https", b"wats.test", None)}


@pytest.mark.parametrize(
    ("location", "host"),
    [
        (SAME, "wats.test"),
        (OTHER, "other.test"),
        ("http://user:pw@other.test:8080/", "other.test:8080"),
        ("http://[fd00::1]:8080/", "[fd00::1]:8080"),
        ("http://münchen.test/", "xn--mnchen-3ya.test"),
        ("https:///api/y", "wats.test"),
    ],
)
def test_the_host_of_the_request_is_that_of_the_location(location: str, host: str):
    network = follow(httpx.Response(307, headers=[(b"Location", location.encode())]), 204)
    assert network.headers("Host") == ["wats.test", host]


def test_a_location_without_host_stays_on_the_server():
    network = follow(to("https:///api/y"), 204)
    assert str(network.requests[1].url) == "https://wats.test/api/y"


def test_the_credentials_of_a_location_are_not_sent():
    network = follow(to("http://user:pa55@other.test/"), 204)
    assert "pa55" not in str(network.requests[1].headers.raw)
    assert "Authorization" not in network.requests[1].headers


def test_the_fragment_of_a_location_is_not_sent():
    network = follow(to("/api/y?z=1#part"), 204)
    assert network.requests[1].url.raw_path == b"/api/y?z=1"


def test_the_token_does_not_go_from_https_to_http():
    network = follow(to("http://wats.test/api/y"), 204, base_url="https://wats.test")
    assert "Authorization" not in network.requests[1].headers


def test_the_token_does_not_come_back_after_another_server():
    network = follow(to(OTHER), to(SAME), 204)
    assert "Authorization" not in network.requests[2].headers


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_that_would_become_a_get_is_refused(status: int):
    assert SAME in str(refused(to(SAME, status), 204, method="POST", content=b"x"))


@pytest.mark.parametrize("status", [302, 303])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_change_that_would_become_a_get_is_refused(method: str, status: int):
    refused(to(SAME, status), 204, method=method)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_is_not_sent_on_to_another_server(status: int):
    network = Network(to(OTHER, status), 204)
    with pytest.raises(WatsResponseError):
        run(
            AsyncHttpClient("http://wats.test", TOKEN, transport=network).send("POST", "/api/x", content=b"x")
        )
    assert len(network.requests) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_is_sent_on_as_it_is_on_the_same_server(status: int):
    network = follow(to(SAME, status), 204, method="POST", content=b"report")
    assert [request.method for request in network.requests] == ["POST", "POST"]
    assert network.bodies == [b"report", b"report"]


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_change_is_sent_on_as_it_is_on_the_same_server(method: str, status: int):
    network = follow(to(SAME, status), 204, method=method, content=b"x")
    assert [(request.method, str(request.url)) for request in network.requests][1] == (method, SAME)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_head_stays_head(status: int):
    network = follow(to(SAME, status), 204, method="HEAD")
    assert [request.method for request in network.requests] == ["HEAD", "HEAD"]


def test_options_that_would_become_a_get_are_refused():
    refused(to(SAME, 302), 204, method="OPTIONS")


def upload(file: Any) -> FileForm:
    return FileForm(file, name="file", filename="a", media_type="image/png", progress=None)


def test_a_file_is_sent_on_from_its_start():
    network = follow(to(SAME), 204, method="POST", content=upload(BytesIO(b"file")))
    assert network.bodies[0] == network.bodies[1]


def test_a_file_that_cannot_be_rewound_is_not_sent_on():
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    error = refused(to(SAME), 204, method="POST", content=upload(Pipe(b"file")))
    assert "base URL" in str(error)


def test_a_redirect_from_http_to_https_is_followed_with_the_token():
    network = follow(to("https://wats.test/api/x", 308), 204, method="POST", content=b"x")
    assert network.requests[1].headers["Authorization"] == f"Basic {TOKEN}"


def test_the_refusal_tells_to_change_the_base_url():
    assert "base URL" in str(refused(to(OTHER), method="POST"))


def test_the_refusal_shows_neither_query_nor_credentials_of_the_new_address():
    text = str(refused(to("http://user:pa55@other.test/y?secret=1"), method="POST"))
    assert "pa55" not in text
    assert "secret" not in text


def test_a_loop_is_bounded():
    network = Network(to(SAME))
    with pytest.raises(WatsResponseError, match="redirects"):
        run(AsyncHttpClient("http://wats.test", TOKEN, transport=network).send("GET", "/api/x"))
    assert len(network.requests) == 6


def test_five_redirects_are_followed():
    assert len(follow(*[to(SAME)] * 5, 204).requests) == 6


NOWHERE = {
    "bad port": "http://wats.test:port/",
    "bad host without scheme": "http:////@[",
    "bad address": "http:////[x]/",
    "no name of IDNA": "http://xn--/",
    "no name of IDNA without scheme": "//xn--a/",
    "control character": "http://wats.test/\x00",
    "too long": "/" + "x" * 70_000,
    "another scheme": "ftp://wats.test/",
    "a file": "file:///etc/passwd",
    "a script": "javascript:alert(1)",
    "mail": "mailto:admin@wats.test",
}


@pytest.mark.parametrize("location", NOWHERE.values(), ids=NOWHERE)
def test_a_redirect_to_nowhere_is_not_what_the_api_promises(location: str):
    assert "nowhere" in str(refused(to(location)))


def test_the_error_about_a_redirect_to_nowhere_is_short():
    assert len(str(refused(to("http://wats.test:" + "x" * 1000 + "/")))) < 400


def test_a_redirect_to_another_scheme_is_not_followed():
    network = Network(to("ftp://wats.test/"), 204)
    with pytest.raises(WatsResponseError):
        run(AsyncHttpClient("http://wats.test", TOKEN, transport=network).send("GET", "/api/x"))
    assert len(network.requests) == 1


def test_the_error_about_a_redirect_to_nowhere_carries_the_facts():
    with correlation_id("job-42"):
        error = refused(to("http://wats.test:port/"))
    assert (error.method, error.url) == ("GET", "http://wats.test/api/x")
    assert (error.correlation_id, error.attempts) == ("job-42", 1)


def test_the_error_about_a_redirect_to_nowhere_counts_the_attempts(clock: Clock):
    network = Network(503, to("http://wats.test:port/"))
    server = AsyncHttpClient("http://wats.test", TOKEN, SyncConfig(retry_enabled=True), transport=network)
    with pytest.raises(WatsResponseError) as caught:
        clock.run(server.send("GET", "/api/x"))
    assert caught.value.attempts == 2


@pytest.mark.parametrize("script", [[to(OTHER)], [to(SAME)]])
def test_the_error_about_a_redirect_carries_the_facts(script: list[Any]):
    method = "POST" if script[0].headers["Location"] == OTHER else "GET"
    with correlation_id("job-42"):
        error = refused(*script, method=method)
    assert (error.method, error.correlation_id, error.attempts) == (method, "job-42", 1)


def test_a_redirect_without_location_is_not_what_the_api_promises():
    assert "302" in str(refused(httpx.Response(302)))


def test_all_hops_carry_the_same_id():
    network = follow(to(SAME), to(SAME), 204)
    assert len(set(network.headers("X-Correlation-ID"))) == 1


def test_redirects_count_against_total_timeout(clock: Clock):
    async def slow_redirect(_: httpx.Request) -> httpx.Response:
        import asyncio

        await asyncio.sleep(3)
        return to(SAME)

    server = AsyncHttpClient(
        "http://wats.test", TOKEN, SyncConfig(total_timeout=5), transport=Network(slow_redirect, hang)
    )
    with pytest.raises(WatsTimeoutError, match="total_timeout"):
        clock.run(server.send("GET", "/api/x"))
    assert clock.elapsed() == pytest.approx(5, abs=0.05)


def test_the_body_of_a_redirect_is_closed():
    body = Body(b"moved")
    follow(httpx.Response(302, headers={"Location": SAME}, stream=body), 204)
    assert body.closed == 1
