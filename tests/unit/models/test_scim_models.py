"""What the models of SCIM do beyond declaring members."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from pywats.models import ScimPatchOperation, ScimPatchPath, ScimPatchRequest, ScimToken, ScimUser
from pywats.models.base import LENIENT


@pytest.mark.parametrize("path", [path for path in ScimPatchPath if path is not ScimPatchPath.ACTIVE])
def test_all_paths_but_active_take_a_text(path: ScimPatchPath) -> None:
    assert ScimPatchOperation(path=path, value="x").to_wire() == {"op": "replace", "path": path, "value": "x"}
    with pytest.raises(ValidationError, match="everything else a text"):
        ScimPatchOperation(path=path, value=True)


@pytest.mark.parametrize("value", ["false", "", 0, None])
def test_active_takes_true_and_false_only(value: Any) -> None:
    with pytest.raises(ValidationError):
        ScimPatchOperation(path="active", value=value)


@pytest.mark.parametrize("value", [True, "x"])
def test_a_path_that_only_a_newer_server_knows_takes_either(value: bool | str) -> None:
    assert ScimPatchOperation(path="shiny", value=value).value == value


def test_nothing_but_replace_can_be_asked_for() -> None:
    with pytest.raises(ValidationError):
        ScimPatchOperation.model_validate({"op": "remove", "path": "roles", "value": "x"})


def test_a_change_without_a_path_says_that_it_is_missing() -> None:
    with pytest.raises(ValidationError, match=r"1 validation error"):
        ScimPatchOperation.model_validate({"value": True})


def test_a_message_carries_its_schema_and_its_capital_letter() -> None:
    request = ScimPatchRequest(operations=[])
    assert request.to_wire() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [],
    }


def test_an_extension_attribute_of_a_user_is_sent() -> None:
    name = "urn:ietf:params:scim:schemas:extension:custom:2.0:user:levels"
    assert ScimUser.model_validate({"userName": "jo", name: "Line 1"}).to_wire()[name] == "Line 1"


@pytest.mark.parametrize(
    "document",
    [
        {"token": "x", "expiresUtc": "2026-01-02T03:04:05", "durationDays": 90},
        {"token": "x", "expires": "2026-01-02T03:04:05Z", "duration": 90},
    ],
)
def test_a_token_is_read_by_either_spelling(document: dict[str, Any]) -> None:
    token = ScimToken.model_validate(document, context=LENIENT)
    assert token.expires_utc == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert token.duration_days == 90
    assert repr(token).startswith("ScimToken(expires_utc=")
