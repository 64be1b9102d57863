"""The pool of our own: which connection a request gets, and when connections are closed."""

from __future__ import annotations

import asyncio
import functools
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpcore
import httpx
import pytest
import respx

from pywats import AsyncWATS, ClientClosedError, WatsConnectionError, pyWATS
from pywats.transport import direct as module
from pywats.transport.direct import DirectTransport
from tests.support import TOKEN
from tests.unit.transport.helpers import Clock, one_shot, run
from tests.unit.transport.wire import Wire

CONTEXT = ssl.create_default_context()
KEEPALIVE_SECONDS = 5.0
LIMITS = httpx.Limits(max_keepalive_connections=20, keepalive_expiry=KEEPALIVE_SECONDS)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
EMPTY_LIST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
A, B, C = "http://a.test/", "http://b.test/", "http://c.test/"


class Server:
    """Takes every connection; each answers every request with the same.

    Args:
        answer: The answer; none if it is empty.
    """

    def __init__(self, answer: bytes = OK) -> None:
        self.answer = answer
        self.wires: list[Wire] = []
        self.asked: list[tuple[str, Any, float | None]] = []
        self.refuses: BaseException | None = None
        self.reachable = asyncio.Event()
        self.reachable.set()

    async def connect(self, url: httpx.URL, context: Any, seconds: float | None) -> Any:
        self.asked.append((str(url), context, seconds))
        await self.reachable.wait()
        if self.refuses is not None:
            raise self.refuses
        wire = Wire(*[self.answer] * 10 if self.answer else [])
        self.wires.append(wire)
        return wire.connection

    @property
    def aborted(self) -> list[int]:
        return [wire.aborted for wire in self.wires]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setattr(module, "connect", server.connect)
    yield server
    for wire in server.wires:
        wire.forget()


def transport(**limits: Any) -> DirectTransport:
    return DirectTransport(verify=CONTEXT, limits=httpx.Limits(**limits) if limits else LIMITS)


async def get(pool: DirectTransport, url: str = A, **options: Any) -> httpx.Response:
    """Send a request and read its answer to the end."""
    response = await pool.handle_async_request(httpx.Request("GET", url, **options))
    await response.aread()
    await response.aclose()
    return response


async def opened(pool: DirectTransport, url: str = A) -> httpx.Response:
    """Send a request and leave its answer open."""
    return await pool.handle_async_request(httpx.Request("GET", url))


# --- the answer


def test_the_answer_is_that_of_the_server(server: Server):
    response = run(get(transport()))
    assert (response.status_code, response.content) == (200, b"ok")


def test_the_answer_has_the_version_and_the_reason_of_the_server(server: Server):
    server.answer = b"HTTP/1.0 200 Why not\r\nContent-Length: 0\r\n\r\n"
    response = run(get(transport()))
    assert (response.http_version, response.reason_phrase) == ("HTTP/1.0", "Why not")


def test_headers_of_the_answer_are_as_they_came(server: Server):
    server.answer = b"HTTP/1.1 200 OK\r\nX-a: 1\r\nx-A: 2\r\nContent-Length: 0\r\n\r\n"
    assert run(get(transport())).headers.raw[:2] == [(b"X-a", b"1"), (b"x-A", b"2")]


# --- which connection


def connections_for(server: Server, *urls: str, **limits: Any) -> int:
    async def scenario() -> None:
        pool = transport(**limits)
        for url in urls:
            await get(pool, url)

    run(scenario())
    return len(server.wires)


def test_one_connection_serves_one_request_after_the_other(server: Server):
    assert connections_for(server, A, A, A) == 1


@pytest.mark.parametrize("other", [B, "https://a.test/", "http://a.test:8080/"])
def test_another_origin_has_its_own_connection(server: Server, other: str):
    assert connections_for(server, A, other, A, other) == 2


@pytest.mark.parametrize("same", ["http://A.test:80/x?y=z", "http://user:pw@a.test/"])
def test_the_same_origin_written_otherwise_has_the_same_connection(server: Server, same: str):
    assert connections_for(server, A, same) == 1


def test_requests_at_the_same_time_have_their_own_connections(server: Server):
    async def scenario() -> None:
        pool = transport()
        await opened(pool)
        await opened(pool)

    run(scenario())
    assert len(server.wires) == 2


def test_the_connection_that_was_used_last_is_used_next(server: Server):
    async def scenario() -> None:
        pool = transport()
        first, second = await opened(pool), await opened(pool)
        for response in (second, first):
            await response.aread()
            await response.aclose()
        await get(pool)

    run(scenario())
    assert [wire.written.count(b"GET") for wire in server.wires] == [2, 1]


def test_a_connection_whose_answer_was_not_read_to_its_end_is_closed(server: Server):
    async def scenario() -> None:
        await (await opened(transport())).aclose()

    run(scenario())
    assert server.aborted == [1]


def test_a_connection_that_the_server_wants_to_close_is_closed(server: Server):
    server.answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    run(get(transport()))
    assert server.aborted == [1]


def test_an_idle_connection_that_has_ended_is_closed_and_replaced(server: Server):
    async def scenario() -> None:
        pool = transport()
        await get(pool)
        server.wires[0].connection.eof_received()
        await get(pool)

    run(scenario())
    assert server.aborted == [1, 0]


def test_closing_an_answer_twice_leaves_the_next_request_alone(server: Server):
    async def scenario() -> bytes:
        pool = transport()
        first = await opened(pool)
        await first.aread()
        assert isinstance(first.stream, httpx.AsyncByteStream)
        await first.stream.aclose()
        second = await opened(pool)
        await first.stream.aclose()
        return await second.aread()

    assert run(scenario()) == b"ok"


def test_an_answer_that_breaks_off_closes_its_connection(server: Server):
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"

    async def scenario() -> None:
        response = await opened(transport())
        server.wires[0].connection.eof_received()
        try:
            await response.aread()
        finally:
            await response.aclose()

    with pytest.raises(httpx.RemoteProtocolError):
        run(scenario())
    assert server.aborted == [1]


def test_a_request_that_cannot_be_sent_closes_its_connection(server: Server):
    with pytest.raises(httpx.LocalProtocolError):
        run(get(transport(), headers={"X-A": "b\r\nc"}))
    assert server.aborted == [1]


@pytest.mark.parametrize("turns", range(1, 5))
def test_a_request_that_is_cancelled_closes_its_connection(server: Server, turns: int):
    server.answer = b""

    async def scenario() -> None:
        request = asyncio.ensure_future(get(transport()))
        for _ in range(turns):
            await asyncio.sleep(0)
        request.cancel()
        await asyncio.wait([request])

    run(scenario())
    assert server.aborted == [1]


# --- idle connections


def after_idling(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: float, **limits: Any
) -> list[int]:
    """Which connections are aborted when a request comes after so many seconds."""
    monkeypatch.setattr(module, "time", clock)

    async def scenario() -> list[int]:
        pool = transport(**limits)
        await get(pool)
        await asyncio.sleep(seconds)
        await get(pool)
        return server.aborted

    return clock.run(scenario())


def test_an_idle_connection_is_kept_for_a_while(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    assert after_idling(server, clock, monkeypatch, KEEPALIVE_SECONDS - 0.1) == [0]


def test_an_idle_connection_is_not_used_when_it_is_old(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    assert after_idling(server, clock, monkeypatch, KEEPALIVE_SECONDS) == [1, 0]


@pytest.mark.parametrize("longer", [60.0, None])
def test_how_long_an_idle_connection_is_kept_is_up_to_the_limits(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch, longer: float | None
):
    assert after_idling(server, clock, monkeypatch, 59.0, keepalive_expiry=longer) == [0]


def test_old_connections_are_closed_whatever_their_server(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "time", clock)

    async def scenario() -> list[int]:
        pool = transport()
        for url in (A, B):
            await get(pool, url)
        await asyncio.sleep(KEEPALIVE_SECONDS)
        await get(pool, C)
        return server.aborted

    assert clock.run(scenario()) == [1, 1, 0]


def test_servers_that_come_while_old_connections_are_closed_do_no_harm(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "time", clock)

    async def scenario() -> list[httpx.Response]:
        pool = transport()
        for url in (A, B):
            await get(pool, url)
        await asyncio.sleep(KEEPALIVE_SECONDS)
        return await asyncio.gather(*(get(pool, f"http://{number}.test/") for number in range(9)))

    assert len(clock.run(scenario())) == 9


def test_closing_old_connections_is_begun_with_all_of_them(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "time", clock)

    async def scenario() -> list[int]:
        pool = transport()
        for url in (A, B):
            await get(pool, url)
        await asyncio.sleep(KEEPALIVE_SECONDS)
        response = await opened(pool, C)
        await response.aread()
        closing = asyncio.ensure_future(response.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])
        return server.aborted

    assert clock.run(scenario()) == [1, 1, 0]


def test_no_more_idle_connections_are_kept_than_wanted(server: Server):
    connections_for(server, A, B, C, max_keepalive_connections=2)
    assert server.aborted == [1, 0, 0]


def test_idle_connections_are_kept_without_limit_if_none_is_set(server: Server):
    connections_for(
        server, *(f"http://{number}.test/" for number in range(30)), max_keepalive_connections=None
    )
    assert sum(server.aborted) == 0


# --- connecting


def test_connecting_has_the_time_of_httpx(server: Server):
    run(get(transport(), extensions={"timeout": {"connect": 7, "read": 1, "write": 2, "pool": 3}}))
    assert server.asked == [(A, CONTEXT, 7)]


def test_connecting_has_no_limit_if_there_is_none(server: Server):
    run(get(transport()))
    assert server.asked == [(A, CONTEXT, None)]


def test_http_1_1_is_offered_to_tls_servers(server: Server):
    offered: list[Any] = []

    class Context(ssl.SSLContext):
        def set_alpn_protocols(self, protocols: Any) -> None:
            offered.append(protocols)

    DirectTransport(verify=Context(ssl.PROTOCOL_TLS_CLIENT), limits=LIMITS)
    assert offered[-1] == ["http/1.1"]


def unsent_after(server: Server, **options: Any) -> bool:
    """Whether a request counts as unsent after it has failed."""
    request = httpx.Request("POST", A, **options)

    async def scenario() -> None:
        await transport().handle_async_request(request)

    with pytest.raises((httpx.HTTPError, OSError)):
        run(scenario())
    unsent: bool = request.extensions.get("wats_unsent", False)
    return unsent


def test_a_request_without_connection_counts_as_unsent(server: Server):
    server.refuses = httpx.ConnectError("refused")
    assert unsent_after(server)


def test_a_request_that_was_written_counts_as_sent(server: Server):
    server.answer = b"garbage\r\n\r\n"
    assert not unsent_after(server)


def test_a_request_whose_body_cannot_be_opened_counts_as_unsent(server: Server):
    async def missing() -> AsyncIterator[bytes]:
        raise OSError("no such file")
        yield b""

    assert unsent_after(server, content=missing())


def test_a_request_that_was_answered_counts_as_sent(server: Server):
    request = httpx.Request("POST", A, content=one_shot([b"a"]))
    run(transport().handle_async_request(request))
    assert "wats_unsent" not in request.extensions


# --- closing


def closed_after(server: Server, scenario: Callable[[DirectTransport], Awaitable[Any]]) -> bool:
    """Whether all connections are closed in the end."""

    async def run_it() -> None:
        await scenario(transport())

    run(run_it())
    return all(server.aborted)


def test_closing_closes_idle_connections(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        await get(pool)
        await pool.aclose()

    assert closed_after(server, scenario)


def test_closing_closes_connections_in_use(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        await opened(pool)
        await pool.aclose()

    assert closed_after(server, scenario)


def test_closing_is_begun_with_all_connections(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        await opened(pool)
        await opened(pool)
        await get(pool)
        closing = asyncio.ensure_future(pool.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])

    assert closed_after(server, scenario)


def test_closing_twice_does_no_harm(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        await get(pool)
        await asyncio.gather(pool.aclose(), pool.aclose())

    assert closed_after(server, scenario)


def test_the_end_of_a_with_block_closes_connections(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        async with pool:
            await get(pool)

    assert closed_after(server, scenario)


def test_a_client_of_httpx_closes_connections(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        async with httpx.AsyncClient(transport=pool) as client:
            await client.get(A)

    assert closed_after(server, scenario)


def test_an_answer_that_is_closed_after_the_transport_gives_nothing_back(server: Server):
    async def scenario(pool: DirectTransport) -> None:
        response = await opened(pool)
        await response.aread()
        await pool.aclose()
        await response.aclose()

    assert closed_after(server, scenario)


def test_a_request_in_flight_is_told_that_it_was_the_client(server: Server):
    server.answer = b""

    async def scenario() -> None:
        pool = transport()
        request = asyncio.ensure_future(get(pool))
        await asyncio.sleep(0)
        await pool.aclose()
        await request

    with pytest.raises(httpx.ReadError, match="this client"):
        run(scenario())


def test_a_closed_transport_does_not_connect(server: Server):
    async def scenario() -> None:
        pool = transport()
        await pool.aclose()
        await get(pool)

    with pytest.raises(ClientClosedError):
        run(scenario())
    assert server.asked == []


def test_a_request_that_is_connecting_when_the_client_is_closed_is_not_sent(server: Server):
    async def scenario() -> None:
        pool = transport()
        server.reachable.clear()
        request = asyncio.ensure_future(get(pool))
        await asyncio.sleep(0)
        await pool.aclose()
        server.reachable.set()
        await request

    with pytest.raises(ClientClosedError) as caught:
        run(scenario())
    assert not caught.value.request_sent
    assert [(wire.written, wire.aborted) for wire in server.wires] == [(b"", 1)]


# --- what is left to httpx


def test_another_scheme_is_refused_as_by_httpx(server: Server):
    with pytest.raises(httpx.UnsupportedProtocol):
        run(get(transport(), "ftp://a.test/"))


class Httpcore:
    """Answers what comes to httpcore's pool."""

    def __init__(self) -> None:
        self.requests: list[httpcore.Request] = []

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        self.requests.append(request)
        return httpcore.Response(200, content=b"[]")


@pytest.mark.parametrize(
    "extension", [{"sni_hostname": "b.test"}, {"target": b"*"}, {"trace": None}], ids=str
)
def test_what_only_httpcore_knows_is_left_to_it(server: Server, extension: dict[str, Any]):
    async def scenario() -> int:
        pool = transport()
        httpcore_pool = Httpcore()
        pool._pool = httpcore_pool  # type: ignore[assignment]
        await get(pool, extensions=extension)
        return len(httpcore_pool.requests)

    assert run(scenario()) == 1


# --- libraries that replace a way into httpx


class Seen(list[Any]):
    """Requests that a library has seen."""


@pytest.fixture
def seen() -> Seen:
    return Seen()


def answering(seen: Seen) -> Any:
    """What pytest-httpx puts in place of a transport's method."""

    async def handle_async_request(_: Any, request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    return handle_async_request


def httpcore_answer(seen: Seen) -> Any:
    async def handle_async_request(_: Any, request: httpcore.Request) -> httpcore.Response:
        seen.append(request)
        return httpcore.Response(200, content=b"[]")

    return handle_async_request


class Wrapper:
    """A wrapper as of wrapt: it looks like the function, whatever it is asked."""

    def __init__(self, wrapped: Any, replacement: Any, instance: Any = None) -> None:
        self.__wrapped__ = wrapped
        self._replacement = replacement
        self._instance = instance

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return self.__wrapped__.__class__

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __get__(self, instance: Any, owner: Any) -> Any:
        return Wrapper(self.__wrapped__, self._replacement, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._replacement(*((self._instance,) if self._instance else ()), *args, **kwargs)


def wraps(owner: Any, name: str, replacement: Any) -> Any:
    return functools.wraps(getattr(owner, name))(replacement)


def wrapt(owner: Any, name: str, replacement: Any) -> Any:
    return Wrapper(getattr(owner, name), replacement)


def plain(owner: Any, name: str, replacement: Any) -> Any:
    return replacement


def partial(owner: Any, name: str, replacement: Any) -> Any:
    return functools.partialmethod(replacement)


def without_module(owner: Any, name: str, replacement: Any) -> Any:
    # As libraries do that write the source of their wrappers.
    namespace = {"replacement": replacement}
    exec("def wrapper(*args, **kwargs): return replacement(*args, **kwargs)", namespace)
    return namespace["wrapper"]


WRAPPERS = {
    "plain": plain,
    "functools.wraps": wraps,
    "wrapt": wrapt,
    "partialmethod": partial,
    "written": without_module,
}


def by_transport_for_url(seen: Seen) -> Any:
    async def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    return lambda *_: httpx.MockTransport(answer)


def by_send(seen: Seen) -> Any:
    async def send(_: Any, request: httpx.Request, **__: Any) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[], request=request)

    return send


REPLACED = {
    "transport": (httpx.AsyncHTTPTransport, "handle_async_request", answering),
    "pool of httpcore": (httpcore.AsyncConnectionPool, "handle_async_request", httpcore_answer),
    "connection of httpcore": (httpcore.AsyncHTTPConnection, "handle_async_request", httpcore_answer),
    "client": (httpx.AsyncClient, "send", by_send),
    "hop of a client": (httpx.AsyncClient, "_send_single_request", by_send),
    "transport of a client": (httpx.AsyncClient, "_transport_for_url", by_transport_for_url),
}


def call() -> object:
    with pyWATS("http://wats.test", TOKEN) as api:
        return api.process.get_processes()


every_way = pytest.mark.parametrize("way", REPLACED.values(), ids=REPLACED)


@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=WRAPPERS)
@every_way
def test_a_library_that_replaces_a_way_into_httpx_sees_calls(
    monkeypatch: pytest.MonkeyPatch, seen: Seen, way: Any, wrapper: Any
):
    owner, name, replacement = way
    monkeypatch.setattr(owner, name, wrapper(owner, name, replacement(seen)))
    assert (call(), len(seen)) == ([], 1)


@every_way
def test_such_a_library_sees_calls_through_a_proxy_as_well(
    monkeypatch: pytest.MonkeyPatch, seen: Seen, way: Any
):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:3128")
    owner, name, replacement = way
    monkeypatch.setattr(owner, name, replacement(seen))
    assert (call(), len(seen)) == ([], 1)


@every_way
def test_a_client_that_was_in_use_before_is_seen_as_well(
    monkeypatch: pytest.MonkeyPatch, server: Server, seen: Seen, way: Any
):
    owner, name, replacement = way
    server.answer = EMPTY_LIST

    async def scenario() -> None:
        async with AsyncWATS("http://wats.test", TOKEN) as api:
            await api.process.get_processes()
            monkeypatch.setattr(owner, name, replacement(seen))
            await api.process.get_processes()

    run(scenario())
    assert len(seen) == 1


THERE_FIRST = """
import sys
import httpcore, httpx, respx

def replaced(owner, answer):
    async def handle_async_request(self, request):
        return answer
    owner.handle_async_request = handle_async_request

def mocked(using):
    router = respx.MockRouter(using=using)
    router.route().respond(json=[])
    router.start()

ways = {
    "transport": lambda: replaced(httpx.AsyncHTTPTransport, httpx.Response(200, json=[])),
    "httpcore": lambda: replaced(httpcore.AsyncConnectionPool, httpcore.Response(200, content=b"[]")),
    "respx": lambda: mocked("httpcore"),
    "respx of httpx": lambda: mocked("httpx"),
}
ways[sys.argv[1]]()

from pywats import pyWATS

with pyWATS("http://wats.test", "dG9rZW4=") as api:
    print(api.process.get_processes())
"""


@pytest.mark.parametrize("way", ["transport", "httpcore", "respx", "respx of httpx"])
def test_a_library_that_was_there_before_pywats_sees_calls(way: str):
    program = [sys.executable, "-c", THERE_FIRST, way]
    assert subprocess.run(program, check=True, capture_output=True, timeout=50).stdout.strip() == b"[]"


def test_after_a_library_has_gone_calls_go_directly_again(
    monkeypatch: pytest.MonkeyPatch, server: Server, seen: Seen
):
    with monkeypatch.context() as patched:
        patched.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answering(seen))
        call()
    server.answer = EMPTY_LIST
    call()
    assert (len(seen), len(server.wires)) == (1, 1)


def test_a_client_without_such_methods_is_no_reason_not_to_go_directly(
    monkeypatch: pytest.MonkeyPatch, server: Server
):
    # They are httpx's own business, and may have other names tomorrow.
    monkeypatch.delattr(httpx.AsyncClient, "_transport_for_url")
    run(get(transport()))
    assert len(server.wires) == 1


def test_a_client_that_went_through_httpx_is_closed_with_the_transport(
    monkeypatch: pytest.MonkeyPatch, seen: Seen
):
    closed: list[object] = []
    monkeypatch.setattr(httpx.AsyncClient, "send", by_send(seen))
    monkeypatch.setattr(httpx.AsyncClient, "aclose", aclose_into(closed))

    async def scenario() -> None:
        pool = transport()
        await pool.handle_async_request(httpx.Request("GET", A))
        await pool.handle_async_request(httpx.Request("GET", A))
        await pool.aclose()

    run(scenario())
    assert len(closed) == 1


def aclose_into(closed: list[object]) -> Any:
    async def aclose(client: object) -> None:
        closed.append(client)

    return aclose


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_sees_calls(using: str):
    with respx.mock(using=using) as router:
        route = router.get("http://wats.test/api/App/Processes").respond(json=[])
        call()
        assert route.call_count == 1


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_an_error_that_respx_raises_is_one_of_the_network(using: str):
    with respx.mock(using=using) as router:
        router.get("http://wats.test/api/App/Processes").mock(side_effect=httpx.ConnectError("no"))
        with pytest.raises(WatsConnectionError):
            call()


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_calls_go_directly_when_respx_is_gone(server: Server, using: str):
    server.answer = EMPTY_LIST
    with respx.mock(using=using):
        pass
    call()
    assert len(server.wires) == 1
