"""Every row of the table against the oracle: value, partials, second derivatives, edges, kinks, tails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from mpmath import mp  # type: ignore[import-untyped]

from autograd import Primitive, Value
from autograd.rows import PRIMITIVES
from tests.oracle import ORACLES, Real, UndefinedError, condition, derivative, partial
from tests.reporting import report
from tests.strategies import MAX, MIN_NORMAL, points

ROWS = list(PRIMITIVES.values())
POINTS = 200
# 45 roundings: a handful of operations, none of which may cancel beyond what the condition number grants.
TOLERANCE = 1e-14


def apply(row: Primitive, point: Sequence[float]) -> Value:
    """Apply a row to fresh `Value`s."""
    operands = [Value(x) for x in point]
    half = len(operands) // 2
    result = (
        row(operands[:half], operands[half:]) if row.pairs else row(operands) if row.arity is None else row(*operands)
    )
    assert isinstance(result, Value)
    return result


def excess(got: float, true: Real, amplification: float, tolerance: float = TOLERANCE, limit: float = MAX) -> float:
    """Return the error of ``got`` in units of the tolerance; at most 1 is right.

    The tolerance is relative, times the condition number where that exceeds 1. Below the smallest normal number
    floats are evenly spaced, so that there errors are absolute: the same tolerance of that number. At the other end
    of the range a result that is too large for a float is ±inf, which counts as right from ``limit`` on.
    """
    allowed = tolerance * max(1.0, amplification)
    if mp.isinf(true) or math.isinf(got):
        beyond = abs(true) >= mp.mpf(limit) * (1 - allowed)
        return 0.0 if math.isinf(got) and beyond and (got > 0) == (true > 0) else math.inf
    if math.isnan(got):
        return math.inf
    return float(abs(got - true) / (allowed * max(abs(true), mp.mpf(MIN_NORMAL))))


class Check(NamedTuple):
    """One number held against the oracle."""

    what: str
    point: tuple[float, ...]
    got: float
    true: Real
    condition: float
    excess: float

    def __str__(self) -> str:
        true = mp.nstr(self.true, 17)
        return (
            f"{self.what} at {self.point}: {self.got!r}, truly {true}; {self.excess:.3g} × (κ = {self.condition:.3g})"
        )


@mp.workdps(60)  # type: ignore[untyped-decorator]
def check_point(row: Primitive, point: tuple[float, ...]) -> list[Check]:
    """Hold value and partials of a row at a point against the oracle; partials at kinks are left out."""
    function = ORACLES[row.name].value
    node = apply(row, point)
    true = function(*map(mp.mpf, point))
    slopes = [partial(function, point, i) for i in range(len(point))]
    known = [slope.limit for slope in slopes]
    kappa = condition(point, true, [slope.size for slope in slopes])
    checks = [Check("value", point, node.data, true, kappa, excess(node.data, true, kappa))]
    for i, (got, slope, limit) in enumerate(zip(node.partials, slopes, known, strict=True)):
        if limit is not None:
            kappa = _slope_condition(row, point, i, limit)
            # Where the value overflows, a slope made from it (that of 2**x) does so too if it is of that size itself.
            end = MAX if abs(true) < MAX else MAX / 2.0
            checks.append(Check(f"partial {i}", point, got, limit, kappa, excess(got, limit, kappa, limit=end)))
        elif slope.exists:
            assert _on_a_kink(row, point, i), f"{row.name} has a kink at {point} that its piece does not tell"
        else:
            assert math.isnan(got), f"{row.name} has no partial {i} at {point}, not {got}"
    return checks


def _slope_condition(row: Primitive, point: tuple[float, ...], index: int, slope: Real) -> float:
    if mp.isinf(slope) or slope == 0:
        return 0.0
    size = range(len(point))
    try:
        seconds = [
            derivative(ORACLES[row.name].value, point, [(i == index) + (i == j) for i in size], digits=3)
            if point[j]
            else mp.mpf(0)
            for j in size
        ]
    except UndefinedError:  # at an edge of the domain
        return 0.0
    return condition(point, slope, seconds)


def _on_a_kink(row: Primitive, point: tuple[float, ...], index: int) -> bool:
    """Whether the row's own `piece` tells the point's neighbours apart."""
    x = point[index]
    beside = [math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf)]
    return row.piece is not None and len({row.piece(*point[:index], z, *point[index + 1 :]) for z in beside}) > 1


def test_every_row_has_an_oracle() -> None:
    assert set(ORACLES) == set(PRIMITIVES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_value_and_partials(row: Primitive) -> None:
    drawn = points(row, POINTS)
    checks = [check for point in drawn for check in check_point(row, point)]
    values = [check for check in checks if check.what == "value"]
    slopes = [check for check in checks if check.what != "value"]
    worst_value, worst_slope = (max(some, key=lambda check: check.excess) for some in (values, slopes))
    report(
        "Rows against the oracle: worst relative error ÷ max(1, condition number)",
        [
            ("row", "points", "value", "at", "partials", "partial", "at"),
            (
                row.name,
                len(drawn),
                worst_value.excess * TOLERANCE,
                _short(worst_value.point),
                len(slopes),
                worst_slope.excess * TOLERANCE,
                _short(worst_slope.point),
            ),
        ],
    )
    wrong = sorted((check for check in checks if not check.excess <= 1.0), key=lambda check: -check.excess)
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(map(str, wrong[:10]))


def _short(point: Sequence[float]) -> str:
    return ", ".join(f"{x:.6g}" for x in point)
