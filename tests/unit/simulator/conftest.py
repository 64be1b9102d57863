from __future__ import annotations

import ssl
import uuid

import httpx
import pytest

from pywats.simulator import WatsSimulator


@pytest.fixture
def server():
    with WatsSimulator() as server:
        yield server


@pytest.fixture(scope="session")
def tls():
    """Loading the certificates of the machine takes longer than most of these tests."""
    return ssl.create_default_context()


@pytest.fixture
def client(server, tls):
    headers = {"Authorization": f"Basic {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, verify=tls, trust_env=False) as client:
        yield client


@pytest.fixture
def uut():
    """Makes test reports; what is given replaces what is there."""

    def make(**changes):
        steps = changes.pop("steps", [])
        result = changes.get("result", "P")
        document = {
            "type": "T",
            "id": str(uuid.uuid4()),
            "pn": "CTRL-7",
            "sn": "SN-1",
            "rev": "B",
            "processCode": 100,
            "result": "P",
            "machineName": "FCT-3",
            "location": "Line 2",
            "purpose": "Production",
            "start": "2025-03-18T09:15:00.250+01:00",
            "uut": {"user": "operator.a"},
            "root": {
                "group": "M",
                "stepType": "SequenceCall",
                "name": "Main",
                "status": result,
                "seqCall": {"path": "C:\\tests\\final.seq", "name": "Main", "version": "2.4.1"},
                "steps": steps,
            },
        }
        return {**document, **changes}

    return make


@pytest.fixture
def uur():
    """Makes repair reports; what is given replaces what is there."""

    def make(**changes):
        document = {
            "type": "R",
            "id": str(uuid.uuid4()),
            "pn": "CTRL-7",
            "sn": "SN-1",
            "rev": "B",
            "processCode": 500,
            "processName": "Repair",
            "result": "P",
            "machineName": "BENCH-1",
            "location": "Line 2",
            "purpose": "Repair",
            "start": "2025-03-18T13:40:00+01:00",
            "uur": {
                "user": "technician.b",
                "processCode": 100,
                "refUUT": "6F1D2B1C-3C1E-4C55-9D0A-2F7B8F1A9E01",
                "confirmDate": None,
                "finalizeDate": "2025-03-18T13:05:00Z",
                "execTime": 1500,
            },
            "subUnits": [
                {
                    "partType": "Main",
                    "sn": "SN-1",
                    "pn": "CTRL-7",
                    "idx": 0,
                    "failures": [
                        {
                            "category": "Component",
                            "code": "Defect component",
                            "attachments": [
                                {"name": "tp7.txt", "contentType": "text/plain", "data": "NC42MSBWCg=="}
                            ],
                        }
                    ],
                }
            ],
            "binaryData": [{"name": "notes.txt", "contentType": "text/plain", "data": "cmVwYWlyZWQK"}],
        }
        return {**document, **changes}

    return make


@pytest.fixture
def step():
    """Makes steps; what is given is added."""

    def make(name="Step", **members):
        return {"group": "M", "stepType": "ET_NLT", "name": name, "status": "P", **members}

    return make


@pytest.fixture
def submit(client):
    """Submits reports, which must succeed."""

    def submit(*documents):
        for document in documents:
            answer = client.post("/api/Report/WSJF", json=document)
            assert answer.status_code == 200, answer.text

    return submit


@pytest.fixture
def headers(client):
    """Queries headers, which must succeed."""

    def headers(**options):
        answer = client.get(
            "/api/Report/Query/Header",
            params={name if name == "reportType" else f"${name}": value for name, value in options.items()},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return headers


@pytest.fixture
def statistics(client):
    """Asks for statistics under /api/App with a filter, which must succeed."""

    def statistics(operation, members=None, **params):
        # Reports of the tests are of 2025, unless they are about the time.
        body = {"dateFrom": "2025-01-01T00:00:00Z"} if members is None else members
        answer = client.post(f"/api/App/{operation}", json=body, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return statistics
