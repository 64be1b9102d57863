"""Test, repair and WIP operations."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from uuid import UUID

from pywats.models.base import WatsModel

__all__ = [
    "Process",
    "RepairBinding",
    "RepairCategory",
    "RepairCode",
    "RepairFailureType",
    "RepairImageConstraint",
    "RepairMiscInfo",
    "RepairOperation",
]


class RepairBinding(IntEnum):
    """Whether something has to be given in a repair report."""

    REQUIRED = 0
    OPTIONAL = 1
    NEVER = 2


class RepairImageConstraint(StrEnum):
    """Same scale as `RepairBinding`, but a string on the wire."""

    REQUIRED = "0"
    OPTIONAL = "1"
    NEVER = "2"


class RepairFailureType(IntEnum):
    """Kind of repair that a repair code stands for."""

    DEFAULT = 0
    AUTOMATIC_PROCESS = 1
    SCRAPPED = 2
    NO_FAILURE_FOUND = 3
    COMPONENT = 4
    DESIGN = 5
    MANUAL_PROCESS = 6
    REPLACED = 7


class RepairCode(WatsModel):
    """Failure or repair code."""

    id: UUID | None = None
    description: str | None = None
    failure_type: RepairFailureType | None = None
    image_constraint: RepairImageConstraint | None = None
    status: int | None = None


class RepairCategory(WatsModel):
    """Group of repair codes."""

    id: UUID | None = None
    description: str | None = None
    image_constraint: RepairImageConstraint | None = None
    status: int | None = None
    repair_codes: list[RepairCode] | None = None


class RepairMiscInfo(WatsModel):
    """Extra field that a repair report asks for.

    `input_mask` is a regular expression, or choices parted by semicolons.
    """

    id: UUID | None = None
    description: str | None = None
    input_mask: str | None = None
    status: int | None = None
    sort_order: int | None = None


class RepairOperation(WatsModel):
    """Settings of a repair operation.

    `comp_ref_mask` is a regular expression for component references, `comp_ref_validation_text` explains it
    to the operator.
    """

    uut_binding: RepairBinding | None = None
    bom_binding: RepairBinding | None = None
    vendor_binding: RepairBinding | None = None
    comp_ref_mask: str | None = None
    comp_ref_validation_text: str | None = None
    repair_categories: list[RepairCategory] | None = None
    misc_infos: list[RepairMiscInfo] | None = None


class Process(WatsModel):
    """Test, repair or WIP operation.

    `state` 1 is active; other values are not documented. `repair_operation` is there on repair operations
    only.
    """

    code: int | None = None
    name: str | None = None
    description: str | None = None
    is_test_operation: bool | None = None
    is_repair_operation: bool | None = None
    is_wip_operation: bool | None = None
    process_index: int | None = None
    state: int | None = None
    repair_operation: RepairOperation | None = None
