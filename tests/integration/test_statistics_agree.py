"""What the server says of 200 reports is what a count over the list that they were built from says."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean, stdev

import pytest

from pywats import UUTReport, pyWATS
from pywats.models import DateGrouping, RunFilter, WATSFilter, YieldDimension, YieldKpi
from pywats.simulator import WatsSimulator

REPORTS = 200
OPERATIONS = {10: "In-circuit test", 100: "End of line test"}
REVISIONS = {"CTRL-7": ["A", "B"], "PWR-2": ["1"], "SENS-1": ["1", "2", "3"]}
STATIONS = ["FCT-1", "FCT-2", "REWORK"]
STEPS = [
    "MainSequence¶Boot",
    "MainSequence¶Power¶Voltage",
    "MainSequence¶Power¶Current",
    "MainSequence¶Label",
]
DAY = DateGrouping(1)  # the server's default filter takes 30 of these for the last 30 days
COUNTS = [
    YieldKpi.UNIT_COUNT,
    YieldKpi.FP_COUNT,
    YieldKpi.SP_COUNT,
    YieldKpi.TP_COUNT,
    YieldKpi.LP_COUNT,
    YieldKpi.TEST_REPORT_COUNT,
    YieldKpi.TEST_YIELD_COUNT,
    YieldKpi.RETEST_COUNT,
]


@dataclass
class Run:
    """A test as it was made up: nothing in here comes from the code under test."""

    part: str
    revision: str
    serial: str
    code: int
    station: str
    batch: str
    start: datetime
    voltage: float
    failing: set[str] = field(default_factory=set)
    aborted: str = ""

    @property
    def result(self) -> str:
        return self.aborted or ("Failed" if self.failing else "Passed")

    def report(self) -> UUTReport:
        report = UUTReport.create(
            pn=self.part,
            sn=self.serial,
            rev=self.revision,
            process_code=self.code,
            user="operator.a",
            location="Hall 1",
            purpose="Production",
            machine_name=self.station,
            batch_sn=self.batch,
            start=self.start,
        )
        report.root.add_pass_fail("Boot", STEPS[0] not in self.failing)
        power = report.root.add_sequence("Power")
        power.add_numeric("Voltage", self.voltage, low=4.75, high=5.25, unit="V")
        power.add_numeric("Current", 9.0 if STEPS[2] in self.failing else 0.5, high=1.0, unit="A")
        report.root.add_string("Label", "?" if STEPS[3] in self.failing else self.serial, limit=self.serial)
        if self.aborted:
            report.root.add_action("Shutdown", status="E" if self.aborted == "Error" else "T")
        return report


def made_up() -> list[Run]:
    """Make up the tests of a month, in the order of time; units differ in how often they are tested."""
    dice = random.Random(20250318)
    begin = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=25)
    runs = []
    for minute in sorted(dice.sample(range(24 * 24 * 60), REPORTS)):
        part = dice.choice(list(REVISIONS))
        failing = {step for step in STEPS if dice.random() < 0.13}
        voltage = dice.uniform(5.3, 6.0) if STEPS[1] in failing else dice.uniform(4.8, 5.2)
        runs.append(
            Run(
                part=part,
                revision=dice.choice(REVISIONS[part]),
                serial=f"{part[0]}{int(dice.triangular(1, 25, 1)):03}",
                code=dice.choice(list(OPERATIONS)),
                station=dice.choice(STATIONS),
                batch=f"B{dice.randint(1, 3)}",
                start=begin + timedelta(minutes=minute),
                voltage=round(voltage, 3),
                failing=failing,
                aborted=dice.choices(["", "Error", "Terminated"], [18, 1, 1])[0],
            )
        )
    return runs


RUNS = made_up()


@pytest.fixture(scope="module")
def api() -> Iterator[pyWATS]:
    """A server that got the reports in another order than that of the tests."""
    arriving = random.Random(7).sample(RUNS, len(RUNS))
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        for run in arriving:
            api.report.submit_report(run.report())
        yield api


def units() -> dict[tuple[str, str, int], list[Run]]:
    """Group the tests by unit and operation; a unit is a serial number of a part."""
    found = defaultdict(list)
    for run in RUNS:
        found[run.serial, run.part, run.code].append(run)
    return found


def counted(key: Callable[[Run], Hashable]) -> dict[Hashable, list[int]]:
    """Count yield by hand: units where their first run is, reports where they are themselves."""
    counts: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0] * len(COUNTS))
    for runs in units().values():
        passed = [run.result == "Passed" for run in runs]
        of_unit = counts[key(runs[0])]
        for place, value in enumerate(
            [True, any(passed[:1]), any(passed[:2]), any(passed[:3]), passed[-1]]
        ):  # unit, first, second, third, last pass
            of_unit[place] += value
        for number, run in enumerate(runs):
            of_report = counts[key(run)]
            of_report[5] += 1
            of_report[6] += run.result == "Passed"
            of_report[7] += number > 0
    return dict(counts)


def test_the_made_up_tests_are_varied_enough_to_find_mistakes() -> None:
    runs_of_units = Counter(min(len(runs), 4) for runs in units().values())
    results = Counter(run.result for run in RUNS)

    assert all(runs_of_units[number] > 3 for number in (1, 2, 3, 4))
    assert results.keys() == {"Passed", "Failed", "Error", "Terminated"}
    assert any(runs[0].station != runs[-1].station for runs in units().values())


@pytest.mark.parametrize(
    ("dimensions", "key"),
    [
        (
            [YieldDimension.PART_NUMBER, YieldDimension.TEST_OPERATION],
            lambda run: (run.part, OPERATIONS[run.code]),
        ),
        ([YieldDimension.STATION_NAME], lambda run: (run.station,)),
        ([YieldDimension.REVISION, YieldDimension.BATCH_NUMBER], lambda run: (run.revision, run.batch)),
        (
            [YieldDimension.PROCESS_CODE, YieldDimension.PERIOD],
            lambda run: (run.code, f"{run.start:%Y-%m-%d}"),
        ),
        ([], lambda _: ()),
    ],
)
def test_yield_by_any_dimensions_is_what_counting_gives(
    api: pyWATS, dimensions: list[YieldDimension], key: Callable[[Run], Hashable]
) -> None:
    rows = api.analytics.get_dynamic_yield(
        WATSFilter(date_grouping=DAY, date_from=RUNS[0].start), dimensions=[*dimensions, *COUNTS]
    )
    found = {}
    for row in rows:
        members = row.to_wire()
        found[tuple(members[name] for name in dimensions)] = [members[name] for name in COUNTS]
    assert found == counted(key)


def test_yields_are_the_shares_of_the_counts(api: pyWATS) -> None:
    (row,) = api.analytics.get_dynamic_yield(
        WATSFilter(date_from=RUNS[0].start), dimensions="fpy;lpy;testYield;ppmFpy"
    )
    number, first, _, _, last, tests, good, _ = counted(lambda _: ())[()]

    assert row.fpy == pytest.approx(100 * first / number)
    assert row.lpy == pytest.approx(100 * last / number)
    assert row.test_yield == pytest.approx(100 * good / tests)
    assert row.ppm_fpy == pytest.approx(1_000_000 * (number - first) / number)


def test_a_filter_takes_the_units_whose_first_run_fits(api: pyWATS) -> None:
    begin, end = RUNS[60].start, RUNS[140].start
    (row,) = api.analytics.get_dynamic_yield(
        WATSFilter(part_number="CTRL*;PWR-2", station_name="!REWORK", date_from=begin, date_to=end),
        dimensions=COUNTS,
    )

    def fits(run: Run) -> bool:
        return run.part != "SENS-1" and run.station != "REWORK" and begin <= run.start <= end

    counts = counted(fits)[True]
    assert [row.to_wire()[name] for name in COUNTS] == counts
    assert 0 < counts[0] < counts[5]


@pytest.mark.parametrize("part", REVISIONS)
@pytest.mark.parametrize("code", OPERATIONS)
def test_the_steps_that_failed_most_are_what_counting_gives(api: pyWATS, part: str, code: int) -> None:
    rows = api.analytics.get_top_failed(WATSFilter(part_number=part, test_operation=OPERATIONS[code]))

    tested = [run for run in RUNS if (run.part, run.code) == (part, code)]
    fails = Counter(step for run in tested for step in run.failing)
    assert [row.fail_count for row in rows] == sorted(fails.values(), reverse=True)
    assert {row.step_path: (row.fail_count, row.total_count) for row in rows} == {
        step: (count, len(tested)) for step, count in fails.items()
    }
    for row in rows:
        dates = [run.start for run in tested if row.step_path in run.failing]
        assert (row.first_fail_date, row.last_fail_date) == (min(dates), max(dates))
        assert row.fail_rate == pytest.approx(100 * len(dates) / len(tested))


def test_only_so_many_failing_steps_come_as_are_asked_for(api: pyWATS) -> None:
    every = api.analytics.get_top_failed(WATSFilter(part_number="CTRL-7"))
    first = api.analytics.get_top_failed(WATSFilter(part_number="CTRL-7", top_count=2))

    assert first == every[:2]
    assert len(every) == len(STEPS)


def test_headers_tell_the_run_of_each_test_and_the_run_that_passed(api: pyWATS) -> None:
    found = {
        (header.serial_number, header.part_number, header.process_code, header.run): (
            header.start,
            header.result,
            header.passed_in_run,
            header.station_name,
        )
        for header in api.report.iter_headers(page_size=30)
    }

    expected = {}
    for (serial, part, code), runs in units().items():
        good = [number for number, run in enumerate(runs, start=1) if run.result == "Passed"]
        for number, run in enumerate(runs, start=1):
            expected[serial, part, code, number] = (
                run.start,
                run.result,
                min(good, default=None),
                run.station,
            )
    assert found == expected


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("result eq 'Failed'", lambda run: run.result == "Failed"),
        ("partNumber eq 'PWR-2' and revision eq '1'", lambda run: run.part == "PWR-2"),
        (
            "processCode eq 10 and stationName ne 'REWORK'",
            lambda run: run.code == 10 and run.station != "REWORK",
        ),
        (
            "startswith(serialNumber,'S') or batchNumber eq 'B2'",
            lambda run: run.part[0] == "S" or run.batch == "B2",
        ),
    ],
)
def test_header_queries_find_what_filtering_the_list_finds(
    api: pyWATS, condition: str, fits: Callable[[Run], bool]
) -> None:
    headers = api.report.query_headers(condition, top=REPORTS, orderby="start asc")

    assert [header.start for header in headers] == [run.start for run in RUNS if fits(run)]


def test_lists_of_test_reports_agree_with_header_queries(api: pyWATS) -> None:
    listed = api.analytics.get_uut_reports(WATSFilter(part_number="CTRL-7", status="Passed"))
    queried = api.report.query_headers("partNumber eq 'CTRL-7' and result eq 'Passed'", top=REPORTS)

    assert [row.uuid for row in listed] == [header.uuid for header in queried]
    assert len(listed) == sum((run.part, run.result) == ("CTRL-7", "Passed") for run in RUNS)


def test_measurements_and_their_figures_are_those_of_the_list(api: pyWATS) -> None:
    filter_ = WATSFilter(part_number="CTRL-7", test_operation="End of line test")
    values = [run.voltage for run in reversed(RUNS) if (run.part, run.code) == ("CTRL-7", 100)]

    (group,) = api.analytics.get_measurements(filter_, measurement_paths=STEPS[1])
    (figures,) = api.analytics.get_aggregated_measurements(filter_, measurement_paths=STEPS[1])

    assert [reading.value for reading in group.measurements] == values
    (row,) = figures.measurements
    assert (row.count, row.min, row.max) == (len(values), min(values), max(values))
    assert row.avg == pytest.approx(mean(values))
    assert row.stdev == pytest.approx(stdev(values))
    assert row.cpk == pytest.approx(min(mean(values) - 4.75, 5.25 - mean(values)) / 3 / stdev(values))


def test_the_statistics_of_steps_are_those_of_the_runs_asked_for(api: pyWATS) -> None:
    filter_ = WATSFilter(part_number="PWR-2", test_operation="10")
    for run_filter, chosen in ((RunFilter.FIRST, 0), (RunFilter.LAST, -1)):
        rows = api.analytics.get_test_step_analysis(filter_.model_copy(update={"run": run_filter}))

        tested = [runs[chosen] for (_, part, code), runs in units().items() if (part, code) == ("PWR-2", 10)]
        found = {row.step_path: (row.step_count, row.step_failed_count) for row in rows}
        for step in STEPS:
            assert found[step] == (len(tested), sum(step in run.failing for run in tested))
