from __future__ import annotations

import base64
import io
import json
import uuid
import zipfile

import pytest

ID = "6F1D2B1C-3C1E-4C55-9D0A-2F7B8F1A9E01"
CHART = {
    "chartType": "Line",
    "label": "Response",
    "xLabel": "f",
    "yLabel": "g",
    "series": [{"dataType": "XYG", "name": "1", "xdata": "1;2", "ydata": "3;4"}],
}


def file(name="log.txt", content=b"ok"):
    return {"name": name, "contentType": "text/plain", "data": base64.b64encode(content).decode()}


def wsxf(**changes):
    attributes = {
        "type": "UUT",
        "ID": ID,
        "PN": "A",
        "SN": "1",
        "Rev": "B",
        "Result": "Failed",
        "Start": "2025-03-18T09:15:00",
        "Start_utc": "2025-03-18T08:15:00",
        "MachineName": "FCT-3",
        "Location": "Line 2",
        "Purpose": "Production",
        **changes,
    }
    process = attributes.pop("process", '<Process Code="100" Name="Final"/>')
    text = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value is not None)
    namespace = "http://wats.virinco.com/schemas/WATS/wsxf"
    return f'<Reports xmlns="{namespace}"><Report {text}>{process}</Report></Reports>'


def test_a_submitted_report_comes_back_as_it_was_sent(client, uut):
    body = json.dumps(uut(id=ID, extra=[1.50, "ø"]), indent=3)

    answer = client.post("/api/Report/WSJF", content=body)

    assert answer.json() == [{"ID": ID, "uuid": ID.lower()}]
    for path in (f"/api/Report/Wsjf/{ID}", f"/API/report/WSJF/{ID.lower()}"):
        assert client.get(path).text == body


def test_the_same_id_replaces_the_report_and_is_counted(client, uut, submit, headers):
    submit(uut(id=ID, sn="1"), uut(), uut(id=ID.lower(), sn="2"))

    assert client.get(f"/api/Report/Wsjf/{ID}").json()["sn"] == "2"
    counts = {row["serialNumber"]: (row["receiveCount"], row["timeStamp"]) for row in headers()}
    assert counts == {"SN-1": (1, 2), "2": (2, 3)}


def test_a_report_is_readable_in_its_own_format_only(client, uut, submit, headers):
    document = uut()
    submit(document)
    xml = wsxf()
    assert client.post("/api/Report/WSXF", content=xml).json() == [{"ID": ID, "uuid": ID.lower()}]

    assert client.get(f"/api/Report/Wsxf/{ID}").text == xml
    assert client.get(f"/api/Report/Wsjf/{ID}").status_code == 404
    assert client.get(f"/api/Report/Wsxf/{document['id']}").status_code == 404
    rows = {row["uuid"]: row for row in headers(orderby="timestamp")}
    assert list(rows) == [document["id"], ID.lower()]
    row = rows[ID.lower()]
    assert (row["reportType"], row["result"], row["start"]) == ("T", "Failed", "2025-03-18T08:15:00Z")
    assert (row["processCode"], row["processName"], row["stationName"]) == (100, "Final", "FCT-3")


def test_xml_parameters_are_checked_though_the_document_is_not_reduced(client):
    client.post("/api/Report/WSXF", content=wsxf(type="UUR", process='<Process Code="500"/>'))
    path = f"/api/Report/Wsxf/{ID}"

    assert client.get(path, params={"detailLevel": 0, "includeIndexes": "false"}).status_code == 200
    assert client.get(path, params={"detailLevel": 8}).status_code == 400
    assert client.get(path, params={"includeIndexes": "x"}).status_code == 400
    assert client.get(f"/api/Report/Attachments/{ID}").content.startswith(b"PK")


@pytest.mark.parametrize(
    "document",
    [
        "<Reports",
        "<Reports/>",
        "<x xmlns='y'/>",
        "<Reports xmlns='y'/>",
        wsxf(SN=None),
        wsxf(ID="7"),
        wsxf(type="X"),
        wsxf(Result="F"),
        wsxf(Start="today"),
        wsxf(Start_utc="2025-02-30T00:00:00"),
        wsxf(process=""),
        wsxf(process='<Process Code="7"/>'),
    ],
)
def test_a_wrong_xml_report_is_refused(client, document):
    answer = client.post("/api/Report/WSXF", content=document)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_an_unknown_report_is_a_404_and_a_bad_id_a_400(client):
    for path in ("Wsjf", "Wsxf", "Attachments", "Certificate"):
        assert client.get(f"/api/Report/{path}/{ID}").status_code == 404
        assert client.get(f"/api/Report/{path}/7").status_code == 400


def test_the_detail_level_decides_what_comes_back(client, uut, step, submit):
    measured = step(
        stepType="WATS_XYGMNLT",
        numericMeas=[{"compOp": "LOG", "status": "P", "value": 1}],
        chart=CHART,
    )
    submit(uut(id=ID, steps=[measured, step("File", attachment=file())]))

    def read(level, **flags):
        return client.get(f"/api/Report/Wsjf/{ID}", params={"detailLevel": level, **flags}).json()

    def at(level, **flags):
        return read(level, **flags)["root"]["steps"]

    assert set(read(0)) == {
        *("type", "id", "pn", "sn", "rev", "processCode", "result"),
        *("machineName", "location", "purpose", "start"),
    }
    assert "uut" in read(1)
    assert "root" not in read(1)
    assert at(2)[0] == step(stepType="WATS_XYGMNLT")
    assert at(3)[0]["numericMeas"]
    assert at(3)[0]["chart"]["series"][0]["xdata"] is None
    assert "attachment" not in at(3)[1]
    assert at(4)[1]["attachment"] == file()
    assert at(5)[0]["chart"]["series"][0]["ydata"] is None
    assert at(6)[0]["chart"] == CHART
    assert at(7, includeChartdata="false")[0]["chart"]["series"][0]["xdata"] is None
    assert at(7, includeAttachments="false")[1]["attachment"] == {**file(), "data": None}
    assert at("", includeAttachments="false")[0]["chart"] == CHART
    assert client.get(f"/api/Report/Wsjf/{ID}", params={"detailLevel": "x"}).status_code == 400


def test_an_attachment_of_a_test_report_is_named_by_its_step(client, uut, step, submit, headers):
    numbered = uut(steps=[step("A", id=1), step("B", id=7, attachment=file("ø.bin", b"\0\xff"))])
    numbered["root"]["id"] = 0
    counted = uut(steps=[step("A", status="S", attachment=file()), step("B", attachment=file())])
    submit(numbered, counted)

    answer = client.get("/api/Report/Attachment", params={"reportId": numbered["id"], "stepId": 7})

    assert answer.content == b"\0\xff"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "%C3%B8.bin" in answer.headers["content-disposition"]
    rows = {row["uuid"]: row["attachments"] for row in headers(expand="ATTACHMENTS")}
    assert rows[numbered["id"]] == [{"stepId": 7, "filename": "ø.bin"}]
    assert rows[counted["id"]] == [{"stepId": 2, "filename": "log.txt"}]


def test_an_attachment_of_a_repair_report_is_named_by_its_id(client, uur, submit, headers):
    report = uur(id=ID)
    submit(report, report)

    (row,) = headers(expand="uurAttachments")
    stored = client.get(f"/api/Report/Wsjf/{ID}").json()
    failure = stored["subUnits"][0]["failures"][0]
    assert row["uurAttachments"] == [
        {"id": stored["binaryData"][0]["id"], "filename": "notes.txt"},
        {"id": failure["attachments"][0]["id"], "filename": "tp7.txt"},
    ]
    for attachment, content in zip(row["uurAttachments"], (b"repaired\n", b"4.61 V\n"), strict=True):
        answer = client.get(
            "/api/Report/Attachment", params={"reportId": ID, "attachmentId": attachment["id"]}
        )
        assert answer.content == content


def test_a_wrong_attachment_request_is_refused(client, uut, submit):
    document = uut()
    submit(document)

    def status(**params):
        return client.get("/api/Report/Attachment", params=params).status_code

    assert status(stepId=1) == 400
    assert status(reportId="7", stepId=1) == 400
    assert status(reportId=document["id"]) == 400
    assert status(reportId=document["id"], stepId="x") == 400
    assert status(reportId=document["id"], attachmentId="x") == 400
    assert status(reportId=document["id"], stepId=1) == 404
    assert status(reportId=document["id"], attachmentId=ID) == 404
    assert status(reportId=ID, stepId=1) == 404


def test_all_attachments_come_as_one_archive_without_paths_and_with_different_names(
    client, uut, step, submit
):
    names = ("a.txt", "a.txt", "..\\..\\b.txt", "/etc/")
    big = bytes(range(256)) * 1024
    steps = [step(str(number), attachment=file(name, big)) for number, name in enumerate(names)]
    submit(uut(id=ID, steps=steps))

    answer = client.get(f"/api/Report/Attachments/{ID}")

    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["a.txt", "a (2).txt", "b.txt", "file"]
        assert archive.read("a.txt") == big


def test_a_test_report_has_a_certificate_that_is_a_pdf(client, uut, uur, submit):
    repair = uur()
    submit(uut(id=ID, sn="S(1)\\Ω"), repair)

    answer = client.get(f"/api/Report/Certificate/{ID}")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    assert answer.content.endswith(b"%%EOF\n")
    assert rb"(Serial number: S\(1\)\\?) Tj" in answer.content
    table = int(answer.content.split(b"startxref\n")[1].split()[0])
    assert answer.content[table:].startswith(b"xref\n0 7\n")
    first = int(answer.content[table:].split(b"\n")[3].split()[0])
    assert answer.content[first:].startswith(b"1 0 obj")
    assert client.get(f"/api/Report/Certificate/{repair['id']}").status_code == 404


def test_misc_info_finds_the_test_reports_that_match_all_of_it(client, uut, uur, submit):
    def infos(**pairs):
        return [{"description": name, "text": value} for name, value in pairs.items()]

    old = uut(miscInfos=infos(a="1", b="2"), start="2024-01-01T00:00:00Z", startUTC="2024-01-01T00:00:00Z")
    new = uut(miscInfos=infos(a="2", b="1"), sn="SN-2", processCode=10)
    submit(old, new, uut(), uur(miscInfos=infos(a="1")))

    def found(**params):
        answer = client.get("/api/Report/Query/HeaderByMiscInfo", params=params)
        assert answer.status_code == 200
        return [row["uuid"] for row in answer.json()]

    assert found(description="a") == [new["id"], old["id"]]
    assert found(description="a", data="1") == [old["id"]]
    assert found(data="2", serialNumber="SN-2") == [new["id"]]
    assert found(processCode=10) == [new["id"]]
    assert len(found()) == 3
    assert client.get("/api/Report/Query/HeaderByMiscInfo", params={"processCode": "x"}).status_code == 400
    rows = client.get("/api/Report/Query/HeaderByMiscInfo", params={"processCode": 10}).json()
    assert rows == [
        {
            "uuid": new["id"],
            "serialNumber": "SN-2",
            "partNumber": "CTRL-7",
            "start": "2025-03-18T08:15:00Z",
            "result": "Passed",
            "processCode": 10,
            "processName": "In-circuit test",
            "miscData": [{"description": "a", "data": "2"}, {"description": "b", "data": "1"}],
        }
    ]


def test_a_header_tells_what_the_report_holds(uut, step, submit, headers):
    culprit = step("5V", status="F", causedUUTFailure=True)
    sequence = step(
        "Power", seqCall={"path": "", "name": "", "version": None}, steps=[step("3V"), culprit], status="F"
    )
    document = uut(
        id=ID,
        result="F",
        steps=[sequence],
        uut={
            "user": "operator.a",
            "execTime": 48.25,
            "batchSN": "LOT",
            "comment": "Again",
            "testSocketIndex": 1,
            "fixtureId": "FIX",
            "errorCode": 3,
            "errorMessage": "Low",
        },
        miscInfos=[{"description": "Pos", "numeric": 4}],
        subUnits=[{"partType": "PM", "sn": "7781", "pn": "PM-3"}],
        assets=[{"assetSN": "FIX", "usageCount": 1}],
    )
    submit(document)

    (row,) = headers(expand="subUnits,miscInfo,assets,attachments")

    assert row == {
        "uuid": ID.lower(),
        "serialNumber": "SN-1",
        "partNumber": "CTRL-7",
        "reportType": "T",
        "start": "2025-03-18T08:15:00Z",
        "revision": "B",
        "result": "Failed",
        "batchNumber": "LOT",
        "userName": "operator.a",
        "stationName": "FCT-3",
        "location": "Line 2",
        "purpose": "Production",
        "measuresDeleted": False,
        "timeStamp": 1,
        "processCode": 100,
        "processName": "End of line test",
        "comment": "Again",
        "executionTime": 48.25,
        "swFilename": "final.seq",
        "swVersion": "2.4.1",
        "testSocketIndex": 1,
        "fixtureId": "FIX",
        "errorCode": 3,
        "errorMessage": "Low",
        "run": 1,
        "receiveCount": 1,
        "reportSize": 1,
        "causedUutFailure": "5V",
        "causedUutFailurePath": "Main/Power/5V",
        "passedInRun": None,
        "referencedUut": None,
        "subUnits": [{"partType": "PM", "serialNumber": "7781", "partNumber": "PM-3", "revision": None}],
        "miscInfo": [{"description": "Pos", "value": "4"}],
        "assets": [
            {
                "serialNumber": "FIX",
                "runningCount": None,
                "runningCountExceeded": None,
                "totalCount": None,
                "totalCountExceeded": None,
                "daysSinceMaintenance": None,
                "maintenanceDaysOverdue": None,
                "daysSinceCalibration": None,
                "calibrationDaysOverdue": None,
            }
        ],
        "attachments": [],
    }


def test_the_header_of_a_repair_report_refers_to_the_test(uur, submit, headers):
    submit(uur(id=ID, miscInfos=[{"description": "a", "text": "1"}]))

    (row,) = headers(expand="uurSubUnits,uurMiscInfo,subUnits")

    assert (row["reportType"], row["run"], row["passedInRun"]) == ("R", None, None)
    assert row["referencedUut"] == ID.lower()
    assert (row["userName"], row["executionTime"]) == ("technician.b", 1500)
    assert row["uurSubUnits"] == [{"serialNumber": "SN-1", "partNumber": "CTRL-7", "revision": None}]
    assert row["uurMiscInfo"] == [{"description": "a", "value": "1"}]
    assert row["subUnits"] == []


def test_a_repair_report_without_reference_and_files_is_kept_as_sent(client, uur, submit, headers):
    document = uur(binaryData=None, subUnits=[{"partType": "Main", "sn": "1", "pn": "A", "idx": 0}])
    document["uur"].update(refUUT=None, execTime="NaN")
    submit(document)

    assert client.get(f"/api/Report/Wsjf/{document['id']}").json() == document
    (row,) = headers()
    assert (row["referencedUut"], row["executionTime"]) == (None, None)


def test_runs_count_the_tests_of_a_unit_in_an_operation_by_their_start(uut, submit, headers):
    def at(day, **changes):
        return uut(start=f"2025-01-0{day}T00:00:00Z", **changes)

    submit(at(3), at(1, result="F"), at(4, processCode=10), at(5, sn="SN-2"), at(2))

    runs = [(row["run"], row["passedInRun"]) for row in headers(filter="processCode eq 100", orderby="start")]
    assert runs == [(1, 2), (2, 2), (3, 2), (1, 1)]


def test_a_local_start_without_offset_is_placed_by_the_other_member(uut, submit, headers):
    submit(uut(start="2025-03-18T09:15:00", startUTC="2025-03-18T07:15:00.9999999Z"))
    submit(uut(start="2025-03-18T09:15:00", sn=str(uuid.uuid4())))

    assert [row["start"] for row in headers()] == ["2025-03-18T09:15:00Z", "2025-03-18T07:15:00Z"]
