"""Derivative paths in writing: on one line, and as tables that show what they sum to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from autograd.derivative_paths.best_paths import product
from autograd.tables import Column, html_table, text_table
from autograd.wording import LONGEST_LABEL, cut, number, sign

if TYPE_CHECKING:
    from autograd.derivative_paths.paths import Path
    from autograd.value import Value

T = TypeVar("T")

MOST_PATHS: Final = 100  # in a table
LONGEST_PATH, END = 20, 5  # nodes: what is longer is shown in tables without its middle, by so many from each end
DIGITS: Final = 4


def node_name(node: Value) -> str:
    """Return what a path shows of a node: its label, else the sign of its operation, else its number.

    Example:
        >>> from autograd import Value
        >>> x = Value(-2.0)
        >>> [node_name(node) for node in (x, x * x, x.tanh(), (x + 1).named("y"))]
        ['(−2)', '×', 'tanh', 'y']
    """
    if node.label:
        label = node.label if node.label.isprintable() else repr(node.label)
        return cut(label, LONGEST_LABEL)
    return sign(node.op) if node.operands else f"({number(node.data, DIGITS)})"


def gradient_name(out: Value, x: Value) -> str:
    """Write the derivative: ∂y/∂x, by the labels; a value without one is never called by another's."""
    return f"∂{node_name(out) if out.label else 'out'}/∂{node_name(x)}"


def path_line(nodes: Sequence[Value]) -> str:
    """Write a path by its ends and the labelled nodes between, ``x → n1 → E``; by all nodes where none has a label."""
    return " → ".join(node_name(nodes[place]) for place in _stations(nodes, every=False))


def _stations(nodes: Sequence[Value], every: bool) -> list[int]:
    """Return the places of the nodes to be shown: the ends and those with a label, if there are any; else all."""
    last = len(nodes) - 1
    labelled = [place for place in range(1, last) if nodes[place].label]
    if every or not labelled:
        return list(range(len(nodes)))
    return [0, *labelled, last]


def product_line(partials: Sequence[float]) -> str:
    """Write a product: ``0.5 × −2 × 1``.

    Example:
        >>> product_line([0.5, -2.0, 1.0]), product_line([])
        ('0.5 × −2 × 1', '1')
        >>> product_line([2.0] * 1000)
        '2 × 2 × 2 × 2 × 2 × … 990 more … × 2 × 2 × 2 × 2 × 2'
    """
    return _joined(partials, lambda partial: number(partial, DIGITS), " × ") or "1"


def share_of(gradient: float, contribution: float) -> float:
    """Divide by the gradient; nan where that is 0 or not finite."""
    return contribution / gradient if gradient and math.isfinite(gradient) else math.nan


def percentage(share: float) -> str:
    """Write a share: ``−12.5 %``, or a dash where there is none."""
    return f"{number(100.0 * share, 3)} %" if math.isfinite(share) else "—"


def amount(count: int) -> str:
    """Write how many there are: in full, or three digits of a huge number.

    Example:
        >>> amount(12_345), amount(2**1000), amount(10**100_000)
        ('12,345', '1.07e301', '1.00e100000')
    """
    if count < 10**12:
        return f"{count:,}"
    exponent, digits = divmod(math.log10(count), 1.0)  # str() refuses to write the longest ones
    return f"{10.0**digits:.2f}e{exponent:.0f}"


class PathTable(NamedTuple):
    """Some of the paths from ``x`` to ``out``, and what they make of the gradient."""

    listed: Sequence[Path]
    total: int  # how many there are
    out: Value
    x: Value
    through: Sequence[Value]
    gradient: float

    def columns(self) -> list[Column]:
        """Return the heads of the table."""
        stops = f" through {', '.join(map(node_name, self.through))}" if self.through else ""
        numeric = [Column(title, numeric=True) for title in ("contribution", "share")]
        return [Column(f"path{stops}"), Column("partials"), *numeric]

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return a row per path; how many are left out; their sum; the gradient."""
        listed = self.listed[:MOST_PATHS]
        lines = Counter(path_line(path.nodes) for path in listed)
        # Paths that differ only in nodes without a label are told apart by these.
        rows = [path_cells(path, every=lines[path_line(path.nodes)] > 1) for path in listed]
        left_out = self.total - len(rows)
        if left_out:
            rows.append((f"… and {amount(left_out)} more", "", "", ""))
        figures = [path.contribution for path in listed]
        total, gradient = _sum(figures), self.gradient
        rows.append((self._sum_name(len(figures)), "", number(total, DIGITS), percentage(share_of(gradient, total))))
        rows.append((f"gradient {gradient_name(self.out, self.x)}", "", number(gradient, DIGITS), ""))
        return rows

    def _sum_name(self, count: int) -> str:
        if self.total <= 1:
            return "sum (there is one path)" if self.total else "sum (there is no path)"
        if count < self.total:
            return f"sum of these {count}"
        return "sum of both paths" if count == 2 else f"sum of all {count} paths"

    def text(self) -> str:
        """Write it for a terminal."""
        return text_table(self.columns(), self.rows())

    def html(self) -> str:
        """Write it for a notebook."""
        return html_table(self.columns(), self.rows())


def path_cells(path: Path, every: bool = False) -> tuple[str, str, str, str]:
    """Return what a table says of a path: by its labelled nodes and the derivatives from one to the next, or by all."""
    stations = _stations(path.nodes, every)
    line = _joined([path.nodes[place] for place in stations], node_name, " → ")
    partials = [product(path.partials[start:end]) for start, end in pairwise(stations)]
    return line, product_line(partials), number(path.contribution, DIGITS), percentage(path.share)


def path_html(path: Path) -> str:
    """Write one path for a notebook."""
    columns = [Column("path"), Column("partials"), Column("contribution", numeric=True), Column("share", numeric=True)]
    return html_table(columns, [path_cells(path)])


def _joined(items: Sequence[T], write: Callable[[T], str], sign: str) -> str:
    if len(items) <= LONGEST_PATH:
        return sign.join(map(write, items))
    left_out = f"… {len(items) - 2 * END:,} more …"
    return sign.join([*map(write, items[:END]), left_out, *map(write, items[-END:])])


def _sum(numbers: Sequence[float]) -> float:
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):  # infinities of both signs; more than floats can hold on the way
        return sum(numbers)
