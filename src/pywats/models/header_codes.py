"""The codes of report headers, which statistics list, too: in a module that loads no model of a report."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ReportHeaderResult", "ReportKind"]


class ReportKind(StrEnum):
    """Test report (unit under test) or repair report (unit under repair)."""

    UUT = "T"
    UUR = "R"


class ReportHeaderResult(StrEnum):
    """Outcome as report headers and their filters spell it."""

    PASSED = "Passed"
    FAILED = "Failed"
    ERROR = "Error"
    TERMINATED = "Terminated"
