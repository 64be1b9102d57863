"""What the models of root cause tickets do beyond declaring members."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pywats.models import Ticket, TicketStatus
from pywats.models.base import LENIENT


def test_statuses_combine_to_a_query() -> None:
    assert TicketStatus.OPEN | TicketStatus.ON_HOLD == 5


@pytest.mark.parametrize("status", [0, 3, 64, TicketStatus.OPEN | TicketStatus.SOLVED])
def test_a_built_ticket_has_one_status(status: Any) -> None:
    with pytest.raises(ValidationError, match="status"):
        Ticket(status=status)


@pytest.mark.parametrize("status", [0, 3, 64, "Open"])
def test_whatever_status_a_server_sends_is_kept(status: object) -> None:
    assert Ticket.model_validate({"status": status}, context=LENIENT).to_wire() == {"status": status}
