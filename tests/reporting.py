"""Tables that tests leave for the end of the terminal output, shown without ``-s``."""

from __future__ import annotations

from collections.abc import Sequence

_TABLES: dict[str, list[Sequence[object]]] = {}


def report(title: str, rows: Sequence[Sequence[object]]) -> None:
    """Add rows to the table called ``title``; the first row that it is given is its heading."""
    _TABLES.setdefault(title, []).extend(row for row in rows if row not in _TABLES[title])


def rendered() -> list[tuple[str, list[str]]]:
    """Return every table as its title and its lines, columns aligned."""
    return [(title, _aligned([[*map(_cell, row)] for row in rows])) for title, rows in _TABLES.items()]


def _cell(x: object) -> str:
    return f"{x:.3g}" if isinstance(x, float) else str(x)


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows), default=0))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
