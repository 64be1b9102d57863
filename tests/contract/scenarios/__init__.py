"""The scenarios of all operations, a module for each service."""

from __future__ import annotations

import importlib
import pkgutil

from tests.contract.scenarios.scenario import Scenario

SCENARIOS: dict[str, Scenario] = {}
for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    SCENARIOS |= getattr(importlib.import_module(_module.name), "SCENARIOS", {})
