"""`check`: judge somebody's hand-derived gradients and values, and say what probably went wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.checking.claims import GRADIENT, Claim, Claims, Matrices, read_claims
from autograd.checking.diagnosis import Diagnostician
from autograd.checking.formula_claims import Trial, counterexample, expected_at, tried
from autograd.checking.points import Differences, Point, random_points, recorded_point
from autograd.checking.ranking import Diagnosis
from autograd.finite_differences import FiniteDifference
from autograd.notation import shown
from autograd.tables import Column, html_table, text_table
from autograd.value import Value

POINTS: Final = 24  # random inputs at which formulas are tried
_LISTED: Final = 100  # rows that are shown
_ONE_POINT: Final = "judged at the recorded point only: the graph cannot be run on other inputs"
_FEW_DIGITS: Final = "printed to no significant digit"
_COLUMNS: Final = (
    Column("claim"),
    Column("claimed", numeric=True),
    Column("right figure", numeric=True),
    Column("finite difference", numeric=True),
    Column("verdict"),
)
_NONE: Final = FiniteDifference(math.nan, math.inf)


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
        counterexample: for a wrong formula: inputs at which it is wrong, and both figures there.
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
        remarks = [f"{shown(row.name)}: {'; '.join(remarks)}" for row in self._shown() if (remarks := _remarks(row))]
        return "\n".join([self._summary(), text_table(_COLUMNS, map(_cells, self._shown())), *remarks])

    def _repr_html_(self) -> str:
        rows = ([*_cells(row), "; ".join(_remarks(row))] for row in self._shown())
        return html_table([*_COLUMNS, Column("likely slip")], rows, caption=self._summary())

    def _shown(self) -> Sequence[CheckRow]:
        return self.rows if len(self.rows) <= _LISTED else sorted(self.rows, key=lambda row: row.right)[:_LISTED]

    def _summary(self) -> str:
        count = len(self.rows)
        verdict = "all right" if self.ok else f"{count - len(self.wrong)} right, {len(self.wrong)} wrong"
        hidden = f" (showing {_LISTED})" if count > _LISTED else ""
        return f"check: {count} claim{'s' if count > 1 else ''}, {verdict}{hidden}"


def check(out: Value, claims: Claims, values: Claims | None = None, of: Matrices | None = None) -> Check:
    """Judge gradients and values that somebody derived by hand, and say for wrong ones what the likely slip is.

    A number is right if the engine's figure rounds to the digits it is printed in. A formula is right if it agrees
    with the engine at the recorded point and at two dozen random inputs (fewer on a large graph): all leaves are
    varied there, constants (see `Value.detach`) are not. Right figures come from the engine, and for comparison from
    finite differences of the recorded graph.

    Args:
        out: the output whose gradients are claimed.
        claims: gradients ∂out/∂node, as ``{node or label: claim}``. A claim is a number, a numeral such as
            ``"0.060"`` (right to half a unit of its last digit; a float is judged by its ``repr``, never tighter
            than 1e-9 of it), a formula over the labels such as ``"(y - t) * z_2"``, or nested lists of these.
        values: the same for values of nodes.
        of: names of nodes or of matrices of nodes, as ``{"W1": rows}``, for claims that are nested lists.

    Returns:
        The report: ``ok``, and in ``rows`` the verdict on each claim.

    Raises:
        TypeError: something is no `Value`, no dictionary, or no claim.
        ValueError: a label is unknown or ambiguous, a shape is wrong, or a formula cannot be read.
        StaleGraphError: a leaf was changed since the graph was recorded.

    Example:
        >>> from autograd import Value
        >>> w, x, t = Value(0.5, "w"), Value(2.0, "x"), Value(3.0, "t")
        >>> y = (w * x).named("y")
        >>> L = ((y - t) ** 2 / 2).named("L")
        >>> check(L, {"w": "-4.0", "x": "t - y", "y": "-2.00"})
        check: 3 claims, 2 right, 1 wrong
        ...
        >>> report = check(L, {"w": "4.0"})
        >>> report.ok, report.rows[0].expected, report.rows[0].diagnosis
        (False, -4.0, 'sign: it is the negative of the right figure')
    """
    found = read_claims(out, claims, values, of)
    recorded = recorded_point(out)
    mentioned = [node for claim in found if claim.nodes for node in (claim.node, *dict(claim.nodes).values())]
    others = random_points(recorded, POINTS, mentioned) if mentioned else []
    judge = _Judge(recorded, others, Diagnostician(recorded, found))
    return Check(tuple(map(judge.row, found)))


class _Judge:
    """Judges the claims about one graph."""

    def __init__(self, recorded: Point, others: list[Point], diagnostician: Diagnostician) -> None:
        self.recorded, self.others, self.diagnostician = recorded, others, diagnostician
        self.differences = Differences(recorded)

    def row(self, claim: Claim) -> CheckRow:
        """Return the verdict on a claim."""
        difference = self.differences.by(claim.node) if claim.kind == GRADIENT else _NONE
        expected = expected_at(claim, self.recorded)
        trials: list[Trial] = []
        if claim.number is not None:
            claimed, right = claim.number, claim.admits(expected)
            diagnosis = None if right else self.diagnostician.of_number(claim, expected)
        else:
            trials = tried(claim, self.recorded, self.others)
            claimed, right = trials[0].claimed, all(trial.agrees for trial in trials)
            diagnosis = None if right else self.diagnostician.of_formula(claim, trials)
        slip = diagnosis or Diagnosis("", "")
        where = "" if right else counterexample(claim, trials)
        notes = [difference.note, _ONE_POINT if claim.nodes and len(trials) < 2 else ""]
        note = "; ".join(filter(None, [*notes, _FEW_DIGITS if expected and _says_little(claim) else ""]))
        return CheckRow(
            right,
            claimed,
            expected,
            difference.value,
            slip.text,
            claim.name,
            claim.written,
            claim.node,
            claim.kind,
            slip.alternatives,
            where,
            note,
        )


def _says_little(claim: Claim) -> bool:
    """Whether a numeral such as ``0`` admits numbers of either sign."""
    return claim.number is not None and claim.tolerance > abs(claim.number)


def _cells(row: CheckRow) -> list[str]:
    figures = map(_figure, (row.expected, row.finite_difference))
    return [row.name, shown(row.written), *figures, "right" if row.right else "WRONG"]


def _remarks(row: CheckRow) -> list[str]:
    telling = row.note if not row.right or any(words in row.note for words in (_ONE_POINT, _FEW_DIGITS)) else ""
    return [remark for remark in (row.diagnosis, row.counterexample, telling) if remark]


def _figure(x: float) -> str:
    return "–" if math.isnan(x) else f"{x + 0.0:.10g}"
