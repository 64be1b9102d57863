"""The row that a header query shows of a report, computed when the report is stored."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from .moments import parse_moment, utc_text
from .odata import Entity
from .process import PROCESS_NAMES
from .report_rules import RESULTS

_UNIT = {"serialNumber": "string", "partNumber": "string", "revision": "string"}
_MISC_INFO = {"description": "string", "value": "string"}
_COUNTERS = (
    "runningCount",
    "runningCountExceeded",
    "totalCount",
    "totalCountExceeded",
    "daysSinceMaintenance",
    "maintenanceDaysOverdue",
    "daysSinceCalibration",
    "calibrationDaysOverdue",
)

HEADER = Entity(
    fields={
        "uuid": "guid",
        "serialNumber": "string",
        "partNumber": "string",
        "reportType": "string",
        "start": "datetime",
        "revision": "string",
        "result": "string",
        "batchNumber": "string",
        "userName": "string",
        "stationName": "string",
        "location": "string",
        "purpose": "string",
        "measuresDeleted": "boolean",
        "timeStamp": "number",
        "processCode": "number",
        "processName": "string",
        "comment": "string",
        "executionTime": "number",
        "swFilename": "string",
        "swVersion": "string",
        "testSocketIndex": "number",
        "fixtureId": "string",
        "errorCode": "number",
        "errorMessage": "string",
        "run": "number",
        "receiveCount": "number",
        "reportSize": "number",
        "causedUutFailure": "string",
        "causedUutFailurePath": "string",
        "passedInRun": "number",
        "referencedUut": "guid",
    },
    collections={
        "subUnits": {"partType": "string", **_UNIT},
        "miscInfo": _MISC_INFO,
        "assets": {"serialNumber": "string", **dict.fromkeys(_COUNTERS, "number")},
        "attachments": {"stepId": "number", "filename": "string"},
        "uurSubUnits": _UNIT,
        "uurMiscInfo": _MISC_INFO,
        "uurAttachments": {"id": "guid", "filename": "string"},
    },
)


def wsjf_header(document: Mapping[str, Any], size: int) -> dict[str, Any]:
    """The header of a WSJF document that passed the checks."""
    uut, uur = document.get("uut") or {}, document.get("uur") or {}
    program = (document.get("root") or {}).get("seqCall") or {}
    header = _header(
        size,
        uuid=document["id"].lower(),
        serialNumber=document["sn"],
        partNumber=document["pn"],
        reportType=document["type"],
        start=_start(document["start"], document.get("startUTC")),
        revision=document["rev"],
        result=RESULTS[document["result"]],
        batchNumber=uut.get("batchSN"),
        userName=(uut or uur)["user"],
        stationName=document["machineName"],
        location=document["location"],
        purpose=document["purpose"],
        processCode=document["processCode"],
        processName=document.get("processName") or PROCESS_NAMES[document["processCode"]],
        comment=(uut or uur).get("comment"),
        executionTime=_finite((uut or uur).get("execTime")),
        swFilename=_file_name(program.get("path")),
        swVersion=program.get("version"),
        testSocketIndex=uut.get("testSocketIndex"),
        fixtureId=uut.get("fixtureId"),
        errorCode=uut.get("errorCode"),
        errorMessage=uut.get("errorMessage"),
        referencedUut=uur["refUUT"].lower() if uur.get("refUUT") else None,
    )
    for path, step in steps(document):
        if step.get("causedUUTFailure"):
            header.update(causedUutFailure=step["name"], causedUutFailurePath=path)
            break
    units = [_sub_unit(unit) for unit in document.get("subUnits") or []]
    infos = [
        {"description": info["description"], "value": info.get("text") or _as_text(info.get("numeric"))}
        for info in document.get("miscInfos") or []
    ]
    stats = {one["assetSN"]: one for one in document.get("assetStats") or []}
    if uut:
        header.update(
            subUnits=units,
            miscInfo=infos,
            assets=[_asset(asset["assetSN"], stats) for asset in document.get("assets") or []],
            attachments=[
                {"stepId": number, "filename": file["name"]} for number, file in step_files(document)
            ],
        )
    else:
        for unit in units:
            del unit["partType"]
        header.update(
            uurSubUnits=units,
            uurMiscInfo=infos,
            uurAttachments=[{"id": file["id"], "filename": file["name"]} for file in repair_files(document)],
        )
    return header


def wsxf_header(report: Element, size: int) -> dict[str, Any]:
    """The header of a WSXF report that passed the checks; its collections stay empty."""
    process = next(child for child in report if child.tag.endswith("}Process"))
    code = int(process.attrib["Code"])
    return _header(
        size,
        uuid=report.attrib["ID"].lower(),
        serialNumber=report.attrib["SN"],
        partNumber=report.attrib["PN"],
        reportType="T" if report.attrib["type"] == "UUT" else "R",
        start=_start(report.attrib["Start_utc"], None),
        revision=report.attrib["Rev"],
        result=report.attrib["Result"],
        stationName=report.attrib["MachineName"],
        location=report.attrib["Location"],
        purpose=report.attrib["Purpose"],
        processCode=code,
        processName=process.get("Name") or PROCESS_NAMES[code],
    )


def _header(size: int, **values: Any) -> dict[str, Any]:
    # Rounded up to a KB. A counter is not lost to it: run, passedInRun, receiveCount and
    # timeStamp come from the table, where they are right after later reports too.
    blank: dict[str, Any] = {**dict.fromkeys(HEADER.fields), **{name: [] for name in HEADER.collections}}
    return {**blank, "measuresDeleted": False, "reportSize": (size + 1023) // 1024, **values}


def steps(document: Mapping[str, Any], separator: str = "/") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The steps of a test report in execution order, each with its path from the root."""
    if document.get("root"):
        yield from _below("", document["root"], separator)


def _below(above: str, step: Mapping[str, Any], separator: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    path = f"{above}{step['name']}"
    yield path, step
    # What a skipped step holds is ignored, and was not checked.
    if step["status"] != "S":
        for child in step.get("steps") or []:
            yield from _below(f"{path}{separator}", child, separator)


def step_files(document: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The attachments of a test report with their step ids; steps without ids are counted."""
    for number, (_, step) in enumerate(steps(document)):
        if step.get("attachment") and step["status"] != "S":
            yield (number if step.get("id") is None else step["id"]), step["attachment"]


def repair_files(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The files of a repair report: those of the whole report, then those of its failures."""
    yield from document.get("binaryData") or []
    for unit in document.get("subUnits") or []:
        for failure in unit.get("failures") or []:
            yield from failure.get("attachments") or []


def number_repair_files(document: Mapping[str, Any]) -> bool:
    """Gives each file of a repair report an id, the same one each time; False if it has none."""
    found = False
    for index, file in enumerate(repair_files(document)):
        file["id"] = str(uuid.uuid5(uuid.UUID(document["id"]), str(index)))
        found = True
    return found


def _start(text: str, utc: str | None) -> str:
    # Local times without an offset need the other member to be placed.
    return utc_text(parse_moment(text if utc is None else utc), "seconds")


def _finite(value: Any) -> Any:
    return None if isinstance(value, str) else value


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _file_name(path: str | None) -> str | None:
    return None if path is None else path.replace("\\", "/").rpartition("/")[2]


def _sub_unit(unit: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "partType": unit["partType"],
        "serialNumber": unit["sn"],
        "partNumber": unit["pn"],
        "revision": unit.get("rev"),
    }


def _asset(serial_number: str, stats: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    known = stats.get(serial_number, {})
    return {"serialNumber": serial_number, **{name: known.get(name) for name in _COUNTERS}}
