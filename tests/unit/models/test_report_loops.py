"""Loops: a summary that sums up, and iterations that follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pywats import UUTReport
from pywats.models import Loop, Step
from pywats.simulator.report_rules import check_wsjf


@pytest.fixture
def report() -> UUTReport:
    return UUTReport.create(
        pn="X", sn="1", rev="A", process_code=100, user="me", location="Line 2", purpose="Test",
        sequence_name="Main",
    )  # fmt: skip


@pytest.fixture
def loop(report: UUTReport) -> Loop:
    return report.root.add_loop("Contact")


def outline(report: UUTReport) -> list[tuple[Any, ...]]:
    return [
        (step.name, step.status, step.loop and (step.loop.idx, step.loop.num, step.loop.passed))
        for step in report.root.steps or ()
    ]


def test_a_loop_is_sent_as_the_contract_has_it(report: UUTReport, loop: Loop) -> None:
    for ohms in (21.9, 21.5):
        loop.add_numeric(ohms, comp_op="LT", high=50, unit="mOhm", tot_time=0.6)
    measured = {"compOp": "LT", "status": "P", "unit": "mOhm", "lowLimit": 50}
    none = {"num": None, "endingIndex": None, "passed": None, "failed": None}
    common = {"group": "M", "stepType": "ET_NLT", "name": "Contact", "status": "P"}
    assert report.to_wsjf()["root"]["steps"] == [
        {"id": 1, **common, "loop": {"idx": None, "num": 2, "endingIndex": 1, "passed": 2, "failed": 0},
         "numericMeas": [{**measured, "value": 21.5}]},
        {"id": 2, **common, "totTime": 0.6, "loop": {"idx": 0, **none},
         "numericMeas": [{**measured, "value": 21.9}]},
        {"id": 3, **common, "totTime": 0.6, "loop": {"idx": 1, **none},
         "numericMeas": [{**measured, "value": 21.5}]},
    ]  # fmt: skip


def test_the_summary_shows_the_measurement_that_decided(report: UUTReport, loop: Loop) -> None:
    for ohms in (21, 66, 22, 77):
        loop.add_numeric(ohms, high=50)
    assert loop.step.numeric_meas is not None
    assert (loop.step.status, loop.step.numeric_meas[0].value) == ("F", 66)
    assert loop.step.loop is not None
    assert (loop.step.loop.passed, loop.step.loop.failed) == (2, 2)
    assert report.result == "F"
    check_wsjf(report.to_wsjf())


def test_a_loop_that_is_given_a_status_decides_for_its_iterations(report: UUTReport, loop: Loop) -> None:
    loop.add_numeric(66, high=50)
    loop.step.status = "P"
    loop.add_numeric(77, high=50)
    assert (report.result, loop.step.status) == ("P", "P")
    check_wsjf(report.to_wsjf())


def test_a_loop_follows_its_own_measurement(report: UUTReport, loop: Loop) -> None:
    loop.add_numeric(66, high=50)
    assert loop.step.numeric_meas is not None
    loop.step.numeric_meas[0].status = "P"
    assert (loop.step.status, report.result) == ("P", "P")
    check_wsjf(report.to_wsjf())


def test_an_iteration_that_passes_after_all_lifts_the_loop(report: UUTReport, loop: Loop) -> None:
    loop.add_numeric(21, high=50)
    failed = loop.add_numeric(66, high=50)
    failed.status = "P"
    assert outline(report) == [
        ("Contact", "P", (None, 2, 2)), ("Contact", "P", (0, None, None)), ("Contact", "P", (1, None, None))
    ]  # fmt: skip
    assert report.result == "P"
    check_wsjf(report.to_wsjf())


def test_iterations_stay_together_when_other_steps_come_between(report: UUTReport, loop: Loop) -> None:
    loop.add_pass_fail(ok=True)
    other = report.root.add_loop("Other")
    report.root.add_action("Wait")
    loop.add_pass_fail(ok=True)
    other.add_action()
    assert [(step.name, step.loop and step.loop.idx) for step in report.root.steps or ()] == [
        ("Contact", None), ("Contact", 0), ("Contact", 1), ("Other", None), ("Other", 0), ("Wait", None)
    ]  # fmt: skip
    check_wsjf(report.to_wsjf())


def test_texts_judgements_and_actions_can_be_repeated(report: UUTReport) -> None:
    texts, judgements, actions = (report.root.add_loop(name) for name in ("texts", "judgements", "actions"))
    texts.add_string("a", limit="A", comp_op="IGNORECASE")
    texts.add_string("b", limit="A", comp_op="IGNORECASE", status="S")
    judgements.add_pass_fail(ok=False, status="P")
    actions.add_action(step_type="NI_Wait", status="E", error_message="timed out")
    assert [one.step.step_type for one in (texts, judgements, actions)] == ["ET_SVT", "ET_PFT", "NI_Wait"]
    assert [one.step.status for one in (texts, judgements, actions)] == ["P", "P", "E"]
    assert texts.step.string_meas is not None
    assert texts.step.string_meas[0].value == "a"
    check_wsjf(report.to_wsjf())


def test_sequences_can_be_repeated(report: UUTReport) -> None:
    soak = report.root.add_loop("Soak", report_text="at 60 degrees")
    soak.add_sequence(status="P").add_pass_fail("Alive", ok=False)
    second = soak.add_sequence(tot_time=1.5)
    second.add_pass_fail("Alive", ok=True)
    assert soak.step.seq_call == second.seq_call
    assert soak.step.seq_call is not second.seq_call
    assert (soak.step.step_type, soak.step.status, soak.step.steps) == ("SequenceCall", "P", None)
    check_wsjf(report.to_wsjf())
    with pytest.raises(ValueError, match=r"^Main/Soak\[1\]/Alive: there is one of this name already"):
        second.add_action("Alive")


def test_a_loop_without_iterations_is_done(report: UUTReport, loop: Loop) -> None:
    assert outline(report) == [("Contact", "D", (None, 0, 0))]
    check_wsjf(report.to_wsjf())


def test_a_long_loop_is_made_quickly(report: UUTReport, loop: Loop) -> None:
    for number in range(5000):
        loop.add_numeric(number, high=4000)
    assert (len(report.root.steps or ()), loop.step.status) == (5001, "F")


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda loop: loop.add_numeric(1, high=51), "the iterations of a loop have the same limits"),
        (lambda loop: loop.add_numeric(1, low=50), "the iterations of a loop have the same limits"),
        (lambda loop: loop.add_pass_fail(ok=True), "a loop repeats one step: ET_NLT, not ET_PFT"),
        (lambda loop: loop.add_action(step_type="ET_NLT"), "the iterations of a loop have the same limits"),
        (lambda loop: loop.add_sequence(), "a loop repeats one step"),
        (lambda loop: loop.add_numeric(1, low=2, high=1), "low=2 is above high=1"),
        (lambda loop: loop.add_numeric(1, high=50, error_message="x" * 201), "error_message: "),
        (lambda loop: loop.step.add_action("a"), "a: 'Contact' is no sequence"),
    ],
)
def test_an_iteration_that_does_not_fit_is_refused(
    report: UUTReport, loop: Loop, attempt: Callable[[Loop], object], reason: str
) -> None:
    loop.add_numeric(21, high=50)
    before = report.to_wsjf()
    with pytest.raises(ValueError, match=f"^Main/Contact.*{reason}"):
        attempt(loop)
    assert report.to_wsjf() == before


def test_the_summary_of_sequences_takes_no_steps(report: UUTReport, loop: Loop) -> None:
    loop.add_sequence()
    with pytest.raises(ValueError, match="Main/Contact/a: 'Contact' sums up a loop"):
        loop.step.add_action("a")


def test_a_measured_loop_is_not_in_error(report: UUTReport, loop: Loop) -> None:
    loop.step.status = "E"
    with pytest.raises(ValueError, match="Main/Contact: a step with one measurement is P, F or S"):
        loop.add_numeric(21, high=50)
    assert outline(report) == [("Contact", "E", (None, 0, 0))]


def test_an_iteration_may_be_skipped(report: UUTReport, loop: Loop) -> None:
    loop.add_numeric(1, high=1, status="S")
    loop.add_numeric(21, high=50)
    loop.add_numeric(2, high=2, status="S")
    assert loop.step.numeric_meas is not None
    assert (loop.step.status, loop.step.numeric_meas[0].value) == ("P", 21)
    check_wsjf(report.to_wsjf())


def test_a_loop_whose_summary_was_taken_out_takes_no_iterations(report: UUTReport) -> None:
    alone = Loop(Step.model_validate({"stepType": "X", "name": "a", "status": "P", "loop": {"num": 0}}))
    with pytest.raises(ValueError, match="a: the loop is no longer part of a sequence"):
        alone.add_action(step_type="X")


def test_a_loop_that_was_read_knows_its_iterations(report: UUTReport, loop: Loop) -> None:
    loop.add_numeric(66, high=50)
    stored = UUTReport.from_wsjf(report.to_wsjf())
    assert stored.root.steps is not None
    summary = stored.root.steps[0]
    Loop(summary).add_numeric(21, high=50)
    assert [step.loop and step.loop.idx for step in stored.root.steps] == [None, 0, 1]
    assert summary.loop is not None
    assert (summary.loop.num, summary.loop.failed, summary.status) == (2, 1, "F")
    check_wsjf(stored.to_wsjf())
