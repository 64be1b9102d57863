"""AsyncHttpClient: what goes out, and what each answer becomes."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
import pydantic
import pytest

from pywats import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RetryConfig,
    ServerError,
    SyncConfig,
    WatsAPIError,
    WatsConnectionError,
    WatsError,
    WatsResponseError,
    WatsTimeoutError,
    correlation_id,
)
from pywats.core.client import AsyncHttpClient
from tests.support import TOKEN
from tests.unit.transport.helpers import Body, Clock, Network, Step, hang, run

T = TypeVar("T")


def client(network: httpx.AsyncBaseTransport, config: SyncConfig | None = None) -> AsyncHttpClient:
    return AsyncHttpClient("http://wats.test", TOKEN, config, transport=network)


def ask(*script: Step, method: str = "GET", result: Any = object, **options: Any) -> Any:
    return run(client(Network(*script)).request(method, "/api/x", result, **options))


def error_of(*script: Step, **options: Any) -> WatsError:
    with pytest.raises(WatsError) as caught:
        ask(*script, **options)
    return caught.value


def sent(method: str = "GET", path: str = "/api/x", **options: Any) -> httpx.Request:
    network = Network(204)
    run(client(network).send(method, path, **options))
    return network.requests[0]


def body_sent(**options: Any) -> bytes:
    network = Network(204)
    run(client(network).send("POST", "/api/x", **options))
    return network.bodies[0]


# --- what goes out


def test_the_token_goes_out_as_basic_authorization():
    assert sent().headers["Authorization"] == f"Basic {TOKEN}"


def test_the_path_is_appended_to_the_base_url():
    network = Network(204)
    server = AsyncHttpClient("https://host.test/wats/api/", TOKEN, transport=network)
    run(server.send("GET", "/api/App/Version"))
    assert str(network.requests[0].url) == "https://host.test/wats/api/App/Version"


@pytest.mark.parametrize(
    ("value", "path"),
    [("A/B", "/api/Product/A%2FB"), ("50%", "/api/Product/50%25"), ("ä?", "/api/Product/%C3%A4%3F")],
)
def test_a_path_parameter_stays_one_segment_on_the_wire(value: str, path: str):
    request = sent(path="/api/Product/{partNumber}", path_params={"partNumber": value})
    assert request.url.raw_path.decode() == path


def test_a_path_parameter_that_cannot_be_sent_is_refused_before_sending():
    network = Network()
    with pytest.raises(ValueError, match="partNumber"):
        run(client(network).send("GET", "/api/Product/{partNumber}", path_params={"partNumber": ".."}))
    assert network.requests == []


def test_params_that_are_none_are_left_out():
    assert sent(params={"$top": 5, "$skip": None, "$filter": "a b"}).url.query == b"%24top=5&%24filter=a+b"


@pytest.mark.parametrize("params", [None, {}, {"a": None}])
def test_without_params_there_is_no_question_mark(params: Any):
    assert str(sent(params=params).url) == "http://wats.test/api/x"


def test_bools_in_params_are_written_as_json_writes_them():
    assert sent(params={"a": True, "b": False}).url.query == b"a=true&b=false"


class AsksAtOnce(httpx.AsyncBaseTransport):
    """A user's transport that takes the body of a request in memory for granted, as httpx lets it."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.contents: list[bytes] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.contents.append(request.content)
        return self.answers.pop(0)


@pytest.mark.parametrize("content", [b'{"a": 1}', None])
def test_a_users_transport_has_the_body_at_once(content: bytes | None):
    network = AsksAtOnce(httpx.Response(204))
    run(client(network).send("POST", "/api/x", content=content))
    assert network.contents == [content or b""]


def test_a_users_transport_has_the_body_of_a_redirected_request_at_once():
    network = AsksAtOnce(httpx.Response(307, headers={"Location": "/api/y"}), httpx.Response(204))
    run(client(network).send("POST", "/api/x", content=b"1"))
    assert network.contents == [b"1", b"1"]


BALANCED = {"Set-Cookie": "ARRAffinity=abc; Path=/; HttpOnly"}


def cookies_sent(*script: Step) -> list[str | None]:
    network = Network(*script)

    async def twice() -> None:
        api = client(network)
        await api.send("GET", "/api/x")
        await api.send("GET", "/api/x")

    run(twice())
    return [request.headers.get("Cookie") for request in network.requests]


def test_a_cookie_of_the_server_comes_back_to_it():
    assert cookies_sent(httpx.Response(204, headers=BALANCED), 204) == [None, "ARRAffinity=abc"]


def test_a_cookie_of_a_redirect_is_sent_where_it_leads():
    location = {"Location": "/api/y"}
    assert cookies_sent(httpx.Response(302, headers={**BALANCED, **location}), 204, 204) == [
        None,
        "ARRAffinity=abc",
        "ARRAffinity=abc",
    ]


def test_a_cookie_goes_to_no_other_server():
    location = {"Location": "https://other.test/api/y"}
    assert cookies_sent(httpx.Response(302, headers={**BALANCED, **location}), 204, 204)[1] is None


def test_content_is_the_body():
    assert body_sent(content=b'{"a": 1}') == b'{"a": 1}'


def test_content_is_json_by_default():
    assert sent("POST", content=b"{}").headers["Content-Type"] == "application/json"


def test_content_type_says_otherwise():
    assert (
        sent("POST", content=b"<x/>", content_type="application/xml").headers["Content-Type"]
        == "application/xml"
    )


def test_a_request_without_content_has_no_content_type():
    assert "Content-Type" not in sent().headers


def test_json_is_accepted_by_default():
    assert sent().headers["Accept"] == "application/json"


def test_accept_says_otherwise():
    assert sent(accept="application/xml").headers["Accept"] == "application/xml"


def test_only_encodings_that_can_be_bounded_are_accepted():
    assert sent().headers["Accept-Encoding"] == "gzip, deflate"


def test_the_user_agent_is_pywats():
    assert sent().headers["User-Agent"].startswith("pywats")


@pytest.mark.parametrize("declared", [True, False])
def test_idempotent_is_declared_to_the_chain(declared: bool):
    assert sent(idempotent=declared).extensions["wats_idempotent"] is declared


def test_without_idempotent_nothing_is_declared():
    assert "wats_idempotent" not in sent().extensions


def test_the_config_travels_with_the_request():
    config = SyncConfig(timeout=5)
    network = Network(204)
    run(client(network, config).send("GET", "/api/x"))
    assert network.requests[0].extensions["wats_config"] is config


def test_the_deadline_travels_with_the_request(clock: Clock):
    network = Network(204)
    clock.run(client(network, SyncConfig(total_timeout=5)).send("GET", "/api/x"))
    assert network.requests[0].extensions["wats_deadline"] == 1005


def test_the_deadline_holds_for_all_requests_of_a_call(clock: Clock):
    server = client(Network(hang), SyncConfig(total_timeout=5))

    async def scenario() -> None:
        with server.call_scope():
            await asyncio.sleep(3)
            await server.send("GET", "/api/x")

    with pytest.raises(WatsTimeoutError, match="total_timeout"):
        clock.run(scenario())
    assert clock.elapsed() == pytest.approx(5, abs=0.05)


def test_httpx_default_time_limits_do_not_apply(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(client(Network(hang)).send("GET", "/api/x"))
    assert clock.elapsed() == pytest.approx(30, abs=0.05)


def test_all_requests_of_a_call_share_one_id():
    network = Network(204)
    server = client(network)

    async def scenario() -> None:
        with server.call_scope():
            await server.send("GET", "/api/x")
            await server.send("GET", "/api/y")

    run(scenario())
    first, second = network.headers("X-Correlation-ID")
    assert first == second is not None


def test_two_calls_have_two_ids():
    network = Network(204)
    server = client(network)

    async def scenario() -> None:
        await server.send("GET", "/api/x")
        await server.send("GET", "/api/y")

    run(scenario())
    first, second = network.headers("X-Correlation-ID")
    assert first != second


@pytest.mark.parametrize("token", ["", " ", "Basic abc", "a\nb", "ä", "a b"])
def test_a_token_that_cannot_be_sent_is_refused_without_repeating_it(token: str):
    with pytest.raises(ValueError, match="token") as caught:
        AsyncHttpClient("http://wats.test", token, transport=Network())
    if len(token.strip()) > 1:
        assert token not in str(caught.value)


def test_blanks_around_a_token_are_dropped():
    network = Network(204)
    run(AsyncHttpClient("http://wats.test", f" {TOKEN}\n", transport=network).send("GET", "/api/x"))
    assert network.requests[0].headers["Authorization"] == f"Basic {TOKEN}"


@pytest.mark.parametrize("token", [None, 5, b"abc"])
def test_a_token_that_is_no_text_is_refused(token: Any):
    with pytest.raises((TypeError, ValueError), match="token"):
        AsyncHttpClient("http://wats.test", token, transport=Network())


def test_max_connections_is_checked_when_the_client_is_made():
    with pytest.raises(ValueError, match="max_connections"):
        AsyncHttpClient("http://wats.test", TOKEN, transport=Network(), max_connections=0)


def test_a_repr_shows_the_server_and_not_the_token():
    text = repr(client(Network()))
    assert "http://wats.test" in text
    assert TOKEN not in text


def test_no_repr_of_a_part_shows_the_token():
    server = client(Network())
    assert TOKEN not in repr(vars(server)) + repr(vars(server.connections))


# --- answers


def test_an_answer_becomes_the_type_asked_for():
    assert ask(httpx.Response(200, json=["a", "b"]), result=list[str]) == ["a", "b"]


def test_an_answer_becomes_a_model():
    class Thing(pydantic.BaseModel):
        number: int

    assert ask(httpx.Response(200, json={"number": 5}), result=Thing) == Thing(number=5)


@pytest.mark.parametrize("body", [b"", b"null", b"  \n", b" null "])
def test_an_empty_answer_is_not_found(body: bytes):
    assert isinstance(error_of(httpx.Response(200, content=body)), NotFoundError)


@pytest.mark.parametrize("body", [b"", b"null"])
def test_an_empty_answer_to_a_request_that_changes_something_does_not_say_that_it_is_not_there(
    body: bytes,
):
    network = Network(httpx.Response(200, content=body))
    with pytest.raises(WatsResponseError, match="did what it was asked to, but its answer is empty"):
        run(client(network).request("POST", "/api/x", dict[str, str]))


@pytest.mark.parametrize("body", [b"", b"null"])
def test_an_optional_answer_that_is_empty_is_none(body: bytes):
    network = Network(httpx.Response(200, content=body))
    assert run(client(network).request_optional("GET", "/api/x", list[str])) is None


def test_an_optional_answer_that_is_there_is_read():
    network = Network(httpx.Response(200, json=["a"]))
    assert run(client(network).request_optional("GET", "/api/x", list[str])) == ["a"]


@pytest.mark.parametrize("body", [b"[]", b"0", b"false", b'""', b"{}"])
def test_an_answer_that_is_only_falsy_is_no_empty_one(body: bytes):
    assert ask(httpx.Response(200, content=body)) == json.loads(body)


def text_of(body: bytes, **headers: str) -> str:
    network = Network(httpx.Response(200, content=body, headers=headers))
    return run(client(network).request_text("GET", "/api/x"))


def test_an_answer_can_be_read_as_text():
    assert text_of("<x>ä</x>".encode()) == "<x>ä</x>"


def test_text_is_read_in_the_encoding_that_it_claims():
    assert text_of("ä".encode("latin-1"), **{"Content-Type": "text/xml; charset=iso-8859-1"}) == "ä"


def test_text_can_be_read_by_a_function():
    network = Network(httpx.Response(200, content=b"1;2"))
    assert run(client(network).request_parsed("GET", "/api/x", lambda text: text.split(";"))) == ["1", "2"]


def test_a_text_that_the_function_refuses_is_an_error_that_knows_its_request():
    def refuse(_: str) -> None:
        raise ValueError("no numbers in it")

    with pytest.raises(WatsResponseError, match="no numbers in it") as caught:
        run(client(Network(200)).request_parsed("GET", "/api/x", refuse))
    assert (caught.value.attempts, caught.value.method) == (1, "GET")
    assert caught.value.correlation_id
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-8"])
def test_text_is_read_without_byte_order_mark(content_type: str):
    assert text_of(b"\xef\xbb\xbf<x/>", **{"Content-Type": content_type}) == "<x/>"


@pytest.mark.parametrize("charset", ["utf-8", "no-such-encoding", "base64", "undefined", "idna"])
def test_text_in_another_encoding_than_it_claims_is_no_answer(charset: str):
    with pytest.raises(WatsResponseError, match="not text"):
        text_of(b"\xff\xfe", **{"Content-Type": f"text/xml; charset={charset}"})


def test_send_wants_no_body():
    run(client(Network(httpx.Response(200, content=b"not json"))).send("PUT", "/api/x"))


HTML = httpx.Response(200, html="<html>login</html>")
DEEP = b"[" * 150_000

NO_ANSWERS = {
    "HTML": b"<html>login</html>",
    "truncated": b'{"a": [1, 2',
    "empty string of another kind": b"undefined",
    "no utf-8": b'"\xff"',
    "too deep": DEEP + b"]" * len(DEEP),
    "too deep and truncated": b"[" * 300,
    "deep and no utf-8": b"[" * 300 + b'"\xff"' + b"]" * 300,
    "deep and a number of 5000 digits": b"[" * 300 + b"9" * 5000 + b"]" * 300,
}


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_an_answer_that_is_no_json_is_not_what_the_api_promises(body: bytes):
    with pytest.raises(WatsResponseError):
        ask(httpx.Response(200, content=body))


@pytest.mark.parametrize(
    ("value", "result"), [({}, list[str]), (["a"], list[int]), ("a", dict), ([1, "x"], list[int])]
)
def test_an_answer_of_another_shape_is_not_what_the_api_promises(value: object, result: Any):
    with pytest.raises(WatsResponseError, match="not what the API promises"):
        ask(httpx.Response(200, json=value), result=result)


def test_a_deep_answer_within_reason_is_read():
    depth = 400
    value = ask(httpx.Response(200, content=b"[" * depth + b"]" * depth))
    for _ in range(depth - 1):
        (value,) = value
    assert value == []


@pytest.mark.parametrize("media_type", ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"])
def test_the_error_about_a_page_says_that_it_is_one(media_type: str):
    with pytest.raises(WatsResponseError, match="HTML"):
        ask(httpx.Response(200, content=b"<html>", headers={"Content-Type": media_type}))


def test_the_error_about_another_answer_does_not_say_that_it_is_a_page():
    with pytest.raises(WatsResponseError) as caught:
        ask(httpx.Response(200, content=b"<html>", headers={"Content-Type": "application/json"}))
    assert "HTML" not in str(caught.value)


def test_the_error_about_an_answer_says_where_it_is_wrong():
    with pytest.raises(WatsResponseError, match="at 1"):
        ask(httpx.Response(200, json=[1, "x"]), result=list[int])


def test_the_error_about_an_answer_does_not_show_the_answer():
    import traceback

    error = error_of(httpx.Response(200, json=[f"echo {TOKEN}"]), result=list[int])
    assert TOKEN not in "".join(traceback.format_exception(error))
    assert error.__cause__ is None


def test_the_error_about_a_text_does_not_show_the_answer():
    with pytest.raises(WatsResponseError) as caught:
        text_of(TOKEN.encode() + b"\xff", **{"Content-Type": "text/xml; charset=utf-8"})
    assert TOKEN not in repr(caught.value) + str(caught.value) + repr(caught.value.__cause__)


def test_the_error_about_an_answer_carries_the_facts():
    with correlation_id("job-42"):
        error = error_of(HTML)
    assert (error.method, error.url, error.attempts, error.correlation_id) == (
        "GET",
        "http://wats.test/api/x",
        1,
        "job-42",
    )


# --- decoding


def packed(body: bytes, encoding: str = "gzip", status: int = 200) -> httpx.Response:
    return httpx.Response(status, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(body))


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_answer_is_unpacked(encoding: str, pack: Any):
    assert ask(packed(pack(b'["a"]'), encoding)) == ["a"]


def test_an_answer_that_cannot_be_unpacked_is_not_what_the_api_promises():
    with pytest.raises(WatsResponseError, match="decoded"):
        ask(packed(b"not gzip"))


def test_no_cause_of_an_error_holds_the_authorization():
    # httpx.DecodingError has the request, with all its headers.
    error: BaseException | None = error_of(packed(b"not gzip"))
    while error is not None:
        request = getattr(error, "_request", None)
        assert request is None or "Authorization" not in request.headers
        error = error.__cause__


def peak_of(call: Coroutine[Any, Any, Any]) -> tuple[BaseException, int]:
    tracemalloc.start()
    try:
        run(call)
    except WatsError as error:
        return error, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    raise AssertionError


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pywats.core.answers.MAX_BODY_BYTES", 2**20)


@pytest.mark.usefixtures("small_limit")
def test_a_bomb_is_stopped_early():
    bomb = gzip.compress(bytes(100 * 2**20), compresslevel=1)
    error, peak = peak_of(client(Network(packed(bomb))).request("GET", "/api/x", object))
    assert isinstance(error, WatsResponseError)
    assert "larger than 1 MiB" in str(error)
    assert peak < 64 * 2**20


@pytest.mark.usefixtures("small_limit")
def test_a_bomb_within_a_bomb_is_stopped_early():
    # A kilobyte on the wire; a hundred of them would be more than a station has.
    bomb = gzip.compress(gzip.compress(bytes(100 * 2**20), compresslevel=1))
    error, peak = peak_of(client(Network(packed(bomb, "gzip, gzip"))).request("GET", "/api/x", object))
    assert isinstance(error, WatsResponseError)
    assert peak < 64 * 2**20


def test_a_bomb_in_an_error_answer_is_stopped_early():
    bomb = gzip.compress(b"x" * (100 * 2**20), compresslevel=1)
    error, peak = peak_of(client(Network(packed(bomb, status=500))).request("GET", "/api/x", object))
    assert isinstance(error, ServerError)
    assert peak < 64 * 2**20


@pytest.mark.usefixtures("small_limit")
def test_an_answer_at_the_limit_is_read():
    text = "x" * (2**20 - 2)
    assert ask(packed(gzip.compress(f'"{text}"'.encode()))) == text


# --- errors


STATUSES = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: BadRequestError,
    429: RateLimitError,
    500: ServerError,
    502: ServerError,
    503: ServerError,
    504: ServerError,
    599: ServerError,
    402: WatsAPIError,
    405: WatsAPIError,
    410: WatsAPIError,
    418: WatsAPIError,
}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_a_status_becomes_its_error(status: int, kind: type[WatsAPIError]):
    assert type(error_of(status)) is kind


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_carries_its_status(status: int):
    error = error_of(status)
    assert isinstance(error, WatsAPIError)
    assert error.status_code == status


@pytest.mark.parametrize("status", [304, 300, 399, 302])
def test_an_unexpected_status_is_not_what_the_api_promises(status: int):
    with pytest.raises(WatsResponseError, match=str(status)):
        ask(status)


def test_an_error_carries_the_servers_text():
    error = error_of(httpx.Response(400, json={"Message": "pn is required"}))
    assert isinstance(error, BadRequestError)
    assert error.detail == "pn is required"
    assert "pn is required" in str(error)


def test_an_error_without_text_says_its_status():
    error = error_of(404)
    assert "404 Not Found" in str(error)
    assert getattr(error, "detail", None) == ""


def test_the_token_in_the_servers_text_is_masked():
    error = error_of(httpx.Response(401, json={"Message": f"bad token {TOKEN}"}))
    assert TOKEN not in str(error) + repr(error) + repr(vars(error))


def test_the_token_in_the_reason_phrase_is_masked():
    # ASP.NET puts its message there: HTTP/1.1 401 bad token ...
    reason = f"bad token {TOKEN}".encode()
    error = error_of(httpx.Response(401, extensions={"reason_phrase": reason}))
    assert TOKEN not in str(error) + repr(error) + repr(vars(error))


def test_a_reason_phrase_that_is_not_the_usual_one_is_the_servers_text():
    error = error_of(httpx.Response(400, extensions={"reason_phrase": b"pn is required"}))
    assert getattr(error, "detail", None) == "pn is required"


def test_a_text_in_the_body_beats_the_reason_phrase():
    response = httpx.Response(400, json={"Message": "from the body"}, extensions={"reason_phrase": b"No"})
    assert getattr(error_of(response), "detail", None) == "from the body"


def test_a_long_reason_phrase_is_cut():
    error = error_of(httpx.Response(401, extensions={"reason_phrase": b"x" * 100_000}))
    assert len(str(error)) < 2000


def test_the_token_in_a_header_of_an_odd_answer_is_masked():
    error = error_of(httpx.Response(200, content=b"<", headers={"Content-Type": f"text/html; x={TOKEN}"}))
    assert TOKEN not in str(error) + repr(vars(error))


def test_an_error_carries_retry_after():
    error = error_of(httpx.Response(429, headers={"Retry-After": "9"}))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 9


@pytest.mark.parametrize("value", ["nan", "-1", "soon"])
def test_an_error_carries_no_retry_after_that_is_none(value: str):
    error = error_of(httpx.Response(503, headers={"Retry-After": value}))
    assert isinstance(error, ServerError)
    assert error.retry_after is None


def test_a_server_that_asks_for_too_long_a_wait_gives_the_error_at_once():
    network = Network(httpx.Response(429, headers={"Retry-After": "121"}))
    with pytest.raises(RateLimitError) as caught:
        run(client(network, SyncConfig(retry_enabled=True)).send("GET", "/api/x"))
    assert (caught.value.retry_after, caught.value.attempts) == (121, 1)


def test_an_error_carries_attempts_method_url_and_id(clock: Clock):
    config = SyncConfig(retry_enabled=True, retry=RetryConfig(max_retries=2))
    with correlation_id("job-42"), pytest.raises(ServerError) as caught:
        clock.run(client(Network(503), config).send("DELETE", "/api/x", params={"secret": "1"}))
    error = caught.value
    assert (error.attempts, error.method, error.url, error.correlation_id) == (
        3,
        "DELETE",
        "http://wats.test/api/x",
        "job-42",
    )


def test_an_error_whose_body_cannot_be_unpacked_is_still_the_error_of_its_status():
    # A proxy that says gzip and means plain text; the status is what matters.
    assert isinstance(error_of(packed(b"Service Unavailable", status=503)), ServerError)


def test_the_text_of_an_error_of_60_kilobytes_is_found():
    body = {"stackTrace": "x" * 60_000, "message": "at the end"}
    assert getattr(error_of(httpx.Response(500, json=body)), "detail", None) == "at the end"


def test_only_the_start_of_a_long_error_is_read(monkeypatch: pytest.MonkeyPatch):
    seen: list[int] = []

    def note(body: bytes, *_: str) -> str:
        seen.append(len(body))
        return ""

    monkeypatch.setattr("pywats.core.answers.error_detail", note)
    assert isinstance(error_of(httpx.Response(500, stream=Body(*[b"x" * 65536] * 30))), ServerError)
    assert seen[0] < 2 * 65536


def test_a_broken_connection_is_a_connection_error():
    error = error_of(httpx.ConnectError("refused"))
    assert isinstance(error, WatsConnectionError)
    assert "refused" in str(error)


def test_an_error_never_holds_the_token():
    import pickle
    import traceback

    for step in (httpx.ConnectError("x"), httpx.ReadTimeout("x"), 401, 500, HTML):
        error = error_of(step)
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))
        assert TOKEN not in shown
        assert TOKEN.encode() not in pickle.dumps(error)
        request = getattr(error, "request", None)
        assert TOKEN not in str(request.headers.raw if request else "")
