"""A full run holds a floor under how many tests and rows it exercised."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd.table import PUBLIC
from tests.floors import ROWS, TESTS


def test_a_floor_under_the_number_of_tests(request: pytest.FixtureRequest) -> None:
    files = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    collected = {item.path.name for item in request.session.items}
    if files - collected or request.config.option.keyword:
        pytest.skip(f"not a full run: without {', '.join(sorted(files - collected)) or 'some tests'}")
    assert len(request.session.items) >= TESTS


def test_a_floor_under_the_number_of_rows() -> None:
    assert len(PUBLIC) >= ROWS
