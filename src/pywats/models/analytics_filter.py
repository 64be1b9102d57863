"""What statistics are asked for: the filter, dimensions and KPIs to group by, paths of measurements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field

from pywats.models.base import Timestamp, WatsModel

__all__ = [
    "DateGrouping",
    "Dimensions",
    "MeasurementPath",
    "MeasurementPaths",
    "RepairDimension",
    "RepairDimensions",
    "RepairKpi",
    "RunFilter",
    "SortDirection",
    "StatusFilter",
    "WATSFilter",
    "YieldDimension",
    "YieldDimensions",
    "YieldKpi",
    "dimension_expression",
    "path_expression",
]


class StatusFilter(StrEnum):
    """Result of a report, as a filter spells it. A report has one of the first four."""

    PASSED = "Passed"
    FAILED = "Failed"
    ERROR = "Error"
    TERMINATED = "Terminated"
    DONE = "Done"
    SKIPPED = "Skipped"


class DateGrouping(IntEnum):
    """Length of one period.

    The numbers are the server's; the names follow from its documentation, which says that 30 periods of
    grouping 1 are the last 30 days. They are not confirmed on a server, and other software has them the other
    way round, from 0, a year, to 5, an hour: look at the `period` of the rows.
    """

    NONE = -1
    HOUR = 0
    DAY = 1
    WEEK = 2
    MONTH = 3
    QUARTER = 4
    YEAR = 5


class RunFilter(IntEnum):
    """Which test of a unit in one operation counts."""

    FIRST = 1
    SECOND = 2
    THIRD = 3
    LAST = -1
    ALL = -2


class SortDirection(StrEnum):
    """Order of the rows by one dimension or KPI."""

    ASC = "asc"
    DESC = "desc"


class YieldDimension(StrEnum):
    """What yield can be grouped by. `PERIOD` needs a `date_grouping` in the filter."""

    PART_NUMBER = "partNumber"
    PRODUCT_NAME = "productName"
    STATION_NAME = "stationName"
    LOCATION = "location"
    PURPOSE = "purpose"
    REVISION = "revision"
    TEST_OPERATION = "testOperation"
    PROCESS_CODE = "processCode"
    SW_FILENAME = "swFilename"
    SW_VERSION = "swVersion"
    PRODUCT_GROUP = "productGroup"
    LEVEL = "level"
    PERIOD = "period"
    BATCH_NUMBER = "batchNumber"
    OPERATOR = "operator"
    FIXTURE_ID = "fixtureId"
    SOCKET_INDEX = "socketIndex"
    ERROR_CODE = "errorCode"
    MISC_INFO_DESCRIPTION = "miscInfoDescription"
    MISC_INFO_STRING = "miscInfoString"
    STEP_CAUSED_UUT_FAILURE = "stepCausedUutFailure"
    STEP_PATH_CAUSED_UUT_FAILURE = "stepPathCausedUutFailure"
    ASSET_SERIAL_NUMBER = "assetSerialNumber"
    ASSET_NAME = "assetName"


class YieldKpi(StrEnum):
    """Key figures of yield.

    Rows cannot be ordered by the `PREVIOUS_...` and `..._TREND` ones, which compare with the period before.
    """

    UNIT_COUNT = "unitCount"
    FP_COUNT = "fpCount"
    SP_COUNT = "spCount"
    TP_COUNT = "tpCount"
    LP_COUNT = "lpCount"
    FPY = "fpy"
    SPY = "spy"
    TPY = "tpy"
    LPY = "lpy"
    TEST_YIELD_COUNT = "testYieldCount"
    TEST_REPORT_COUNT = "testReportCount"
    TEST_YIELD = "testYield"
    FIRST_UTC = "firstUtc"
    LAST_UTC = "lastUtc"
    FP_FAIL_COUNT = "fpFailCount"
    SP_FAIL_COUNT = "spFailCount"
    TP_FAIL_COUNT = "tpFailCount"
    LP_FAIL_COUNT = "lpFailCount"
    RETEST_COUNT = "retestCount"
    PPM_FPY = "ppmFpy"
    PPM_SPY = "ppmSpy"
    PPM_TPY = "ppmTpy"
    PPM_LPY = "ppmLpy"
    PPM_TEST_YIELD = "ppmTestYield"
    FP_COLOR = "fpColor"
    FP_ALARM = "fpAlarm"
    FP_WARNING = "fpWarning"
    SP_COLOR = "spColor"
    SP_ALARM = "spAlarm"
    SP_WARNING = "spWarning"
    TP_COLOR = "tpColor"
    TP_ALARM = "tpAlarm"
    TP_WARNING = "tpWarning"
    LP_COLOR = "lpColor"
    LP_ALARM = "lpAlarm"
    LP_WARNING = "lpWarning"
    TY_COLOR = "tyColor"
    TY_ALARM = "tyAlarm"
    TY_WARNING = "tyWarning"
    PREVIOUS_UNIT_COUNT = "previousUnitCount"
    PREVIOUS_TEST_REPORT_COUNT = "previousTestReportCount"
    FPY_TREND = "fpyTrend"
    SPY_TREND = "spyTrend"
    TPY_TREND = "tpyTrend"
    LPY_TREND = "lpyTrend"
    UNIT_COUNT_TREND = "unitCountTrend"
    FP_COUNT_TREND = "fpCountTrend"
    SP_COUNT_TREND = "spCountTrend"
    TP_COUNT_TREND = "tpCountTrend"
    LP_COUNT_TREND = "lpCountTrend"
    TEST_REPORT_COUNT_TREND = "testReportCountTrend"
    TEST_YIELD_COUNT_TREND = "testYieldCountTrend"
    TEST_YIELD_TREND = "testYieldTrend"
    PPM_FPY_TREND = "ppmFpyTrend"
    PPM_SPY_TREND = "ppmSpyTrend"
    PPM_TPY_TREND = "ppmTpyTrend"
    PPM_LPY_TREND = "ppmLpyTrend"
    PPM_TEST_YIELD_TREND = "ppmTestYieldTrend"


class RepairDimension(StrEnum):
    """What repairs can be grouped by. The `TEST_...` ones are those of the test that the unit failed."""

    PART_NUMBER = "partNumber"
    REVISION = "revision"
    PRODUCT_NAME = "productName"
    PRODUCT_GROUP = "productGroup"
    UNIT_TYPE = "unitType"
    REPAIR_OPERATION = "repairOperation"
    PERIOD = "period"
    LEVEL = "level"
    STATION_NAME = "stationName"
    LOCATION = "location"
    PURPOSE = "purpose"
    OPERATOR = "operator"
    MISC_INFO_DESCRIPTION = "miscInfoDescription"
    MISC_INFO_STRING = "miscInfoString"
    REPAIR_CODE = "repairCode"
    REPAIR_CATEGORY = "repairCategory"
    REPAIR_TYPE = "repairType"
    COMPONENT_REF = "componentRef"
    COMPONENT_NUMBER = "componentNumber"
    COMPONENT_REVISION = "componentRevision"
    COMPONENT_VENDOR = "componentVendor"
    COMPONENT_DESCRIPTION = "componentDescription"
    FUNCTION_BLOCK = "functionBlock"
    REFERENCED_STEP = "referencedStep"
    REFERENCED_STEP_PATH = "referencedStepPath"
    TEST_OPERATION = "testOperation"
    TEST_PERIOD = "testPeriod"
    TEST_LEVEL = "testLevel"
    TEST_STATION_NAME = "testStationName"
    TEST_LOCATION = "testLocation"
    TEST_PURPOSE = "testPurpose"
    TEST_OPERATOR = "testOperator"
    BATCH_NUMBER = "batchNumber"
    SW_FILENAME = "swFilename"
    SW_VERSION = "swVersion"


class RepairKpi(StrEnum):
    """Key figures of repair."""

    REPAIR_REPORT_COUNT = "repairReportCount"
    REPAIR_COUNT = "repairCount"


_Direction: TypeAlias = SortDirection | Literal["asc", "desc"]

_YieldTerm: TypeAlias = YieldDimension | YieldKpi
_RepairTerm: TypeAlias = RepairDimension | RepairKpi
_Term: TypeAlias = _YieldTerm | _RepairTerm

YieldDimensions: TypeAlias = str | Sequence[_YieldTerm | tuple[_YieldTerm, _Direction]]
"""What to group yield by, and in which order: ``[(YieldKpi.FPY, "asc"), YieldDimension.PART_NUMBER]``.

A text is sent as it is: ``"fpy asc;partNumber"``.
"""

RepairDimensions: TypeAlias = str | Sequence[_RepairTerm | tuple[_RepairTerm, _Direction]]
"""What to group repairs by, and in which order; see `YieldDimensions`."""

Dimensions: TypeAlias = str | Sequence[_Term | tuple[_Term, _Direction]]
"""What to group by, and in which order; see `YieldDimensions`."""

_NOT_SORTABLE = frozenset(
    kpi for kpi in YieldKpi if kpi.value.startswith("previous") or kpi.value.endswith("Trend")
)


def dimension_expression(dimensions: Dimensions, *kinds: type[StrEnum]) -> str:
    """Return dimensions and KPIs as the API writes them.

    Args:
        dimensions: A sequence of members, or of pairs of a member and its direction; or the text itself.
        *kinds: The enumerations whose members are known.

    Raises:
        ValueError: There is a name that none of them has, or rows cannot be ordered like that.
        TypeError: It is neither a text nor a sequence.
    """
    if isinstance(dimensions, str):
        text: str = dimensions
    elif isinstance(dimensions, Sequence):
        text = ";".join(" ".join(term) if isinstance(term, tuple) else term for term in dimensions)
    else:
        raise TypeError(f"dimensions must be a text or a sequence, not {dimensions!r}")
    known = [member.value for kind in kinds for member in kind]
    for term in text.rstrip().removesuffix(";").split(";"):
        _check_term(term, known)
    return text


def _check_term(term: str, known: Collection[str]) -> None:
    name, *direction = term.split() or [""]
    if name not in known:
        alike = get_close_matches(name, known, n=1)
        hint = f"; did you mean {alike[0]!r}?" if alike else ""
        raise ValueError(f"dimensions has {name!r}, which is no dimension or KPI here{hint}")
    if not direction:
        return
    if direction not in (["asc"], ["desc"]):
        raise ValueError(f"dimensions has {term.strip()!r}: a name is followed by asc, desc or nothing")
    if name in _NOT_SORTABLE:
        raise ValueError(f"dimensions has {term.strip()!r}, but rows cannot be ordered by {name}")


@dataclass(frozen=True, init=False)
class MeasurementPath:
    """Where a measurement is: ``MeasurementPath("Main", "Voltage", measurement="Output")``.

    Args:
        *steps: Names of the steps that lead to it; the last one holds it.
        measurement: Its name, for a step that holds several.

    Attributes:
        steps: Names of the steps.
        measurement: Name of the measurement, or None.

    Raises:
        ValueError: There is no step, or a name is empty or holds ``¶`` or ``;``, which part names and paths.
    """

    steps: tuple[str, ...]
    measurement: str | None

    def __init__(self, *steps: str, measurement: str | None = None) -> None:
        names = steps if measurement is None else (*steps, measurement)
        if not steps or not all(names) or any(mark in name for name in names for mark in "¶;"):
            raise ValueError(
                f"a measurement path needs the names of steps, without ¶ and ;: {steps!r}, {measurement!r}"
            )
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "measurement", measurement)

    @classmethod
    def parse(cls, path: str, *, measurement: str | None = None) -> Self:
        """Read a path as the API writes it, such as a `step_path` or `measurement_path`.

        Args:
            path: One path.
            measurement: Name of the measurement, if the path does not have it.

        Raises:
            ValueError: It has an empty name, or one with ``;``.
        """
        steps, _, name = path.partition("¶¶")
        return cls(*steps.split("¶"), measurement=name or measurement or None)

    def __str__(self) -> str:
        """Return the path as the API writes it."""
        return "¶".join(self.steps) + (f"¶¶{self.measurement}" if self.measurement else "")


MeasurementPaths: TypeAlias = str | MeasurementPath | Sequence[str | MeasurementPath]
"""One path or several; a text is sent as it is, with ``¶``, ``¶¶`` and ``;`` as the API has them."""


def path_expression(paths: MeasurementPaths) -> str:
    """Return measurement paths as the API writes them.

    Raises:
        ValueError: There is none.
    """
    text = str(paths) if isinstance(paths, str | MeasurementPath) else ";".join(map(str, paths))
    if not text:
        raise ValueError("measurement_paths is empty")
    return text


def _any_dimensions(value: Dimensions) -> str:
    return dimension_expression(value, YieldDimension, YieldKpi, RepairDimension, RepairKpi)


_Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_Dimensions = Annotated[Dimensions, BeforeValidator(_any_dimensions)]


class WATSFilter(WatsModel):
    """Which reports a statistic is about. Give what you want to narrow; each operation names what it reads.

    Texts may have wildcards: ``%`` or ``*`` for any characters, ``_`` or ``?`` for one, ``[ab]`` and
    ``[^ab]`` for one of a set and outside of it, ``!`` to exclude, ``;`` between alternatives. Without dates
    servers are said to take the last 30 days.

    Attributes:
        test_operation: Name of the test operation; its code as a text is said to work, too.
        status: Leave it out for all results.
        yield_value: ``yield`` on the wire. Whether it is a percentage or the number of a pass is not
            confirmed.
        misc_description: Name of a misc info.
        misc_value: Value of a misc info.
        product_group: Name of a product group.
        level: Name of a production level.
        date_from: Begin of the time, inclusive; a naive datetime is local time.
        date_to: End of the time, inclusive; a naive datetime is local time.
        date_grouping: Length of a period.
        period_count: How many periods to go back.
        include_current_period: Count the period that is still running. Where periods are given, a server was
            seen to answer nothing unless this is True.
        max_count: Most data to consider or return.
        min_count: Leave out rows that count less.
        top_count: Return the first rows only.
        dimensions: What to group by, for `get_dynamic_yield` and `get_dynamic_repair`.
        run: Which test of a unit counts, for `get_test_step_analysis`.
    """

    # What a server does not know it passes over, and so answers another question.
    model_config = ConfigDict(extra="forbid")

    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None
    batch_number: str | None = None
    station_name: str | None = None
    test_operation: str | None = None
    status: Annotated[StatusFilter | str | None, Field(union_mode="left_to_right")] = None
    yield_value: Annotated[_Int32 | None, Field(alias="yield")] = None
    misc_description: str | None = None
    misc_value: str | None = None
    product_group: str | None = None
    level: str | None = None
    sw_filename: str | None = None
    sw_version: str | None = None
    socket: str | None = None
    date_from: Timestamp | None = None
    date_to: Timestamp | None = None
    date_grouping: DateGrouping | None = None
    period_count: _Count | None = None
    include_current_period: bool | None = None
    max_count: _Count | None = None
    min_count: _Count | None = None
    top_count: _Count | None = None
    dimensions: _Dimensions | None = None
    run: RunFilter | None = None

    def to_wire(self, exclude: AbstractSet[str] = frozenset()) -> dict[str, Any]:
        """Return the JSON object; what is None is left out, as a server may take null for a value.

        Args:
            exclude: Members (Python names) to leave out.
        """
        return {name: value for name, value in super().to_wire(exclude).items() if value is not None}
