"""What is retried and how long is waited: the pure functions, against an oracle written from the design."""

from __future__ import annotations

import inspect
import math
import ssl
import sys
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pywats import (
    RetryConfig,
    WatsConnectionError,
    WatsError,
    WatsResponseError,
    WatsTimeoutError,
)
from pywats.transport import retry_policy
from pywats.transport.retry_policy import (
    backoff_seconds,
    is_idempotent,
    parse_http_date,
    parse_retry_after,
    should_retry_error,
    should_retry_status,
    wait_seconds,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

METHODS = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH", "TRACE", "CONNECT", "LOCK")
DECLARED = (None, True, False)
RETRY_AFTER = (None, 0.0, 1.0, 120.0, 120.001, sys.float_info.max)

# Seconds of which a few hundred don't overflow, and extremes.
numbers = st.floats(min_value=0, max_value=1e300, allow_nan=False)
policies = st.builds(
    RetryConfig,
    backoff=numbers,
    max_backoff=st.floats(min_value=0, max_value=1e6, allow_subnormal=False),
    jitter=st.floats(min_value=0, max_value=1),
    max_retry_after=st.floats(min_value=0, max_value=1e6),
    respect_retry_after=st.booleans(),
)
fractions = st.floats(min_value=0, max_value=1)


# --- which requests


def oracle(
    method: str, declared: bool | None, status: int, retry_after: float | None, policy: RetryConfig
) -> bool:
    """The section RetryTransport of design.md, word by word."""
    if status not in policy.retry_on_status:
        return False  # "a status of retry_on_status"
    if policy.respect_retry_after and retry_after is not None and retry_after > policy.max_retry_after:
        return False  # "a server that asks for a longer wait is not retried"
    if policy.retry_non_idempotent:
        return True  # "also retry requests that may already have taken effect"
    if declared is True:
        return True  # "... or wats_idempotent"
    if declared is None and method in {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}:
        return True  # "when the method is idempotent"; declared False: "this PUT is not"
    return status == 429 or (status == 503 and retry_after is not None)  # "surely did not take effect"


@pytest.mark.parametrize("respect", [True, False])
@pytest.mark.parametrize("force", [True, False])
def test_every_status_method_and_declaration_is_decided_as_the_design_says(respect: bool, force: bool):
    policy = RetryConfig(respect_retry_after=respect, retry_non_idempotent=force)
    wrong = []
    for status, method, declared, retry_after in product(range(100, 600), METHODS, DECLARED, RETRY_AFTER):
        extensions = {} if declared is None else {"wats_idempotent": declared}
        idempotent = is_idempotent(method, extensions, policy)
        decided = should_retry_status(status, retry_after, policy, idempotent=idempotent)
        if decided is not oracle(method, declared, status, retry_after, policy):
            wrong.append((status, method, declared, retry_after))
    assert wrong == []


@given(
    method=st.sampled_from(METHODS),
    declared=st.sampled_from(DECLARED),
    status=st.integers(100, 599),
    retry_after=st.one_of(st.none(), st.floats(min_value=0, max_value=1e6)),
    policy=st.builds(
        RetryConfig,
        retry_on_status=st.sets(st.integers(400, 599)),
        max_retry_after=st.floats(min_value=0, max_value=1e6),
        respect_retry_after=st.booleans(),
        retry_non_idempotent=st.booleans(),
    ),
)
def test_any_policy_decides_as_the_design_says(
    method: str, declared: bool | None, status: int, retry_after: float | None, policy: RetryConfig
):
    idempotent = is_idempotent(method, {"wats_idempotent": declared}, policy)
    decided = should_retry_status(status, retry_after, policy, idempotent=idempotent)
    assert decided is oracle(method, declared, status, retry_after, policy)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_an_idempotent_method_may_be_repeated(method: str):
    assert is_idempotent(method, {}, RetryConfig())


@pytest.mark.parametrize("method", ["POST", "PATCH", "CONNECT", "LOCK"])
def test_another_method_may_not_be_repeated(method: str):
    assert not is_idempotent(method, {}, RetryConfig())


def test_wats_idempotent_true_makes_a_post_repeatable():
    assert is_idempotent("POST", {"wats_idempotent": True}, RetryConfig())


def test_wats_idempotent_false_makes_a_put_unrepeatable():
    assert not is_idempotent("PUT", {"wats_idempotent": False}, RetryConfig())


def test_retry_non_idempotent_makes_every_request_repeatable():
    policy = RetryConfig(retry_non_idempotent=True)
    assert is_idempotent("PATCH", {}, policy)
    assert is_idempotent("PUT", {"wats_idempotent": False}, policy)


def test_max_retry_after_itself_is_still_waited_for():
    policy = RetryConfig(max_retry_after=10)
    assert should_retry_status(503, 10.0, policy, idempotent=True)
    assert not should_retry_status(503, 10.01, policy, idempotent=True)


def test_respect_retry_after_false_ignores_how_long_the_server_asks():
    policy = RetryConfig(respect_retry_after=False, max_retry_after=10)
    assert should_retry_status(503, 1e9, policy, idempotent=True)


# --- which errors


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def connection(cause: BaseException | None = None, *, sent: bool = True) -> WatsConnectionError:
    error = WatsConnectionError("broken", request_sent=sent)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error", [WatsConnectionError("x"), WatsTimeoutError("x"), ConnectionResetError(), TimeoutError()]
)
def test_connection_and_timeout_errors_of_an_idempotent_request_are_retried(error: Exception):
    assert should_retry_error(error, RetryConfig(), idempotent=True)


@pytest.mark.parametrize("error", [ValueError(), OSError(), WatsError("x"), WatsResponseError("x")])
def test_other_errors_are_not_retried(error: Exception):
    assert not should_retry_error(error, RetryConfig(), idempotent=True)


def test_retry_on_errors_decides_which_errors_are_retried():
    policy = RetryConfig(retry_on_errors=(ValueError,))
    assert should_retry_error(ValueError(), policy, idempotent=True)
    assert not should_retry_error(WatsConnectionError("x"), policy, idempotent=True)


def test_retry_on_errors_empty_retries_no_error():
    assert not should_retry_error(WatsTimeoutError("x"), RetryConfig(retry_on_errors=()), idempotent=True)


def test_an_error_is_retried_if_its_cause_is_one_of_retry_on_errors():
    policy = RetryConfig(retry_on_errors=(httpx.ReadError,))
    assert should_retry_error(connection(httpx.ReadError("x")), policy, idempotent=True)
    assert not should_retry_error(connection(httpx.WriteError("x")), policy, idempotent=True)


def test_the_cause_of_a_cause_does_not_make_an_error_retried():
    policy = RetryConfig(retry_on_errors=(KeyError,))
    error = caused(ValueError(), caused(ValueError(), KeyError()))
    assert not should_retry_error(error, policy, idempotent=True)


def test_an_error_that_may_have_taken_effect_is_not_retried_for_a_post():
    assert not should_retry_error(connection(sent=True), RetryConfig(), idempotent=False)


def test_an_error_before_anything_was_sent_is_retried_for_a_post():
    assert should_retry_error(connection(sent=False), RetryConfig(), idempotent=False)


def test_an_error_that_does_not_say_whether_the_request_was_sent_counts_as_sent():
    assert not should_retry_error(ConnectionRefusedError(), RetryConfig(), idempotent=False)


PERMANENT = {
    "TLS verification": ssl.SSLCertVerificationError("self-signed"),
    "invalid URL": httpx.InvalidURL("x"),
    "unsupported scheme": httpx.UnsupportedProtocol("ftp"),
    "protocol misuse": httpx.LocalProtocolError("x"),
    "consumed body": httpx.StreamConsumed(),
    "proxy login": httpx.ProxyError("407 Proxy Authentication Required"),
}
EVERYTHING = RetryConfig(retry_on_errors=(Exception,), retry_non_idempotent=True)


@pytest.mark.parametrize("cause", PERMANENT.values(), ids=PERMANENT)
def test_an_error_that_repeating_cannot_mend_is_never_retried(cause: Exception):
    assert not should_retry_error(cause, EVERYTHING, idempotent=True)


@pytest.mark.parametrize("cause", PERMANENT.values(), ids=PERMANENT)
def test_an_error_caused_by_one_that_repeating_cannot_mend_is_never_retried(cause: Exception):
    assert not should_retry_error(connection(cause, sent=False), EVERYTHING, idempotent=True)


def test_a_tls_verification_failure_is_found_below_the_error_of_httpcore():
    # httpcore raises ConnectError(error) from None: the cause is only an argument.
    below = httpx.ConnectError("x")
    below.__cause__ = OSError(ssl.SSLCertVerificationError("self-signed"))
    assert not should_retry_error(connection(below, sent=False), EVERYTHING, idempotent=True)


def test_another_tls_error_is_retried():
    assert should_retry_error(connection(ssl.SSLEOFError(8, "EOF")), RetryConfig(), idempotent=True)


def test_another_refusal_of_the_proxy_is_retried():
    error = connection(httpx.ProxyError("503 Service Unavailable"), sent=False)
    assert should_retry_error(error, RetryConfig(), idempotent=False)


# --- backoff and jitter


@pytest.mark.parametrize(("retry", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8)])
def test_backoff_waits_backoff_to_the_power_of_n_seconds(retry: int, seconds: float):
    assert backoff_seconds(retry, RetryConfig(backoff=2, jitter=0)) == seconds


@pytest.mark.parametrize("retry", [6, 100, 1100, 10**9])
def test_max_backoff_caps_the_wait(retry: int):
    assert backoff_seconds(retry, RetryConfig(jitter=0)) == 60


@pytest.mark.parametrize("retry", [0, 1, 1100])
def test_max_backoff_0_means_no_waiting(retry: int):
    assert wait_seconds(retry, RetryConfig(max_backoff=0), None, 1.0) == 0


@pytest.mark.parametrize("retry", [0, 5])
def test_backoff_1_waits_the_same_each_time(retry: int):
    assert backoff_seconds(retry, RetryConfig(backoff=1, jitter=0)) == 1


def test_jitter_adds_up_to_its_share_of_the_wait():
    policy = RetryConfig(jitter=0.5)
    assert [wait_seconds(1, policy, None, fraction) for fraction in (0, 0.5, 1)] == [2, 2.5, 3]


def test_jitter_0_turns_it_off():
    policy = RetryConfig(jitter=0)
    assert wait_seconds(1, policy, None, 0.0) == wait_seconds(1, policy, None, 1.0) == 2


def test_jitter_still_spreads_the_waits_at_the_cap():
    waits = {wait_seconds(20, RetryConfig(), None, number / 100) for number in range(101)}
    assert len(waits) == 101
    assert max(waits) == pytest.approx(60)
    assert min(waits) == pytest.approx(40)


@given(retry=st.integers(0, 5000), policy=policies, fraction=fractions)
@example(retry=1100, policy=RetryConfig(), fraction=1.0)
def test_a_wait_is_between_0_and_max_backoff(retry: int, policy: RetryConfig, fraction: float):
    wait = wait_seconds(retry, policy, None, fraction)
    assert 0 <= wait <= policy.max_backoff * (1 + 1e-12)


@given(
    retry=st.integers(0, 5000),
    policy=policies,
    asked=st.floats(min_value=0, max_value=1e6),
    fraction=fractions,
)
def test_a_wait_is_never_shorter_than_the_server_asked(
    retry: int, policy: RetryConfig, asked: float, fraction: float
):
    wait = wait_seconds(retry, policy, asked, fraction)
    assert math.isfinite(wait)
    assert wait >= (asked if policy.respect_retry_after else 0)


def test_respect_retry_after_false_waits_as_backoff_says():
    policy = RetryConfig(respect_retry_after=False, jitter=0)
    assert wait_seconds(1, policy, 100.0, 1.0) == 2


def test_retry_after_0_does_not_shorten_the_backoff():
    assert wait_seconds(1, RetryConfig(jitter=0), 0.0, 1.0) == 2


def test_waits_after_the_same_retry_after_are_spread_too():
    policy = RetryConfig()
    assert wait_seconds(0, policy, 100.0, 0.0) < wait_seconds(0, policy, 100.0, 1.0)


def test_the_largest_wait_that_a_config_allows_is_finite():
    policy = RetryConfig(max_retry_after=sys.float_info.max, max_backoff=sys.float_info.max)
    assert math.isfinite(wait_seconds(0, policy, sys.float_info.max, 1.0))


# --- Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("5", 5),
        (" 5 ", 5),
        ("007", 7),
        ("120", 120),
        ("0.5", 0.5),
        ("1.25", 1.25),
        ("999999999", 999999999),
    ],
)
def test_retry_after_in_seconds(value: str, seconds: float):
    assert parse_retry_after([value], NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "Sun, 01 Mar 2026 12:00:30 GMT",  # IMF-fixdate
        "Sunday, 01-Mar-26 12:00:30 GMT",  # RFC 850
        "Sun Mar  1 12:00:30 2026",  # asctime
    ],
)
def test_retry_after_as_a_date_in_each_format_of_http(value: str):
    assert parse_retry_after([value], NOW) == 30


@pytest.mark.parametrize(
    "value",
    ["Wed, 11 Mar 2026 12:00:00 GMT", "Wednesday, 11-Mar-26 12:00:00 GMT", "Wed Mar 11 12:00:00 2026"],
)
def test_the_longest_name_of_a_day_and_a_day_of_two_digits_are_read_in_each_format(value: str):
    assert parse_retry_after([value], NOW) == timedelta(days=10).total_seconds()


def test_retry_after_in_the_past_means_no_wait():
    assert parse_retry_after(["Sun, 01 Mar 2020 12:00:30 GMT"], NOW) == 0


def test_a_time_zone_of_the_reference_does_not_matter():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert parse_retry_after(["Sun, 01 Mar 2026 12:00:30 GMT"], elsewhere) == 30


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-1",
        "+1",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1e400",
        "1e3",
        "0x10",
        "5s",
        "5 6",
        ".5",
        "5.",
        "1_000",
        "\uff11\uff12",
        "\u0663",
        "1\u0663",
        "\u00bd",
        "soon",
        "None",
        "\x00",
        ",",
        "5,,6",
        "5;6",
        "Sun, 01 Mar 2026 13:00:30 +0100",
        "Sun, 01 Mar 2026 12:00:30",
        "Sun, 99 Mar 2026 12:00:30 GMT",
        "Sun, 01 Mar 99999 12:00:30 GMT",
        "Sun, 01 Xyz 2026 12:00:30 GMT",
        ", ,",
    ],
)
def test_what_is_no_retry_after_counts_as_absent(value: str):
    assert parse_retry_after([value], NOW) is None


def test_no_header_is_no_retry_after():
    assert parse_retry_after([], NOW) is None


@pytest.mark.parametrize("value", ["9" * 400, "9" * 5000, "1" + "0" * 400 + ".5"])
def test_a_number_of_hundreds_of_digits_is_finite_and_longer_than_anyone_waits(value: str):
    assert parse_retry_after([value], NOW) == sys.float_info.max


def test_of_two_headers_the_longer_wait_counts():
    assert parse_retry_after(["5", "60"], NOW) == parse_retry_after(["60", "5"], NOW) == 60


def test_of_two_headers_in_one_the_longer_wait_counts():
    assert parse_retry_after(["5, 60"], NOW) == parse_retry_after(["60 ,5"], NOW) == 60


def test_of_a_number_and_a_date_the_longer_wait_counts():
    assert parse_retry_after(["5", "Sun, 01 Mar 2026 12:00:30 GMT"], NOW) == 30


def test_garbage_beside_a_number_is_ignored():
    assert parse_retry_after(["soon", "5"], NOW) == 5


def test_of_a_date_and_a_number_in_one_header_the_wait_is_not_shorter_than_asked():
    # RFC 9110 section 5.3: a proxy may join the two fields by a comma.
    wait = parse_retry_after(["Sun, 01 Mar 2026 12:00:30 GMT, 60"], NOW)
    assert wait is None or wait >= 60


def test_of_two_dates_in_one_header_the_wait_is_not_shorter_than_asked():
    wait = parse_retry_after(["Sun, 01 Mar 2026 12:00:10 GMT, Sun, 01 Mar 2026 12:00:30 GMT"], NOW)
    assert wait is None or wait >= 30


@given(st.lists(st.text(), max_size=3))
def test_parsing_retry_after_never_raises_and_is_finite(values: list[str]):
    wait = parse_retry_after(values, NOW)
    assert wait is None or (math.isfinite(wait) and wait >= 0)


@given(
    st.text(
        alphabet=st.sampled_from("0123456789.,:+-eE /infaINFASunMonTueWedThuFriSatJanMarGMT\x00\uff11"),
        max_size=40,
    )
)
def test_parsing_what_looks_like_retry_after_never_raises(value: str):
    wait = parse_retry_after([value], NOW)
    assert wait is None or (math.isfinite(wait) and wait >= 0)


two_digits = st.integers(0, 99).map("{:02}".format)
days = st.sampled_from(["Mon", "Sun", "Sunday", "Xyz"])
months = st.sampled_from(["Jan", "Feb", "Dec", "Xyz"])
years = st.one_of(two_digits, st.integers(0, 9999).map("{:04}".format))
times = st.lists(two_digits, min_size=3, max_size=3).map(":".join)
dates = st.one_of(
    st.builds("{}, {} {} {} {} GMT".format, days, two_digits, months, years, times),
    st.builds("{}, {}-{}-{} {} GMT".format, days, two_digits, months, years, times),
    st.builds("{} {} {} {} {}".format, days, months, two_digits, times, years),
)


@given(st.lists(st.one_of(dates, st.integers(0).map(str)), min_size=1, max_size=3).map(", ".join))
def test_parsing_what_looks_like_dates_never_raises(value: str):
    wait = parse_retry_after([value], NOW)
    assert wait is None or (math.isfinite(wait) and wait >= 0)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5), st.data())
def test_of_any_list_of_numbers_and_dates_none_is_cut_short(seconds: list[int], data: st.DataObject):
    def written(one: int) -> str:
        as_date = data.draw(st.booleans())
        return format_datetime(NOW + timedelta(seconds=one), usegmt=True) if as_date else str(one)

    items = [written(one) for one in seconds]
    assert parse_retry_after([", ".join(items)], NOW) == parse_retry_after(items, NOW) == max(seconds)


@given(st.integers(min_value=0, max_value=10**15))
def test_whole_seconds_are_never_waited_for_less(seconds: int):
    assert parse_retry_after([str(seconds)], NOW) == seconds


@given(st.integers(min_value=-(10**8), max_value=10**8))
def test_any_date_is_as_far_away_as_it_is(seconds: int):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after([date], NOW) == max(seconds, 0)


@pytest.mark.parametrize("value", ["", "soon", "2026-03-01T12:00:30Z", "5", "Sun, 01 Mar 99999 12:00:30 GMT"])
def test_what_is_no_date_is_none(value: str):
    assert parse_http_date(value) is None


@pytest.mark.parametrize(
    "value",
    [
        # IMF-fixdate
        "sun, 01 Mar 2026 12:00:30 GMT",
        "Sun, 1 Mar 2026 12:00:30 GMT",
        "Sun, 01 Mar 26 12:00:30 GMT",
        "Sun, 01 Mar 2026 2:00:30 GMT",
        "Sun, 01 Mar 2026 12:00:3 GMT",
        "Sun, 01 Mar 2026 12:00 GMT",
        "Sun, 01 Mar 2026 12:00:30",
        "Sun, 0\uff11 Mar 2026 12:00:30 GMT",
        # RFC 850
        "Sun, 01-Mar-26 12:00:30 GMT",
        "Wednesdays, 04-Mar-26 12:00:30 GMT",
        "Sunday, 01-Mar-2026 12:00:30 GMT",
        "Sunday, 01-Mar-26 12:00:30",
        # asctime
        "Sun Mar 1 12:00:30 2026",
        "Sun Mar  1 12:00:30 26",
        "Sun Mar  1 12:00:30 2026 GMT",
    ],
)
def test_what_is_almost_a_date_is_none(value: str):
    assert parse_http_date(value) is None


@pytest.mark.parametrize("value", ["Sun, 01 Mar 2026 12:00:00 GMT", "Sun Mar  1 12:00:00 2026"])
def test_a_date_is_in_utc_whether_it_says_so_or_not(value: str):
    assert parse_http_date(value) == NOW


@given(st.text())
def test_parsing_a_date_never_raises_and_gives_an_aware_one(value: str):
    date: Any = parse_http_date(value)
    assert date is None or date.tzinfo is not None


def test_the_policy_knows_neither_clock_nor_network_nor_chance():
    source = inspect.getsource(retry_policy)
    assert not {"import time", "import random", "import asyncio", "datetime.now"} & set(source.split("\n"))
    assert "datetime.now" not in source
