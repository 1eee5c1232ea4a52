"""Counting the package's work, where a clock would be noise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import autograd

PACKAGE = str(Path(autograd.__file__).parent)


def lines_executed(call: Callable[[], object]) -> int:
    """Return how many lines of the package run during a call."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def assert_linear(work: Callable[[int], Callable[[], object]], size: int = 500) -> None:
    """Check that what ``work`` prepares for twice the size runs at most twice the lines.

    Work that visits a node once per path, or all nodes once per node, would at least quadruple. (Compiled code runs
    no lines and passes: what is shown for the plain build holds for it, as it has the same loops.)
    """
    small, large = lines_executed(work(size)), lines_executed(work(2 * size))
    assert large <= 2 * small + 20
