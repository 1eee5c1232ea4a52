"""Runs the notebooks. ``python -m tests.notebooks`` stores in them what they show when run from top to bottom."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SECONDS = 300  # for one cell
PICTURES = ("image/svg+xml", "image/png", "image/gif")
VARIES = "# figures vary from run to run"  # the first line of a cell that shows times, or memory
KERNEL = {"TQDM_DISABLE": "1"}  # no progress bars: they say how long something took


def executed(path: Path) -> Any:
    """Return a notebook as it comes out when a fresh kernel runs it in its own folder."""
    notebook = cleaned(nbformat.read(path, as_version=4))
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=SECONDS, coalesce_streams=True, resources=folder)
    client.execute(env={**os.environ, **KERNEL})
    return cleaned(notebook, keep_outputs=True)


def cleaned(notebook: Any, keep_outputs: bool = False) -> Any:
    """Leave only what the author wrote (and what the cells show): no times, versions or states of an editor."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for number, cell in enumerate(notebook.cells):
        cell.metadata = {}
        cell.id = f"cell-{number}"
        if cell.cell_type == "code" and not keep_outputs:
            cell.outputs, cell.execution_count = [], None
    return notebook


def shown(notebook: Any) -> list[Any]:
    """Return what each code cell shows, in words.

    Of a picture only that there is one: layouts differ by version. Of a cell that says that its figures vary, only of
    what kinds its outputs are.
    """
    return [
        [_kinds(output) if cell.source.startswith(VARIES) else _words(output) for output in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def _words(output: Any) -> Any:
    if output.output_type == "stream":
        return output.name, output.text
    if output.output_type == "error":
        return output.ename, output.evalue
    return {kind: "a picture" if kind in PICTURES else data for kind, data in output.data.items()}


def _kinds(output: Any) -> Any:
    return output.name if output.output_type == "stream" else sorted(output.get("data", [output.get("ename")]))


def main(names: list[str]) -> None:
    for path in NOTEBOOKS:
        if not names or path.name in names:
            nbformat.write(executed(path), path)
            print("ran", path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
