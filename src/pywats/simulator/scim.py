"""The service SCIM: user accounts, as an identity provider provisions them (RFC 7643 and 7644).

Where the API's description is silent, this server does the following. A user name is there once,
in any letter case. A new user has no roles. The roles are those of the module ``accounts``, and
several are parted by semicolons. Roles, levels and product groups are shown with the user, the
latter two as extension attributes, under which they can be sent as well. Of other members that
it does not know it takes no notice. It gives at most 100 users at a time, and errors in the shape
of SCIM. The tokens that it issues open nothing.
"""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .accounts import ROLES, Account, Accounts
from .moments import now, utc_text
from .scim_filter import compile_scim_filter
from .store import Store
from .wire import (
    ApiError,
    ApiRoute,
    Members,
    Query,
    bad_request,
    done,
    guid,
    json_object,
    not_found,
)

_Endpoint = Callable[[Request], Awaitable[Response]]

_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:user"

_RESTRICTIONS = {"levels": f"{_CUSTOM}:levels", "productGroups": f"{_CUSTOM}:productGroups"}
_NAME_PARTS = ("formatted", "givenName", "familyName")
_PATHS = ("fullName", "familyName", "givenName", "roles", "email", "active", *_RESTRICTIONS)

_MAX_COUNT = 100
_MAX_DAYS = 3650


class ScimService:
    """Answers the operations under ``/api/SCIM/v2``."""

    def __init__(self, store: Store) -> None:
        self._accounts = Accounts(store)

    def routes(self) -> list[ApiRoute]:
        """The service's routes; the one by user name first, as it would match as an id too."""
        by_name, by_id = "/api/SCIM/v2/Users/userName={userName}", "/api/SCIM/v2/Users/{id}"
        return [
            ApiRoute("GET", "/api/SCIM/v2/Token", _scim(self.get_token)),
            ApiRoute("GET", "/api/SCIM/v2/Users", _scim(self.get_users)),
            ApiRoute("POST", "/api/SCIM/v2/Users", _scim(self.create_user)),
            ApiRoute("GET", by_name, _scim(self.get_user_by_username)),
            ApiRoute("GET", by_id, _scim(self.get_user)),
            ApiRoute("PATCH", by_id, _scim(self.update_user)),
            ApiRoute("DELETE", by_id, _scim(self.delete_user)),
        ]

    async def get_token(self, request: Request) -> Response:
        """Makes up a token in the form of a JWT."""
        days = Query(request).integer("duration", minimum=1, maximum=_MAX_DAYS) or 90
        expires = now() + timedelta(days=days)
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "SCIM", "exp": int(expires.timestamp())})
        signed = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return JSONResponse(
            {
                "token": ".".join([*signed, secrets.token_urlsafe(32)]),
                "expiresUtc": utc_text(expires),
                "durationDays": days,
            },
            headers={"Cache-Control": "no-store"},
        )

    async def get_users(self, request: Request) -> Response:
        """Lists the users that a filter lets through, page by page."""
        query = Query(request)
        start = query.integer("startIndex", minimum=1) or 1
        count = query.integer("count", minimum=0)
        users = self._accounts.all()
        condition = query.text("filter")
        if condition is not None:
            test = compile_scim_filter(condition)
            users = [user for user in users if test(_shown(user))]
        page = users[start - 1 :][: _MAX_COUNT if count is None else min(count, _MAX_COUNT)]
        return JSONResponse(
            {
                "schemas": [_LIST],
                "totalResults": len(users),
                "itemsPerPage": len(page),
                "startIndex": start,
                "Resources": [_shown(user) for user in page],
            }
        )

    async def create_user(self, request: Request) -> Response:
        """Adds a user, who is active unless it says otherwise."""
        sent = Members(await json_object(request))
        if sent.has("schemas"):
            _check_schemas(sent, _USER)
        name = sent.nested("name")
        moment = utc_text(now())
        user: Account = {
            "id": str(uuid.uuid4()),
            "userName": sent.required("userName"),
            "displayName": sent.text("displayName"),
            "externalId": sent.text("externalId"),
            "active": sent.flag("active") if sent.has("active") else True,
            "name": None if name is None else {part: name.text(part) for part in _NAME_PARTS},
            "emails": [_email(email) for email in sent.items("emails")],
            "roles": [_known_role(role.required("value")) for role in sent.items("roles")],
            "meta": {"resourceType": "User", "created": moment, "lastModified": moment},
            **{name: _parted(sent.text(attribute) or "") for name, attribute in _RESTRICTIONS.items()},
        }
        if not self._accounts.add(user):
            raise ApiError(409, f"There is a user with the name {user['userName']!r}.")
        return JSONResponse(_shown(user))

    async def get_user(self, request: Request) -> Response:
        """Reads a user by id."""
        return JSONResponse(_shown(self._found(request)))

    async def get_user_by_username(self, request: Request) -> Response:
        """Reads a user by name."""
        name = request.path_params["userName"]
        user = self._accounts.named(name)
        if user is None:
            raise not_found(f"There is no user with the name {name!r}.")
        return JSONResponse(_shown(user))

    async def update_user(self, request: Request) -> Response:
        """Changes a user; all of the operations are done, or none."""
        sent = Members(await json_object(request))
        user = self._found(request)
        _check_schemas(sent, _PATCH)
        operations = sent.items("Operations")
        if not operations:
            raise bad_request("Operations is required.")
        for operation in operations:
            _change(user, operation)
        user["meta"]["lastModified"] = utc_text(now())
        self._accounts.change(user)
        return JSONResponse(_shown(user))

    async def delete_user(self, request: Request) -> Response:
        """Removes a user."""
        self._accounts.remove(self._found(request)["id"])
        return done()

    def _found(self, request: Request) -> Account:
        identifier = guid(request.path_params["id"], "id")
        user = self._accounts.find(identifier)
        if user is None:
            raise not_found(f"There is no user with the id {identifier}.")
        return user


def _scim(endpoint: _Endpoint) -> _Endpoint:
    """The endpoint with errors in the shape of SCIM."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ApiError as error:
            body = {"schemas": [_ERROR], "detail": error.message, "status": str(error.status)}
            return JSONResponse(body, status_code=error.status, media_type="application/scim+json")

    return answer


def _shown(user: Account) -> dict[str, Any]:
    """The user as a SCIM resource."""
    restrictions = {
        attribute: ";".join(user[name]) for name, attribute in _RESTRICTIONS.items() if user[name]
    }
    return {
        "schemas": [_USER, _CUSTOM] if restrictions else [_USER],
        **{name: value for name, value in user.items() if name not in _RESTRICTIONS},
        "roles": [{"value": role} for role in user["roles"]],
        **restrictions,
    }


def _change(user: Account, operation: Members) -> None:
    """Does one operation of a PatchOp message, or a 400."""
    if operation.required("op").lower() != "replace":
        raise bad_request(f"Only replace is supported, not {operation.text('op')!r}.")
    asked = operation.required("path")
    short = {attribute.lower(): name for name, attribute in _RESTRICTIONS.items()}
    path = short.get(asked.lower()) or next((name for name in _PATHS if name.lower() == asked.lower()), None)
    if path is None:
        raise bad_request(f"The path {asked!r} is not supported; choose from {', '.join(_PATHS)}.")
    if path == "active":
        user["active"] = operation.flag("value")
        return
    value = operation.required("value")
    if path == "roles":
        user["roles"] = [_known_role(role) for role in _parted(value)]
    elif path in _RESTRICTIONS:
        user[path] += [added for added in _parted(value) if added not in user[path]]
    elif path == "email":
        user["emails"] = [{"value": value, "type": "work", "primary": True}]
    elif path == "fullName":
        user["displayName"] = value
        user["name"] = {**(user["name"] or {}), "formatted": value}
    else:
        user["name"] = {**(user["name"] or {}), path: value}


def _check_schemas(sent: Members, wanted: str) -> None:
    if wanted not in sent.texts("schemas"):
        raise bad_request(f"schemas must hold {wanted}.")


def _email(sent: Members) -> dict[str, Any]:
    return {
        "value": sent.required("value"),
        "type": sent.text("type"),
        "primary": sent.flag("primary") if sent.has("primary") else False,
    }


def _parted(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def _known_role(name: str) -> str:
    known = next((role for role in ROLES if role.lower() == name.lower()), None)
    if known is None:
        raise bad_request(f"There is no role {name!r}; choose from {', '.join(ROLES)}.")
    return known
