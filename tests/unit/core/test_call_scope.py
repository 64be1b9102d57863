"""The call scope: one configuration, one deadline, one ID for everything inside."""

from __future__ import annotations

import contextvars

import pytest

from pywats import SyncConfig, correlation_id
from pywats.core.call import call_scope, current_call
from pywats.core.correlation import correlation_id_var
from tests.unit.transport.helpers import Clock


def test_there_is_no_call_outside_a_scope():
    assert current_call() is None


def test_a_scope_opens_a_call_with_its_config():
    config = SyncConfig(timeout=1)
    with call_scope(config) as call:
        assert call.config is config
        assert current_call() is call


def test_a_scope_closes_its_call():
    with call_scope(SyncConfig()):
        pass
    assert current_call() is None
    assert correlation_id_var.get() is None


def test_a_scope_closes_its_call_also_after_an_error():
    with pytest.raises(KeyError), call_scope(SyncConfig()):
        raise KeyError
    assert current_call() is None
    assert correlation_id_var.get() is None


def test_a_nested_scope_joins_the_outer_one():
    with call_scope(SyncConfig(timeout=1)) as outer:
        chosen = correlation_id_var.get()
        with call_scope(SyncConfig(timeout=2)) as inner:
            assert inner is outer
            assert correlation_id_var.get() == chosen
        assert current_call() is outer


def test_a_call_gets_a_new_id():
    ids = []
    for _ in range(2):
        with call_scope(SyncConfig()):
            ids.append(correlation_id_var.get())
    assert None not in ids
    assert len(set(ids)) == 2


def test_the_id_that_the_user_chose_is_the_calls_id():
    with correlation_id("job-42"), call_scope(SyncConfig()):
        assert correlation_id_var.get() == "job-42"


def test_the_users_id_outlives_the_call():
    with correlation_id("job-42"):
        with call_scope(SyncConfig()):
            pass
        assert correlation_id_var.get() == "job-42"


def test_correlation_id_enabled_false_makes_no_id():
    with call_scope(SyncConfig(correlation_id_enabled=False)):
        assert correlation_id_var.get() is None


def test_a_call_without_total_timeout_has_no_deadline():
    with call_scope(SyncConfig()) as call:
        assert call.deadline is None


def test_total_timeout_starts_with_the_call(clock: Clock):
    with call_scope(SyncConfig(total_timeout=5)) as call:
        assert call.deadline == clock.now + 5


def test_a_nested_scope_does_not_move_the_deadline(clock: Clock):
    with call_scope(SyncConfig(total_timeout=5)) as outer:
        clock.now += 3
        with call_scope(SyncConfig(total_timeout=5)) as inner:
            assert inner.deadline == outer.deadline == 1005


def test_a_call_is_seen_in_a_copy_of_its_context_only():
    with call_scope(SyncConfig()) as call:
        context = contextvars.copy_context()
    assert context.run(current_call) is call
    assert current_call() is None
