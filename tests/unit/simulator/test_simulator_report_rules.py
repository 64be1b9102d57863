from __future__ import annotations

import json

import pytest

NUMERIC = {"compOp": "GELE", "status": "P", "value": 1, "lowLimit": 0, "highLimit": 2}
STRING = {"compOp": "EQ", "status": "P", "value": "a", "limit": "a"}
SUMMARY = {"idx": None, "num": 2, "endingIndex": 1, "passed": 2, "failed": 0}
FILE = {"name": "a", "contentType": "b", "data": "YQ=="}
CHART = {"chartType": "Line", "label": "a", "xLabel": "b", "yLabel": "c"}
PLOT = {"dataType": "XYG", "name": "1", "xdata": "1", "ydata": None}
CALL = {"path": "a", "name": "b", "version": "1"}


def refusal(client, document):
    answer = client.post("/api/Report/WSJF", content=json.dumps(document))
    assert answer.status_code == 400, answer.text
    return answer.json()["message"]


@pytest.mark.parametrize(
    "name",
    [
        *("type", "id", "pn", "sn", "rev", "processCode", "result", "machineName"),
        *("location", "purpose", "start", "root", "uut"),
    ],
)
def test_a_required_member_must_be_there(client, uut, name):
    document = uut()
    del document[name]

    assert name in refusal(client, document)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "X"},
        {"id": "7"},
        {"id": 7},
        {"pn": ""},
        {"pn": 7},
        {"sn": "x" * 101},
        {"processCode": "100"},
        {"processCode": True},
        {"processCode": 100_000},
        {"result": "Passed"},
        {"start": "yesterday"},
        {"start": "2025-02-30T00:00:00Z"},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"startUTC": 7},
        {"uur": {}},
        {"uut": []},
        {"uut": {}},
        {"uut": {"user": "a", "execTime": "long"}},
        {"uut": {"user": "a", "execTime": True}},
        {"uut": {"user": "a", "errorCode": 2**31}},
        {"uut": {"user": "a", "errorMessage": "x" * 201}},
        {"miscInfos": {}},
        {"miscInfos": [7]},
        {"miscInfos": [{"description": "a"}]},
        {"miscInfos": [{"text": "a"}]},
        {"subUnits": [{"partType": "a", "sn": "b"}]},
        {"assets": [{"assetSN": "a"}]},
        {"binaryData": [{"name": "a", "contentType": "b", "data": "%"}]},
        {"binaryData": [{"name": "a", "contentType": "b", "data": 7}]},
        {"binaryData": [{"name": "a", "contentType": "b"}]},
    ],
)
def test_a_wrong_member_is_refused(client, uut, changes):
    assert refusal(client, uut(**changes))


@pytest.mark.parametrize("document", [[], "x", None])
def test_a_report_is_an_object(client, document):
    assert "must be an object" in refusal(client, document)


def test_only_known_processes_are_taken(client, uut, uur, submit):
    assert "code 7" in refusal(client, uut(processCode=7))
    assert "'repair'" in refusal(client, uur(processName="repair"))
    document = uur()
    document["uur"]["processCode"] = 7
    assert "report: uur: " in refusal(client, document)
    submit(uut(processCode=110), uut(processName="Final function test"))


def test_root_is_a_sequence_call_with_the_reports_result(client, uut):
    document = uut()
    document["root"]["status"] = "F"
    assert "root: status" in refusal(client, document)

    document = uut()
    del document["root"]["seqCall"]
    assert "seqCall" in refusal(client, document)


def test_step_ids_are_unique_and_on_all_steps_or_none(client, uut, step, submit):
    document = uut(steps=[step("A", id=0)])
    assert "every step" in refusal(client, document)
    document["root"]["id"] = 0
    assert "unique" in refusal(client, document)
    document["root"]["steps"][0]["id"] = 1
    submit(document)


@pytest.mark.parametrize(
    "members",
    [
        {"group": "X"},
        {"stepType": None},
        {"name": ""},
        {"status": "X"},
        {"id": -1},
        {"steps": []},
        {"seqCall": {"path": "a", "name": "b"}},
        {"seqCall": {"name": "b", "version": "1"}},
        {"seqCall": CALL, "steps": [7]},
        {"seqCall": CALL, "steps": {}},
        {"numericMeas": [{**NUMERIC, "value": None}]},
        {"numericMeas": [{**NUMERIC, "status": "D"}]},
        {"numericMeas": [{**NUMERIC, "highLimit": None}]},
        {"numericMeas": [{**NUMERIC, "compOp": "GE"}]},
        {"numericMeas": [{**NUMERIC, "compOp": "LOG"}]},
        {"numericMeas": [{**NUMERIC, "compOp": "LT", "lowLimit": None, "highLimit": None}]},
        {"numericMeas": [{**NUMERIC, "value": "1"}]},
        {"stringMeas": [{**STRING, "limit": None}]},
        {"stringMeas": [{**STRING, "compOp": "LOG"}]},
        {"stringMeas": [{"compOp": "LOG", "status": "P"}]},
        {"booleanMeas": [{"status": "E"}]},
        {"chart": {**CHART, "chartType": "Pie"}},
        {"chart": {**CHART, "series": [PLOT] * 11}},
        {"chart": {**CHART, "series": [{**PLOT, "dataType": "XY"}]}},
        {"chart": CHART, "attachment": FILE},
        {"messagePopup": {"response": "a"}},
        {"callExe": {}},
        {"additionalResults": [{"name": "a"}]},
        {"additionalResults": [{"name": "a", "props": [{"name": "b"}]}]},
        {"status": "S", "loop": 7},
        {"attachment": {**FILE, "name": None}},
        {"loop": {**SUMMARY, "passed": None}},
        {"loop": {**SUMMARY, "idx": 0}},
    ],
)
def test_a_wrong_step_is_refused_with_its_path(client, uut, step, members):
    bad = {**step("Bad"), **members}
    outer = step("Outer", seqCall=CALL, steps=[step("Good"), bad])

    message = refusal(client, uut(steps=[outer]))

    assert message.startswith(("root/Outer/Bad: ", "root/Outer/steps[1]: "))


def test_a_right_step_of_each_kind_is_taken(uut, step, submit):
    submit(
        uut(
            steps=[
                step(numericMeas=[NUMERIC]),
                step(numericMeas=[{**NUMERIC, "value": "NaN", "lowLimit": "-Infinity"}]),
                step(numericMeas=[{"compOp": "LOG", "status": "P", "value": 1}]),
                step(numericMeas=[{"compOp": "LT", "status": "P", "value": 1, "lowLimit": 2}]),
                step(numericMeas=[{"compOp": "EQT", "status": "P", "value": 1}]),
                step(stringMeas=[STRING, {"compOp": "LOG", "status": "P", "value": None, "name": "x"}]),
                step(booleanMeas=[{"status": "P"}]),
                step(chart={**CHART, "series": [PLOT]}),
                step(attachment=FILE),
                step(seqCall={**CALL, "version": None}),
                step(messagePopup={"response": None, "button": 1}, callExe={"exitCode": 0}),
                step(additionalResults=[{"name": "a", "props": [{"name": None, "type": "String"}]}]),
            ]
        )
    )


def test_one_measurement_has_the_status_of_its_step(client, uut, step, submit):
    failed = {**NUMERIC, "status": "F"}

    assert "one measurement" in refusal(client, uut(steps=[step(numericMeas=[failed])]))
    submit(uut(steps=[step(numericMeas=[failed, NUMERIC])]))


def test_a_loop_may_be_the_last_thing_in_a_sequence(uut, step, submit):
    submit(uut(steps=[step("Loop", loop=SUMMARY), step("Loop", loop={"idx": 1})]))


def test_what_a_skipped_step_carries_is_ignored(client, uut, step, submit, headers):
    skipped = {**step(status="S"), "numericMeas": 7, "attachment": 7, "seqCall": 7, "steps": 7}

    submit(uut(steps=[skipped]))

    assert headers(expand="attachments")[0]["attachments"] == []


class TestLoops:
    @pytest.fixture
    def loop(self, uut, step):
        def make(summary=None, numbers=(0, 1), limits=None):
            measured = {"numericMeas": [{**NUMERIC, "highLimit": 3}]}
            iterations = [
                step("Loop", loop={"idx": number}, numericMeas=[{**NUMERIC, "highLimit": limits or 3}])
                for number in numbers
            ]
            return uut(
                steps=[
                    step("Loop", loop={**SUMMARY, **(summary or {})}, **measured),
                    *iterations,
                    step("After"),
                    step("Loop", loop={"idx": 9}),
                ]
            )

        return make

    def test_a_right_loop_is_taken(self, loop, submit):
        submit(loop(), loop(numbers=()))

    def test_the_ending_index_is_the_highest_iteration(self, client, loop):
        assert "highest idx" in refusal(client, loop(numbers=(0, 1, 2)))

    def test_the_number_is_the_ending_index_plus_one(self, client, loop):
        assert "endingIndex + 1" in refusal(client, loop({"num": 1}))

    def test_a_skipped_iteration_has_no_limits(self, loop, submit):
        document = loop(limits=4)
        for iteration in document["root"]["steps"][1:3]:
            iteration["status"] = "S"
        submit(document)

    def test_iterations_have_the_limits_of_their_summary(self, client, loop):
        assert "limits of its summary" in refusal(client, loop(limits=4))


@pytest.mark.parametrize("name", ["user", "processCode", "refUUT", "confirmDate", "finalizeDate", "execTime"])
def test_a_required_member_of_a_repair_must_be_there(client, uur, name):
    document = uur()
    del document["uur"][name]

    assert name in refusal(client, document)


@pytest.mark.parametrize(
    "changes",
    [
        {"uur": None},
        {"root": {}},
        {"uut": {}},
        {"subUnits": None},
        {"subUnits": [{"partType": "a", "sn": "b", "pn": "c"}]},
        {"subUnits": [{"partType": "a", "sn": "b", "pn": "c", "idx": 1}]},
        {"subUnits": [{"partType": "a", "sn": "b", "pn": "c", "idx": 0, "failures": [{"code": "a"}]}]},
    ],
)
def test_a_wrong_repair_is_refused(client, uur, changes):
    assert refusal(client, uur(**changes))


def test_a_wrong_reference_is_refused(client, uur):
    document = uur()
    document["uur"]["refUUT"] = "7"

    assert "refUUT" in refusal(client, document)
