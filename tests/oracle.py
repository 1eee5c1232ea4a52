"""The independent oracle: every row's *value* in arbitrary precision, and derivatives as limits of its quotients.

Nothing here knows a derivative: slopes of any order are difference quotients with a step so small, and so many
digits, that truncation and cancellation lie far below a float's last bit. Two mistakes in a row and here
would have to agree to go unnoticed, and they are written in different terms.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from mpmath import mp

# An mpmath number: the library carries no types.
Real = Any


class UndefinedError(ValueError):
    """The function has no real value at the point."""


class Oracle(NamedTuple):
    """A row's value in arbitrary precision.

    Attributes:
        value: a function of mpmath numbers, accurate to the working precision relative to its result.
        join: how the operands of a test point hang together, where independent draws would seldom be interesting
            (or, for the helper rows, meaningless): it makes the operands of a point from a draw.
    """

    value: Callable[..., Real]
    join: Callable[[Random, tuple[float, ...]], tuple[float, ...]] = lambda random, drawn: drawn


# Values ------------------------------------------------------------------------------------------------------------


def _require(condition: bool) -> None:
    if not condition:
        raise UndefinedError


def _divide(x: Real, y: Real) -> Real:
    _require(y != 0)
    return x / y


def _floor_divide(x: Real, y: Real) -> Real:
    """Floor of the exact quotient: floats differ by up to 2**2100 in magnitude, which needs digits before the point."""
    _require(y != 0)
    with mp.workprec(mp.prec + 2200):
        return mp.floor(x / y)


def _mod(x: Real, y: Real) -> Real:
    quotient = _floor_divide(x, y)
    with mp.workprec(mp.prec + 2200):
        return x - y * quotient


def _power(x: Real, n: Real) -> Real:
    if x > 0:
        return mp.exp(n * mp.log(x))
    whole = mp.isint(n)
    if x == 0:
        _require(n >= 0)
        return mp.mpf(1) if n == 0 else mp.mpf(0)
    _require(whole)
    return mp.exp(n * mp.log(-x)) * (-1 if int(n) % 2 else 1)


def _within(function: Callable[[Real], Real], low: float, high: float = math.inf, closed: bool = True) -> Any:
    def value(x: Real) -> Real:
        _require(low <= x <= high if closed else low < x < high)
        return function(x)

    return value


def _xlogy(x: Real, y: Real) -> Real:
    _require(y > 0 or (y == 0 and x == 0))
    return x * mp.log(y) if y > 0 else mp.mpf(0)


def _log_sum_exp(*xs: Real) -> Real:
    """Shifted by the largest, so that a sum that is 1 + tiny keeps the tiny part."""
    ordered = sorted(xs, reverse=True)
    rest = sum((mp.exp(x - ordered[0]) for x in ordered[1:]), mp.mpf(0))
    return ordered[0] + mp.log1p(rest)


def _arctan2(y: Real, x: Real) -> Real:
    """The angle, from the quotient that is at most 1 in size."""
    if abs(y) <= abs(x):
        if x == 0:
            return mp.mpf(0)
        return mp.atan(y / x) + (0 if x > 0 else mp.pi if y >= 0 else -mp.pi)
    return (mp.pi if y > 0 else -mp.pi) / 2 - mp.atan(x / y)


def _sigmoid(x: Real) -> Real:
    return 1 / (1 + mp.exp(-x)) if x > 0 else mp.exp(x) / (1 + mp.exp(x))


def _softplus(x: Real) -> Real:
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def _erfc(x: Real) -> Real:
    """mpmath's, with the limits where that overflows: exp(-10**10) is nothing to a float."""
    return mp.erfc(x) if abs(x) < 1e5 else mp.mpf(0 if x > 0 else 2)


def _gelu(x: Real) -> Real:
    """x·Φ(x), with Φ by the complementary error function at both signs."""
    return x * _erfc(-x / mp.sqrt(2)) / 2


def _tanh(x: Real) -> Real:
    return mp.expm1(2 * x) / (mp.exp(2 * x) + 1) if x < 0 else -mp.expm1(-2 * x) / (mp.exp(-2 * x) + 1)


def _arctanh(x: Real) -> Real:
    _require(-1 < x < 1)
    return (mp.log1p(x) - mp.log1p(-x)) / 2


def _arcsinh(x: Real) -> Real:
    size = abs(x)
    return mp.sign(x) * mp.log1p(size + x * x / (1 + mp.sqrt(1 + x * x)))


def _arccosh(x: Real) -> Real:
    _require(x >= 1)
    return mp.log1p((x - 1) + mp.sqrt((x - 1) * (x + 1)))


def _clip(x: Real, low: Real, high: Real) -> Real:
    _require(low <= high)
    return low if x < low else high if x > high else x


def _cbrt(x: Real) -> Real:
    return mp.sign(x) * mp.exp(mp.log(abs(x)) / 3) if x else mp.mpf(0)


def _dot(*xs: Real) -> Real:
    half = len(xs) // 2
    return mp.fsum(x * y for x, y in zip(xs[:half], xs[half:], strict=True))


def _indicator(condition: bool) -> Real:
    return mp.mpf(1 if condition else 0)


# How operands hang together ------------------------------------------------------------------------------------------


def near(random: Random, drawn: tuple[float, ...]) -> tuple[float, ...]:
    """Half the points: a pair drawn independently; else close to, equal in size to or opposite of each other."""
    x, y = drawn[:2]
    z = random.choice([y, y, y, y, x, -x, math.nextafter(x, math.inf), math.nextafter(-x, 0.0), x * (1.0 + 1e-9)])
    return (x, z, *drawn[2:])


def _length_in_range(random: Random, drawn: tuple[float, ...]) -> tuple[float, ...]:
    """The length of (x, y) is a float: beyond, slopes are its reciprocal, below the smallest normal number."""
    x, y = near(random, drawn)
    return (x / 2.0, y / 2.0) if math.isinf(math.hypot(x, y)) else (x, y)


def _countable_quotient(random: Random, drawn: tuple[float, ...]) -> tuple[float, ...]:
    """A quotient within the range of floats, so that the step resolves its jumps."""
    x, y = near(random, drawn)
    return (x, y) if y == 0.0 or abs(x) < 1e150 * abs(y) else (math.copysign(abs(y), x) * 1e9, y)


def _condition_often_zero(random: Random, drawn: tuple[float, ...]) -> tuple[float, ...]:
    """Both branches; a condition is rarely 0 by chance."""
    return random.choice([drawn[0], 0.0, -0.0]), *drawn[1:]


def _clip_bounds(random: Random, drawn: tuple[float, ...]) -> tuple[float, ...]:
    """Bounds in order; x sometimes just beside one of them."""
    x, *bounds = drawn
    low, high = sorted(bounds)
    return random.choice([x, x, low, math.nextafter(high, math.inf), math.nextafter(low, -math.inf)]), low, high


def _power_operands(random: Random, drawn: tuple[float, ...]) -> tuple[float, ...]:
    """A negative base needs a whole exponent; a result within range, an exponent of moderate logarithm."""
    x, n = drawn
    if x < 0.0:
        return x, float(random.randint(-9, 9))
    if x == 0.0:  # 0**0 is a jump, tested by itself
        return x, random.choice([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0])
    logarithm = math.log(x)
    if abs(n) < 0.0625 and abs(logarithm) > 70.0:
        # A limit of the row: its slope n·x**(n - 1) rounds n - 1, an error of up to 1.1e-16·|log x| that the
        # condition number grants only where n is not small.
        n += math.copysign(0.0625, n)
    if logarithm and (random.random() < 0.7 or abs(n * logarithm) > 1e5):
        n = random.uniform(-800.0, 800.0) / logarithm
    return x, random.choice([n, n, n, 2.0, -1.0, 0.5, 0.0, 3.0])


def _slope_of(function: Callable[[float], float]) -> Callable[[Random, tuple[float, ...]], tuple[float, ...]]:
    """The first operand is a function of the second: the helper is never called otherwise."""
    return lambda random, drawn: (function(drawn[1]), drawn[1])


def _float_sigmoid(x: float) -> float:
    return float(_sigmoid(mp.mpf(x)))


ORACLES: dict[str, Oracle] = {
    "add": Oracle(lambda x, y: x + y, near),
    "subtract": Oracle(lambda x, y: x - y, near),
    "multiply": Oracle(lambda x, y: x * y, near),
    "divide": Oracle(_divide, near),
    "floor_divide": Oracle(_floor_divide, near),
    "mod": Oracle(_mod, _countable_quotient),
    "power": Oracle(_power, _power_operands),
    "negative": Oracle(lambda x: -x),
    "positive": Oracle(lambda x: +x),
    "abs": Oracle(abs),
    "square": Oracle(lambda x: x * x),
    "reciprocal": Oracle(lambda x: _divide(mp.mpf(1), x)),
    "sqrt": Oracle(_within(mp.sqrt, 0.0)),
    "cbrt": Oracle(_cbrt),
    "hypot": Oracle(lambda x, y: mp.sqrt(x * x + y * y), near),
    "exp": Oracle(mp.exp),
    "exp2": Oracle(lambda x: mp.exp(x * mp.ln2)),
    "expm1": Oracle(mp.expm1),
    "log": Oracle(_within(mp.log, 0.0, closed=False)),
    "log2": Oracle(_within(lambda x: mp.log(x) / mp.ln2, 0.0, closed=False)),
    "log10": Oracle(_within(lambda x: mp.log(x) / mp.ln10, 0.0, closed=False)),
    "log1p": Oracle(_within(mp.log1p, -1.0, closed=False)),
    "xlogy": Oracle(_xlogy),
    "logaddexp": Oracle(_log_sum_exp, near),
    "sin": Oracle(mp.sin),
    "cos": Oracle(mp.cos),
    "tan": Oracle(mp.tan),
    "arcsin": Oracle(_within(mp.asin, -1.0, 1.0)),
    "arccos": Oracle(_within(mp.acos, -1.0, 1.0)),
    "arctan": Oracle(mp.atan),
    "arctan2": Oracle(_arctan2, _length_in_range),
    "sinh": Oracle(mp.sinh),
    "cosh": Oracle(mp.cosh),
    "tanh": Oracle(_tanh),
    "arcsinh": Oracle(_arcsinh),
    "arccosh": Oracle(_arccosh),
    "arctanh": Oracle(_arctanh),
    "maximum": Oracle(max, near),
    "minimum": Oracle(min, near),
    "sign": Oracle(mp.sign),
    "step": Oracle(lambda x: _indicator(x > 0)),
    "where": Oracle(lambda condition, x, y: x if condition != 0 else y, _condition_often_zero),
    "clip": Oracle(_clip, _clip_bounds),
    "erf": Oracle(mp.erf),
    "erfc": Oracle(_erfc),
    "sigmoid": Oracle(_sigmoid),
    "softplus": Oracle(_softplus),
    "relu": Oracle(lambda x: max(x, mp.mpf(0))),
    "leaky_relu": Oracle(lambda x, slope: x if x > 0 else slope * x),
    "elu": Oracle(lambda x, alpha: x if x > 0 else alpha * mp.expm1(x)),
    "silu": Oracle(lambda x: x * _sigmoid(x)),
    "gelu": Oracle(_gelu),
    "sum": Oracle(lambda *xs: mp.fsum(xs)),
    "prod": Oracle(lambda *xs: mp.fprod(xs)),
    "max": Oracle(lambda *xs: max(xs)),
    "min": Oracle(lambda *xs: min(xs)),
    "logsumexp": Oracle(_log_sum_exp),
    "dot": Oracle(_dot),
    "_ahead": Oracle(lambda x, y: (1 + mp.sign(x - y)) / 2, near),
    "_equal": Oracle(lambda x, y: _indicator(x == y), near),
    "_direction": Oracle(lambda x, y: x / mp.sqrt(x * x + y * y) if x or y else mp.mpf(0), _length_in_range),
    "_arctan_slope": Oracle(lambda x: 1 / (1 + x * x)),
    "_one_minus_square": Oracle(lambda x: 1 - x * x),
    "_tanh_slope": Oracle(lambda y, x: mp.cosh(x) ** -2, _slope_of(math.tanh)),
    "_sigmoid_slope": Oracle(lambda y, x: _sigmoid(x) * _sigmoid(-x), _slope_of(_float_sigmoid)),
}


# Derivatives ---------------------------------------------------------------------------------------------------------

# The step is this far, in powers of ten, below the smallest scale at hand: the truncation error of a quotient is
# then about 1e-40 relative one-sided and 1e-80 centred, and even 1e-48 a float's spacing away from a pole.
STEP_DIGITS = 40
_FIRST_DIGITS = 60
_MOST_DIGITS = 8000
# Far below the smallest float: what is smaller is 0, and a difference of that size is none.
_NOTHING = mp.mpf("1e-345")


class Slope(NamedTuple):
    """A derivative from the left and from the right: ±inf where infinite, nan at a jump, ``None`` if undefined."""

    left: Real | None
    right: Real | None

    @property
    def exists(self) -> bool:
        """Whether the function is defined beside the point, on one side at least."""
        return self.left is not None or self.right is not None

    @property
    def size(self) -> Real:
        """The larger of both sides in size, 0 where there is none: what a change of the operand can do at most."""
        return max((abs(side) for side in self if side is not None and not mp.isnan(side)), default=mp.mpf(0))

    @property
    def limit(self) -> Real | None:
        """The derivative, one-sided at an edge, maybe infinite; ``None`` at a kink or jump."""
        sides = [side for side in self if side is not None]
        if not sides or any(map(mp.isnan, sides)):
            return None
        if all(side == sides[0] for side in sides):
            return sides[0]
        if any(map(mp.isinf, sides)) or abs(sides[0] - sides[1]) > mp.mpf(10) ** -20 * self.size:
            return None
        return sum(sides, mp.mpf(0)) / 2


def step_at(point: Sequence[float]) -> Real:
    """Return a step that is tiny beside every operand, beside the reciprocal of a large one, and for a function of
    two operands also beside what makes their quotient pass a whole number (the jumps of `mod`)."""
    sizes = [abs(x) for x in point if x] or [1.0]
    with mp.workdps(30):
        least, most = mp.mpf(min(1.0, *sizes, 1.0)), mp.mpf(max(1.0, *sizes, 1.0))
        return mp.mpf(10) ** -STEP_DIGITS * (least**2 if len(point) == 2 else least) / most


def partial(value: Callable[..., Real], point: Sequence[float], index: int) -> Slope:
    """Return ∂value/∂point[index] from both sides."""
    return Slope(_one_sided(value, point, index, -1), _one_sided(value, point, index, 1))


def _one_sided(value: Callable[..., Real], point: Sequence[float], index: int, side: int) -> Real | None:
    """Return the limit of the quotient on one side."""

    def quotient(step: Real) -> Real:
        def at_present_precision() -> tuple[Real, Real]:
            moved = [mp.mpf(x) for x in point]
            moved[index] += step
            here = value(*map(mp.mpf, point))
            return (value(*moved) - here) / step, abs(here / step)

        return _settled(at_present_precision, point, step)

    step = side * step_at(point)
    try:
        slope = quotient(step)
        if abs(slope) < _NOTHING:
            return mp.mpf(0)
        if mp.mpf(10) ** -10 < abs(slope) < mp.mpf(10) ** 10:
            return slope
        growth = quotient(step * mp.mpf(10) ** -STEP_DIGITS) / slope
    except UndefinedError:
        return None
    return slope * _limit_of_growth(growth)


def _limit_of_growth(growth: Real) -> Real:
    """Return 1 for a quotient that did not change with a shrinking step, 0 for one that shrank with it, inf for one
    that grew, and nan for one that grew in proportion: a jump."""
    power = mp.log10(abs(growth)) / STEP_DIGITS if growth else mp.mpf(-1)
    if abs(power) < 1e-12:
        return mp.mpf(1)
    if power < -0.05:
        return mp.mpf(0)
    if 0.05 < power:
        return mp.nan if power > 0.95 else mp.inf
    raise AssertionError(f"a quotient that behaves like step**{mp.nstr(-power)}: its limit cannot be told")


def derivative(value: Callable[..., Real], point: Sequence[float], orders: Sequence[int], digits: int = 25) -> Real:
    """Return a mixed derivative in the interior of the domain by central differences, right to ``digits``.

    Raises:
        UndefinedError: the stencil leaves the domain.
    """
    step = step_at(point)
    total = sum(orders)
    stencils = [[(k / 2 - j, (-1) ** j * math.comb(k, j)) for j in range(k + 1)] for k in orders]

    def quotient() -> tuple[Real, Real]:
        terms = []
        for corner in itertools.product(*stencils):
            moved = [mp.mpf(x) + offset * step for x, (offset, _) in zip(point, corner, strict=True)]
            terms.append(math.prod(weight for _, weight in corner) * value(*moved))
        scale = step**total
        return sum(terms, mp.mpf(0)) / scale, max(map(abs, terms)) / scale

    return _settled(quotient, point, step, digits)


def _settled(quotient: Callable[[], tuple[Real, Real]], point: Sequence[float], step: Real, digits: int = 25) -> Real:
    """Evaluate ``(result, size of what was subtracted)`` with ever more digits until ``digits`` of it are right.

    An operand must hold the step to that many digits as well.
    """
    largest = max(map(abs, point))
    precision = _FIRST_DIGITS
    if largest:
        precision = max(precision, digits + 10 + int(mp.log10(mp.mpf(largest) / abs(step))))
    while True:
        with mp.workdps(precision):
            result, size = quotient()
            error = size * mp.mpf(10) ** (5 - precision)
            if error <= abs(result) * mp.mpf(10) ** -digits or error < _NOTHING:
                return result
            if precision > _MOST_DIGITS:
                raise AssertionError(f"no convergence: {mp.nstr(result)} with error {mp.nstr(error)}")
            needed = mp.log10(error / max(abs(result), _NOTHING)) if result else 0
            precision = max(2 * precision, precision + digits + int(max(needed, 0)))


def sensitivity(point: Sequence[float], slopes: Sequence[Real]) -> Real:
    """Return Σ|x_i ∂g/∂x_i|: what relative changes of the operands do to g at most. One formula for everything.

    Divided by |g| it is the condition number. 0 where a slope is infinite: no amplification is granted at an edge.
    """
    if any(mp.isinf(slope) for slope in slopes):
        return mp.mpf(0)
    return sum((abs(mp.mpf(x) * slope) for x, slope in zip(point, slopes, strict=True)), mp.mpf(0))
