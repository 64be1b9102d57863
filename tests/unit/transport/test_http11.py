"""One HTTP/1.1 connection: what it sends, and what it makes of what it receives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.transport import http11
from pywats.transport.http11 import close
from tests.unit.transport.helpers import Clock, one_shot, run
from tests.unit.transport.wire import Wire, send_and_receive

URL = "http://wats.test/api/x?y=1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

# Larger than what is taken from the network in advance.
LARGE = 300 * 1024


def on_wire(scenario: Callable[[Wire], Awaitable[Any]], *answers: bytes) -> Any:
    """Run a scenario with a wire, which is gone in the end."""

    async def run_it() -> Any:
        wire = Wire(*answers)
        try:
            return await scenario(wire)
        finally:
            if not wire.connection.lost.done():
                wire.lose()

    return run_it()


def get(**options: Any) -> httpx.Request:
    return httpx.Request("GET", URL, **options)


def post(content: Any = None, **options: Any) -> httpx.Request:
    return httpx.Request("POST", URL, content=content, **options)


async def soon(condition: Callable[[], object]) -> None:
    """Let the event loop turn until something is so."""
    while not condition():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0)


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x"
        await asyncio.sleep(0)


# --- answers


def answered(answer: bytes, *, method: str = "GET", ended: bool = False) -> Any:
    """What an answer is read as."""

    async def scenario(wire: Wire) -> Any:
        if ended:
            asyncio.get_running_loop().call_soon(wire.connection.eof_received)
        return await send_and_receive(wire.connection, httpx.Request(method, URL))

    return run(on_wire(scenario, answer))


BODIES = {
    "length": (OK, b"ok"),
    "length zero": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    "chunks": (CHUNKED + b"1\r\no\r\n1\r\nk\r\n0\r\n\r\n", b"ok"),
    "chunks with extension": (CHUNKED + b"2;a=b\r\nok\r\n0\r\n\r\n", b"ok"),
    "chunks with trailers": (CHUNKED + b"2\r\nok\r\n0\r\nChecksum: 1\r\nMore: 2\r\n\r\n", b"ok"),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
    "no reason": (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", b"ok"),
    "after 100": (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"ok"),
    "after 103 and 103": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2 + OK, b"ok"),
}


@pytest.mark.parametrize(("answer", "body"), BODIES.values(), ids=BODIES)
def test_the_body_of_an_answer_is_read(answer: bytes, body: bytes):
    assert answered(answer)[2] == body


@pytest.mark.parametrize(("answer", "body"), BODIES.values(), ids=BODIES)
def test_after_a_complete_answer_there_can_be_another(answer: bytes, body: bytes):
    assert answered(answer)[3]


def test_an_answer_to_head_has_no_body():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    assert answered(answer, method="HEAD")[2:] == (b"", True)


def test_headers_keep_their_order_case_and_repetitions():
    answer = b"HTTP/1.1 200 OK\r\nX-a: 1\r\nx-B: 2\r\nX-a: 3\r\nContent-Length: 0\r\n\r\n"
    assert answered(answer)[1] == [(b"X-a", b"1"), (b"x-B", b"2"), (b"X-a", b"3"), (b"Content-Length", b"0")]


LAST = {
    "Connection: close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.0 keep-alive": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
    "bytes after it": OK + b"x",
    "an answer after it": OK + OK,
    "a body after 204": b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
    "a length given twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nokok",
}


@pytest.mark.parametrize("answer", LAST.values(), ids=LAST)
def test_after_some_answers_there_cannot_be_another(answer: bytes):
    assert not answered(answer)[3]


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_body_without_length_ends_with_the_connection(version: bytes):
    assert answered(b"HTTP/" + version + b" 200 OK\r\n\r\nok", ended=True)[2:] == (b"ok", False)


def test_an_answer_followed_by_the_end_of_the_connection_is_complete():
    assert answered(OK, ended=True)[2] == b"ok"


BROKEN = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "only 100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "garbage": b"\x00\xff this is no HTTP \r\n\r\n",
    "another protocol": b"220 smtp.test ESMTP\r\n",
    "bad status": b"HTTP/1.1 OK\r\n\r\n",
    "bad header": b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "switched protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "a shorter body": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
    "half a chunk": CHUNKED + b"3\r\nok",
    "no last chunk": CHUNKED + b"2\r\nok\r\n",
    "bad chunk": CHUNKED + b"x\r\n",
    "a longer chunk": CHUNKED + b"2\r\nokay\r\n",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_what_is_no_complete_answer_is_a_protocol_error(answer: bytes):
    with pytest.raises(httpx.RemoteProtocolError):
        answered(answer, ended=True)


def test_a_head_without_end_is_refused():
    with pytest.raises(httpx.RemoteProtocolError):
        answered(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 110_000)


PIECEMEAL = [
    *(answer for answer, _ in BODIES.values()),
    b"HTTP/1.1 200 OK\r\nX-Large: %b\r\nContent-Length: 6\r\n\r\n{\r\n\r\n}" % (b"x" * 5000),
    CHUNKED + b"".join(b"%x\r\n%b\r\n" % (size, b"\r" * size) for size in range(1, 40)) + b"0\r\n\r\n",
    OK + b"x",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
]


@given(
    answer=st.sampled_from(PIECEMEAL),
    cuts=st.dictionaries(st.integers(1, 6000), st.integers(0, 2), max_size=12),
)
def test_an_answer_reads_the_same_however_it_is_cut(answer: bytes, cuts: dict[int, int]):
    async def scenario(wire: Wire) -> Any:
        exchange = asyncio.ensure_future(send_and_receive(wire.connection))
        start = 0
        for cut, turns in sorted(cuts.items()):
            if cut < len(answer):
                wire.connection.data_received(answer[start:cut])
                start = cut
            # Without a turn of the event loop, the next piece is read together with this one.
            for _ in range(turns):
                await asyncio.sleep(0)
        wire.connection.data_received(answer[start:])
        wire.connection.eof_received()
        return (await exchange)[:3]

    assert run(on_wire(scenario)) == answered(answer, ended=True)[:3]


# --- broken connections


def test_a_reset_before_the_answer_is_a_read_error():
    async def scenario(wire: Wire) -> None:
        asyncio.get_running_loop().call_soon(wire.lose, ConnectionResetError("reset"))
        await send_and_receive(wire.connection)

    with pytest.raises(httpx.ReadError, match="reset") as caught:
        run(on_wire(scenario))
    assert isinstance(caught.value.__cause__, ConnectionResetError)


def test_what_came_before_a_reset_is_read():
    async def scenario(wire: Wire) -> list[bytes]:
        parts: list[bytes] = []
        await wire.connection.send(get())
        await wire.connection.receive_head(get())
        wire.lose(ConnectionResetError())
        with pytest.raises(httpx.ReadError):
            async for part in wire.connection.receive_body(get()):
                parts.append(part)  # noqa: PERF401 - what came before the error counts
        return parts

    assert run(on_wire(scenario, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")) == [b"ok"]


def test_a_reset_after_the_end_takes_nothing_from_an_answer():
    # It is the answer to what we still sent.
    async def scenario(wire: Wire) -> Any:
        await wire.connection.send(get())
        wire.connection.eof_received()
        wire.lose(ConnectionResetError())
        return await send_and_receive_rest(wire)

    assert run(on_wire(scenario, b"HTTP/1.1 413 Too Large\r\n\r\nbig")) == b"big"


async def send_and_receive_rest(wire: Wire) -> bytes:
    await wire.connection.receive_head(get())
    return b"".join([part async for part in wire.connection.receive_body(get())])


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"])
def test_a_connection_that_is_closed_here_does_not_blame_the_server(answer: bytes):
    async def scenario(wire: Wire) -> None:
        exchange = asyncio.ensure_future(send_and_receive(wire.connection))
        await asyncio.sleep(0)
        await close(wire.connection)
        await exchange

    with pytest.raises(httpx.ReadError, match="closed by this client"):
        run(on_wire(scenario, answer))


# --- closing


def test_closing_waits_until_the_connection_is_gone():
    async def scenario(wire: Wire) -> bool:
        await close(wire.connection)
        return wire.connection.lost.done()

    assert run(on_wire(scenario))


def test_closing_no_connection_is_nothing_to_wait_for():
    run(close())


def test_a_connection_that_is_gone_is_not_aborted():
    # asyncio's abort() fails on one that the server ended while there was still something to send.
    async def scenario(wire: Wire) -> int:
        wire.lose()
        await close(wire.connection)
        return wire.aborted

    assert run(on_wire(scenario)) == 0


def test_closing_several_connections_is_begun_with_all_of_them():
    # Cancelled while it waits for the first, it would else leave the others open.
    async def scenario(wire: Wire) -> tuple[int, int]:
        other = Wire()
        closing = asyncio.ensure_future(close(wire.connection, other.connection))
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing, other.connection.lost])
        return wire.aborted, other.aborted

    assert run(on_wire(scenario)) == (1, 1)


# --- idle connections


@pytest.fixture(params=["poll", "select"])
def _input_check(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of asking the system for input, on whatever system this is."""
    if request.param == "select":
        monkeypatch.setattr(http11, "sys", SimpleNamespace(platform="win32"))


usable = pytest.mark.usefixtures("_input_check")


def usable_after(happening: Callable[[Wire], object]) -> bool:
    async def scenario(wire: Wire) -> bool:
        await send_and_receive(wire.connection)
        happening(wire)
        return wire.connection.is_usable()

    result: bool = run(on_wire(scenario, OK))
    return result


@usable
def test_an_idle_connection_can_be_used():
    assert usable_after(lambda _: None)


@usable
def test_an_idle_connection_that_was_closed_unnoticed_cannot_be_used():
    # The event loop has not had the time to see it.
    assert not usable_after(lambda wire: wire.far_end.close())


@usable
def test_an_idle_connection_with_unasked_bytes_unnoticed_cannot_be_used():
    assert not usable_after(lambda wire: wire.far_end.send(b"HTTP/1.1 408 Request Timeout\r\n\r\n"))


def test_an_idle_connection_with_unasked_bytes_cannot_be_used():
    assert not usable_after(lambda wire: wire.connection.data_received(b"x"))


def test_an_idle_connection_that_the_server_has_ended_cannot_be_used():
    assert not usable_after(lambda wire: wire.connection.eof_received())


def test_an_idle_connection_that_is_gone_cannot_be_used():
    assert not usable_after(lambda wire: wire.lose())


# --- requests


def sent(request: httpx.Request) -> bytes:
    """What is written for a request."""

    async def scenario(wire: Wire) -> bytes:
        await wire.connection.send(request)
        return wire.written

    result: bytes = run(on_wire(scenario))
    return result


def test_a_request_without_body_is_sent():
    assert sent(get(headers={"X-Case": "a"})).startswith(b"GET /api/x?y=1 HTTP/1.1\r\nHost: wats.test\r\n")


def test_the_names_of_headers_keep_their_case():
    assert b"\r\nX-Case: a\r\n" in sent(get(headers={"X-Case": "a"}))


def test_a_body_is_sent_after_the_head():
    assert sent(post(b"abc")).endswith(b"Content-Length: 3\r\n\r\nabc")


def test_a_body_of_unknown_length_is_sent_in_chunks():
    data = sent(post(one_shot([b"abc", b"", b"d"])))
    assert data.endswith(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")


def test_a_body_of_no_parts_at_all_is_sent_as_an_empty_one():
    assert sent(post(one_shot([]))).endswith(b"\r\n\r\n0\r\n\r\n")


INVALID = {
    "line end in a value": {"headers": {"X-A": "b\r\nX-C: d"}},
    "line feed in a value": {"headers": {"X-A": "b\nc"}},
    "null in a value": {"headers": {"X-A": "b\0c"}},
    "line end in a name": {"headers": {"X-A: b\r\nX-C": "d"}},
}


def refused_unsent(request: httpx.Request) -> bytes:
    async def scenario(wire: Wire) -> bytes:
        with pytest.raises(httpx.LocalProtocolError):
            await wire.connection.send(request)
        return wire.written

    result: bytes = run(on_wire(scenario))
    return result


@pytest.mark.parametrize("options", INVALID.values(), ids=INVALID)
def test_nothing_of_a_request_with_invalid_headers_is_sent(options: Any):
    assert refused_unsent(get(**options)) == b""


def test_nothing_of_a_request_with_an_invalid_method_is_sent():
    assert refused_unsent(httpx.Request("GET /\r\n", URL)) == b""


@pytest.mark.parametrize("chunks", [[b"abcd"], [b"ab", b"cd"]])
def test_a_body_longer_than_announced_is_refused(chunks: list[bytes]):
    refused_unsent(post(one_shot(chunks), headers={"Content-Length": "3"}))


def test_a_body_shorter_than_announced_is_refused():
    refused_unsent(post(one_shot([b"ab"]), headers={"Content-Length": "3"}))


def test_an_error_of_the_body_is_not_translated():
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise OSError("disk")

    async def scenario(wire: Wire) -> None:
        await wire.connection.send(post(broken()))

    with pytest.raises(OSError, match="disk"):
        run(on_wire(scenario))


def test_a_body_that_is_read_synchronously_is_refused():
    with pytest.raises(TypeError, match="asynchronously"):
        sent(post(iter([b"a"])))


def unsent_after(request: httpx.Request, *, ended: bool = False) -> bool:
    """Whether a request counts as unsent after it was sent as far as possible."""

    async def scenario(wire: Wire) -> bool:
        if ended:
            wire.connection.eof_received()
        with suppress(OSError, httpx.LocalProtocolError):
            await wire.connection.send(request)
        return request.extensions.get("wats_unsent", False)

    request.extensions["wats_unsent"] = True
    result: bool = run(on_wire(scenario))
    return result


async def no_body() -> AsyncIterator[bytes]:
    raise OSError("no such file")
    yield b""


def test_a_request_counts_as_sent_with_its_first_byte():
    assert not unsent_after(post(b"abc"))


def test_a_request_whose_body_fails_at_once_counts_as_unsent():
    assert unsent_after(post(no_body()))


def test_a_request_with_invalid_headers_counts_as_unsent():
    assert unsent_after(get(headers={"X-A": "b\r\nc"}))


def test_a_request_whose_connection_is_ended_before_its_first_byte_counts_as_unsent():
    assert unsent_after(post(b"abc"), ended=True)


# --- answers that come before the request is sent


ENDS: dict[str, Callable[[Wire], object]] = {
    "end": lambda wire: wire.connection.eof_received(),
    "reset": lambda wire: wire.lose(ConnectionResetError()),
    "closing": lambda wire: setattr(wire, "closing", True),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_sending_stops_when_the_server_has_ended_the_connection(end: Callable[[Wire], object]):
    async def scenario(wire: Wire) -> None:
        sending = asyncio.ensure_future(wire.connection.send(post(endless())))
        await soon(lambda: wire.written)
        end(wire)
        await sending

    run(on_wire(scenario))


def test_an_answer_that_comes_before_the_end_of_the_request_is_read():
    async def scenario(wire: Wire) -> Any:
        exchange = asyncio.ensure_future(send_and_receive(wire.connection, post(endless())))
        await soon(lambda: wire.written)
        wire.connection.data_received(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
        wire.connection.eof_received()
        return await exchange

    status, _, body, reusable = run(on_wire(scenario))
    assert (status, body, reusable) == (413, b"big", False)


def test_a_server_that_answers_and_ends_is_not_waited_for_to_take_the_rest():
    async def scenario(wire: Wire) -> Any:
        exchange = asyncio.ensure_future(send_and_receive(wire.connection, post(endless())))
        wire.connection.pause_writing()
        await soon(lambda: wire.written)
        wire.connection.data_received(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
        wire.connection.eof_received()
        return await exchange

    assert run(on_wire(scenario))[0] == 413


def test_an_answer_before_the_end_of_a_request_that_goes_on_is_read_after_it():
    async def scenario(wire: Wire) -> Any:
        return await send_and_receive(wire.connection, post(one_shot([b"a", b"b"])))

    status, _, _, reusable = run(on_wire(scenario, OK))
    assert (status, reusable) == (200, True)


# --- the network is slow


def test_a_slow_server_makes_the_sender_wait():
    async def scenario(wire: Wire) -> tuple[int, int]:
        given: list[int] = []

        async def body() -> AsyncIterator[bytes]:
            for number in range(3):
                given.append(number)
                yield b"x"

        sending = asyncio.ensure_future(wire.connection.send(post(body())))
        wire.connection.pause_writing()
        await soon(lambda: wire.written)
        for _ in range(10):
            await asyncio.sleep(0)
        before = len(given)
        wire.connection.resume_writing()
        await sending
        return before, len(given)

    assert run(on_wire(scenario)) == (1, 3)


def test_a_request_is_not_sent_before_the_system_has_all_of_it():
    # What asyncio still held would be lost when an early answer closes the connection.
    async def scenario(wire: Wire) -> int | None:
        return wire.limit

    assert run(on_wire(scenario)) == 1


def test_a_slow_reader_makes_the_server_wait():
    async def scenario(wire: Wire) -> bool:
        await wire.connection.send(get())
        wire.connection.data_received(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * LARGE)
        return wire.is_paused

    assert run(on_wire(scenario))


def test_a_reader_that_has_caught_up_lets_the_server_go_on():
    async def scenario(wire: Wire) -> bool:
        await wire.connection.send(get())
        wire.connection.data_received(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * LARGE)
        await wire.connection.receive_head(get())
        body = wire.connection.receive_body(get())
        await anext(body)
        more = asyncio.ensure_future(anext(body))
        await soon(lambda: not wire.is_paused)
        more.cancel()
        return wire.is_paused

    assert not run(on_wire(scenario))


def test_a_small_answer_does_not_make_the_server_wait():
    async def scenario(wire: Wire) -> bool:
        await wire.connection.send(get())
        return wire.is_paused

    assert not run(on_wire(scenario, OK))


def limited(phase: str, seconds: float | None) -> Any:
    return {"timeout": {phase: seconds}}


def test_an_answer_that_does_not_come_is_a_read_timeout(clock: Clock):
    async def scenario(wire: Wire) -> None:
        await send_and_receive(wire.connection, get(extensions=limited("read", 7)))

    with pytest.raises(httpx.ReadTimeout):
        clock.run(on_wire(scenario))
    assert clock.elapsed() == pytest.approx(7)


def test_each_part_of_an_answer_may_take_the_whole_read_timeout(clock: Clock):
    async def scenario(wire: Wire) -> Any:
        loop = asyncio.get_running_loop()
        for number, byte in enumerate(OK):
            loop.call_later(6 * (number + 1), wire.connection.data_received, bytes([byte]))
        return await send_and_receive(wire.connection, get(extensions=limited("read", 7)))

    assert clock.run(on_wire(scenario))[2] == b"ok"


def test_a_server_that_takes_nothing_is_a_write_timeout(clock: Clock):
    async def scenario(wire: Wire) -> None:
        wire.connection.pause_writing()
        await wire.connection.send(post(b"abc", extensions=limited("write", 7)))

    with pytest.raises(httpx.WriteTimeout):
        clock.run(on_wire(scenario))
    assert clock.elapsed() == pytest.approx(7)


@pytest.mark.parametrize("extensions", [{}, limited("read", None)])
def test_without_a_time_limit_an_answer_is_waited_for(clock: Clock, extensions: Any):
    async def scenario(wire: Wire) -> Any:
        asyncio.get_running_loop().call_later(1_000_000, wire.connection.data_received, OK)
        return await send_and_receive(wire.connection, get(extensions=extensions))

    assert clock.run(on_wire(scenario))[0] == 200


def test_an_answer_in_time_is_not_disturbed_by_the_limit_later(clock: Clock):
    async def scenario(wire: Wire) -> Any:
        outcome = await send_and_receive(wire.connection, get(extensions=limited("read", 7)))
        await asyncio.sleep(10)
        return outcome

    assert clock.run(on_wire(scenario, OK))[0] == 200


@pytest.mark.parametrize("phase", ["read", "write"])
def test_who_is_cancelled_waits_no_more(phase: str):
    async def scenario(wire: Wire) -> bool:
        if phase == "write":
            wire.connection.pause_writing()
        exchange = asyncio.ensure_future(send_and_receive(wire.connection))
        await soon(lambda: wire.written)
        exchange.cancel()
        await asyncio.wait([exchange])
        # What comes too late is taken without a word.
        wire.connection.data_received(OK)
        wire.connection.resume_writing()
        return exchange.cancelled()

    assert run(on_wire(scenario))
