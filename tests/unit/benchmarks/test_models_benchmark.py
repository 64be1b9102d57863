"""The rows that reading is measured with: what servers send, whatever the figures are."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from pywats.models import ReportHeader, ReportHeaderResult, ReportKind
from pywats.models.base import LENIENT, reader
from tests.benchmarks.models import header_rows
from tests.contract.contract import SCHEMAS

COLLECTIONS = {name for name, schema in SCHEMAS["ReportHeader"]["properties"].items() if "items" in schema}


def read(body: bytes) -> list[ReportHeader]:
    rows: list[ReportHeader] = reader(list[ReportHeader]).validate_json(body, context=LENIENT)
    return rows


def test_a_row_has_every_member_that_is_not_expanded() -> None:
    members = SCHEMAS["ReportHeader"]["properties"].keys() - COLLECTIONS
    assert all(row.keys() == members for row in json.loads(header_rows(20)))


def test_every_member_of_a_row_fits_its_type() -> None:
    for row in json.loads(header_rows(200)):
        ReportHeader.model_validate(row)


def test_the_rows_are_read_as_models_with_their_types() -> None:
    for row in read(header_rows(20)):
        assert isinstance(row.uuid, UUID)
        assert isinstance(row.start, datetime)
        assert isinstance(row.result, ReportHeaderResult)
        assert isinstance(row.report_type, ReportKind)


def test_the_rows_differ_but_are_the_same_each_time() -> None:
    assert len({row.uuid for row in read(header_rows(200))}) == 200
    assert header_rows(20) == header_rows(20)
