"""Counting the package's work, where a clock would be noise, and the nodes that are alive."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import autograd
from autograd.rows import MARKS, PRIMITIVES

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

    Work that visits a node once per path, or all nodes once per node, would at least quadruple. Compiled code runs no
    lines, so there the work is done but not counted: its loops are those of the plain build.
    """
    small, large = lines_executed(work(size)), lines_executed(work(2 * size))
    if autograd.compiled:
        pytest.skip("compiled code has no lines to count; its loops are those of the plain build")
    assert large <= 2 * small + 20


def live_nodes() -> int:
    """Return how many nodes are alive, but for a constant: each refers to its row, whatever build made it."""
    return sum(sys.getrefcount(row) for row in (*PRIMITIVES.values(), *MARKS.values()))
