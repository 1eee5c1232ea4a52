"""What all tests share: a clean table of primitives, and the tables printed at the end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograd
from autograd.rows import PRIMITIVES
from tests.reporting import rendered


def pytest_sessionstart() -> None:
    """Refuse to test compiled modules that are older than the sources beside them."""
    if not autograd.compiled:
        return
    for compiled in Path(autograd.__file__).parent.glob("*.so"):
        name = compiled.name.partition(".")[0]
        newer = [s.name for s in compiled.parent.glob(f"{name}.p*") if s.stat().st_mtime > compiled.stat().st_mtime]
        if newer:
            pytest.exit(f"{', '.join(newer)} changed since it was compiled: pip install -e . (or AUTOGRAD_PURE=1)", 4)


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
