"""What the command line prints: the value of an expression, and a table of its leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from autograd.finite_differences import FiniteDifference
from autograd.notation import shown
from autograd.tables import Column, text_table


class Leaf(NamedTuple):
    """A row of the table; ``difference`` is ``None`` where the expression is too large to be evaluated that often."""

    name: str
    value: float
    gradient: float
    difference: FiniteDifference | None


def write_number(number: float) -> str:
    """Write a number to at most 12 significant digits.

    Example:
        >>> write_number(0.1 + 0.2), write_number(-0.0), write_number(1e300)
        ('0.3', '0', '1e+300')
    """
    return f"{number + 0.0:.12g}"


def write_value(expression: str, value: float) -> str:
    """Write the line that gives the value.

    Example:
        >>> write_value("2 + 3", 5.0)
        '2 + 3 = 5'
    """
    text = " ".join(expression.split())
    return f"{text if len(text) <= 100 else shown(text)} = {write_number(value)}"


def write_table(leaves: Sequence[Leaf]) -> str:
    """Write the table of leaves."""
    notes = [_note(leaf) for leaf in leaves]
    columns = [Column("leaf"), *(Column(title, numeric=True) for title in ("value", "gradient", "finite difference"))]
    if any(notes):
        columns.append(Column("note"))
    rows = []
    for leaf, note in zip(leaves, notes, strict=True):
        estimate = math.nan if leaf.difference is None else leaf.difference.value
        figures = map(write_number, (leaf.value, leaf.gradient))
        cells = [shown(leaf.name), *figures, "-" if math.isnan(estimate) else write_number(estimate), note]
        rows.append(cells[: len(columns)])
    return text_table(columns, rows)


def _note(leaf: Leaf) -> str:
    """Say why there is no finite-difference figure, or that it speaks against the gradient."""
    if leaf.difference is None:
        return "not estimated: the expression is too large"
    estimate = leaf.difference
    if estimate.note or math.isnan(estimate.value):
        return estimate.note or "no estimate: the values are not finite"
    tolerance = 1e-6 * max(abs(leaf.gradient), abs(estimate.value)) + 10.0 * estimate.error
    return "differs from the gradient" if abs(leaf.gradient - estimate.value) > tolerance else ""
