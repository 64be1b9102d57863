"""How the benchmarks compare: round by round, in turns."""

from __future__ import annotations

from tests.benchmarks.measuring import Table, interleaved, spread


def test_a_ratio_compares_rounds_with_each_other() -> None:
    # A machine that was busy for a while was so for both.
    table = Table("work", "µs", {"pywats": [2.0, 200.0, 3.0], "peer": [1.0, 100.0, 1.0]})
    assert table.ratio("pywats", "peer") == 2.0


def test_candidates_run_in_turns() -> None:
    order: list[str] = []

    def candidate(name: str) -> float:
        order.append(name)
        return 1.0

    interleaved({"a": lambda: candidate("a"), "b": lambda: candidate("b")}, rounds=2)
    assert "".join(order) == "ababab"


def test_the_first_round_does_not_count() -> None:
    values = iter([100.0, 1.0, 2.0])
    assert interleaved({"a": lambda: next(values)}, rounds=2) == {"a": [1.0, 2.0]}


def test_the_spread_is_the_quartiles() -> None:
    assert spread([1.0, 2.0, 3.0]) == (1.0, 2.0, 3.0)
