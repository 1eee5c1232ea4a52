"""How each primitive is computed on floats: total functions that never raise.

Where Python's `math` raises, these return what IEEE 754 prescribes (nan, ±inf); whether that is an error is
for the row's domain to say. Each is written to keep its digits over the whole range of floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from math import copysign, fsum, inf, nan
from operator import mul
from typing import Final

SQRT_HALF: Final = math.sqrt(0.5)


def saturating(function: Callable[[float], float]) -> Callable[[float], float]:
    """Wrap a function of `math` that grows without bound: +inf where the float range ends (-inf on the left if odd)."""

    def total(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return copysign(inf, function(copysign(1.0, x)))

    return total


def nan_outside(function: Callable[[float], float]) -> Callable[[float], float]:
    """Wrap a function of `math` so that it gives nan outside its domain."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return nan

    return total


def log_like(function: Callable[[float], float], pole: float) -> Callable[[float], float]:
    """Wrap a logarithm of `math`: -inf at its ``pole``, nan to the left of it."""

    def total(x: float) -> float:
        if x > pole:
            return function(x)
        return -inf if x == pole else nan

    return total


exp = saturating(math.exp)
exp2 = saturating(math.exp2)
expm1 = saturating(math.expm1)
sinh = saturating(math.sinh)
cosh = saturating(math.cosh)
sin = nan_outside(math.sin)
cos = nan_outside(math.cos)
tan = nan_outside(math.tan)
arcsin = nan_outside(math.asin)
arccos = nan_outside(math.acos)
arccosh = nan_outside(math.acosh)
sqrt = nan_outside(math.sqrt)
log = log_like(math.log, 0.0)
log2 = log_like(math.log2, 0.0)
log10 = log_like(math.log10, 0.0)
log1p = log_like(math.log1p, -1.0)


def arctanh(x: float) -> float:
    """Inverse hyperbolic tangent; ±inf at ±1."""
    return math.atanh(x) if -1.0 < x < 1.0 else copysign(inf, x) if abs(x) == 1.0 else nan


def same(x: float, y: float) -> bool:
    """Tell whether two numbers are equal, zeros with their signs, or both nan."""
    return (x == y and (x != 0.0 or copysign(1.0, x) == copysign(1.0, y))) or (x != x and y != y)


def add(x: float, y: float) -> float:
    """Sum."""
    return x + y


def subtract(x: float, y: float) -> float:
    """Difference."""
    return x - y


def multiply(x: float, y: float) -> float:
    """Product."""
    return x * y


def negative(x: float) -> float:
    """Opposite."""
    return -x


def positive(x: float) -> float:
    """The same number."""
    return x


def square(x: float) -> float:
    """Square."""
    return x * x


def divide(x: float, y: float) -> float:
    """Quotient; a signed infinity (nan for 0/0) over zero."""
    if y:
        return x / y
    return nan if x == 0.0 or x != x else copysign(inf, x) * copysign(1.0, y)


def reciprocal(x: float) -> float:
    """1/x."""
    return 1.0 / x if x else copysign(inf, x)


def floor_divide(x: float, y: float) -> float:
    """Floor of the quotient, as Python's ``//``."""
    return x // y if y else nan


def mod(x: float, y: float) -> float:
    """Remainder with the divisor's sign, as Python's ``%``."""
    return x % y if y else nan


def power(x: float, n: float) -> float:
    """x**n over the reals."""
    try:
        return math.pow(x, n)
    except OverflowError:
        return -inf if x < 0.0 and n % 2.0 == 1.0 else inf
    except ValueError:
        if x != 0.0:
            return nan
        return copysign(inf, x) if n % 2.0 == 1.0 else inf


def xlogy(x: float, y: float) -> float:
    """x·log(y), and 0 where x is 0."""
    if x == 0.0 and y >= 0.0:
        return 0.0
    return x * log(y)


def sign(x: float) -> float:
    """-1, 0 or 1."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x * 0.0 if x != x else 0.0


def step(x: float) -> float:
    """1 for x > 0, else 0."""
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else nan


def ahead(x: float, y: float) -> float:
    """The share of x in max(x, y): 1, 1/2 at a tie, 0."""
    return 1.0 if x > y else 0.0 if x < y else 0.5 if x == y else nan


def equal(x: float, y: float) -> float:
    """1 where the two are equal, else 0."""
    return 1.0 if x == y else 0.0 if x < y or x > y else nan


def maximum(x: float, y: float) -> float:
    """The larger; nan if either is."""
    return x if x >= y else y if y > x else nan


def minimum(x: float, y: float) -> float:
    """The smaller; nan if either is."""
    return x if x <= y else y if y < x else nan


def where(condition: float, x: float, y: float) -> float:
    """x where the condition is not zero, else y."""
    return nan if condition != condition else x if condition else y


def clip(x: float, low: float, high: float) -> float:
    """x held between low and high; nan if low > high."""
    return minimum(maximum(x, low), high) if low <= high else nan


def sigmoid(x: float) -> float:
    """1/(1 + e**-x), without overflow on either side."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    tail = math.exp(x)
    return tail / (1.0 + tail)


def sigmoid_slope(y: float, x: float) -> float:
    """σ(x)σ(-x); the product of two accurate tails, where y(1 - y) would cancel."""
    return sigmoid(x) * sigmoid(-x)


def tanh_slope(y: float, x: float) -> float:
    """1/cosh(x)**2, where 1 - y**2 would cancel."""
    return square(1.0 / cosh(x))


def arctan_slope(x: float) -> float:
    """1/(1 + x**2), where x**2 would overflow."""
    return square(1.0 / math.hypot(1.0, x))


def one_minus_square(x: float) -> float:
    """1 - x**2, as a product in which only 1 - x and 1 + x may cancel, exactly."""
    return (1.0 - x) * (1.0 + x)


def direction(x: float, y: float) -> float:
    """x/hypot(x, y) and 0 at the origin; scaled where the length would overflow or lose digits."""
    scale = 1.0 if 1e-290 < math.hypot(x, y) < inf else 2.0**600 if abs(x) < 1.0 and abs(y) < 1.0 else 2.0**-600
    length = math.hypot(x * scale, y * scale)
    return x * scale / length if length else 0.0


def softplus(x: float) -> float:
    """log(1 + e**x), without overflow."""
    return maximum(x, 0.0) + math.log1p(math.exp(-abs(x)))


def relu(x: float) -> float:
    """max(x, 0)."""
    return 0.0 if x <= 0.0 else x


def leaky_relu(x: float, slope: float) -> float:
    """x for x > 0, else slope·x."""
    return x if x > 0.0 else slope * x


def elu(x: float, alpha: float) -> float:
    """x for x > 0, else alpha·(e**x - 1)."""
    return x if x > 0.0 else alpha * math.expm1(x)


def silu(x: float) -> float:
    """x·σ(x)."""
    return x * sigmoid(x) if x != -inf else -0.0


def gelu(x: float) -> float:
    """x·Φ(x) with the normal distribution function Φ by erfc, which keeps the left tail's digits."""
    return 0.5 * x * math.erfc(-x * SQRT_HALF) if x != -inf else -0.0


def logaddexp(x: float, y: float) -> float:
    """log(e**x + e**y), without overflow."""
    return logsumexp((x, y))


def logsumexp(xs: Sequence[float]) -> float:
    """log of the sum of exponentials, shifted by the largest, whose own 1 is added by log1p."""
    top = maximum_of(xs)
    if top - top != 0.0:
        return top
    rest = list(xs)
    rest.remove(top)
    return top + math.log1p(fsum(math.exp(x - top) for x in rest))


def sum_of(xs: Sequence[float]) -> float:
    """Correctly rounded sum (Shewchuk's, by `math.fsum`); inf and nan as in IEEE arithmetic."""
    try:
        return fsum(xs)
    except OverflowError:  # a partial sum left the range, the sum itself may not: halve often enough
        scale = 2.0 ** -math.frexp(len(xs))[1]
        return sum_of([x * scale for x in xs]) / scale
    except ValueError:
        return nan


def prod_of(xs: Sequence[float]) -> float:
    """Product from left to right; 1 if there is none."""
    return math.prod(xs, start=1.0)


def dot_of(xs: Sequence[float]) -> float:
    """Sum of the products of the first half with the second half, its additions without rounding error."""
    half = len(xs) // 2
    return sum_of([*map(mul, xs, xs[half:])])


def maximum_of(xs: Sequence[float]) -> float:
    """The largest; nan if any is; `ValueError` if there is none."""
    if not xs:
        raise ValueError("max and logsumexp of an empty sequence have no value")
    return nan if any(x != x for x in xs) else max(xs)


def minimum_of(xs: Sequence[float]) -> float:
    """The smallest; nan if any is; `ValueError` if there is none."""
    if not xs:
        raise ValueError("min of an empty sequence has no value")
    return nan if any(x != x for x in xs) else min(xs)
