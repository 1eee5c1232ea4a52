"""What all tests share: the tables printed at the end."""

from __future__ import annotations

import pytest

from tests.reporting import rendered


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have reported."""
    for title, lines in rendered():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
