"""The chart of the benchmarks: one bar for each comparison, the peer at 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.benchmarks.measuring import Goal, Table

__all__ = ["draw"]

_BETTER, _WORSE, _GOAL = "#2f7d5b", "#b4552d", "#333333"


def draw(tables: Sequence[Table], target: Path) -> None:
    """Draw how long pywats takes, as a multiple of each peer's time.

    Args:
        tables: What was measured; each goal is one bar.
        target: The file to write; its suffix chooses the format.
    """
    # The same input makes the same file, whose text stays text.
    mpl.rcParams.update({"svg.hashsalt": "pywats", "svg.fonttype": "none"})
    bars = [(table, goal) for table in tables for goal in table.goals]
    ratios = [table.ratio(goal.candidate, goal.peer) for table, goal in bars]
    figure = Figure(figsize=(9, 0.5 * len(bars) + 1.2), layout="constrained")
    axes = figure.subplots()
    places = range(len(bars))
    axes.barh(places, ratios, color=[_BETTER if ratio <= 1 else _WORSE for ratio in ratios], height=0.6)
    for place, ratio, (_, goal) in zip(places, ratios, bars, strict=True):
        axes.plot([goal.at_most] * 2, [place - 0.38, place + 0.38], color=_GOAL, linewidth=2)
        axes.text(max(ratio, goal.at_most) + 0.04, place, f"{ratio:.2f}", va="center")
    axes.axvline(1, color=_GOAL, linewidth=0.8, linestyle=":")
    axes.set_yticks(places, [_label(table, goal) for table, goal in bars])
    axes.invert_yaxis()
    axes.set_xlabel("time, as a multiple of the peer's (shorter is better); black marks: goals")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None)


def _label(table: Table, goal: Goal) -> str:
    who = "" if goal.candidate.startswith(("pywats", "import pywats")) else f" ({goal.candidate})"
    return f"{table.title}{who}\nbeside {goal.peer}"
