"""What all tests share: a clean table of primitives, and the tables printed at the end."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from autograd.rows import PRIMITIVES
from tests.reporting import rendered


@pytest.fixture(autouse=True)
def _forget_declared_primitives() -> Iterator[None]:
    """Leave the table as it was before the test."""
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Switch the garbage collector off: what is freed then was freed by counting references."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have reported."""
    for title, lines in rendered():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
