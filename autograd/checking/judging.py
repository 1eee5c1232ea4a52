"""`check`: judge somebody's hand-derived gradients and values, and say what probably went wrong."""

from __future__ import annotations

import math
from typing import Final

from autograd.checking.claims import GRADIENT, Claim, Claims, Matrices, read_claims
from autograd.checking.diagnosis import Diagnostician
from autograd.checking.formula_claims import Trial, counterexample, expected_at, tried
from autograd.checking.points import Differences, Point, random_points, recorded_point
from autograd.checking.ranking import Diagnosis
from autograd.checking.report import FEW_DIGITS, ONE_POINT, Check, CheckRow
from autograd.finite_differences import FiniteDifference
from autograd.tree import flatten
from autograd.value import Value

POINTS: Final = 24  # random inputs at which formulas are tried
_NONE: Final = FiniteDifference(math.nan, math.inf)


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
    known = [node for node in flatten(list((of or {}).values()))[0] if isinstance(node, Value)]
    judge = _Judge(recorded, others, Diagnostician(recorded, found, known))
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
        where = "" if right else counterexample(claim, trials, elsewhere=not self.diagnostician.is_unrelated(claim))
        notes = [difference.note, ONE_POINT if claim.nodes and len(trials) < 2 else ""]
        note = "; ".join(filter(None, [*notes, FEW_DIGITS if expected and _says_little(claim) else ""]))
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
