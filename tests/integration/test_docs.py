"""Every Python block of the README and the guides runs, one page after the other, on the simulator."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pywats import UUTReport, pyWATS
from pywats.models import Product
from pywats.simulator import WatsSimulator
from tests.support import REPORT

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def python_blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = python_blocks(page)
    assert blocks
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        api.product.save_product(Product(part_number="ABC123"))
        names: dict[str, Any] = {
            "base_url": server.url,
            "token": server.token,
            "report": UUTReport.from_wsjf(REPORT),
        }
        for block in blocks:
            code = block.replace('"https://wats.example.com"', "base_url").replace(
                'token="..."', "token=token"
            )
            names["api"] = api
            exec(compile(code, page.name, "exec"), names)
