"""Statuses: they follow at once, what was said stays, and copies go on as the original did."""

from __future__ import annotations

import contextlib
import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats import UUTReport
from pywats.models import Loop, Step

WORST_FIRST = "ETF"


def new_report() -> UUTReport:
    return UUTReport.create(
        pn="X", sn="1", rev="A", process_code=100, user="me", location="Line 2", purpose="Test",
        sequence_name="Main",
    )  # fmt: skip


@pytest.fixture
def report() -> UUTReport:
    return new_report()


@pytest.fixture
def power(report: UUTReport) -> Step:
    return report.root.add_sequence("Power").add_sequence("Rails")


def blamed(report: UUTReport) -> list[str]:
    return [step.name for step in report.root.walk() if step.caused_uut_failure]


# Following.


def test_a_failed_measurement_fails_everything_above_at_once(report: UUTReport, power: Step) -> None:
    assert report.result == "P"
    power.add_numeric("3V3", 3.3, low=3)
    assert (power.status, report.root.status, report.result) == ("P", "P", "P")
    power.add_numeric("5V", 4, low=4.85)
    assert [step.status for step in report.root.walk()] == ["F", "F", "F", "P", "F"]
    assert report.result == "F"


def test_a_measurement_among_several_fails_its_step(report: UUTReport, power: Step) -> None:
    rails = power.add_multi_numeric("Rails")
    assert (rails.status, report.result) == ("D", "P")
    rails.add_numeric("3V3", 3.3, low=3)
    assert (rails.status, report.result) == ("P", "P")
    rails.add_numeric("5V", 4, low=4.85)
    rails.add_numeric("12V", 12, low=11)
    assert (rails.status, report.result) == ("F", "F")


def test_skipped_measurements_make_a_skipped_step_only_if_all_are(power: Step) -> None:
    relays = power.add_multi_boolean("Relays").add_pass_fail("K1", ok=True, status="S")
    assert relays.status == "S"
    assert relays.add_pass_fail("K2", ok=True).status == "P"


@pytest.mark.parametrize(
    ("statuses", "result"),
    [
        ("", "P"), ("D", "P"), ("S", "P"), ("DSP", "P"), ("PF", "F"), ("FT", "T"), ("TF", "T"), ("FTE", "E"),
        ("EPT", "E"), ("TP", "T"), ("DT", "T"),
    ],
)  # fmt: skip
def test_a_sequence_is_as_bad_as_its_worst_step(report: UUTReport, statuses: str, result: str) -> None:
    for number, status in enumerate(statuses):
        code: Any = status
        report.root.add_action(f"step {number}", status=code)
    assert (report.root.status, report.result) == (result, result)


def test_a_sequence_without_steps_is_done(report: UUTReport, power: Step) -> None:
    assert (power.status, report.result) == ("D", "P")
    power.add_action("Wait")
    assert power.status == "P"


def test_a_status_that_gets_better_lifts_those_above(report: UUTReport, power: Step) -> None:
    step = power.add_numeric("5V", 4, low=4.85)
    assert report.result == "F"
    step.status = "P"
    assert [one.status for one in report.root.walk()] == ["P"] * 4
    assert report.result == "P"


# What was said.


def test_a_given_status_is_not_that_of_the_comparison(power: Step) -> None:
    step = power.add_numeric("5V", 4, low=4.85, status="P")
    assert step.numeric_meas is not None
    assert (step.status, step.numeric_meas[0].status, power.status) == ("P", "P", "P")
    assert power.add_string("a", "b", limit="c", status="S").status == "S"
    assert power.add_pass_fail("d", ok=False, status="P").status == "P"


def test_a_sequence_that_was_given_a_status_keeps_it(report: UUTReport) -> None:
    given_one = report.root.add_sequence("Optional", status="P")
    given_one.add_pass_fail("a", ok=False)
    assert (given_one.status, report.result) == ("P", "P")


def test_an_assigned_status_stays_and_moves_those_above(report: UUTReport, power: Step) -> None:
    power.status = "E"
    power.add_pass_fail("a", ok=True)
    assert (power.status, report.result) == ("E", "E")


def test_an_assigned_result_stays_and_is_that_of_the_root(report: UUTReport, power: Step) -> None:
    report.result = "T"
    power.add_pass_fail("a", ok=False)
    assert (report.result, report.root.status, power.status) == ("T", "T", "F")


def test_an_assigned_status_of_the_root_is_the_result(report: UUTReport) -> None:
    report.root.status = "E"
    report.root.add_pass_fail("a", ok=False)
    assert (report.result, report.root.status) == ("E", "E")


def test_a_result_that_is_assigned_as_it_is_stays_too(report: UUTReport, power: Step) -> None:
    report.result = "P"
    power.add_pass_fail("a", ok=False)
    assert (report.result, power.status) == ("P", "F")


def test_an_assigned_status_of_a_measurement_moves_its_step(report: UUTReport, power: Step) -> None:
    single = power.add_numeric("3V3", 3.3, low=3)
    assert single.numeric_meas is not None
    single.numeric_meas[0].status = "F"
    assert (single.status, report.result) == ("F", "F")
    single.numeric_meas[0].status = "P"
    assert (single.status, report.result) == ("P", "P")
    several = power.add_multi_boolean("Relays").add_pass_fail("K1", ok=True).add_pass_fail("K2", ok=True)
    assert several.boolean_meas is not None
    several.boolean_meas[1].status = "F"
    assert (several.status, report.result) == ("F", "F")


def test_an_assigned_status_of_a_step_is_that_of_its_only_measurement(power: Step) -> None:
    step = power.add_pass_fail("a", ok=True)
    assert step.boolean_meas is not None
    step.status = "F"
    assert step.boolean_meas[0].status == "F"
    step.boolean_meas[0].status = "P"
    assert step.status == "P"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda steps: setattr(steps["a"], "status", "E"), "Rails/a: a step with one measurement is P, F or"),
        (lambda steps: setattr(steps["m"], "status", "F"), "Rails/m: a step with several .* is F only if"),
        (lambda steps: setattr(steps["f"], "status", "P"), "Rails/f: a step with a failed .* is F, not P"),
        (lambda steps: setattr(steps["m"], "status", "X"), "Rails/m: 'X' is not a valid"),
        (lambda steps: setattr(steps["m"], "status", "U"), "Rails/m: the status U is for reading only"),
        (lambda steps: setattr(steps["Main"], "status", "S"), ": a report is P, F, E or T, not S"),
        (lambda steps: setattr(steps["a"].boolean_meas[0], "status", "E"), "Rails/a: 'E' is not a valid"),
        (lambda steps: setattr(steps["e"].boolean_meas[0], "status", "F"), "Rails/e/1: a step with a failed"),
        (lambda steps: steps["e"].add_pass_fail("3", ok=False), "Rails/e/3: a step with a failed .* not E"),
        (lambda steps: steps["n"].add_pass_fail("1", ok=True), "Rails/n/1: a step is what .*: P, not E"),
    ],
)
def test_a_status_that_contradicts_the_rest_is_refused(
    report: UUTReport, power: Step, change: Callable[[dict[str, Step]], object], reason: str
) -> None:
    power.add_pass_fail("a", ok=True)
    power.add_multi_boolean("m").add_pass_fail("1", ok=True).add_pass_fail("2", ok=True)
    power.add_multi_boolean("f").add_pass_fail("1", ok=True).add_pass_fail("2", ok=False)
    power.add_multi_boolean("e").add_pass_fail("1", ok=True).add_pass_fail("2", ok=True).status = "E"
    power.add_multi_boolean("n").status = "E"
    before = report.to_wsjf()
    with pytest.raises(ValueError, match=f"^Main.*{reason}"):
        change({step.name: step for step in report.root.walk()})
    assert report.to_wsjf() == before


def test_a_refused_result_changes_nothing(report: UUTReport) -> None:
    with pytest.raises(ValueError, match="Main: a report is P, F, E or T, not D"):
        report.result = "D"
    assert (report.result, report.root.status) == ("P", "P")


def test_a_skipped_step_may_carry_anything(power: Step) -> None:
    several = power.add_multi_boolean("Relays")
    several.status = "S"
    several.add_pass_fail("K1", ok=True).add_pass_fail("K2", ok=False)
    assert several.status == "S"


def test_a_measurement_of_a_read_step_says_what_it_is_told(power: Step) -> None:
    power.add_pass_fail("a", ok=True)
    stored = Step.model_validate(power.to_wire())
    assert stored.steps is not None
    assert stored.steps[0].boolean_meas is not None
    stored.steps[0].boolean_meas[0].status = "F"
    assert (stored.steps[0].boolean_meas[0].status, stored.steps[0].status) == ("F", "P")


def test_a_sequence_that_lost_its_steps_is_done(report: UUTReport, power: Step) -> None:
    power.add_pass_fail("a", ok=False)
    power.steps = []
    assert (power.status, report.result) == ("D", "P")


# Who is to blame.


def test_the_first_step_that_failed_is_marked(report: UUTReport, power: Step) -> None:
    power.add_pass_fail("a", ok=True)
    power.add_pass_fail("b", ok=False)
    report.root.add_pass_fail("c", ok=False)
    assert blamed(report) == ["b"]
    assert "causedUUTFailure" not in (power.steps or [])[0].to_wire()


def test_another_step_is_marked_when_the_first_did_not_fail_after_all(report: UUTReport, power: Step) -> None:
    first = power.add_pass_fail("a", ok=False)
    report.root.add_pass_fail("b", ok=False)
    first.status = "P"
    assert blamed(report) == ["b"]
    assert "causedUUTFailure" not in first.to_wire()
    report.result = "P"
    assert blamed(report) == []


def test_an_error_is_to_blame_for_an_error(report: UUTReport, power: Step) -> None:
    power.add_pass_fail("a", ok=False)
    power.add_action("b", status="E")
    assert blamed(report) == ["b"]


def test_a_failure_that_was_overruled_is_not_to_blame(report: UUTReport, power: Step) -> None:
    power.status = "P"
    power.add_pass_fail("a", ok=False)
    assert blamed(report) == []
    report.root.add_pass_fail("b", ok=False)
    assert blamed(report) == ["b"]


def test_a_step_is_marked_also_under_a_result_that_was_assigned_before(
    report: UUTReport, power: Step
) -> None:
    report.result = "F"
    assert blamed(report) == []
    power.add_pass_fail("a", ok=False)
    assert blamed(report) == ["a"]


def test_the_deciding_iteration_of_a_loop_is_to_blame(report: UUTReport) -> None:
    soak = report.root.add_loop("Soak")
    soak.add_sequence().add_pass_fail("Alive", ok=True)
    soak.add_sequence().add_pass_fail("Hot", ok=False)
    assert blamed(report) == ["Hot"]


def test_the_step_to_blame_is_found_in_built_and_in_read_reports(report: UUTReport, power: Step) -> None:
    assert report.failed_step is None
    step = power.add_pass_fail("a", ok=False)
    power.add_pass_fail("b", ok=False)
    assert report.failed_step is step
    assert UUTReport.from_wsjf(report.to_wsjf()).failed_step == step


def test_all_steps_are_walked_in_the_order_of_the_report(report: UUTReport, power: Step) -> None:
    power.add_action("a")
    report.root.add_action("c")
    power.add_action("b")
    assert [step.name for step in report.root.walk()] == ["Main", "Power", "Rails", "a", "b", "c"]
    assert [step.name for step in power.walk()] == ["Rails", "a", "b"]
    odd = {"type": "T", "root": {"name": "r", "steps": ["x", {"name": "a", "steps": {}}]}}
    assert [step.name for step in UUTReport.from_wsjf(odd).root.walk()] == ["r", "a"]


# Copies.

COPIES: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "model_copy": lambda report: report.model_copy(),
    "deep model_copy": lambda report: report.model_copy(deep=True),
    "pickle": lambda report: pickle.loads(pickle.dumps(report)),
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_is_equal_and_grows_alone(report: UUTReport, power: Step, way: str) -> None:
    power.add_pass_fail("a", ok=True)
    power.add_loop("Loop").add_pass_fail(ok=True)
    report.add_misc_info("a", "b")
    before = report.to_wsjf()
    other = COPIES[way](report)
    assert other == report
    assert other.to_wsjf() == before
    rails = other.root.steps[0].steps[0]
    assert rails.add_pass_fail("b", ok=False).id == report.root.add_action("other").id
    assert (other.result, report.result) == ("F", "P")
    other.add_misc_info("c", "d")
    assert len(report.misc_infos or []) == 1
    assert blamed(other) == ["b"]


@pytest.mark.parametrize("way", COPIES)
def test_what_was_said_stays_in_a_copy(report: UUTReport, power: Step, way: str) -> None:
    power.status = "P"
    failed = report.root.add_pass_fail("a", ok=False)
    other = COPIES[way](report)
    other.root.steps[0].steps[0].add_pass_fail("b", ok=False)
    assert other.root.steps[0].status == "P"
    other.root.steps[1].status = "P"
    assert (other.result, blamed(other)) == ("P", [])
    assert (failed.status, report.result, blamed(report)) == ("F", "F", ["a"])


@pytest.mark.parametrize("way", COPIES)
def test_a_copied_step_is_part_of_no_tree(report: UUTReport, power: Step, way: str) -> None:
    power.add_pass_fail("a", ok=True)
    other = COPIES[way](power)
    assert other == power
    other.add_pass_fail("b", ok=False)
    assert (other.status, power.status, report.result) == ("F", "P", "P")
    other.name = "Copy"
    report.root.add_step(other)
    assert report.result == "F"


def test_a_built_report_equals_what_is_read_of_it(report: UUTReport, power: Step) -> None:
    power.add_numeric("a", 1, low=2)
    assert UUTReport.from_wsjf(report.to_wsjf()) == report
    power.add_pass_fail("b", ok=True)
    assert UUTReport.from_wsjf(report.to_wsjf()).root.steps == report.root.steps


def test_a_replaced_root_goes_on_as_it_began(report: UUTReport) -> None:
    report.root = UUTReport.from_wsjf(report.to_wsjf()).root
    report.root.add_pass_fail("a", ok=False)
    assert (report.result, report.root.status) == ("F", "F")


def test_a_replaced_root_of_another_status_says_what_it_says(report: UUTReport) -> None:
    document = report.to_wsjf()
    document["root"]["status"] = "F"
    report.root = UUTReport.from_wsjf(document).root
    report.root.add_pass_fail("a", ok=True)
    assert report.result == "P"


# Anything in any order, against the definition.


class Trial:
    """A report that grows by chance, and what its statuses have to be by their definition."""

    def __init__(self) -> None:
        self.report = new_report()
        self.said: set[int | None] = set()  # ids of the steps that were given a status
        self.loops: list[Loop] = []

    def do(self, number: int, action: str, target: int, status: str) -> None:
        def one_of(steps: list[Any]) -> Any:
            return steps[target % len(steps)]

        steps = list(self.report.root.walk())
        sequence = one_of([step for step in steps if step.seq_call is not None and not is_summary(step)])
        if action == "sequence":
            sequence.add_sequence(f"sequence {number}")
        elif action == "test":
            sequence.add_pass_fail(f"test {number}", ok=status != "F")
        elif action == "error":
            sequence.add_action(f"error {number}", status="E")
        elif action == "several":
            sequence.add_multi_boolean(f"several {number}")
        elif action == "measure" and (several := [step for step in steps if step.step_type == "ET_MPFT"]):
            one_of(several).add_pass_fail(f"measurement {number}", ok=status != "F")
        elif action == "loop":
            self.loops.append(sequence.add_loop(f"loop {number}"))
        elif action == "turn" and self.loops:
            one_of(self.loops).add_sequence()
        elif action == "assign":
            step = one_of(steps)
            step.status = status
            self.said.add(step.id)

    def expected(self, step: Step, turns: list[Step]) -> str:
        measured = [one.status for one in step.boolean_meas or ()]
        below = turns or [one for one in step.steps or () if one.loop is None or is_summary(one)]
        if step.id in self.said:
            return step.status
        if step.name.startswith("error"):
            return "E"
        if measured:
            return "F" if "F" in measured else "P"
        if not below and step is not self.report.root:
            return "D"
        return next((bad for bad in WORST_FIRST if any(one.status == bad for one in below)), "P")

    def check(self) -> None:
        steps = list(self.report.root.walk())
        for step in steps:
            turns = [one for one in steps if one.name == step.name and one is not step]
            if not is_summary(step):
                assert step.status == self.expected(step, []), step.name
                continue
            assert step.loop is not None
            assert step.status == self.expected(step, turns), step.name
            count = [one.status for one in turns].count
            totals = (step.loop.num, step.loop.ending_index, step.loop.passed, step.loop.failed)
            assert totals == (len(turns), len(turns) - 1, count("P"), count("F"))
        assert self.report.result == self.report.root.status
        assert {step.id for step in steps} == set(range(len(steps)))
        self.check_blame()

    def check_blame(self) -> None:
        result, marked = self.report.result, blamed(self.report)
        counted = [one for one in self.report.root.steps or () if one.loop is None or is_summary(one)]
        to_blame = result in ("F", "E") and any(one.status == result for one in counted)
        assert len(marked) == to_blame


def is_summary(step: Step) -> bool:
    return step.loop is not None and step.loop.idx is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["sequence", "test", "error", "several", "measure", "loop", "turn", "assign", "assign"]
            ),
            st.integers(0, 30),
            st.sampled_from("PPFETSD"),
        ),
        max_size=25,
    )
)
def test_every_status_is_right_whatever_is_done_in_whatever_order(
    actions: list[tuple[str, int, str]],
) -> None:
    trial = Trial()
    for number, action in enumerate(actions):
        with contextlib.suppress(ValueError):  # a status that contradicts the rest
            trial.do(number, *action)
        trial.check()
    document = trial.report.to_wsjf()
    assert UUTReport.from_wsjf(document).to_wsjf() == document
    assert pickle.loads(pickle.dumps(trial.report)) == copy.deepcopy(trial.report) == trial.report
