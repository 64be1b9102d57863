"""An answer that makes no sense ends in an error that says so: never in a crash, a hang or a full memory."""

from __future__ import annotations

import zlib

import pytest

from pywats import WatsConnectionError, WatsError, WatsResponseError, pyWATS
from tests.support import TOKEN
from tests.support.fault_server import Exchange, FaultServer, respond


def gigabytes_in_gzip(count: int) -> bytes:
    """So many GB of blanks, as the repetition of one compressed megabyte."""
    packer = zlib.compressobj(level=9, wbits=31)
    start = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + (packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)) * (1024 * count - 1)


def test_a_decompression_bomb_is_refused() -> None:
    bomb = respond(200, gigabytes_in_gzip(20), {"Content-Encoding": "gzip"})
    with (
        FaultServer([bomb]) as server,
        pyWATS(server.url, TOKEN, timeout=20) as api,
        pytest.raises(WatsResponseError),
    ):
        api.process.get_processes()


@pytest.mark.parametrize("status", [200, 500])
def test_a_body_that_is_not_the_encoding_it_claims_is_an_error(status: int) -> None:
    liar = respond(status, b"no gzip at all", {"Content-Encoding": "gzip"})
    with FaultServer([liar]) as server, pyWATS(server.url, TOKEN) as api, pytest.raises(WatsError):
        api.process.get_processes()


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{", b"\xff\xfe", b'{"no": "list"}', b"[" * 100_000, b"[1, 2]", b'"text"', b"1e999"],
    ids=["html", "cut", "no UTF-8", "object", "deep", "numbers", "text", "number"],
)
def test_an_answer_that_is_not_what_the_api_promises_is_an_error(body: bytes) -> None:
    with FaultServer([respond(200, body)]) as server, pyWATS(server.url, TOKEN) as api:
        with pytest.raises(WatsResponseError):
            api.process.get_processes()
        assert len(server.requests) == 1


def test_an_answer_without_an_end_of_its_head_is_an_error() -> None:
    def flood(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nX-Flood: " + b"x" * 2_000_000)
        exchange.close()

    with FaultServer([flood]) as server, pyWATS(server.url, TOKEN) as api, pytest.raises(WatsConnectionError):
        api.process.get_processes()


def test_a_hint_before_the_answer_is_passed_over() -> None:
    def early_hint(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        exchange.send_response(200, {"partNumber": "X"})

    with FaultServer([early_hint]) as server, pyWATS(server.url, TOKEN) as api:
        assert api.product.get_product("X").part_number == "X"


def test_a_connection_closed_after_the_answer_as_announced_is_no_error() -> None:
    def last_answer(exchange: Exchange) -> None:
        exchange.send_response(200, {"partNumber": "X"}, {"Connection": "close"})
        exchange.close()

    with FaultServer([last_answer, last_answer]) as server, pyWATS(server.url, TOKEN) as api:
        assert [api.product.get_product("X").part_number for _ in range(2)] == ["X", "X"]
