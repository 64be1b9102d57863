"""A unit fails, and a root cause ticket goes its way: opened, assigned, commented, solved, archived.

The ticket is opened on a local simulator, so the script needs nothing and leaves nothing behind.
"""

import tempfile
from pathlib import Path
from uuid import UUID

from pywats import UUTReport, pyWATS
from pywats.models import (
    SequenceCallInfo,
    Setting,
    Step,
    Ticket,
    TicketAttachment,
    TicketPriority,
    TicketStatus,
    TicketUpdate,
    TicketView,
    UUTInfo,
)
from pywats.simulator import WatsSimulator

ENGINEER = "jo@example.com"


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        WatsSimulator() as server,
        pyWATS(server.url, server.token) as api,
    ):
        log = Path(folder, "uart.log")
        log.write_text("boot\nbrown-out reset\nboot\nbrown-out reset\n", encoding="utf-8")

        report = failed_report()
        api.report.submit_report(report)
        ticket = open_ticket(api, report, log)
        investigate(api, ticket, Path(folder, "copy.log"))
        archive_what_is_solved(api)


def failed_report() -> UUTReport:
    sequence = SequenceCallInfo(path="board.seq", name="Main", version="1.0")
    return UUTReport(
        pn="CTRL-BOARD-07",
        sn="SN-0042",
        rev="B",
        process_code=100,
        result="F",
        machine_name="FCT-3",
        location="Line 2",
        purpose="Production",
        uut=UUTInfo(user="operator"),
        root=Step(step_type="SequenceCall", name="Main", status="F", seq_call=sequence),
    )


def open_ticket(api: pyWATS, report: UUTReport, log: Path) -> Ticket:
    """Open a ticket about a report, with a log file as evidence."""
    attachment = TicketAttachment(attachment_id=api.rootcause.upload_attachment(log), filename=log.name)
    ticket = api.rootcause.create_ticket(
        Ticket(
            subject=f"{report.pn} {report.sn} resets during the test",
            priority=TicketPriority.HIGH,
            report_uuid=report.id,
            tags=[Setting(key="station", value=report.machine_name)],
            update=TicketUpdate(content="Three units since Monday.", attachments=[attachment]),
        )
    )
    print(f"opened ticket {ticket.ticket_number}: {ticket.subject}")
    return ticket


def investigate(api: pyWATS, ticket: Ticket, copy: Path) -> None:
    """Take a ticket over, look at its files, and solve it."""
    # The server does not tell the assignee, so it is set again each time.
    ticket.assignee = ENGINEER
    ticket.status = TicketStatus.IN_PROGRESS
    ticket = api.rootcause.update_ticket(ticket)

    for entry in ticket.history or []:
        for file in entry.attachments or []:
            if isinstance(file.attachment_id, UUID):
                size = api.rootcause.get_ticket_attachment(file.attachment_id, copy)
                print(f"downloaded {file.filename}, {size} bytes")

    ticket.assignee = ENGINEER
    ticket.status = TicketStatus.SOLVED
    ticket.progress = "C12 has half of its value: wrong reel."
    ticket.update = TicketUpdate(content="Reel replaced, three units reworked.")
    ticket = api.rootcause.update_ticket(ticket)
    for entry in ticket.history or []:
        print(f"  {entry.update_utc:%H:%M:%S} {entry.update_user}: {entry.content}")


def archive_what_is_solved(api: pyWATS) -> None:
    solved = api.rootcause.get_tickets(TicketStatus.SOLVED, TicketView.FOLLOWING)
    api.rootcause.archive_tickets([ticket.ticket_id for ticket in solved if ticket.ticket_id])
    archived = api.rootcause.get_tickets(TicketStatus.ARCHIVED, TicketView.ALL, search_string="FCT-3")
    print(f"{len(archived)} ticket of station FCT-3 archived")


if __name__ == "__main__":
    main()
