"""The notebooks run, and what is stored in them is what they show."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

import autograd
from tests.notebooks import NOTEBOOKS, cleaned, executed, shown

LONG = ("10", "11", "12")


def test_there_are_notebooks() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{i + 1:02}" for i in range(len(NOTEBOOKS))]
    assert len(NOTEBOOKS) >= 12


@pytest.mark.filterwarnings("default")  # of the machinery that runs notebooks; what the cells warn of is on stderr
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_is_stored_in_it(path: Path) -> None:
    if path.name[:2] in LONG and not autograd.compiled:
        pytest.skip("interpreted, it would train for minutes; the compiled build, which gives the same bits, runs it")
    stored = nbformat.read(path, as_version=4)
    fresh = executed(path)
    assert shown(fresh) == shown(stored), "run python -m tests.notebooks"
    assert "stderr" not in str(shown(fresh))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_nothing_but_its_cells_and_what_they_show(path: Path) -> None:
    text = path.read_text("utf-8")
    notebook = nbformat.reads(text, as_version=4)
    numbers = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert nbformat.writes(cleaned(notebook, keep_outputs=True)) + "\n" == text
