"""The errors: what each one is, what it says, and that none of them ever holds the token."""

from __future__ import annotations

import copy
import inspect
import pickle
import traceback
from typing import Any

import httpx
import pytest

from pywats import (
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    WatsAPIError,
    WatsConnectionError,
    WatsError,
    WatsResponseError,
    WatsTimeoutError,
    exceptions,
)
from pywats.exceptions import bare_url, error_class_for_status
from tests.support import TOKEN
from tests.unit.transport.helpers import Network, chain, run

BASES = {
    WatsError: (Exception,),
    WatsConnectionError: (WatsError, httpx.NetworkError, httpx.TransportError, ConnectionError, OSError),
    WatsTimeoutError: (WatsError, httpx.TimeoutException, httpx.TransportError, TimeoutError),
    WatsAPIError: (WatsError,),
    BadRequestError: (WatsAPIError,),
    AuthenticationError: (WatsAPIError,),
    PermissionDeniedError: (WatsAPIError,),
    NotFoundError: (WatsAPIError, LookupError),
    ConflictError: (WatsAPIError,),
    RateLimitError: (WatsAPIError,),
    ServerError: (WatsAPIError,),
    WatsResponseError: (WatsError,),
    ClientClosedError: (WatsError, RuntimeError),
}

STATUSES = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: BadRequestError,
    429: RateLimitError,
    500: ServerError,
    501: ServerError,
    502: ServerError,
    503: ServerError,
    504: ServerError,
    599: ServerError,
    402: WatsAPIError,
    405: WatsAPIError,
    418: WatsAPIError,
    499: WatsAPIError,
}


def make(cls: type[WatsError], **facts: Any) -> WatsError:
    facts = {
        "method": "GET",
        "url": "http://wats.test/api",
        "attempts": 3,
        "correlation_id": "job-42",
        **facts,
    }
    if issubclass(cls, WatsAPIError):
        return cls("went wrong", **{"status_code": 499, "detail": "too bad", "retry_after": 7.0, **facts})
    return cls("went wrong", **facts)


EVERY = pytest.mark.parametrize("cls", BASES, ids=lambda cls: cls.__name__)


# --- what it is


@pytest.mark.parametrize(("cls", "bases"), BASES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_an_error_is_what_each_kind_of_user_would_call_it(cls: type, bases: tuple[type, ...]):
    assert all(issubclass(cls, base) for base in bases)


def test_every_error_of_the_module_is_in_this_table():
    defined = {cls for name, cls in vars(exceptions).items() if inspect.isclass(cls) and name[0] != "_"}
    assert {cls for cls in defined if issubclass(cls, WatsError)} == set(BASES)


def test_an_answer_of_the_server_is_no_connection_error():
    assert not issubclass(WatsAPIError, (ConnectionError, TimeoutError, httpx.HTTPError))


@pytest.mark.parametrize(("status", "cls"), STATUSES.items())
def test_a_status_has_its_error(status: int, cls: type[WatsAPIError]):
    assert error_class_for_status(status) is cls


@pytest.mark.parametrize(
    "caught", [WatsError, httpx.ConnectError.__base__, httpx.HTTPError, ConnectionError, OSError]
)
def test_a_connection_error_can_be_caught_by_all_its_names(caught: type[Exception]):
    with pytest.raises(caught):
        raise make(WatsConnectionError)


# --- what it carries


@EVERY
@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("method", "GET"),
        ("url", "http://wats.test/api"),
        ("attempts", 3),
        ("correlation_id", "job-42"),
        ("message", "went wrong"),
    ],
)
def test_an_error_carries_its_facts(cls: type[WatsError], fact: str, value: object):
    assert getattr(make(cls), fact) == value


@pytest.mark.parametrize(
    ("fact", "value"),
    [("method", None), ("url", None), ("attempts", 0), ("correlation_id", None), ("request_sent", True)],
)
def test_an_error_without_request_has_no_facts(fact: str, value: object):
    assert getattr(WatsError("went wrong"), fact) == value


@pytest.mark.parametrize(
    ("fact", "value"), [("status_code", 499), ("detail", "too bad"), ("retry_after", 7.0)]
)
def test_an_api_error_carries_the_answer(fact: str, value: object):
    assert getattr(make(WatsAPIError), fact) == value


def test_request_sent_false_is_kept():
    assert WatsConnectionError("x", request_sent=False).request_sent is False


# --- what it says


@EVERY
def test_the_text_says_what_failed_where_how_often_and_under_which_id(cls: type[WatsError]):
    text = str(make(cls))
    assert text.startswith("went wrong [GET http://wats.test/api, 3 attempts, correlation ID job-42]")


def test_one_attempt_is_singular():
    assert "1 attempt," in str(make(WatsError, attempts=1))


@pytest.mark.parametrize("cls", [cls for cls in BASES if cls is not WatsError], ids=lambda cls: cls.__name__)
def test_the_text_says_what_to_do_next(cls: type[WatsError]):
    assert cls.advice
    assert str(make(cls)).endswith(cls.advice)


def test_a_text_without_facts_is_the_message():
    assert str(WatsError("went wrong")) == "went wrong"


def test_a_text_leaves_out_what_is_not_known():
    assert str(WatsError("went wrong", attempts=2)) == "went wrong [2 attempts]"


def test_facts_that_are_learnt_later_are_in_the_text():
    error = WatsError("went wrong")
    error.correlation_id = "job-42"
    assert "job-42" in str(error)


# --- pickling


@EVERY
@pytest.mark.parametrize("copied", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy])
def test_an_error_survives_pickling_and_copying(cls: type[WatsError], copied: Any):
    error = make(cls)
    again = copied(error)
    assert type(again) is cls
    assert (str(again), vars(again), again.args) == (str(error), vars(error), error.args)


def test_a_note_survives_pickling():
    error = make(ServerError)
    error.add_note("while sending report 7")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while sending report 7"]


class CustomError(WatsAPIError):
    """A subclass whose constructor takes something else."""

    def __init__(self, part_number: str) -> None:
        super().__init__(f"no {part_number}", status_code=404)
        self.part_number = part_number


def test_a_users_own_subclass_survives_pickling():
    again = pickle.loads(pickle.dumps(CustomError("ABC")))
    assert (type(again), again.part_number, again.status_code) == (CustomError, "ABC", 404)


# --- the request of httpx, without secrets

HEADERS = {
    "Authorization": f"Basic {TOKEN}",
    "Proxy-Authorization": f"Basic {TOKEN}",
    "Cookie": f"session={TOKEN}",
    "X-Correlation-ID": "job-42",
}


def through_httpx(step: Exception) -> Any:
    """The error that an httpx client raises; it sets `.request` on it."""

    async def scenario() -> None:
        async with httpx.AsyncClient(transport=chain(Network(step)), headers=HEADERS) as client:
            await client.post(f"http://user:{TOKEN}@wats.test/api?key={TOKEN}", content=TOKEN)

    with pytest.raises(WatsError) as caught:
        run(scenario())
    return caught.value


STEPS = pytest.mark.parametrize(
    "step", [httpx.ConnectError("x"), httpx.ReadTimeout("x")], ids=["connection", "timeout"]
)


@STEPS
def test_the_request_says_what_was_asked(step: Exception):
    request = through_httpx(step).request
    assert (request.method, str(request.url)) == ("POST", "http://wats.test/api")
    assert request.headers["X-Correlation-ID"] == "job-42"


@STEPS
def test_no_token_is_in_the_pickled_error(step: Exception):
    assert TOKEN.encode() not in pickle.dumps(through_httpx(step))


@STEPS
def test_no_token_is_in_what_the_error_shows(step: Exception):
    error = through_httpx(step)
    assert TOKEN not in str(error) + repr(error) + repr(vars(error)) + "".join(
        traceback.format_exception(error)
    )


@STEPS
@pytest.mark.parametrize("header", ["authorization", "proxy-authorization", "cookie"])
def test_no_header_with_a_secret_is_in_the_request(step: Exception, header: str):
    assert header not in through_httpx(step).request.headers


@STEPS
def test_no_body_is_in_the_request(step: Exception):
    assert through_httpx(step).request.content == b""


@STEPS
def test_no_error_in_the_chain_of_causes_holds_the_token(step: Exception):
    error = through_httpx(step)
    while error is not None:
        request = getattr(error, "_request", None)
        assert request is None or TOKEN not in str(request.headers.raw) + str(request.url)
        error = error.__cause__


def test_an_error_that_met_no_httpx_client_has_no_request():
    with pytest.raises(RuntimeError, match="request"):
        make(WatsConnectionError).request  # type: ignore[attr-defined]  # noqa: B018


def test_a_pickled_error_has_no_request():
    again = pickle.loads(pickle.dumps(through_httpx(httpx.ConnectError("x"))))
    with pytest.raises(RuntimeError, match="request"):
        again.request  # noqa: B018


# --- URLs


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("http://wats.test/api/x?secret=1#part", "http://wats.test/api/x"),
        ("http://user:pw@wats.test:8080/api", "http://wats.test:8080/api"),
        ("http://user@wats.test/", "http://wats.test/"),
        ("https://[::1]:8443/a%2Fb", "https://[::1]:8443/a%2Fb"),
        ("http://wats.test", "http://wats.test"),
    ],
)
def test_a_bare_url_has_neither_query_nor_credentials(url: str, bare: str):
    assert bare_url(httpx.URL(url)) == bare
