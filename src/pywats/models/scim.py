"""User accounts of the server, as SCIM has them (RFC 7643)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AliasChoices,
    Field,
    StrictBool,
    StrictStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pywats.models.base import UtcTimestamp, WatsModel

__all__ = [
    "ScimListResponse",
    "ScimPatchOperation",
    "ScimPatchPath",
    "ScimPatchRequest",
    "ScimToken",
    "ScimUser",
    "ScimUserEmail",
    "ScimUserName",
]

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class ScimUserName(WatsModel):
    """Parts of a person's name."""

    formatted: str | None = None
    given_name: str | None = None
    family_name: str | None = None


class ScimUserEmail(WatsModel):
    """E-mail address of a user; `type` is mostly work or home."""

    value: str | None = None
    type: str | None = None
    primary: bool | None = None


class ScimUser(WatsModel):
    """User account.

    Members that are not listed here are sent, and kept when they are read. Servers from 2025.1.10 on take
    the restrictions to levels and product groups as such, the first under
    ``urn:ietf:params:scim:schemas:extension:custom:2.0:user:levels``.

    Attributes:
        id: Id, given by the server.
        user_name: Name to log in with, mostly an e-mail address.
        display_name: Name to show.
        active: False for an account that is switched off.
        external_id: Id of the user at the identity provider.
        name: Parts of the person's name.
        emails: E-mail addresses.
        schemas: What kind of SCIM resource this is; `create_user` fills it in.
        meta: When it was created and changed, and the like; given by the server.
    """

    id: UUID | None = None
    user_name: str | None = None
    display_name: str | None = None
    active: bool | None = None
    external_id: str | None = None
    name: ScimUserName | None = None
    emails: list[ScimUserEmail] | None = None
    schemas: list[str] | None = None
    meta: dict[str, Any] | None = None


class ScimListResponse(WatsModel):
    """One page of users.

    Attributes:
        schemas: What kind of SCIM message this is.
        total_results: Number of users on all pages.
        items_per_page: Number of users on this page.
        start_index: Position of the first of them, counted from 1.
        resources: The users.
    """

    # A page of another shape must not pass for the end of the list.
    identified_by: ClassVar[frozenset[str]] = frozenset({"resources"})

    schemas: list[str] | None = None
    total_results: int | None = None
    items_per_page: int | None = None
    start_index: int | None = None
    resources: list[ScimUser] | None = Field(
        default=None,
        validation_alias=AliasChoices("Resources", "resources"),
        serialization_alias="Resources",
    )


class ScimPatchPath(StrEnum):
    """What a user's change can be about."""

    FULL_NAME = "fullName"
    FAMILY_NAME = "familyName"
    GIVEN_NAME = "givenName"
    ROLES = "roles"
    EMAIL = "email"
    ACTIVE = "active"
    LEVELS = "levels"
    PRODUCT_GROUPS = "productGroups"


class ScimPatchOperation(WatsModel):
    """One change of a user.

    Attributes:
        op: The server only replaces.
        path: What is changed, a `ScimPatchPath` or a name that a newer server knows.
        value: True or False for `ACTIVE` (False switches the account off), a text for everything else.
            `LEVELS` and `PRODUCT_GROUPS` take several, parted by semicolons, and only ever add restrictions.
    """

    op: Literal["replace"] = "replace"
    path: ScimPatchPath | str
    value: StrictBool | StrictStr

    @field_validator("value")
    @classmethod
    def _fits_the_path(cls, value: bool | str, info: ValidationInfo) -> bool | str:
        path = info.data.get("path")
        if path in list(ScimPatchPath) and isinstance(value, bool) != (path == ScimPatchPath.ACTIVE):
            raise ValueError("active takes True or False, and everything else a text")
        return value


class ScimPatchRequest(WatsModel):
    """Changes of a user, made in their order."""

    schemas: list[str] = Field(default_factory=lambda: [_PATCH])
    operations: list[ScimPatchOperation] = Field(
        validation_alias=AliasChoices("Operations", "operations"), serialization_alias="Operations"
    )


class ScimToken(WatsModel):
    """Token for an identity provider that provisions users. No server confirms the names of its members.

    Its repr shows nothing that may be secret.

    Attributes:
        token: The token, a secret.
        expires_utc: When it expires.
        duration_days: Days until then.
    """

    token: str | None = Field(default=None, repr=False)
    expires_utc: UtcTimestamp | None = Field(
        default=None,
        validation_alias=AliasChoices("expiresUtc", "expires"),
        serialization_alias="expiresUtc",
    )
    duration_days: int | None = Field(
        default=None,
        validation_alias=AliasChoices("durationDays", "duration"),
        serialization_alias="durationDays",
    )

    @model_validator(mode="before")
    @classmethod
    def _wrap(cls, answer: object) -> object:
        # The description of the server leaves the shape open; a bare token is the other likely one.
        return {"token": answer} if isinstance(answer, str) else answer

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Leave out members that nobody knows: one of them may be the token under another name."""
        unknown = self.model_extra or {}
        return [(name, value) for name, value in super().__repr_args__() if name not in unknown]
