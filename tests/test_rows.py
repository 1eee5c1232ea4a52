"""Every row of the table against the oracle: value, partials, second derivatives, edges, kinks, tails."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from mpmath import mp

import autograd
from autograd import DomainError, Primitive, Value, gradients
from autograd.ieee import partials_at
from autograd.rows import PRIMITIVES
from tests.oracle import ORACLES, Real, UndefinedError, derivative, partial, sensitivity
from tests.reporting import report
from tests.strategies import MAX, MIN_NORMAL, points

ROWS = list(PRIMITIVES.values())
POINTS = 200
# 45 roundings: a handful of operations, none of which may cancel beyond what the condition number grants.
TOLERANCE = 1e-14


def apply(row: Primitive, operands: Sequence[Any]) -> Any:
    """Call a row with its operands as a sequence."""
    half = len(operands) // 2
    if row.pairs:
        return row(operands[:half], operands[half:])
    return row(operands) if row.arity is None else row(*operands)


def excess(got: float, true: Real, spread: Real, tolerance: float = TOLERANCE, limit: float = MAX) -> float:
    """Return the error of ``got`` in units of the tolerance; at most 1 is right.

    The tolerance is relative, times the condition number where that exceeds 1: relative to the result or to
    ``spread``, Σ|x_i ∂g/∂x_i|, whichever is larger. Below the smallest normal number floats are evenly spaced, so
    that there errors are absolute: the same tolerance of that number, times the condition number all the same, as
    what was rounded may be multiplied next. At the other end of the range a result that is too large for a float is
    ±inf, which counts as right from ``limit`` on.
    """
    underflow = MIN_NORMAL * max(mp.mpf(1), spread / abs(true)) if true and not mp.isinf(true) else MIN_NORMAL
    allowed = tolerance * max(abs(true), spread, underflow)
    if mp.isinf(true) or math.isinf(got):
        beyond = abs(true) >= mp.mpf(limit) * (1 - tolerance) - (0 if mp.isinf(true) else allowed)
        return 0.0 if math.isinf(got) and beyond and (got > 0) == (true > 0) else math.inf
    return math.inf if math.isnan(got) else float(abs(got - true) / allowed)


class Check(NamedTuple):
    """One number held against the oracle."""

    what: str
    point: tuple[float, ...]
    got: float
    true: Real
    spread: Real
    excess: float

    def __str__(self) -> str:
        kappa = mp.nstr(self.spread / abs(self.true), 3) if self.true else "∞"
        true = mp.nstr(self.true, 17)
        return f"{self.what} at {self.point}: {self.got!r}, truly {true}; {self.excess:.3g} × (κ = {kappa})"


@mp.workdps(60)  # type: ignore[untyped-decorator]
def check_point(row: Primitive, point: tuple[float, ...]) -> list[Check]:
    """Hold value and partials of a row at a point against the oracle; partials at kinks are left out."""
    function = ORACLES[row.name].value
    node = apply(row, [Value(x) for x in point])
    true = function(*map(mp.mpf, point))
    slopes = [partial(function, point, i) for i in range(len(point))]
    known = [slope.limit for slope in slopes]
    spread = sensitivity(point, [slope.size for slope in slopes])
    checks = [Check("value", point, node.data, true, spread, excess(node.data, true, spread))]
    for i, (got, slope, limit) in enumerate(zip(node.partials, slopes, known, strict=True)):
        if limit is not None:
            spread = _slope_sensitivity(row, point, i, limit)
            # Where the value overflows, a slope made from it (that of 2**x) does so too if it is of that size itself.
            end = MAX if abs(true) < MAX else MAX / 2.0
            checks.append(Check(f"partial {i}", point, got, limit, spread, excess(got, limit, spread, limit=end)))
        elif slope.exists:
            assert _on_a_kink(row, point, i), f"{row.name} has a kink at {point} that its piece does not tell"
        else:
            assert math.isnan(got), f"{row.name} has no partial {i} at {point}, not {got}"
    return checks


def _slope_sensitivity(row: Primitive, point: tuple[float, ...], index: int, slope: Real) -> Real:
    if mp.isinf(slope):
        return mp.mpf(0)
    try:
        return derivative_sensitivity(row, point, [int(i == index) for i in range(len(point))])
    except UndefinedError:  # at an edge of the domain
        return mp.mpf(0)


def derivative_sensitivity(row: Primitive, point: tuple[float, ...], orders: Sequence[int]) -> Real:
    """Return the sensitivity of a derivative; few digits do."""
    higher = [[order + (i == j) for i, order in enumerate(orders)] for j in range(len(point))]
    value = ORACLES[row.name].value
    slopes = [derivative(value, point, h, 3) if x else mp.mpf(0) for h, x in zip(higher, point, strict=True)]
    return sensitivity(point, slopes)


def _on_a_kink(row: Primitive, point: tuple[float, ...], index: int) -> bool:
    """Whether the row's own `piece` tells the point's neighbours apart."""
    x = point[index]
    beside = [math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf)]
    if row.piece is None:
        return False
    return len({row.piece(*point[:index], z, *point[index + 1 :]) for z in beside}) > 1


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
    assert_right(checks)


def assert_right(checks: Sequence[Check]) -> None:
    """Fail with the worst offenders, got and expected."""
    wrong = sorted((check for check in checks if not check.excess <= 1.0), key=lambda check: -check.excess)
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(map(str, wrong[:10]))


def _short(point: Sequence[float]) -> str:
    return ", ".join(f"{x:.6g}" for x in point)


# Second derivatives -----------------------------------------------------------------------------------------------

SECOND_POINTS = 60
# A gradient's gradient runs through a dozen rows where the row's own slope runs through a few.
SECOND_TOLERANCE = 1e-13


@mp.workdps(60)  # type: ignore[untyped-decorator]
def check_hessian(row: Primitive, point: tuple[float, ...]) -> list[Check]:
    """Hold the gradients of the gradients against the oracle, in the interior of smooth pieces."""
    size = range(len(point))
    operands = [Value(x) for x in point]
    slopes = gradients(apply(row, operands), operands)
    checks = []
    for i, j in itertools.product(size, size):
        got = gradients(slopes[i], [operands[j]])[0].data
        orders = [(i == k) + (j == k) for k in size]
        try:
            true = derivative(ORACLES[row.name].value, point, orders)
            spread = derivative_sensitivity(row, point, orders)
        except UndefinedError:
            continue
        end = MAX if abs(true) < MAX / 2.0 else MAX / 4.0
        checks.append(Check(f"∂{i}∂{j}", point, got, true, spread, excess(got, true, spread, SECOND_TOLERANCE, end)))
    return checks


def _has_hessian(row: Primitive, point: tuple[float, ...]) -> bool:
    """Whether the point is in the interior of a smooth piece, and second derivatives can be had from first ones."""
    if any(_on_a_kink(row, point, i) for i in range(len(point))):
        return False
    interior = row.domain or ()
    if any(x in (interval.low, interval.high) for x, interval in zip(point, interior, strict=False)):
        return False
    if len(point) > 4:  # nothing new, and the entries are many
        return False
    # With several operands they go like the inverse square of the size, and leave the range of floats on the way.
    if len(point) > 1 and not all(1e-100 < abs(x) < 1e100 for x in point if x):
        return False
    if row.name == "power":  # a negative base has no derivative by the exponent
        return point[0] > 0.0
    # p(1 - p) for a probability p next to 1: no formula in p can keep its digits.
    return row.name != "logsumexp" or max(point) - min(point) < 6.0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_second_derivatives(row: Primitive) -> None:
    drawn = [point for point in points(row, SECOND_POINTS) if _has_hessian(row, point)]
    checks = [check for point in drawn for check in check_hessian(row, point)]
    assert len(checks) >= SECOND_POINTS // 4
    worst = max(checks, key=lambda check: check.excess)
    report(
        "Second derivatives against the oracle: worst relative error ÷ max(1, condition number)",
        [
            ("row", "entries", "error", "at"),
            (row.name, len(checks), worst.excess * SECOND_TOLERANCE, _short(worst.point)),
        ],
    )
    assert_right(checks)


# Edges, kinks and tails -------------------------------------------------------------------------------------------

INF = math.inf
AT_EDGES: list[tuple[str, Sequence[float], float, Sequence[float]]] = [
    ("sqrt", [0.0], 0.0, [INF]),
    ("cbrt", [0.0], 0.0, [INF]),
    ("arcsin", [1.0], math.pi / 2.0, [INF]),
    ("arcsin", [-1.0], -math.pi / 2.0, [INF]),
    ("arccos", [1.0], 0.0, [-INF]),
    ("arccosh", [1.0], 0.0, [INF]),
    ("relu", [0.0], 0.0, [0.0]),
    ("abs", [0.0], 0.0, [0.0]),
    ("sign", [0.0], 0.0, [0.0]),
    ("step", [0.0], 0.0, [0.0]),
    ("hypot", [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("leaky_relu", [0.0, 0.25], 0.0, [0.25, 0.0]),
    ("elu", [0.0, 0.25], 0.0, [0.25, 0.0]),
    ("maximum", [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("minimum", [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("max", [2.0, 1.0, 2.0, 2.0, 2.0], 2.0, [0.25, 0.0, 0.25, 0.25, 0.25]),
    ("min", [1.0, 2.0, 1.0], 1.0, [0.5, 0.0, 0.5]),
    ("clip", [1.0, 1.0, 3.0], 1.0, [0.5, 0.5, 0.0]),
    ("clip", [3.0, 1.0, 3.0], 3.0, [0.5, 0.0, 0.5]),
    ("floor_divide", [6.0, 3.0], 2.0, [0.0, 0.0]),
    ("mod", [6.0, 3.0], 0.0, [1.0, -2.0]),
    ("power", [-2.0, 3.0], -8.0, [12.0, math.nan]),
    ("power", [0.0, 2.5], 0.0, [0.0, 0.0]),
    ("power", [0.0, 1.0], 0.0, [1.0, 0.0]),
    ("power", [0.0, 0.5], 0.0, [INF, 0.0]),
    ("prod", [0.0, 3.0, 4.0], 0.0, [12.0, 0.0, 0.0]),
    ("prod", [0.0, 0.0, 4.0], 0.0, [0.0, 0.0, 0.0]),
]


@pytest.mark.parametrize(("name", "point", "value", "partials"), AT_EDGES, ids=str)
def test_edges_and_kinks(name: str, point: Sequence[float], value: float, partials: Sequence[float]) -> None:
    node = apply(PRIMITIVES[name], [Value(x) for x in point])
    assert node.data == value
    assert list(map(repr, node.partials)) == list(map(repr, partials))


@pytest.mark.parametrize("x", [0.0, -0.0, 2.0, -2.0, 1e300, INF, -INF])
def test_power_zero_is_one_with_slope_zero(x: float) -> None:
    for exponent in (0, 0.0, Value(0.0)):
        node = Value(x) ** exponent
        assert (node.data, node.partials[0]) == (1.0, 0.0)


OUTSIDE: list[tuple[str, Sequence[float]]] = [
    ("log", [-1.0]), ("log", [0.0]), ("log2", [0.0]), ("log10", [-0.0]), ("log1p", [-1.0]), ("log1p", [-2.0]),
    ("divide", [1.0, 0.0]), ("divide", [0.0, -0.0]), ("floor_divide", [1.0, 0.0]), ("mod", [1.0, 0.0]),
    ("reciprocal", [0.0]), ("power", [0.0, -1.0]), ("power", [-8.0, 1.0 / 3.0]), ("sqrt", [-5e-324]),
    ("arcsin", [1.0000000000000002]), ("arccos", [-2.0]), ("arccosh", [0.5]), ("arctanh", [1.0]), ("arctanh", [-1.0]),
    ("sin", [INF]), ("cos", [-INF]), ("tan", [INF]), ("xlogy", [1.0, 0.0]), ("xlogy", [0.0, -1.0]),
    ("clip", [1.0, 3.0, 2.0]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "point"), OUTSIDE, ids=str)
def test_outside_the_domain(name: str, point: Sequence[float]) -> None:
    row = PRIMITIVES[name]
    labels = "pqr"[: len(point)]
    for operands in (list(point), [Value(x, label) for x, label in zip(point, labels, strict=True)]):
        with pytest.raises(DomainError) as error:
            apply(row, operands)
        assert isinstance(error.value, ValueError)
        assert name in str(error.value)
        assert all(repr(x) in str(error.value) for x in point)
    assert all(label in str(error.value) for label in labels)


TAILS: list[tuple[str, Sequence[float]]] = [
    *[("sigmoid", [x]) for x in (-800.0, -700.0, -40.0, 40.0, 800.0)],
    *[("softplus", [x]) for x in (-800.0, -700.0, -40.0, 40.0, 800.0)],
    *[("tanh", [x]) for x in (1000.0, -1000.0, 355.0, 20.0, -20.0, 1e-300)],
    *[("gelu", [x]) for x in (-10.0, -37.0, 10.0, 1e300, -1e300)],
    *[("silu", [x]) for x in (-40.0, -700.0, 1e300, -1e300)],
    *[("erfc", [x]) for x in (6.0, 26.0, -26.0)],
    *[("log1p", [x]) for x in (1e-18, -1e-18, 1e-300)],
    *[("expm1", [x]) for x in (1e-18, -1e-18, 1e-300, -800.0)],
    *[("hypot", [x, y]) for x in (1e200, -1e-200, 1.7e308, 5e-324) for y in (1e200, 1e-200, 1.7e308, 5e-324)],
    *[("arctan2", [x, y]) for x in (1e200, -1e-200) for y in (1e200, -1e-200)],
    *[("logaddexp", [x, y]) for x in (1e300, -1e300, 0.0, 800.0) for y in (1e300, -1e300, 0.0, 799.0)],
    *[("logsumexp", [x, y]) for x in (1e300, -1e300, 800.0) for y in (1e300, -1e300, 799.0)],
]


@pytest.mark.parametrize(("name", "point"), TAILS, ids=str)
def test_tails(name: str, point: tuple[float, ...]) -> None:
    checks = check_point(PRIMITIVES[name], tuple(point))
    assert len(checks) == 1 + len(point)
    assert_right(checks)


def test_tail_of_the_slope_of_tanh() -> None:
    # 4·exp(-2x) to leading order: 1 - tanh(x)**2 would be 0.
    assert Value(20.0).tanh().partials[0] == pytest.approx(4.0 * math.exp(-40.0), rel=1e-15)
    assert Value(300.0).tanh().partials[0] == pytest.approx(4.0 * math.exp(-600.0), rel=1e-13)


@pytest.mark.parametrize("x", [1e300, -1e300, 1e17, 1e9 + 0.3, 5.0])
def test_slopes_of_logsumexp_are_shares(x: float) -> None:
    # The condition number of such a slope is of the size of x, and would grant anything.
    xs = [Value(x), Value(x), Value(x), Value(-math.inf)]
    assert autograd.logsumexp(xs).partials == pytest.approx((1 / 3, 1 / 3, 1 / 3, 0.0), rel=1e-15)
    assert autograd.logsumexp([Value(1e300), Value(-1e300)]).partials == (1.0, 0.0)


OVERFLOWS: list[tuple[str, Sequence[float], float]] = [
    ("exp", [710.0], INF), ("exp2", [1024.0], INF), ("expm1", [710.0], INF), ("sinh", [-711.0], -INF),
    ("cosh", [-711.0], INF), ("square", [1e200], INF), ("power", [-1e200, 3.0], -INF), ("power", [-1e-200, -3.0], -INF),
    ("power", [-1e200, 2.0], INF), ("multiply", [1e200, -1e200], -INF), ("add", [1e308, 1e308], INF),
    ("subtract", [-1e308, 1e308], -INF), ("divide", [1e200, -1e-200], -INF), ("reciprocal", [-5e-324], -INF),
    ("hypot", [1.7e308, 1.7e308], INF), ("sum", [1e308, 1e308], INF), ("prod", [1e200, -1e200], -INF),
    ("dot", [1e200, 1e200], INF), ("floor_divide", [1e300, 1e-300], INF),
]  # fmt: skip


@pytest.mark.parametrize(("name", "point", "value"), OVERFLOWS, ids=str)
def test_overflow_is_infinite(name: str, point: Sequence[float], value: float) -> None:
    assert apply(PRIMITIVES[name], [Value(x) for x in point]).data == value
    assert apply(PRIMITIVES[name], list(point)) == value


def test_sum_whose_partial_sums_overflow() -> None:
    assert autograd.sum([1e308, 1e308, -1e308]) == 1e308


# Operands that the value does not depend on where the row is evaluated: nan there is no matter, as in IEEE 754's
# pow(1, nan) = pow(nan, 0) = 1.
INDIFFERENT: dict[str, Callable[[int, tuple[float, ...]], bool]] = {
    "power": lambda i, point: point[0] == 1.0 if i == 1 else point[1] == 0.0,
    "where": lambda i, point: i == (2 if point[0] else 1),
    "leaky_relu": lambda i, point: i == 1 and point[0] > 0.0,
    "elu": lambda i, point: i == 1 and point[0] > 0.0,
    "_tanh_slope": lambda i, point: i == 0,
    "_sigmoid_slope": lambda i, point: i == 0,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nan_propagates(row: Primitive) -> None:
    tried = 0
    for point in points(row, 40):
        for i in range(len(point)):
            if row.name in INDIFFERENT and INDIFFERENT[row.name](i, point):
                continue
            spoilt = [*point[:i], math.nan, *point[i + 1 :]]
            assert math.isnan(apply(row, [Value(x) for x in spoilt]).data), spoilt
            tried += 1
    assert tried >= 40


def test_empty_sequences() -> None:
    assert (autograd.sum([]), autograd.prod([]), autograd.dot([], [])) == (0.0, 1.0, 0.0)
    for row in (PRIMITIVES["max"], PRIMITIVES["min"], PRIMITIVES["logsumexp"]):
        with pytest.raises(ValueError, match="empty"):
            row([])


# The hot path repeats what rows say -------------------------------------------------------------------------------

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "mod": operator.mod,
    "power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "abs": operator.abs,
}
DELICATE = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, -3.0, 1.0 / 3.0, 1e-18, 1e18, 5e-324, -5e-324, 1e-310, MIN_NORMAL]
DELICATE += [1e-200, 1e200, -1e200, 20.0, -37.0, 710.0, -745.0, math.pi, MAX, -MAX, INF, -INF, math.nan]


def outcome(call: Callable[[], Value]) -> object:
    """Everything a node says of itself, to the bit (nan like nan), or the error that was raised instead."""
    try:
        node = call()
    except DomainError as error:
        return str(error).split(" (/", maxsplit=1)[0]
    return node.op, repr(node.data), repr(node.partials), [repr(operand.data) for operand in node.operands]


def through(row: Primitive, operands: tuple[Any, ...]) -> Callable[[], Value]:
    """The generic path, from the row alone."""
    anchor = next(o for o in operands if isinstance(o, Value))
    return lambda: anchor._apply(row, operands)


@pytest.mark.parametrize("name", [name for name in OPERATORS if PRIMITIVES[name].arity == 2])
def test_binary_operators_agree_with_their_rows(name: str) -> None:
    row, apply_operator = PRIMITIVES[name], OPERATORS[name]
    for x, y in itertools.product(DELICATE, DELICATE):
        for operands in [(Value(x), Value(y)), (Value(x), y), (x, Value(y))]:
            fast = outcome(lambda operands=operands: apply_operator(*operands))  # type: ignore[misc]
            assert fast == outcome(through(row, operands)), (x, y)
        twice = Value(x)
        assert outcome(lambda: apply_operator(twice, twice)) == outcome(through(row, (twice, twice)))  # noqa: B023


@pytest.mark.parametrize("row", [row for row in ROWS if row.arity == 1], ids=lambda row: row.name)
def test_unary_methods_agree_with_their_rows(row: Primitive) -> None:
    method = OPERATORS[row.name] if row.name in OPERATORS else getattr(Value, row.name, row)
    for x in [*DELICATE, *(point[0] for point in points(row, POINTS))]:
        operand = Value(x)
        assert outcome(lambda: method(operand)) == outcome(through(row, (operand,)))  # noqa: B023


def test_dot_agrees_with_its_row() -> None:
    row = PRIMITIVES["dot"]
    for xs, ys in itertools.product(itertools.pairwise(DELICATE), repeat=2):
        numbers = (*xs, *ys)
        result = row.evaluate(numbers)
        expected = repr(result), [repr(slope) for slope in partials_at(row, numbers, result)]
        for variables in range(1, 16):
            operands = [Value(x) if variables >> i & 1 else x for i, x in enumerate(numbers)]
            node = row(operands[:2], operands[2:])
            assert (repr(node.data), [repr(slope) for slope in node._rest.partials]) == expected, numbers
            assert node._rest.operands == tuple(operands)
