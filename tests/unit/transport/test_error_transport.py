"""ErrorTransport: every httpx error becomes the pyWATS error that says the same."""

from __future__ import annotations

import inspect
import socket

import httpcore
import httpx
import pytest

from pywats import WatsConnectionError, WatsError, WatsTimeoutError
from pywats.transport import ErrorTransport
from tests.unit.transport.helpers import Body, Network, run, send

TIMEOUT, CONNECTION, OTHER = WatsTimeoutError, WatsConnectionError, WatsError

# error, what it becomes, whether the request may have been sent
TABLE = [
    (httpx.ConnectTimeout("x"), TIMEOUT, False),
    (httpx.PoolTimeout("x"), TIMEOUT, False),
    (httpx.ReadTimeout("x"), TIMEOUT, True),
    (httpx.WriteTimeout("x"), TIMEOUT, True),
    (httpx.ConnectError("x"), CONNECTION, False),
    (httpx.ProxyError("x"), CONNECTION, False),
    (httpx.ReadError("x"), CONNECTION, True),
    (httpx.WriteError("x"), CONNECTION, True),
    (httpx.CloseError("x"), CONNECTION, True),
    (httpx.RemoteProtocolError("x"), CONNECTION, True),
    (httpx.LocalProtocolError("x"), OTHER, True),
    (httpx.UnsupportedProtocol("x"), OTHER, True),
    (httpx.StreamConsumed(), OTHER, True),
    (httpx.StreamClosed(), OTHER, True),
    (httpx.ResponseNotRead(), OTHER, True),
    (httpx.RequestNotRead(), OTHER, True),
    (httpx.InvalidURL("x"), OTHER, True),
    (ConnectionRefusedError("x"), CONNECTION, False),
    (ConnectionResetError("x"), CONNECTION, True),
    (BrokenPipeError("x"), CONNECTION, True),
    (TimeoutError("x"), TIMEOUT, True),
]
IDS = [type(error).__name__ for error, _, _ in TABLE]


def raised(error: BaseException) -> WatsError:
    with pytest.raises(WatsError) as caught:
        run(send(ErrorTransport(Network(error)), "PUT"))
    return caught.value


@pytest.mark.parametrize(("error", "kind", "sent"), TABLE, ids=IDS)
def test_an_error_of_httpx_becomes_the_pywats_error(error: Exception, kind: type[WatsError], sent: bool):
    assert type(raised(error)) is kind


@pytest.mark.parametrize(("error", "kind", "sent"), TABLE, ids=IDS)
def test_an_error_says_whether_the_request_was_sent(error: Exception, kind: type[WatsError], sent: bool):
    if kind is not OTHER:
        assert raised(error).request_sent is sent


@pytest.mark.parametrize(("error", "kind", "sent"), TABLE, ids=IDS)
def test_the_error_of_httpx_is_the_cause(error: Exception, kind: type[WatsError], sent: bool):
    assert raised(error).__cause__ is error


@pytest.mark.parametrize(("error", "kind", "sent"), TABLE, ids=IDS)
def test_the_error_names_method_and_url_without_query(error: Exception, kind: type[WatsError], sent: bool):
    translated = raised(error)
    assert (translated.method, translated.url) == ("PUT", "http://wats.test/api/Product/A")


def test_every_transport_error_of_httpx_is_in_the_table():
    def leaves(cls: type) -> set[type]:
        below = [leaf for sub in cls.__subclasses__() if sub.__module__ == "httpx" for leaf in leaves(sub)]
        return {cls, *below}

    abstract = {
        httpx.TransportError,
        httpx.TimeoutException,
        httpx.NetworkError,
        httpx.ProtocolError,
        httpx.StreamError,
    }
    assert (
        leaves(httpx.TransportError) | leaves(httpx.StreamError) <= {type(row[0]) for row in TABLE} | abstract
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (httpx.PoolTimeout(""), "no connection to the server in time"),
        (httpx.ConnectTimeout(""), "no connection to the server in time"),
        (httpx.ReadTimeout(""), "no complete answer from the server in time"),
        (TimeoutError(), "no complete answer from the server in time"),
        (httpx.ProxyError("407 Login"), "the proxy refused the connection: 407 Login"),
        (httpx.ConnectError("[Errno 111] refused"), "cannot connect to the server: [Errno 111] refused"),
        (httpx.ReadError(""), "the connection broke: ReadError"),
        (httpx.RemoteProtocolError("peer left"), "the connection broke: peer left"),
        (httpx.UnsupportedProtocol("no ftp"), "the request cannot be sent: no ftp"),
    ],
)
def test_the_error_says_what_happened(error: Exception, text: str):
    assert raised(error).message == text


def test_a_pywats_error_passes_unchanged():
    error = WatsTimeoutError("from below", method="X")
    assert raised(error) is error


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), OSError("x"), httpx.DecodingError("x")])
def test_another_error_passes_unchanged(error: Exception):
    with pytest.raises(type(error)) as caught:
        run(send(ErrorTransport(Network(error))))
    assert caught.value is error


def test_an_answer_passes_with_its_body():
    response = httpx.Response(404, stream=Body(b"a", b"b"))
    answer = run(send(ErrorTransport(Network(response))))
    assert (answer.status_code, answer.content) == (404, b"ab")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ReadError("x"), CONNECTION),
        (httpx.ReadTimeout("x"), TIMEOUT),
        (httpx.RemoteProtocolError("x"), CONNECTION),
        (ConnectionResetError("x"), CONNECTION),
    ],
)
def test_an_error_while_the_body_is_read_is_translated_too(error: Exception, kind: type[WatsError]):
    response = httpx.Response(200, stream=Body(b"a", error=error))
    with pytest.raises(kind) as caught:
        run(send(ErrorTransport(Network(response))))
    assert caught.value.__cause__ is error


def test_an_error_while_the_body_is_closed_is_translated_too():
    class Stubborn(Body):
        async def aclose(self) -> None:
            raise httpx.CloseError("x")

    with pytest.raises(WatsConnectionError):
        run(send(ErrorTransport(Network(httpx.Response(200, stream=Stubborn())))))


def test_closing_the_body_closes_the_one_below():
    body = Body(b"a")
    run(send(ErrorTransport(Network(httpx.Response(200, stream=body)))))
    assert body.closed == 1


def test_an_answer_that_can_only_be_read_synchronously_is_refused():
    class SyncBody(httpx.SyncByteStream):
        pass

    with pytest.raises(TypeError, match="asynchronous"):
        run(send(ErrorTransport(Network(httpx.Response(200, stream=SyncBody())))))


def test_the_httpx_client_puts_the_request_on_the_error():
    error = raised(httpx.ConnectError("x"))
    assert isinstance(error, WatsConnectionError)
    assert error.request.method == "PUT"


def test_this_is_the_only_module_that_translates():
    import pywats.transport.limit
    import pywats.transport.retry
    import pywats.transport.timeout

    for module in (pywats.transport.limit, pywats.transport.retry, pywats.transport.timeout):
        assert "httpx.ReadTimeout" not in inspect.getsource(module)
        assert "httpx.ConnectError" not in inspect.getsource(module)


@pytest.mark.parametrize(
    ("system", "text"),
    [
        (ConnectionRefusedError(111, "Connect call failed"), "connection refused"),
        (ConnectionResetError(104, "x"), "connection reset"),
        (BrokenPipeError(32, "x"), "connection closed while sending"),
        (socket.gaierror(-2, "x"), "the host name cannot be resolved"),
    ],
)
def test_the_error_says_what_the_system_says(system: OSError, text: str):
    # As httpcore does it: the cause is hidden, and is the argument of its error.
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = httpcore.ConnectError(system)
    assert text in str(raised(error))


def test_a_connect_error_of_a_transport_that_is_not_httpxs_may_have_been_sent():
    # httpx-aiohttp raises ConnectTimeout for a connection that broke after the request was sent.
    error = httpx.ConnectTimeout("x")
    error.__cause__ = RuntimeError("server disconnected")
    assert raised(error).request_sent


def test_an_error_that_is_its_own_cause_does_no_harm():
    error = httpx.ReadError("x")
    error.__cause__ = error
    assert "x" in str(raised(error))
