"""Connections of our own over real sockets: servers that answer early, hang up, flood, and speak TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from typing import Any

import httpx
import pytest
import trustme

from pywats.transport.direct import DirectTransport
from tests.support.fault_server import FaultServer, hang, refused_url, respond
from tests.support.tls import server_context

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig"
MEGABYTE = 2**20

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server in the same event loop; what a connection does is up to the handler."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await handler(reader, writer)
            writer.close()
        except BaseException:
            writer.transport.abort()
            raise

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"{'https' if tls else 'http'}://{host}:{port}/"
    finally:
        server.close()


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await head_of(reader)
        writer.write(OK)


def transport(context: ssl.SSLContext | None = None) -> DirectTransport:
    return DirectTransport(verify=context or ssl.create_default_context(), limits=httpx.Limits())


async def exchange(pool: DirectTransport, request: httpx.Request) -> httpx.Response:
    response = await pool.handle_async_request(request)
    try:
        await response.aread()
    finally:
        await response.aclose()
    return response


def in_loop(scenario: Callable[[], Awaitable[Any]]) -> Any:
    """Run a scenario, which hangs for no longer than a test may."""

    async def run_it() -> Any:
        async with asyncio.timeout(20):
            return await scenario()

    return asyncio.run(run_it())


# --- answers before the request is sent


async def early_answer(end: Handler, content: Any) -> tuple[int, bytes, int]:
    """What is made of an answer to the head of a request, after which the server does something."""
    answered = asyncio.Event()
    pool = transport()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(TOO_LARGE)
        while not all(connection._received for connection in pool._busy):  # noqa: ASYNC110
            await asyncio.sleep(0)
        answered.set()
        await end(reader, writer)

    async with serving(handler) as url, pool:
        response = await exchange(pool, httpx.Request("POST", url, content=content(answered)))
        return response.status_code, response.content, len(pool._busy) + len(pool._idle)


async def lingering_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # As nginx does: it ends its side, and reads what still comes.
    writer.write_eof()
    while await reader.read(65536):
        pass


async def end_without_reading(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()
    await asyncio.Event().wait()


async def close_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


ENDS = {
    "lingering close": lingering_close,
    "end without reading": end_without_reading,
    "close": close_at_once,
    "reset": reset_at_once,
}


def all_at_once(_: asyncio.Event) -> bytes:
    return b"x" * 8 * MEGABYTE


async def in_parts(answered: asyncio.Event) -> AsyncIterator[bytes]:
    yield b"x"
    await answered.wait()
    for _ in range(64):
        yield b"x" * 65536
        await asyncio.sleep(0)


@pytest.mark.parametrize("content", [all_at_once, in_parts])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_answer_before_the_request_is_sent_is_read(end: Handler, content: Any) -> None:
    assert in_loop(lambda: early_answer(end, content)) == (413, b"big", 0)


def test_an_answer_before_the_request_is_sent_does_not_stop_a_server_that_reads_on() -> None:
    async def scenario() -> int:
        received: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await head_of(reader)
            writer.write(TOO_LARGE)
            content = await reader.read()
            received.set_result(len(content))

        async with serving(handler) as url, transport() as pool:
            await exchange(pool, httpx.Request("POST", url, content=b"x" * 8 * MEGABYTE))
            return await received

    assert in_loop(scenario) == 8 * MEGABYTE


# --- idle connections


def connections_after(happening: Callable[[FaultServer], object]) -> int:
    """How many connections a second request makes after something has happened to the first one."""
    with FaultServer(then=respond(200, b"ok")) as server:

        async def scenario() -> None:
            async with transport() as pool:
                await exchange(pool, httpx.Request("GET", server.url))
                # The event loop stands still meanwhile, so that it cannot have noticed.
                happening(server)
                await exchange(pool, httpx.Request("GET", server.url))

        asyncio.run(scenario())
        return server.connections


def test_an_idle_connection_is_used_again() -> None:
    assert connections_after(lambda _: None) == 1


def test_a_connection_that_was_closed_while_the_loop_stood_still_is_not_used() -> None:
    def close(server: FaultServer) -> None:
        server._connections[0].stop()

    assert connections_after(close) == 2


def test_unasked_bytes_on_an_idle_connection_are_no_answer() -> None:
    def speak(server: FaultServer) -> None:
        server._connections[0].send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")

    assert connections_after(speak) == 2


# --- constant memory


PARTS = [bytes([number]) * 256 * 1024 for number in range(128)]
SIZE = sum(map(len, PARTS))
DIGEST = sha256(b"".join(PARTS)).hexdigest()


def test_a_large_answer_is_read_whole_and_never_held_whole() -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        for part in PARTS:
            writer.write(part)
            await writer.drain()

    async def scenario() -> tuple[str, int]:
        held, digest = 0, sha256()
        async with serving(flood) as url, transport() as pool:
            response = await pool.handle_async_request(httpx.Request("GET", url))
            (connection,) = pool._busy
            async for part in response.aiter_raw():
                digest.update(part)
                await asyncio.sleep(0)
                held = max(held, len(part), len(connection._received))
            await response.aclose()
        return digest.hexdigest(), held

    digest, held = in_loop(scenario)
    assert digest == DIGEST
    assert held <= MEGABYTE


def test_a_large_request_is_sent_whole_and_never_held_whole() -> None:
    digest = sha256()
    held: list[int] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        left = SIZE
        while left:
            part = await reader.read(65536)
            digest.update(part)
            left -= len(part)
        writer.write(OK)

    async def scenario() -> None:
        async with serving(receive) as url, transport() as pool:

            async def content() -> AsyncIterator[bytes]:
                for part in PARTS:
                    yield part
                    held.extend(one._transport.get_write_buffer_size() for one in pool._busy)

            headers = {"Content-Length": str(SIZE)}
            await exchange(pool, httpx.Request("POST", url, content=content(), headers=headers))

    in_loop(scenario)
    assert digest.hexdigest() == DIGEST
    assert max(held) <= MEGABYTE


# --- TLS


@pytest.fixture
def trusting(ca: trustme.CA) -> ssl.SSLContext:
    """The settings of a client that trusts the CA."""
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


def connect_error(context: ssl.SSLContext, server: ssl.SSLContext) -> httpx.ConnectError:
    async def scenario() -> None:
        async with serving(answer_all, tls=server) as url, transport(context) as pool:
            await exchange(pool, httpx.Request("GET", url))

    with pytest.raises(httpx.ConnectError) as caught:
        in_loop(scenario)
    return caught.value


def test_a_certificate_of_an_unknown_ca_is_refused(ca: trustme.CA) -> None:
    error = connect_error(ssl.create_default_context(), server_context(ca))
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_a_certificate_for_another_name_is_refused(ca: trustme.CA, trusting: ssl.SSLContext) -> None:
    error = connect_error(trusting, server_context(ca, "other.test"))
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_a_server_without_common_version_is_refused(ca: trustme.CA, trusting: ssl.SSLContext) -> None:
    trusting.minimum_version = ssl.TLSVersion.TLSv1_3
    server = server_context(ca)
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    connect_error(trusting, server)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_connection_with_tls_is_used_again(
    ca: trustme.CA, trusting: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    # With TLS 1.3 the server sends tickets after the handshake, which must not count as an answer.
    server = server_context(ca)
    server.minimum_version = server.maximum_version = version
    accepted: list[asyncio.StreamWriter] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)
        await answer_all(reader, writer)

    async def scenario() -> None:
        async with serving(handler, tls=server) as url, transport(trusting) as pool:
            for _ in range(3):
                await exchange(pool, httpx.Request("GET", url))

    in_loop(scenario)
    assert len(accepted) == 1


def test_http_1_1_is_negotiated(ca: trustme.CA, trusting: ssl.SSLContext) -> None:
    server = server_context(ca)
    server.set_alpn_protocols(["h2", "http/1.1"])
    negotiated: list[str | None] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        negotiated.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await answer_all(reader, writer)

    async def scenario() -> None:
        async with serving(handler, tls=server) as url, transport(trusting) as pool:
            await exchange(pool, httpx.Request("GET", url))

    in_loop(scenario)
    assert negotiated == ["http/1.1"]


def test_a_server_that_does_not_speak_tls_is_a_connect_error() -> None:
    async def scenario() -> None:
        async with serving(answer_garbage) as url, transport() as pool:
            await exchange(pool, httpx.Request("GET", url.replace("http:", "https:")))

    with pytest.raises(httpx.ConnectError):
        in_loop(scenario)


async def answer_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


def test_a_server_that_ends_the_handshake_is_a_connect_error() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async def scenario() -> None:
        async with serving(hang_up) as url, transport() as pool:
            await exchange(pool, httpx.Request("GET", url.replace("http:", "https:")))

    with pytest.raises(httpx.ConnectError):
        in_loop(scenario)


def test_a_handshake_that_hangs_is_a_connect_timeout_and_leaves_no_connection() -> None:
    left = asyncio.Event()

    async def ignore(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        left.set()

    async def scenario() -> None:
        async with serving(ignore) as url, transport() as pool:
            request = httpx.Request(
                "GET", url.replace("http:", "https:"), extensions={"timeout": {"connect": 0.05}}
            )
            with pytest.raises(httpx.ConnectTimeout):
                await exchange(pool, request)
            await left.wait()

    in_loop(scenario)


def tls_server(end: Callable[[asyncio.StreamWriter], object], answer: bytes) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(answer)
        await writer.drain()
        end(writer)

    return handler


def without_goodbye(writer: asyncio.StreamWriter) -> None:
    """End the TCP connection without TLS's close_notify."""
    writer.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


LENGTHS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "until the end": b"HTTP/1.1 200 OK\r\n\r\nok",
}


@pytest.mark.parametrize("end", [asyncio.StreamWriter.close, without_goodbye])
@pytest.mark.parametrize("answer", LENGTHS.values(), ids=LENGTHS)
def test_an_answer_before_the_end_of_tls_is_complete(
    ca: trustme.CA, trusting: ssl.SSLContext, answer: bytes, end: Any
) -> None:
    async def scenario() -> bytes:
        handler = tls_server(end, answer)
        async with serving(handler, tls=server_context(ca)) as url, transport(trusting) as pool:
            return (await exchange(pool, httpx.Request("GET", url))).content

    assert in_loop(scenario) == b"ok"


@pytest.mark.parametrize("end", [asyncio.StreamWriter.close, without_goodbye])
def test_a_body_that_tls_cuts_off_is_an_error(ca: trustme.CA, trusting: ssl.SSLContext, end: Any) -> None:
    async def scenario() -> None:
        handler = tls_server(end, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")
        async with serving(handler, tls=server_context(ca)) as url, transport(trusting) as pool:
            await exchange(pool, httpx.Request("GET", url))

    with pytest.raises(httpx.RemoteProtocolError):
        in_loop(scenario)


def test_a_large_exchange_over_tls_is_whole(ca: trustme.CA, trusting: ssl.SSLContext) -> None:
    body = bytes(range(256)) * 4096 * 4

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        content = await reader.readexactly(len(body))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + content)
        await writer.drain()

    async def scenario() -> bool:
        async with serving(echo, tls=server_context(ca)) as url, transport(trusting) as pool:
            return (await exchange(pool, httpx.Request("POST", url, content=body))).content == body

    assert in_loop(scenario)


# --- several addresses


def test_an_address_that_refuses_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> int:
        async with serving(answer_all) as url, transport() as pool:
            port = httpx.URL(url).port
            with refused_url() as dead:
                addresses = [("127.0.0.1", httpx.URL(dead).port), ("127.0.0.1", port)]

                async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
                    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

                monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
                return (await exchange(pool, httpx.Request("GET", "http://wats.test/"))).status_code

    assert in_loop(scenario) == 200


def test_a_server_that_refuses_is_a_connect_error() -> None:
    async def scenario() -> None:
        with refused_url() as url:
            async with transport() as pool:
                await exchange(pool, httpx.Request("GET", url))

    with pytest.raises(httpx.ConnectError) as caught:
        in_loop(scenario)
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


# --- cancelled and closed at any moment


# With sni_hostname, httpcore does the sending.
@pytest.mark.parametrize("extensions", [{}, {"sni_hostname": "127.0.0.1"}], ids=["own", "httpcore"])
@pytest.mark.parametrize("secure", [False, True])
def test_a_request_that_is_cancelled_at_any_moment_leaves_no_connection(
    ca: trustme.CA, trusting: ssl.SSLContext, secure: bool, extensions: Any
) -> None:
    with FaultServer(then=respond(200, b"x" * 1000), tls=server_context(ca) if secure else None) as server:

        def request() -> httpx.Request:
            return httpx.Request("GET", server.url, extensions=extensions)

        async def scenario() -> None:
            async with transport(trusting) as pool:
                other = await pool.handle_async_request(request())
                for turns in range(60):
                    cancelled = asyncio.ensure_future(exchange(pool, request()))
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    cancelled.cancel()
                    await asyncio.wait([cancelled])
                assert await other.aread() == b"x" * 1000
                await other.aclose()
                await asyncio.to_thread(server.wait_until, lambda: server.open_connections <= 2)
            await asyncio.to_thread(server.wait_until, lambda: server.open_connections == 0)

        asyncio.run(scenario())


@pytest.mark.parametrize("secure", [False, True])
def test_a_transport_that_is_closed_at_any_moment_leaves_no_connection(
    ca: trustme.CA, trusting: ssl.SSLContext, secure: bool
) -> None:
    with FaultServer(then=respond(200, b"x" * 1000), tls=server_context(ca) if secure else None) as server:

        async def scenario() -> None:
            for turns in range(40):
                pool = transport(trusting)
                requests = [
                    asyncio.ensure_future(exchange(pool, httpx.Request("GET", server.url))) for _ in range(2)
                ]
                for _ in range(turns):
                    await asyncio.sleep(0)
                await pool.aclose()
                await asyncio.gather(*requests, return_exceptions=True)
            await asyncio.to_thread(server.wait_until, lambda: server.open_connections == 0)

        asyncio.run(scenario())


def test_closing_ends_requests_in_flight() -> None:
    with FaultServer(then=hang()) as server:

        async def scenario() -> None:
            pool = transport()
            request = asyncio.ensure_future(exchange(pool, httpx.Request("GET", server.url)))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            await pool.aclose()
            await request

        with pytest.raises(httpx.ReadError, match="this client"):
            in_loop(scenario)
        server.wait_until(lambda: server.open_connections == 0)
