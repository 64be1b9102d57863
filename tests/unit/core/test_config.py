"""Configuration: defaults as documented, and no wrong value gets past the constructor."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats import RetryConfig, SyncConfig

SECONDS = ("backoff", "max_backoff", "max_retry_after")
FLAGS = ("respect_retry_after", "retry_non_idempotent")

NO_NUMBERS = (True, False, None, "3", b"3", [3], Decimal(3), 1j)
NO_FINITE_NUMBERS = (math.nan, math.inf, -math.inf, 10**400, -(10**400))
NO_FLAGS = (None, 0, 1, "True", 1.0)


def refused(error: type[Exception], cls: Any, field: str, value: object) -> str:
    with pytest.raises(error) as caught:
        cls(**{field: value})
    assert field in str(caught.value)
    return str(caught.value)


# --- RetryConfig: one test for each row of the design's table


def test_max_retries_is_3_by_default():
    assert RetryConfig().max_retries == 3


def test_backoff_is_2_by_default():
    assert RetryConfig().backoff == 2.0


def test_retry_on_errors_is_connection_and_timeout_errors_by_default():
    assert RetryConfig().retry_on_errors == (ConnectionError, TimeoutError)


def test_max_backoff_is_60_seconds_by_default():
    assert RetryConfig().max_backoff == 60.0


def test_jitter_is_half_by_default():
    assert RetryConfig().jitter == 0.5


def test_retry_on_status_is_408_429_502_503_504_by_default():
    assert RetryConfig().retry_on_status == {408, 429, 502, 503, 504}


def test_retry_after_is_respected_by_default():
    assert RetryConfig().respect_retry_after is True


def test_max_retry_after_is_120_seconds_by_default():
    assert RetryConfig().max_retry_after == 120.0


def test_non_idempotent_requests_are_not_retried_by_default():
    assert RetryConfig().retry_non_idempotent is False


# --- SyncConfig


def test_timeout_is_30_seconds_by_default():
    assert SyncConfig().timeout == 30.0


def test_total_timeout_is_none_by_default():
    assert SyncConfig().total_timeout is None


def test_retry_is_off_by_default():
    assert SyncConfig().retry_enabled is False


def test_retry_is_the_default_retry_config_by_default():
    assert SyncConfig().retry == RetryConfig()


def test_correlation_ids_are_on_by_default():
    assert SyncConfig().correlation_id_enabled is True


def test_timeout_none_means_no_limit():
    assert SyncConfig(timeout=None).timeout is None


# --- wrong values


@pytest.mark.parametrize("field", SECONDS)
@pytest.mark.parametrize("value", NO_FINITE_NUMBERS)
def test_seconds_that_are_not_finite_are_refused(field: str, value: float):
    assert repr(value) in refused(ValueError, RetryConfig, field, value)


@pytest.mark.parametrize("field", SECONDS)
@pytest.mark.parametrize("value", [-1, -0.001])
def test_negative_seconds_are_refused(field: str, value: float):
    assert repr(value) in refused(ValueError, RetryConfig, field, value)


@pytest.mark.parametrize("field", [*SECONDS, "jitter"])
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_refused(field: str, value: object):
    assert repr(value) in refused(TypeError, RetryConfig, field, value)


@pytest.mark.parametrize("value", [*NO_FINITE_NUMBERS, -0.1, 1.1, 50])
def test_a_jitter_outside_0_to_1_is_refused(value: float):
    assert repr(value) in refused(ValueError, RetryConfig, "jitter", value)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 3.0, math.nan, math.inf])
def test_max_retries_that_is_no_whole_number_is_refused(value: object):
    assert repr(value) in refused(TypeError, RetryConfig, "max_retries", value)


def test_negative_max_retries_is_refused():
    assert "-3" in refused(ValueError, RetryConfig, "max_retries", -3)


@pytest.mark.parametrize("field", FLAGS)
@pytest.mark.parametrize("value", NO_FLAGS)
def test_retry_flags_that_are_no_bool_are_refused(field: str, value: object):
    assert repr(value) in refused(TypeError, RetryConfig, field, value)


@pytest.mark.parametrize("field", ["retry_enabled", "correlation_id_enabled"])
@pytest.mark.parametrize("value", NO_FLAGS)
def test_flags_that_are_no_bool_are_refused(field: str, value: object):
    assert repr(value) in refused(TypeError, SyncConfig, field, value)


@pytest.mark.parametrize(
    "value",
    [None, 5, "ConnectionError", ("ConnectionError",), (int,), (BaseException,), (KeyboardInterrupt,)],
)
def test_retry_on_errors_that_are_no_exceptions_are_refused(value: object):
    refused(TypeError, RetryConfig, "retry_on_errors", value)


def test_retry_on_errors_names_the_class_that_is_no_exception():
    assert "int" in refused(TypeError, RetryConfig, "retry_on_errors", (ValueError, int))


@pytest.mark.parametrize("value", [(429.0,), {True}, {"429"}, {None}, 503, None, "503"])
def test_retry_on_status_that_are_no_statuses_are_refused(value: object):
    refused(TypeError, RetryConfig, "retry_on_status", value)


@pytest.mark.parametrize("value", [-1, 0, 99, 200, 302, 399, 600, 10**400])
def test_retry_on_status_outside_4xx_and_5xx_is_refused(value: int):
    assert repr(value) in refused(ValueError, RetryConfig, "retry_on_status", {value})


@pytest.mark.parametrize("field", ["timeout", "total_timeout"])
@pytest.mark.parametrize("value", [*NO_FINITE_NUMBERS, 0, 0.0, -0.0, -1, -1e-9])
def test_time_limits_that_are_not_above_0_are_refused(field: str, value: float):
    assert repr(value) in refused(ValueError, SyncConfig, field, value)


@pytest.mark.parametrize("field", ["timeout", "total_timeout"])
@pytest.mark.parametrize("value", [*NO_NUMBERS[:2], *NO_NUMBERS[3:]])
def test_time_limits_that_are_no_number_are_refused(field: str, value: object):
    assert repr(value) in refused(TypeError, SyncConfig, field, value)


@pytest.mark.parametrize("value", [None, 3, {}, RetryConfig, SyncConfig()])
def test_retry_that_is_no_retry_config_is_refused(value: object):
    assert repr(value) in refused(TypeError, SyncConfig, "retry", value)


def test_a_number_of_5000_digits_is_refused_by_name():
    # Python itself refuses to print it.
    refused(ValueError, SyncConfig, "timeout", 10**5000)


@given(
    field=st.sampled_from([field.name for field in dataclasses.fields(RetryConfig)]),
    value=st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.tuples(st.integers())
    ),
)
def test_a_retry_config_is_either_valid_or_refused_by_name(field: str, value: object):
    refusal = ""
    try:
        config = RetryConfig(**{field: value})
    except (TypeError, ValueError) as error:
        refusal = str(error)
    assert field in refusal or dataclasses.replace(config) == config


# --- right values


@pytest.mark.parametrize("field", SECONDS)
@pytest.mark.parametrize("value", [0, 0.0, 1, 1e9])
def test_seconds_from_0_are_accepted(field: str, value: float):
    assert getattr(RetryConfig(**{field: value}), field) == value


@pytest.mark.parametrize("value", [0, 1, 0.25])
def test_jitter_from_0_to_1_is_accepted(value: float):
    assert RetryConfig(jitter=value).jitter == value


def test_max_retries_0_is_accepted():
    assert RetryConfig(max_retries=0).max_retries == 0


@pytest.mark.parametrize("value", [[ValueError, OSError], (ValueError, OSError)])
def test_retry_on_errors_becomes_a_tuple(value: Any):
    assert RetryConfig(retry_on_errors=value).retry_on_errors == (ValueError, OSError)


def test_retry_on_errors_may_be_a_single_class():
    assert RetryConfig(retry_on_errors=OSError).retry_on_errors == (OSError,)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [[500, 503], {500, 503}, (500, 503, 503)])
def test_retry_on_status_becomes_a_frozenset(value: Any):
    statuses = RetryConfig(retry_on_status=value).retry_on_status
    assert (type(statuses), statuses) == (frozenset, {500, 503})


# --- values


@pytest.mark.parametrize("config", [RetryConfig(), SyncConfig()])
def test_a_config_is_frozen(config: Any):
    field = dataclasses.fields(config)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config, field, 1)


@pytest.mark.parametrize("copied", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy])
@pytest.mark.parametrize(
    "config", [RetryConfig(max_retries=9, retry_on_status={500}), SyncConfig(timeout=1, total_timeout=2)]
)
def test_a_config_can_be_pickled_and_copied(config: object, copied: Any):
    assert copied(config) == config


@pytest.mark.parametrize("cls", [RetryConfig, SyncConfig])
def test_equal_configs_have_the_same_hash(cls: Any):
    assert len({cls(), cls()}) == 1


def test_a_changed_copy_is_validated_too():
    with pytest.raises(ValueError, match="max_retries"):
        dataclasses.replace(RetryConfig(), max_retries=-1)


def test_changing_the_set_given_as_statuses_changes_no_config():
    statuses = {503}
    config = RetryConfig(retry_on_status=statuses)
    statuses.add(500)
    assert config.retry_on_status == {503}
