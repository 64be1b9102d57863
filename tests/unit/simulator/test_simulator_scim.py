from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

UNKNOWN = "5eed0000-0000-4000-8000-000000000001"
USERS = "/api/SCIM/v2/Users"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:user"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.fixture
def created(client):
    """Creates users, which must succeed."""

    def created(user_name="jo@example.com", /, **members):
        answer = client.post(USERS, json={"schemas": [USER], "userName": user_name, **members})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return created


@pytest.fixture
def patch(client):
    """Sends operations, each given as path and value."""

    def patch(user, *operations):
        body = {
            "schemas": [PATCH],
            "Operations": [{"op": "replace", "path": path, "value": value} for path, value in operations],
        }
        return client.patch(f"{USERS}/{user['id']}", json=body)

    return patch


def assert_scim_error(answer, status):
    body = answer.json()
    assert answer.status_code == status
    assert body == {"schemas": [ERROR], "detail": body["detail"], "status": str(status)}
    assert body["detail"]
    assert answer.headers["Content-Type"] == "application/scim+json"


def names(client, **params):
    answer = client.get(USERS, params=params)
    assert answer.status_code == 200, answer.text
    return [user["userName"] for user in answer.json()["Resources"]]


def test_a_new_user_comes_back_in_the_exact_shape(client, created):
    user = created()

    assert user == {
        "schemas": [USER],
        "id": str(uuid.UUID(user["id"])),
        "userName": "jo@example.com",
        "displayName": None,
        "externalId": None,
        "active": True,
        "name": None,
        "emails": [],
        "roles": [],
        "meta": {
            "resourceType": "User",
            "created": user["meta"]["created"],
            "lastModified": user["meta"]["created"],
        },
    }
    assert client.get(f"{USERS}/{user['id'].upper()}").json() == user


def test_a_new_user_keeps_what_it_says_but_not_what_the_server_gives(created):
    user = created(
        id=UNKNOWN,
        meta={"resourceType": "Robot"},
        DisplayName="Jo",
        externalId="7",
        active=False,
        name={"givenName": "Jo", "familyName": "Ng"},
        emails=[{"value": "jo@example.com"}, {"value": "jo@home.example", "type": "home", "primary": True}],
        roles=[{"value": "operator"}],
        password="secret",
        **{f"{CUSTOM}:levels": "Line 1; Line 2"},
    )

    assert user["id"] != UNKNOWN
    assert user["meta"]["resourceType"] == "User"
    assert (user["displayName"], user["externalId"], user["active"]) == ("Jo", "7", False)
    assert user["name"] == {"formatted": None, "givenName": "Jo", "familyName": "Ng"}
    assert user["emails"] == [
        {"value": "jo@example.com", "type": None, "primary": False},
        {"value": "jo@home.example", "type": "home", "primary": True},
    ]
    assert user["roles"] == [{"value": "Operator"}]
    assert user[f"{CUSTOM}:levels"] == "Line 1;Line 2"
    assert user["schemas"] == [USER, CUSTOM]
    assert "password" not in user


def test_schemas_may_be_missing(client):
    assert client.post(USERS, json={"userName": "jo", "schemas": None, "active": None}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"userName": ""},
        {"userName": 7},
        {"userName": "jo", "schemas": [PATCH]},
        {"userName": "jo", "schemas": USER},
        {"userName": "jo", "schemas": [7]},
        {"userName": "jo", "active": "yes"},
        {"userName": "jo", "displayName": 7},
        {"userName": "jo", "name": "Jo"},
        {"userName": "jo", "name": {"givenName": 7}},
        {"userName": "jo", "emails": {}},
        {"userName": "jo", "emails": ["jo@example.com"]},
        {"userName": "jo", "emails": [{"type": "work"}]},
        {"userName": "jo", "emails": [{"value": "x", "primary": "yes"}]},
        {"userName": "jo", "roles": [{"value": "Emperor"}]},
    ],
)
def test_a_wrong_user_is_refused(client, body):
    assert_scim_error(client.post(USERS, json=body), 400)
    assert names(client) == []


def test_a_user_name_is_there_once_in_any_letter_case(client, created):
    created("jo@example.com")

    assert_scim_error(client.post(USERS, json={"userName": "JO@example.com"}), 409)
    assert names(client) == ["jo@example.com"]


@pytest.mark.parametrize(
    "name", ["jo@example.com", "a b/c", "ä?#%2F", "x=y", UNKNOWN, "userName=jo", "."], ids=repr
)
def test_a_user_is_found_by_name_however_it_looks_in_a_path(client, created, name):
    user = created(name)

    encoded = "".join(f"%{byte:02X}" for byte in name.upper().encode())

    assert client.get(f"{USERS}/userName={encoded}").json() == user


def test_an_unknown_name_is_not_found(client):
    assert_scim_error(client.get(f"{USERS}/userName=nobody"), 404)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(("identifier", "status"), [(UNKNOWN, 404), ("jo", 400)])
def test_an_unknown_id_is_not_found(client, method, identifier, status):
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": True}]}
    answer = client.request(method, f"{USERS}/{identifier}", json=None if method == "GET" else body)
    assert_scim_error(answer, status)


def test_a_deleted_user_is_gone_and_the_name_free(client, created):
    user = created()

    answer = client.delete(f"{USERS}/{user['id']}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get(f"{USERS}/{user['id']}").status_code == 404
    assert created()["id"] != user["id"]


def test_users_are_listed_in_pages(client, created):
    for number in range(5):
        created(f"user{number}")

    answer = client.get(USERS, params={"startIndex": 2, "count": 3}).json()

    assert {name: answer[name] for name in answer if name != "Resources"} == {
        "schemas": [LIST],
        "totalResults": 5,
        "itemsPerPage": 3,
        "startIndex": 2,
    }
    assert [user["userName"] for user in answer["Resources"]] == ["user1", "user2", "user3"]
    assert names(client) == [f"user{number}" for number in range(5)]
    assert names(client, startIndex=5, count=3) == ["user4"]
    assert names(client, startIndex=6) == []
    assert client.get(USERS, params={"count": 0}).json()["totalResults"] == 5
    assert names(client, count=0) == []


def test_a_page_has_at_most_a_hundred_users(client, created):
    for number in range(101):
        created(f"user{number}")

    assert len(names(client)) == len(names(client, count=1000)) == 100
    assert names(client, startIndex=101) == ["user100"]


@pytest.mark.parametrize("params", [{"startIndex": 0}, {"count": -1}, {"count": "all"}, {"filter": "x"}])
def test_a_wrong_page_is_refused(client, params):
    assert_scim_error(client.get(USERS, params=params), 400)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('userName eq "JO"', ["jo"]),
        ('USERNAME EQ "jo"', ["jo"]),
        ('userName ne "jo"', ["kim", 'a "b"']),
        ('userName sw "k"', ["kim"]),
        ('userName ew "m"', ["kim"]),
        ('userName co "i"', ["kim"]),
        ('userName eq "a \\"b\\""', ['a "b"']),
        ("displayName pr", ["jo"]),
        ("active eq false", ["kim"]),
        ("active eq TRUE", ["jo", 'a "b"']),
        ('emails co "@home"', ["jo"]),
        ('emails.type eq "home" and emails.value sw "jo@work"', ["jo"]),
        ('emails ne "jo@home.example"', ["kim", 'a "b"']),
        ('name.givenName eq "Kim"', ["kim"]),
        ('externalId eq "7" or name.familyName pr', ["jo", "kim"]),
        ('userName eq "jo" or userName eq "kim" and active eq true', ["jo"]),
        ('  userName eq "nobody"  ', []),
    ],
)  # fmt: skip
def test_a_filter_chooses_users(client, created, condition, found):
    home = {"value": "jo@home.example", "type": "home"}
    created("jo", displayName="Jo", externalId="7", emails=[home, {"value": "jo@work.example"}])
    created("kim", active=False, name={"givenName": "Kim", "familyName": "Ng"})
    created('a "b"')

    assert names(client, filter=condition) == found


@pytest.mark.parametrize(
    "condition",
    [
        "userName",
        "userName eq",
        "userName eq jo",
        'userName eq "jo',
        'userName is "jo"',
        'password eq "x"',
        '(userName eq "jo")',
        'userName eq "jo" and',
        'userName eq "jo" xor active eq true',
        "userName prx",
        "active eq trueish",
        'userName eq "\\x"',
    ],
)
def test_a_filter_that_is_not_known_is_refused(client, condition):
    assert_scim_error(client.get(USERS, params={"filter": condition}), 400)


def test_the_total_is_that_of_the_filter(client, created):
    created("jo")
    created("kim")

    assert client.get(USERS, params={"filter": 'userName eq "jo"'}).json()["totalResults"] == 1


@pytest.mark.parametrize(
    ("operation", "shown"),
    [
        (("active", False), {"active": False}),
        (("ACTIVE", False), {"active": False}),
        (("email", "new@x.y"), {"emails": [{"value": "new@x.y", "type": "work", "primary": True}]}),
        (("roles", "Operator;viewer"), {"roles": [{"value": "Operator"}, {"value": "Viewer"}]}),
        (("fullName", "Jo Ng"), {"displayName": "Jo Ng", "name": {"formatted": "Jo Ng"}}),
        (("givenName", "Jo"), {"name": {"givenName": "Jo"}}),
        (("familyName", "Ng"), {"name": {"familyName": "Ng"}}),
        (("levels", "Line 1; Line 2;"), {f"{CUSTOM}:levels": "Line 1;Line 2"}),
        (("productGroups", "Pumps"), {f"{CUSTOM}:productGroups": "Pumps"}),
        ((f"{CUSTOM}:levels", "Line 1"), {f"{CUSTOM}:levels": "Line 1"}),
    ],
)
def test_a_change_is_shown_and_remembered(client, created, patch, operation, shown):
    user = created()

    answer = patch(user, operation)

    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in shown} == shown
    assert client.get(f"{USERS}/{user['id']}").json() == answer.json()
    assert answer.json()["meta"]["lastModified"] >= user["meta"]["created"]


def test_one_part_of_a_name_is_changed_and_the_others_stay(created, patch):
    user = created(name={"givenName": "Jo", "familyName": "Ng"})

    assert patch(user, ("familyName", "Li")).json()["name"] == {
        "formatted": None, "givenName": "Jo", "familyName": "Li",
    }  # fmt: skip


def test_restrictions_are_only_ever_added(created, patch):
    user = created()
    patch(user, ("levels", "Line 1"))

    assert patch(user, ("levels", "Line 2;Line 1")).json()[f"{CUSTOM}:levels"] == "Line 1;Line 2"


def test_all_operations_are_done_or_none(client, created, patch):
    user = created()

    assert_scim_error(patch(user, ("active", False), ("roles", "Emperor")), 400)
    assert client.get(f"{USERS}/{user['id']}").json() == user


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schemas": [PATCH]},
        {"schemas": [PATCH], "Operations": []},
        {"schemas": [USER], "Operations": [{"op": "replace", "path": "active", "value": False}]},
        {"Operations": [{"op": "replace", "path": "active", "value": False}]},
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "roles", "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"path": "active", "value": False}]},
        {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]},
        {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": "Jo"}]},
        {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": "False"}]},
        {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "fullName", "value": True}]},
        {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "fullName"}]},
        {"schemas": [PATCH], "Operations": ["replace"]},
    ],
)
def test_a_wrong_change_is_refused(client, created, body):
    user = created()

    assert_scim_error(client.patch(f"{USERS}/{user['id']}", json=body), 400)
    assert client.get(f"{USERS}/{user['id']}").json() == user


@pytest.mark.parametrize(("params", "days"), [({}, 90), ({"duration": 7}, 7)])
def test_a_token_says_until_when_it_is_good(client, params, days):
    answer = client.get("/api/SCIM/v2/Token", params=params)

    token = answer.json()
    expires = datetime.fromisoformat(token["expiresUtc"])
    assert token["durationDays"] == days
    assert abs(expires - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_token_is_another(client):
    tokens = {client.get("/api/SCIM/v2/Token").json()["token"] for _ in range(3)}

    assert len(tokens) == 3


@pytest.mark.parametrize("duration", ["0", "-1", "3651", "x"])
def test_a_wrong_duration_is_refused(client, duration):
    assert_scim_error(client.get("/api/SCIM/v2/Token", params={"duration": duration}), 400)
