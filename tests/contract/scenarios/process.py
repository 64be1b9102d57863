"""Calls of the process service."""

from __future__ import annotations

from tests.contract.scenarios.scenario import Scenario

SCENARIOS = {
    "get_processes": Scenario(
        more=(
            {
                "include_test_operations": True,
                "include_repair_operations": True,
                "include_wip_operations": False,
                "include_inactive_processes": True,
            },
        )
    ),
}
