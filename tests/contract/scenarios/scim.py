"""Calls of the SCIM service."""

from __future__ import annotations

from uuid import UUID

from pywats import AsyncWATS
from pywats.models import (
    ScimPatchOperation,
    ScimPatchPath,
    ScimPatchRequest,
    ScimUser,
    ScimUserEmail,
    ScimUserName,
)
from tests.contract.scenarios.scenario import Scenario

NOTHING = UUID("00000000-0000-4000-8000-00000000dead")
USER = ScimUser(
    user_name="ada+1@example.com",
    display_name="Ada",
    active=True,
    external_id="42",
    name=ScimUserName(formatted="Ada Ørsted", given_name="Ada", family_name="Ørsted"),
    emails=[ScimUserEmail(value="ada@example.com", type="work", primary=True)],
)
PATCH = ScimPatchRequest(
    operations=[
        ScimPatchOperation(path=ScimPatchPath.ACTIVE, value=False),
        ScimPatchOperation(path=ScimPatchPath.FULL_NAME, value="Ada King"),
    ]
)


async def user(api: AsyncWATS) -> ScimUser:
    return await api.scim.create_user(USER)


SCENARIOS = {
    "get_token": Scenario(more=({"duration": 30},)),
    "get_users": Scenario(
        more=({"filter": 'userName eq "ada+1@example.com"', "start_index": 1, "count": 10},), prepare=user
    ),
    "create_user": Scenario({"user": ScimUser(user_name="bob@example.com")}, ({"user": USER},)),
    "get_user": Scenario(lambda made: {"user_id": made.id}, prepare=user, unknown={"user_id": NOTHING}),
    "get_user_by_username": Scenario(
        {"user_name": "ada+1@example.com"}, prepare=user, unknown={"user_name": "nobody"}
    ),
    "update_user": Scenario(
        lambda made: {"user_id": made.id, "patch": PATCH}, prepare=user, unknown={"user_id": NOTHING}
    ),
    "delete_user": Scenario(lambda made: {"user_id": made.id}, prepare=user, unknown={"user_id": NOTHING}),
}
