"""The report of `check`: its rows, and how they are shown in a terminal and in a notebook."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from autograd.checking.ranking import UNEXPLAINED
from autograd.notation import shown
from autograd.tables import Column, html_table, text_table
from autograd.value import Value

ONE_POINT: Final = "judged at the recorded point only: the graph cannot be run on other inputs"
FEW_DIGITS: Final = "printed to no significant digit"
RECONCILE: Final = "several figures are unexplained: reconcile(…) looks for one input that would make all of them right"
_LISTED: Final = 100  # rows that are shown
_NAMES: Final = 4  # that stand before one remark
_LONGEST: Final = 300  # characters of a formula in a notebook, where it is wrapped
_COLUMNS: Final = (
    Column("claim"),
    Column("claimed", numeric=True),
    Column("right figure", numeric=True),
    Column("finite difference", numeric=True),
    Column("verdict"),
)
_ENTRY = re.compile(r"(.+?)((?:\[\d+\])+)")


class CheckRow(NamedTuple):
    """The verdict on one claim.

    Attributes:
        right: whether the claim is right: a number to the digits it is printed in, a formula everywhere it was tried.
        claimed: the claimed figure; for a formula what it comes to at the recorded point.
        expected: the right figure, by the engine.
        finite_difference: the right figure by finite differences; nan for the value of a node and where there is none.
        diagnosis: the likely slip; ``""`` if the claim is right.
        name: what is claimed, such as ``∂L/∂w_3``.
        written: the claim as it was given.
        node: the node that it is about.
        kind: ``"gradient"`` or ``"value"``.
        alternatives: other slips that would explain it.
        counterexample: for a wrong formula: where it is wrong, and both figures there.
        note: why there is no finite difference, or what was not tried.
    """

    right: bool
    claimed: float
    expected: float
    finite_difference: float
    diagnosis: str
    name: str
    written: str
    node: Value
    kind: str
    alternatives: tuple[str, ...] = ()
    counterexample: str = ""
    note: str = ""


class Check(NamedTuple):
    """The report of `check`: true if every claim is right; prints as a table.

    Attributes:
        rows: one per claim.
    """

    rows: tuple[CheckRow, ...]

    @property
    def ok(self) -> bool:
        """Whether every claim is right."""
        return all(row.right for row in self.rows)

    @property
    def wrong(self) -> tuple[CheckRow, ...]:
        """The claims that are wrong."""
        return tuple(row for row in self.rows if not row.right)

    def __bool__(self) -> bool:
        """Tell whether every claim is right."""
        return self.ok

    def __repr__(self) -> str:
        """Show the verdict, a row for each claim (wrong ones first where there are too many), and the likely slips."""
        cells = ([_name(row), shown(row.written), *_cells(row)] for row in self._shown())
        return "\n".join([self._summary(), text_table(_COLUMNS, cells), *self._remarks()])

    def _repr_html_(self) -> str:
        cells = ([_name(row), _cut(row.written), *_cells(row)] for row in self._shown())
        remarks = "".join(f'<p style="text-align:left">{html.escape(line)}</p>' for line in self._remarks())
        return html_table(_COLUMNS, cells, caption=self._summary()) + remarks

    def _shown(self) -> Sequence[CheckRow]:
        return self.rows if len(self.rows) <= _LISTED else sorted(self.rows, key=lambda row: row.right)[:_LISTED]

    def _summary(self) -> str:
        count = len(self.rows)
        verdict = "all right" if self.ok else f"{count - len(self.wrong)} right, {len(self.wrong)} wrong"
        hidden = f" (showing {_LISTED})" if count > _LISTED else ""
        return f"check: {count} claim{'s' if count > 1 else ''}, {verdict}{hidden}"

    def _remarks(self) -> Iterator[str]:
        """Yield the remarks, one for all claims that it is made on."""
        groups: dict[tuple[str, str, bool], list[CheckRow]] = {}
        for row in self._shown():
            groups.setdefault((row.diagnosis, _note(row), bool(row.counterexample)), []).append(row)
        for (diagnosis, note, _), rows in groups.items():
            remarks = list(filter(None, (diagnosis, _example(rows), note)))
            if remarks:
                yield f"{_listed([shown(row.name) for row in rows])}: {'; '.join(remarks)}"
        if sum(row.diagnosis == UNEXPLAINED and not row.counterexample for row in self.rows) > 1:
            yield RECONCILE


def _name(row: CheckRow) -> str:
    """Name a claim; an entry of a matrix by its place and by its label, which may count from another number."""
    label = shown(row.node.label)
    return f"{row.name} ({label})" if label and _ENTRY.fullmatch(row.name) else row.name


def _cells(row: CheckRow) -> list[str]:
    return [*map(_figure, (row.expected, row.finite_difference)), "right" if row.right else "WRONG"]


def _cut(formula: str) -> str:
    """Cut only what nobody would read."""
    return formula if len(formula) <= _LONGEST else formula[: _LONGEST - 1] + "…"


def _note(row: CheckRow) -> str:
    return row.note if not row.right or any(words in row.note for words in (ONE_POINT, FEW_DIGITS)) else ""


def _example(rows: Sequence[CheckRow]) -> str:
    """Return where the formulas are wrong: for the first of them, if not all come to the same."""
    first = rows[0].counterexample
    same = all(row.counterexample == first for row in rows)
    return first if same or not first else f"for {shown(rows[0].name)}, {first}"


def _listed(names: Sequence[str]) -> str:
    """List names; of further entries of one matrix only the places."""
    listed, matrix = [], ""
    for name in names[:_NAMES]:
        match = _ENTRY.fullmatch(name)
        listed.append(match[2] if match and match[1] == matrix else name)
        matrix = match[1] if match else ""
    return ", ".join(listed) + (f", … ({len(names)} claims)" if len(names) > _NAMES else "")


def _figure(x: float) -> str:
    return "–" if math.isnan(x) else f"{x + 0.0:.10g}"
