"""Calls of the report service, with the two example reports of the contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pywats import AsyncWATS
from pywats.models import ReportInsertResult, ReportTypeFilter, UURReport, UUTReport
from tests.contract.contract import CONTRACT
from tests.contract.scenarios.scenario import Scenario

UUT: dict[str, Any] = CONTRACT["components"]["examples"]["UutReportExample"]["value"]
UUR: dict[str, Any] = CONTRACT["components"]["examples"]["UurReportExample"]["value"]
XML_ID = "1c9c2f64-8d86-4b0e-9f0d-6f6b5f0a7c11"
XML = f"""<?xml version="1.0" encoding="utf-8"?>
<Reports xmlns="http://wats.virinco.com/schemas/WATS/wsxf"><Report type="UUT" ID="{XML_ID}" PN="CTRL-07"
SN="ø1" Rev="B" Result="Failed" Start="2025-03-18T09:15:00" Start_utc="2025-03-18T08:15:00"
MachineName="FCT-3" Location="Line 2" Purpose="Production">
<Process Code="100" Name="Final function test"/></Report>
</Reports>"""

NOTHING = UUID("00000000-0000-4000-8000-00000000dead")
NO_LIST = ReportInsertResult, "the server describes one object, and has been seen to send a list of one"


async def reports(api: AsyncWATS) -> Any:
    """Submit both reports and return the id of the file of the repair report."""
    await api.report.submit_report(UUT)
    await api.report.submit_report(UUR)
    headers = await api.report.query_headers("reportType eq 'R'", expand="uurAttachments")
    return (headers[0].uur_attachments or [])[0].id


async def xml_report(api: AsyncWATS) -> None:
    await api.report.submit_report_xml(XML)


SCENARIOS = {
    "query_headers": Scenario(
        more=(
            {
                "filter": "partNumber eq 'CTRL-BOARD-07' and result eq 'Failed'",
                "top": 5,
                "skip": 0,
                "orderby": "timestamp asc",
                "expand": "subUnits,miscInfo,assets,attachments,uurSubUnits,uurMiscInfo,uurAttachments",
            },
            {"select": "uuid,serialNumber", "report_type": ReportTypeFilter.UUR},
        ),
        prepare=reports,
    ),
    "query_headers_by_misc_info": Scenario(
        more=(
            {
                "process_code": 100,
                "serial_number": "CB07-000123",
                "description": "Panel position",
                "data": "4",
            },
        ),
        prepare=reports,
    ),
    "submit_report": Scenario({"report": UUT}, ({"report": UUR},), returns=NO_LIST),
    "get_report": Scenario(
        {"report_id": UUT["id"]},
        (
            {
                "report_id": UUR["id"],
                "detail_level": 7,
                "include_chart_data": True,
                "include_attachments": False,
            },
        ),
        reports,
        unknown={"report_id": NOTHING},
        returns=(UUTReport | UURReport, "an empty answer, which is a report in process, is NotFoundError"),
    ),
    "submit_report_xml": Scenario({"document": XML}, returns=NO_LIST),
    "get_report_xml": Scenario(
        {"report_id": XML_ID},
        (
            {
                "report_id": XML_ID,
                "detail_level": 0,
                "include_attachments": False,
                "include_chart_data": False,
                "include_indexes": True,
            },
        ),
        xml_report,
        unknown={"report_id": NOTHING},
        returns=(str, "an empty answer, which is a report in process, is an empty text"),
    ),
    "get_attachment": Scenario(
        {"report_id": UUT["id"], "step_id": 20},
        (lambda file: {"report_id": UUR["id"], "attachment_id": file},),
        reports,
        unknown={"step_id": 1},
    ),
    "get_attachments_zip": Scenario(
        {"report_id": UUT["id"]}, prepare=reports, unknown={"report_id": NOTHING}
    ),
    "get_certificate": Scenario({"report_id": UUT["id"]}, prepare=reports, unknown={"report_id": NOTHING}),
}
