from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from pywats.simulator import SeenRequest
from pywats.simulator.app import build_app
from pywats.simulator.faults import Faults
from pywats.simulator.journal import Journal
from pywats.simulator.product import ProductService
from pywats.simulator.store import Store

PATH = "/api/App/Processes"


@pytest.mark.parametrize(
    "header", [None, "", "Basic", "Basic wrong", "Bearer {token}", "{token}", "Basic {token}x", "Basic ø"]
)
@pytest.mark.parametrize("path", [PATH, "/simulator/requests", "/nothing"])
def test_without_the_token_every_path_is_a_401(server, header, path):
    headers = {} if header is None else {"Authorization": header.format(token=server.token).encode()}
    answer = httpx.get(server.url + path, headers=headers, trust_env=False)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Basic"
    assert answer.json() == {"message": "Authorization has been denied for this request."}


def test_the_scheme_is_read_in_any_letter_case(server):
    answer = httpx.get(server.url + PATH, headers={"Authorization": f"basic {server.token}"}, trust_env=False)

    assert answer.status_code == 200


def test_unknown_paths_are_404_and_known_ones_with_another_method_405(client):
    for path in ("/", "/api/Nothing", f"{PATH}/", "/simulator/nothing"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json() == {"message": f"Not Found: GET {path}"}

    answer = client.delete(PATH)
    assert answer.status_code == 405
    assert answer.json() == {"message": f"Method Not Allowed: DELETE {PATH}"}
    assert "GET" in answer.headers["allow"]


def test_the_correlation_id_is_echoed_whatever_the_answer(server, client):
    server.fail("/api/Product*")
    for path in (PATH, "/nothing", "/api/Product/A"):
        answer = client.get(path, headers={"X-Correlation-ID": "job 42/ø".encode("latin-1")})
        assert answer.headers["x-correlation-id"] == "job 42/ø"
    assert "x-correlation-id" not in client.get(PATH).headers


def test_an_answer_is_dated(client):
    moment = parsedate_to_datetime(client.get(PATH).headers["date"])

    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


def test_each_request_is_recorded(server, client):
    client.get(f"{PATH}?includeWipOperations=true", headers={"X-Correlation-ID": "a", "X-Retry-Count": "2"})
    client.put("/api/Product/A%2FB")
    client.get("/simulator/requests")

    first, second = server.requests
    assert first == SeenRequest(first.time, "GET", PATH, 200, "a", 2)
    assert second == SeenRequest(second.time, "PUT", "/api/Product/A%2FB", 405, None, 0)
    assert timedelta(0) <= second.time - first.time < timedelta(minutes=1)
    assert first.time.tzinfo is UTC


@pytest.mark.parametrize("value", ["", "-1", "x", "1.5", "9" * 5000])
def test_a_retry_count_that_is_no_number_counts_as_none(server, client, value):
    client.get(PATH, headers={"X-Retry-Count": value})

    assert server.requests[0].retry_count == 0


def test_the_list_of_requests_is_a_copy_that_can_be_cleared(server, client):
    client.get(PATH)
    before = server.requests
    server.clear_requests()

    assert len(before) == 1
    assert server.requests == []


def test_the_requests_can_be_read_and_cleared_over_http(server, client):
    client.get(PATH, headers={"X-Correlation-ID": "a", "X-Retry-Count": "1"})

    assert client.get("/simulator/requests").json() == [
        {
            "time": server.requests[0].time.isoformat(),
            "method": "GET",
            "path": PATH,
            "status": 200,
            "correlationId": "a",
            "retryCount": 1,
        }
    ]
    assert client.delete("/simulator/requests").status_code == 204
    assert server.requests == []


def test_the_access_log_has_one_line_a_request_and_never_the_token(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    client.get(PATH, headers={"X-Correlation-ID": "job-42", "X-Retry-Count": "1"})
    server.drop()
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(PATH)
    server.stop()

    records = [record for record in caplog.records if record.name == "pywats.simulator.access"]
    times = [seen.time.isoformat(timespec="milliseconds") for seen in server.requests]
    assert [record.getMessage() for record in records] == [
        f"{times[0]} GET {PATH} 200 correlation_id=job-42 retry=1",
        f"{times[1]} GET {PATH} - correlation_id=- retry=0",
    ]
    assert {record.levelno for record in records} == {logging.INFO}
    assert server.token not in caplog.text


def test_a_fault_of_the_simulator_itself_is_a_500_in_the_servers_shape(server, monkeypatch, caplog):
    async def broken(self, request):
        raise RuntimeError("oops")

    monkeypatch.setattr(ProductService, "get_vendors", broken)
    server.stop()
    server.start()
    answer = httpx.get(
        f"{server.url}/api/Product/Vendors",
        headers={"Authorization": f"Basic {server.token}"},
        trust_env=False,
    )

    assert answer.status_code == 500
    assert answer.json() == {"message": "An error has occurred."}
    server.stop()
    assert "oops" in caplog.text


def test_the_application_works_without_a_server():
    store = Store()
    journal = Journal()
    transport = httpx.ASGITransport(build_app(store, journal, Faults(), "t"))

    async def call():
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.put(
                "/api/Product", json={"partNumber": "A"}, headers={"Authorization": "Basic t"}
            )

    answer = asyncio.run(call())
    store.close()

    assert answer.json()["partNumber"] == "A"
    assert [seen.status for seen in journal.requests()] == [200]


@pytest.mark.parametrize(
    "body", [b'{"subject": "\xed\xa0\x80"}', '{"subject": "x"}'.encode("utf-16"), b'{"subject": "\\ud800"}']
)
def test_a_body_that_is_no_unicode_text_is_refused(client, body):
    assert client.post("/api/RootCause/Ticket", content=body).status_code == 400


def test_a_number_beyond_all_is_refused(client):
    answer = client.put("/api/Asset/Types", json={"typeName": "x", "maintenanceInterval": 2**63})
    assert answer.status_code == 400


@pytest.mark.parametrize("position", ["1.5", "-1"])
def test_a_part_of_a_text_begins_at_a_position(client, submit, uut, headers, position):
    submit(uut(sn="S"))
    assert headers(filter=f"substring(serialNumber,{position}) eq 'S'") == []
    assert len(headers(filter="substring(serialNumber,0,1) eq 'S'")) == 1


@pytest.mark.parametrize("name", ["undefined''x", "idna''xn--%ff", "a%00''zz", "unicode_escape''%5Cud800"])
def test_a_file_name_in_an_encoding_that_it_is_not_in_is_refused(client, name):
    body = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename*={name}\r\n\r\nabc\r\n--x--\r\n'
    ).encode()
    answer = client.post(
        "/api/RootCause/Attachment",
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 400


def test_a_boundary_in_an_encoding_that_it_is_not_in_is_refused(client):
    headers = {"Content-Type": "multipart/form-data; boundary*=undefined''x"}
    assert client.post("/api/RootCause/Attachment", content=b"--x", headers=headers).status_code == 400


def test_negative_times_make_no_negative_rates(client, submit, uut):
    now = datetime.now(UTC).isoformat()
    submit(uut(start=now, startUTC=now, uut={"user": "me", "execTime": -60}))
    answer = client.post("/api/App/OeeAnalysis", params={"availableTime": "24,24,24,24,24,24,24"}, json={})
    assert answer.json()["availability"] == 0


def test_a_component_without_a_number_takes_no_unit(client):
    component = "<Root><Component xmlns='http://wats.virinco.com/schemas/WATS/wsbf'/></Root>"
    client.put("/api/Product", json={"partNumber": "P"})
    client.put("/api/Product/Revision", json={"PartNumber": "P", "revision": "A", "xmlData": component})
    client.put("/api/Production/Units", json=[{"serialNumber": "1", "partNumber": "P", "revision": "A"}])
    answer = client.get(
        "/api/Production/CheckChildUnits", params={"parentSerialNumber": "1", "parentPartNumber": "P"}
    )
    assert answer.status_code == 200


def test_a_user_who_is_not_active_may_nothing_special(client):
    # A random token names nobody; the caller is then the user of this name.
    user = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "simulator",
        "active": False,
        "roles": [{"value": "Administrator"}],
    }
    assert client.post("/api/SCIM/v2/Users", json=user).status_code == 200
    answer = client.get("/api/RootCause/Tickets", params={"status": 63, "view": 2, "searchString": ""})
    assert answer.status_code == 403
