"""The accounts of a team are kept in step with a list: who is new gets one, who left is switched off.

The accounts are on a local simulator, so the script needs nothing and leaves nothing behind.
"""

from uuid import UUID

from pywats import ConflictError, NotFoundError, pyWATS
from pywats.models import (
    ScimPatchOperation,
    ScimPatchPath,
    ScimPatchRequest,
    ScimUser,
    ScimUserEmail,
    ScimUserName,
)
from pywats.simulator import WatsSimulator

TEAM = {"jo@example.com": ("Jo", "Ng"), "kim@example.com": ("Kim", "Berg"), "ola@example.com": ("Ola", "Vik")}
STILL_HERE = {"jo@example.com", "ola@example.com"}


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        for email, (given_name, family_name) in TEAM.items():
            add(api, email, given_name, family_name)
        add(api, "jo@example.com", "Jo", "Ng")

        # All are read first: each one that is switched off would move the others to another page.
        for user in list(api.scim.iter_users("active eq true")):
            if user.user_name not in STILL_HERE and user.id:
                change(api, user.id, ScimPatchOperation(path=ScimPatchPath.ACTIVE, value=False))

        jo = api.scim.get_user_by_username("jo@example.com")
        if jo.id:
            change(
                api,
                jo.id,
                ScimPatchOperation(path=ScimPatchPath.ROLES, value="Operator"),
                ScimPatchOperation(path=ScimPatchPath.LEVELS, value="Line 1;Line 2"),
            )

        kim = api.scim.get_user_by_username("kim@example.com")
        if kim.id:
            api.scim.delete_user(kim.id)
        try:
            api.scim.get_user_by_username("kim@example.com")
        except NotFoundError as error:
            print(f"deleted: {error.detail}")

        print("who has an account:", ", ".join(str(user.user_name) for user in api.scim.iter_users()))
        token = api.scim.get_token(duration=30)
        print(f"a token for the identity provider, good until {token.expires_utc:%Y-%m-%d}")


def add(api: pyWATS, email: str, given_name: str, family_name: str) -> None:
    user = ScimUser(
        user_name=email,
        display_name=f"{given_name} {family_name}",
        name=ScimUserName(given_name=given_name, family_name=family_name),
        emails=[ScimUserEmail(value=email, type="work", primary=True)],
    )
    try:
        print(f"added {api.scim.create_user(user).display_name}")
    except ConflictError as error:
        print(f"not added: {error.detail}")


def change(api: pyWATS, user_id: UUID, *operations: ScimPatchOperation) -> None:
    user = api.scim.update_user(user_id, ScimPatchRequest(operations=list(operations)))
    print(f"changed {user.display_name}: {', '.join(operation.path for operation in operations)}")


if __name__ == "__main__":
    main()
