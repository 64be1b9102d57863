"""User accounts of the server, by the SCIM protocol (RFC 7644)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from pywats.core.correlation import correlation_id_var
from pywats.exceptions import WatsResponseError
from pywats.models.base import to_json
from pywats.models.scim import ScimListResponse, ScimPatchRequest, ScimToken, ScimUser
from pywats.services.arguments import checked_int, checked_uuid, optional_int, required_text
from pywats.services.base import AsyncService
from pywats.services.paging import iter_pages

__all__ = ["AsyncScimService"]

_MEDIA_TYPE: Final = "application/scim+json"
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_ACCEPT: Final = "application/scim+json, application/json"

_GIVEN_BY_SERVER = ("id", "meta")


class AsyncScimService(AsyncService):
    """User accounts of the server, by the SCIM protocol (RFC 7644)."""

    async def get_token(self, *, duration: int | None = None) -> ScimToken:
        """Issue a token for an identity provider that provisions users.

        Each call issues a new one, a secret: keep it out of logs. A call that was retried may have issued a
        token more, which nobody has and which stays valid until it expires. Provisioning works from server
        version 23.1 on for Entra ID, and from 24.2 on for Okta.

        Args:
            duration: Days until the token expires, from 1 up; the server's default is 90.

        Returns:
            The token; its repr does not show it.

        Raises:
            ValueError: `duration` is not from 1 up; nothing was sent.
            BadRequestError: The duration was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Token
        """
        return await self._client.request(
            "GET", "/api/SCIM/v2/Token", ScimToken, params={"duration": optional_int("duration", duration, 1)}
        )

    async def get_users(
        self, filter: str | None = None, *, start_index: int | None = None, count: int | None = None
    ) -> ScimListResponse:
        """Read one page of the users; `iter_users` reads all of them.

        Args:
            filter: SCIM filter, such as ``userName eq "jo@example.com"`` (RFC 7644 section 3.4.2.2). Which
                ones the server knows is not documented.
            start_index: Position of the first user to return, counted from 1.
            count: Most users to return; the server may give fewer.

        Returns:
            The users, in `resources`, and how many there are.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            WatsResponseError: The answer has no users although there are some at this position.
            BadRequestError: The filter or a number was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Users
        """
        path = "/api/SCIM/v2/Users"
        with self._client.call_scope():
            page = await self._client.request(
                "GET",
                path,
                ScimListResponse,
                params={
                    "filter": filter,
                    "startIndex": optional_int("start_index", start_index, 1),
                    "count": optional_int("count", count),
                },
                accept=_ACCEPT,
            )
            if page.resources is None and count != 0 and _counts(page) >= (start_index or 1):
                raise WatsResponseError(
                    "the answer is not what the API promises: it has no users, but tells of some",
                    correlation_id=correlation_id_var.get(),
                    method="GET",
                    url=f"{self._client.base_url}{path}",
                )
        return page

    def iter_users(self, filter: str | None = None, *, page_size: int = 100) -> AsyncIterator[ScimUser]:
        """Iterate over all users, fetched page by page as they are wanted.

        Users that are added meanwhile may or may not be among them; when one is deleted, another can be
        missed, as the positions move. Collect first (``list(...)``) the users that you are going to change or
        delete.

        Args:
            filter: As in `get_users`.
            page_size: Users to ask for at a time, from 1 up.

        Returns:
            The users; none comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/SCIM/v2/Users
        """
        checked_int("page_size", page_size, 1)
        return iter_pages(
            self._client,
            lambda count, skip: self._full_page(filter, count, skip),
            key=lambda user: user.id or user.user_name,
            page_size=page_size,
        )

    async def create_user(self, user: ScimUser) -> ScimUser:
        """Create a user.

        What the server gives (`id`, `meta`) is not sent, and `schemas` is filled in. A request that may have
        taken effect is not repeated.

        Args:
            user: The user, with a `user_name`.

        Returns:
            The user as created.

        Raises:
            ValueError: The user has no name; nothing was sent.
            BadRequestError: The server rejected the user.
            ConflictError: The user name is taken (the status is not confirmed on a server).
            WatsError: The request failed.

        WATS endpoint: POST /api/SCIM/v2/Users
        """
        if not (user.user_name or "").strip():
            raise ValueError("a new user needs a user_name")
        if not user.schemas:
            user = user.model_copy(update={"schemas": [_USER]})
        return await self._client.request(
            "POST",
            "/api/SCIM/v2/Users",
            ScimUser,
            content=to_json(user, exclude=_GIVEN_BY_SERVER),
            content_type=_MEDIA_TYPE,
            accept=_ACCEPT,
            idempotent=False,
        )

    async def get_user(self, user_id: UUID | str) -> ScimUser:
        """Read a user by id.

        Args:
            user_id: Id given by the server.

        Returns:
            The user.

        Raises:
            NotFoundError: No such user.
            ValueError: `user_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Users/{id}
        """
        return await self._client.request(
            "GET",
            "/api/SCIM/v2/Users/{id}",
            ScimUser,
            path_params={"id": checked_uuid("user_id", user_id)},
            accept=_ACCEPT,
        )

    async def get_user_by_username(self, user_name: str) -> ScimUser:
        """Read a user by user name.

        Args:
            user_name: User name, mostly an e-mail address.

        Returns:
            The user.

        Raises:
            NotFoundError: No such user.
            ValueError: The name cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Users/userName={userName}
        """
        return await self._client.request(
            "GET",
            "/api/SCIM/v2/Users/userName={userName}",
            ScimUser,
            path_params={"userName": required_text("user_name", user_name)},
            accept=_ACCEPT,
        )

    async def update_user(self, user_id: UUID | str, patch: ScimPatchRequest) -> ScimUser:
        """Change attributes of a user.

        Args:
            user_id: Id given by the server.
            patch: The changes. To switch an account off, replace `ScimPatchPath.ACTIVE` by False.

        Returns:
            The user after the change, read back where the server does not send it.

        Raises:
            NotFoundError: No such user.
            ValueError: `user_id` is no UUID; nothing was sent.
            BadRequestError: The server rejected a change, such as a role that it does not know.
            WatsError: The request failed.

        WATS endpoint: PATCH /api/SCIM/v2/Users/{id}
        """
        with self._client.call_scope():
            user = await self._client.request_optional(
                "PATCH",
                "/api/SCIM/v2/Users/{id}",
                ScimUser,
                path_params={"id": checked_uuid("user_id", user_id)},
                content=to_json(patch),
                content_type=_MEDIA_TYPE,
                accept=_ACCEPT,
                idempotent=True,
            )
            # RFC 7644 section 3.5.2: the answer may be 204.
            return user or await self.get_user(user_id)

    async def delete_user(self, user_id: UUID | str) -> None:
        """Delete a user. To switch the account off, and keep it, use `update_user`.

        Args:
            user_id: Id given by the server.

        Raises:
            NotFoundError: No such user; also if a retry finds that the first attempt took effect.
            ValueError: `user_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/SCIM/v2/Users/{id}
        """
        await self._client.send(
            "DELETE",
            "/api/SCIM/v2/Users/{id}",
            path_params={"id": checked_uuid("user_id", user_id)},
            accept=_ACCEPT,
        )

    async def _full_page(self, filter: str | None, count: int, skip: int) -> list[ScimUser]:
        """Read `count` users from a position on, fewer only at the end of the list.

        A server may give fewer than it is asked for, so an answer with fewer is not the end of the list if
        there are said to be more.
        """
        users: list[ScimUser] = []
        while len(users) < count:
            start = skip + len(users) + 1
            page = await self.get_users(filter, start_index=start, count=count - len(users))
            news = page.resources or []
            if all(user in users for user in news):
                break
            users += news
            if skip + len(users) >= _counts(page):
                break
        return users


def _counts(page: ScimListResponse) -> int:
    """Return how many users there are on all pages, 0 if the server does not say."""
    return page.total_results if isinstance(page.total_results, int) else 0
