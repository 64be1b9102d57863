"""pywats-api, in a process of its own: it has the same import name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Predecessor"]

_PROGRAM = """
import logging, sys, time
from pywats import pyWATS
from pywats.core.throttle import configure_throttling
configure_throttling(enabled=False)  # it allows 500 calls a minute
logging.disable(logging.CRITICAL)
number = 0
api = pyWATS(base_url=sys.argv[1], token=sys.argv[2])
for line in sys.stdin:
    calls = int(line)
    started = time.perf_counter()
    for _ in range(calls):
        number += 1  # it answers from its own memory what it was asked before
        assert api.product.get_product(f"X{number}").part_number
    print((time.perf_counter() - started) / calls * 1e6, flush=True)
"""


class Predecessor:
    """Makes calls with ``pywats-api``, if ``PYWATS_API`` names the folder where it is installed.

    Args:
        url: The server's address.
        token: What to send as its token.
    """

    def __init__(self, url: str, token: str) -> None:
        self._folder = os.environ.get("PYWATS_API")
        self._arguments = [url, token]

    @property
    def installed(self) -> bool:
        """Whether it can be measured."""
        return bool(self._folder) and Path(str(self._folder)).is_dir()

    def __enter__(self) -> Self:
        """Start its process."""
        if self.installed:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *self._arguments],
                env={**os.environ, "PYTHONPATH": str(self._folder)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self

    def microseconds(self, calls: int) -> float:
        """Make so many calls, and return the microseconds of one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(calls, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End its process."""
        if self.installed:
            self._process.communicate()
