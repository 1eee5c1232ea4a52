"""Tables of what was found out, for a terminal and for a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table; numbers stand to the right."""

    title: str
    numeric: bool = False


def text_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Write a table for a terminal, as wide as its cells are: a narrow terminal wraps it rather than cutting digits.

    Example:
        >>> columns = [Column("path"), Column("share", numeric=True)]
        >>> print(text_table(columns, [["x → y", "25 %"], ["x → z → y", "75 %"]]))
        path        share
        ─────────────────
        x → y        25 %
        x → z → y    75 %
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column.title, justify="right" if column.numeric else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(width=100_000, color_system=None, highlight=False, force_jupyter=False)
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def html_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """Write a table for a notebook, in the notebook's own colours; every cell is text, not HTML.

    Example:
        >>> html_table([Column("path")], [["x < y"]]).partition("<tbody>")[2]
        '<tr><td style="text-align:left">x &lt; y</td></tr></tbody></table>'
    """
    styles = [f' style="text-align:{"right" if column.numeric else "left"}"' for column in columns]
    head = "".join(f"<th{s}>{html.escape(c.title)}</th>" for c, s in zip(columns, styles, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{s}>{html.escape(cell)}</td>" for cell, s in zip(row, styles, strict=True)) + "</tr>"
        for row in rows
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
