"""The table: every primitive, declared once, one row each.

A row holds the name, how floats are computed, the partial derivatives written in the library's own primitives
(one function per operand; the last argument is the result), how it is written, and where it is defined.
Everything else (values, gradients of any order, formulas, pictures, tests, documentation) is made from these rows.

The subgradients at kinks are: `abs`, `relu`, `sign`, `step` and `hypot` at 0: 0; `maximum`, `minimum`, `max`, `min`
and `clip` at a tie: shared equally; `leaky_relu` and `elu` at 0: that of the left side; jumps of `//` and `%`: that of
the piece the point belongs to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import floats
from autograd.rows import (
    FINITE,
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    POWER,
    PRIMITIVES,
    PRODUCT,
    REALS,
    SUM,
    Interval,
    Primitive,
)


class Constant(float):
    r"""A float that remembers how it is written, such as ``\ln 2``."""

    latex: str
    text: str

    def __new__(cls, value: float, latex: str, text: str) -> Constant:
        """Make the float ``value``, written ``latex`` in mathematics and ``text`` in an expression."""
        self = super().__new__(cls, value)
        self.latex, self.text = latex, text
        return self


LN_2 = Constant(math.log(2.0), r"\ln 2", "log(2)")
ONE_OVER_LN_10 = Constant(1.0 / math.log(10.0), r"\tfrac{1}{\ln 10}", "1/log(10)")
TWO_OVER_SQRT_PI = Constant(2.0 / math.sqrt(math.pi), r"\tfrac{2}{\sqrt{\pi}}", "2/sqrt(pi)")
SQRT_HALF = Constant(math.sqrt(0.5), r"\tfrac{1}{\sqrt{2}}", "sqrt(0.5)")
ONE_OVER_SQRT_TWO_PI = Constant(1.0 / math.sqrt(2.0 * math.pi), r"\tfrac{1}{\sqrt{2\pi}}", "1/sqrt(2*pi)")


def _row(name: str, *fields: Any, **details: Any) -> Primitive:
    PRIMITIVES[name] = row = Primitive(name, *fields, **details)
    return row


def _others(xs: Sequence[Any], y: Any) -> list[Any]:
    """Per operand the product of all others, from running products of both ends."""
    before, after = [1.0], [1.0]
    for left, right in zip(xs, reversed(xs), strict=True):
        before.append(before[-1] * left)
        after.append(after[-1] * right)
    return [b * a for b, a in zip(before, reversed(after[:-1]), strict=False)]


def _shares(xs: Sequence[Any], y: Any) -> list[Any]:
    """1 for the operand that equals the result, shared equally at a tie."""
    tied = [equal(x, y) for x in xs]
    count = sum_(tied)
    return [t / count for t in tied]


def _places(*xs: float) -> tuple[bool, ...]:
    """Which operands of `max` are the largest."""
    top = floats.maximum_of(xs)
    return tuple([x == top for x in xs])


def _softmax(xs: Sequence[Any], y: Any) -> list[Any]:
    """Per operand exp(x - y), divided by their sum: 1, but for the rounding of a large y."""
    weights = [exp(x - y) for x in xs]
    total = sum_(weights)
    return [weight / total for weight in weights]


def _power_slope(x: Any, n: Any) -> Any:
    """n·x**(n - 1), and 0 at 0**0. A condition on n alone would do for a number n, but hide that a variable n varies."""
    if isinstance(n, float):
        return n * _power(x, n - 1.0) if n else 0.0
    return where(hypot(x, n), n * _power(x, n - 1.0), 0.0)


def _power(x: Any, n: Any) -> Any:
    """`power`, without a node for the exponents 1 and 0."""
    if isinstance(n, float) and (n == 0.0 or n == 1.0):
        return x if n else 1.0
    return power(x, n)


def _zero(*_: Any) -> float:
    return 0.0


def _one(*_: Any) -> float:
    return 1.0


UNIT = Interval(-1.0, 1.0)
OPEN_UNIT = Interval(-1.0, 1.0, closed=False)


def _power_defined(x: float, n: float) -> bool:
    return x > 0.0 or (x == 0.0 and n >= 0.0) or (x < 0.0 and n == n // 1.0)


# fmt: off
# Arithmetic ------------------------------------------------------------------------------------------------------------
add: Primitive          = _row("add",          floats.add,          [_one, _one],                                                      "{0} + {1}",                      "Sum of two numbers.",                       symbol="+",  precedence=SUM,     example=((1.0, 2.0), 3.0), commutative=True)
subtract: Primitive     = _row("subtract",     floats.subtract,     [_one, lambda x, y, z: -1.0],                                      "{0} - {1:tight}",                "Difference of two numbers.",                symbol="-",  precedence=SUM,     example=((1.0, 2.0), -1.0))
multiply: Primitive     = _row("multiply",     floats.multiply,     [lambda x, y, z: y, lambda x, y, z: x],                            r"{0} \, {1}",                    "Product of two numbers.",                   symbol="*",  precedence=PRODUCT, example=((2.0, 3.0), 6.0), commutative=True)
divide: Primitive       = _row("divide",       floats.divide,       [lambda x, y, z: reciprocal(y), lambda x, y, z: -z / y],           r"\frac{{{0:free}}}{{{1:free}}}", "Quotient of two numbers.",                  symbol="/",  precedence=PRODUCT, domain=(REALS, NONZERO),  example=((3.0, 2.0), 1.5), branch=lambda x, y: y > 0.0)
floor_divide: Primitive = _row("floor_divide", floats.floor_divide, [_zero, _zero],                                                    r"\left\lfloor \frac{{{0:free}}}{{{1:free}}} \right\rfloor", "Floor of the quotient; constant between jumps.", symbol="//", precedence=PRODUCT, domain=(FINITE, NONZERO), piece=floats.floor_divide, example=((7.0, 2.0), 3.0))
mod: Primitive          = _row("mod",          floats.mod,          [_one, lambda x, y, z: -(x // y)],                                 r"{0} \bmod {1:tight}",           "Remainder with the divisor's sign.",        symbol="%",  precedence=PRODUCT, domain=(FINITE, NONZERO), piece=floats.floor_divide, example=((7.0, 4.0), 3.0))
power: Primitive        = _row("power",        floats.power,        [lambda x, n, y: _power_slope(x, n), lambda x, n, y: xlogy(y, x)], "{0:atom}^{{{1:free}}}", "x to the power n; real, so a negative x needs a whole n.", symbol="**", precedence=POWER, domain=(REALS, REALS), defined=_power_defined, requirement="x > 0, or x = 0 and n ≥ 0, or x < 0 and a whole n", operand_names=("x", "n"), example=((2.0, 3.0), 8.0), branch=lambda x, n: x > 0.0 or n >= 0.0)
negative: Primitive     = _row("negative",     floats.negative,     [lambda x, y: -1.0],                                               "-{0:tight}",                     "The opposite number.",                      symbol="neg", precedence=SUM,    example=((2.0,), -2.0))
positive: Primitive     = _row("positive",     floats.positive,     [_one],                                                            "{0}",                            "The number itself, as a node of its own.",  symbol="pos", precedence=SUM,    example=((2.0,), 2.0))
abs_: Primitive         = _row("abs",          math.fabs,           [lambda x, y: sign(x)],                                            r"\left|{0:free}\right|",         "Absolute value; slope 0 at 0.",             piece=floats.sign, example=((-2.0,), 2.0))
square: Primitive       = _row("square",       floats.square,       [lambda x, y: 2.0 * x],                                            "{0:atom}^2",                     "Square.",                                   precedence=POWER,     example=((3.0,), 9.0))
reciprocal: Primitive   = _row("reciprocal",   floats.reciprocal,   [lambda x, y: -square(y)],                                         r"\frac{{1}}{{{0:free}}}",        "1/x.",                                      precedence=PRODUCT,   domain=(NONZERO,), example=((4.0,), 0.25), branch=lambda x: x > 0.0)
sqrt: Primitive         = _row("sqrt",         floats.sqrt,         [lambda x, y: 1.0 / (2.0 * y)],                                            r"\sqrt{{{0:free}}}",             "Square root; slope inf at 0.",              domain=(NONNEGATIVE,),  example=((4.0,), 2.0))
cbrt: Primitive         = _row("cbrt",         math.cbrt,           [lambda x, y: 1.0 / (3.0 * square(y))],                            r"\sqrt[3]{{{0:free}}}",          "Cube root, also of negative numbers; slope inf at 0.", domain=(REALS,), piece=floats.sign, example=((0.0,), 0.0))
hypot: Primitive        = _row("hypot",        math.hypot,          [lambda x, y, r: _direction(x, y), lambda x, y, r: _direction(y, x)], r"\sqrt{{{0:atom}^2 + {1:atom}^2}}", "Length of the vector (x, y); slope 0 at the origin.", domain=(REALS, REALS), piece=lambda x, y: x != 0.0 or y != 0.0, example=((3.0, 4.0), 5.0), commutative=True)

# Exponentials and logarithms ---------------------------------------------------------------------------------------------
exp: Primitive          = _row("exp",          floats.exp,          [lambda x, y: y],                                                  "e^{{{0:free}}}",                 "Exponential.",                              precedence=POWER, domain=(REALS,),  example=((0.0,), 1.0))
exp2: Primitive         = _row("exp2",         floats.exp2,         [lambda x, y: y * LN_2],                                           "2^{{{0:free}}}",                 "2 to the power x.",                         precedence=POWER, domain=(REALS,),  example=((3.0,), 8.0))
expm1: Primitive        = _row("expm1",        floats.expm1,        [lambda x, y: exp(x)],                                             r"\left(e^{{{0:free}}} - 1\right)", "exp(x) - 1, exact near 0.",               domain=(REALS,),                    example=((0.0,), 0.0))
log: Primitive          = _row("log",          floats.log,          [lambda x, y: reciprocal(x)],                                      r"\ln {0:atom}",                  "Natural logarithm.",                        precedence=PRODUCT, domain=(POSITIVE,), example=((1.0,), 0.0))
log2: Primitive         = _row("log2",         floats.log2,         [lambda x, y: 1.0 / (x * LN_2)],                                   r"\log_2 {0:atom}",               "Logarithm to base 2.",                      precedence=PRODUCT, domain=(POSITIVE,), example=((8.0,), 3.0))
log10: Primitive        = _row("log10",        floats.log10,        [lambda x, y: ONE_OVER_LN_10 / x],                                  r"\log_{{10}} {0:atom}",          "Logarithm to base 10.",                     precedence=PRODUCT, domain=(POSITIVE,), example=((1000.0,), 3.0))
log1p: Primitive        = _row("log1p",        floats.log1p,        [lambda x, y: reciprocal(1.0 + x)],                                r"\ln\left(1 + {0}\right)",       "log(1 + x), exact near 0.",                 precedence=PRODUCT, domain=(Interval(-1.0, closed=False),), example=((0.0,), 0.0))
xlogy: Primitive        = _row("xlogy",        floats.xlogy,        [lambda x, y, z: log(y), lambda x, y, z: x / y],                   r"{0} \, \ln {1:atom}",           "x·log(y), and 0 where x is 0.",             precedence=PRODUCT, domain=(REALS, NONNEGATIVE), defined=lambda x, y: y > 0.0, requirement="y > 0, or x = 0", example=((2.0, 1.0), 0.0))
logaddexp: Primitive    = _row("logaddexp",    floats.logaddexp,    [lambda x, y, z: sigmoid(x - y), lambda x, y, z: sigmoid(y - x)],  r"\ln\left(e^{{{0:free}}} + e^{{{1:free}}}\right)", "log(exp(x) + exp(y)) without overflow.", domain=(REALS, REALS), example=((0.0, -1000.0), 0.0), commutative=True)

# Trigonometric and hyperbolic functions ----------------------------------------------------------------------------------
sin: Primitive          = _row("sin",          floats.sin,          [lambda x, y: cos(x)],                                             r"\sin {0:atom}",                 "Sine of an angle in radians.",              precedence=PRODUCT, domain=(FINITE,),    example=((0.0,), 0.0))
cos: Primitive          = _row("cos",          floats.cos,          [lambda x, y: -sin(x)],                                            r"\cos {0:atom}",                 "Cosine of an angle in radians.",            precedence=PRODUCT, domain=(FINITE,),    example=((0.0,), 1.0))
tan: Primitive          = _row("tan",          floats.tan,          [lambda x, y: 1.0 + square(y)],                                    r"\tan {0:atom}",                 "Tangent of an angle in radians.",           precedence=PRODUCT, domain=(FINITE,),    example=((0.0,), 0.0), branch=lambda x: (x / math.pi + 0.5) // 1.0)
arcsin: Primitive       = _row("arcsin",       floats.arcsin,       [lambda x, y: 1.0 / sqrt(_one_minus_square(x))],                  r"\arcsin {0:atom}",              "Inverse sine, in [-π/2, π/2]; slope inf at ±1.",   precedence=PRODUCT, domain=(UNIT,), example=((0.0,), 0.0))
arccos: Primitive       = _row("arccos",       floats.arccos,       [lambda x, y: -1.0 / sqrt(_one_minus_square(x))],                 r"\arccos {0:atom}",              "Inverse cosine, in [0, π]; slope -inf at ±1.",     precedence=PRODUCT, domain=(UNIT,), example=((1.0,), 0.0))
arctan: Primitive       = _row("arctan",       math.atan,           [lambda x, y: _arctan_slope(x)],                            r"\arctan {0:atom}",              "Inverse tangent, in [-π/2, π/2].",          precedence=PRODUCT, domain=(REALS,),     example=((0.0,), 0.0))
arctan2: Primitive      = _row("arctan2",      math.atan2,          [lambda y, x, z: _direction(x, y) / hypot(x, y), lambda y, x, z: -_direction(y, x) / hypot(x, y)], r"\operatorname{{arctan2}}\left({0:free}, {1:free}\right)", "Angle of the point (x, y), in [-π, π]; y comes first.", domain=(REALS, REALS), operand_names=("y", "x"), piece=lambda y, x: (x == 0.0 == y, x < 0.0 and math.copysign(1.0, y)), example=((0.0, 1.0), 0.0))
sinh: Primitive         = _row("sinh",         floats.sinh,         [lambda x, y: cosh(x)],                                            r"\sinh {0:atom}",                "Hyperbolic sine.",                          precedence=PRODUCT, domain=(REALS,),     example=((0.0,), 0.0))
cosh: Primitive         = _row("cosh",         floats.cosh,         [lambda x, y: sinh(x)],                                            r"\cosh {0:atom}",                "Hyperbolic cosine.",                        precedence=PRODUCT, domain=(REALS,),     example=((0.0,), 1.0))
tanh: Primitive         = _row("tanh",         math.tanh,           [lambda x, y: _tanh_slope(y, x)],                                  r"\tanh {0:atom}",                "Hyperbolic tangent.",                       precedence=PRODUCT, domain=(REALS,),     example=((0.0,), 0.0))
arcsinh: Primitive      = _row("arcsinh",      math.asinh,          [lambda x, y: 1.0 / hypot(1.0, x)],                                r"\operatorname{{arsinh}} {0:atom}", "Inverse hyperbolic sine.",               precedence=PRODUCT, domain=(REALS,),     example=((0.0,), 0.0))
arccosh: Primitive      = _row("arccosh",      floats.arccosh,      [lambda x, y: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))],              r"\operatorname{{arcosh}} {0:atom}", "Inverse hyperbolic cosine; slope inf at 1.", precedence=PRODUCT, domain=(Interval(1.0),), example=((1.0,), 0.0))
arctanh: Primitive      = _row("arctanh",      floats.arctanh,      [lambda x, y: 1.0 / _one_minus_square(x)],                      r"\operatorname{{artanh}} {0:atom}", "Inverse hyperbolic tangent.",            precedence=PRODUCT, domain=(OPEN_UNIT,), example=((0.0,), 0.0))

# Pieces and choices ------------------------------------------------------------------------------------------------------
maximum: Primitive      = _row("maximum",      floats.maximum,      [lambda x, y, z: _ahead(x, y), lambda x, y, z: _ahead(y, x)],      r"\max\left({0:free}, {1:free}\right)", "The larger of two; at a tie the slope is shared equally.",  domain=(REALS, REALS), piece=floats.ahead, example=((1.0, 2.0), 2.0), commutative=True)
minimum: Primitive      = _row("minimum",      floats.minimum,      [lambda x, y, z: _ahead(y, x), lambda x, y, z: _ahead(x, y)],      r"\min\left({0:free}, {1:free}\right)", "The smaller of two; at a tie the slope is shared equally.", domain=(REALS, REALS), piece=floats.ahead, example=((1.0, 2.0), 1.0), commutative=True)
sign: Primitive         = _row("sign",         floats.sign,         [_zero],                                                           r"\operatorname{{sign}} {0:atom}", "-1, 0 or 1.",                              precedence=PRODUCT, domain=(REALS,), piece=floats.sign, example=((-3.0,), -1.0))
step: Primitive         = _row("step",         floats.step,         [_zero],                                                           r"\operatorname{{step}} {0:atom}", "1 for x > 0, else 0.",                     precedence=PRODUCT, domain=(REALS,), piece=floats.sign, example=((3.0,), 1.0))
where: Primitive        = _row("where",        floats.where,        [_zero, lambda c, x, y, z: where(c, 1.0, 0.0), lambda c, x, y, z: where(c, 0.0, 1.0)], r"\begin{{cases}} {1:free} & {0:free} \ne 0 \\ {2:free} & \text{{otherwise}} \end{{cases}}", "x where the condition is not zero, else y.", domain=(REALS, REALS, REALS), operand_names=("condition", "x", "y"), piece=lambda c, x, y: c != 0.0, example=((1.0, 2.0, 3.0), 2.0))
clip: Primitive         = _row("clip",         floats.clip,         [lambda x, low, high, y: _ahead(x, low) * _ahead(high, maximum(x, low)), lambda x, low, high, y: _ahead(low, x) * _ahead(high, maximum(x, low)), lambda x, low, high, y: _ahead(maximum(x, low), high)], r"\operatorname{{clip}}\left({0:free}, {1:free}, {2:free}\right)", "x held between low and high; at a tie the slope is shared equally.", domain=(REALS, REALS, REALS), operand_names=("x", "low", "high"), defined=lambda x, low, high: low <= high, requirement="low ≤ high", piece=lambda x, low, high: (floats.ahead(x, low), floats.ahead(floats.maximum(x, low), high)), example=((5.0, 0.0, 1.0), 1.0))

# Functions of statistics and neural networks ------------------------------------------------------------------------------
erf: Primitive          = _row("erf",          math.erf,            [lambda x, y: TWO_OVER_SQRT_PI * exp(-square(x))],                 r"\operatorname{{erf}} {0:atom}", "Error function.",                           precedence=PRODUCT, domain=(REALS,), example=((0.0,), 0.0))
erfc: Primitive         = _row("erfc",         math.erfc,           [lambda x, y: -(TWO_OVER_SQRT_PI * exp(-square(x)))],                r"\operatorname{{erfc}} {0:atom}", "1 - erf(x), exact in the right tail.",     precedence=PRODUCT, domain=(REALS,), example=((0.0,), 1.0))
sigmoid: Primitive      = _row("sigmoid",      floats.sigmoid,      [lambda x, y: _sigmoid_slope(y, x)],                               r"\sigma\left({0:free}\right)",   "Logistic function 1/(1 + exp(-x)).",        domain=(REALS,), example=((0.0,), 0.5))
softplus: Primitive     = _row("softplus",     floats.softplus,     [lambda x, y: sigmoid(x)],                                         r"\operatorname{{softplus}} {0:atom}", "log(1 + exp(x)) without overflow.",    precedence=PRODUCT, domain=(REALS,), example=((1000.0,), 1000.0))
relu: Primitive         = _row("relu",         floats.relu,         [lambda x, y: step(y)],                                            r"\operatorname{{ReLU}} {0:atom}", "max(x, 0); slope 0 at 0.",                 precedence=PRODUCT, domain=(REALS,), piece=floats.sign, example=((-1.0,), 0.0))
leaky_relu: Primitive   = _row("leaky_relu",   floats.leaky_relu,   [lambda x, slope, y: where(step(x), 1.0, slope), lambda x, slope, y: minimum(x, 0.0)], r"\operatorname{{LeakyReLU}}_{{{1:free}}} {0:atom}", "x for x > 0, else slope·x.", precedence=PRODUCT, domain=(REALS, REALS), operand_names=("x", "slope"), defaults=(0.01,), piece=lambda x, slope: floats.sign(x), example=((-1.0, 0.5), -0.5))
elu: Primitive          = _row("elu",          floats.elu,          [lambda x, alpha, y: where(step(x), 1.0, alpha * exp(minimum(x, 0.0))), lambda x, alpha, y: expm1(minimum(x, 0.0))], r"\operatorname{{ELU}}_{{{1:free}}} {0:atom}", "x for x > 0, else alpha·(exp(x) - 1).", precedence=PRODUCT, domain=(REALS, REALS), operand_names=("x", "alpha"), defaults=(1.0,), piece=lambda x, alpha: floats.sign(x), example=((2.0,), 2.0))
silu: Primitive         = _row("silu",         floats.silu,         [lambda x, y: sigmoid(x) * (1.0 + x * sigmoid(-x))],               r"\operatorname{{SiLU}} {0:atom}", "x·sigmoid(x), also called swish.",         precedence=PRODUCT, domain=(REALS,), example=((0.0,), 0.0))
gelu: Primitive         = _row("gelu",         floats.gelu,         [lambda x, y: 0.5 * erfc(-(SQRT_HALF * x)) + ONE_OVER_SQRT_TWO_PI * x * exp(-(square(x) / 2.0))], r"\operatorname{{GELU}} {0:atom}", "x·Φ(x) with the exact normal distribution function.", precedence=PRODUCT, domain=(REALS,), example=((0.0,), 0.0))

# Sequences, each one node ------------------------------------------------------------------------------------------------
sum_: Primitive         = _row("sum",          floats.sum_of,       lambda xs, y: [1.0] * len(xs),                                     r"\sum\left({0}\right)",          "Correctly rounded sum of a sequence; 0 if empty.", example=(([1.0, 2.0, 3.0],), 6.0), commutative=True)
prod: Primitive         = _row("prod",         floats.prod_of,           _others,                                                           r"\prod\left({0}\right)",         "Product of a sequence; 1 if empty.",               example=(([2.0, 3.0, 4.0],), 24.0), commutative=True)
max_: Primitive         = _row("max",          floats.maximum_of,   _shares,                                                           r"\max\left({0}\right)",          "Largest of a sequence; at a tie the slope is shared equally.",  piece=_places, example=(([1.0, 3.0, 2.0],), 3.0), commutative=True)
min_: Primitive         = _row("min",          floats.minimum_of,   _shares,                                                           r"\min\left({0}\right)",          "Smallest of a sequence; at a tie the slope is shared equally.", piece=lambda *xs: _places(*map(floats.negative, xs)), example=(([1.0, 3.0, 2.0],), 1.0), commutative=True)
logsumexp: Primitive    = _row("logsumexp",    floats.logsumexp,    _softmax,                                                          r"\operatorname{{logsumexp}}\left({0}\right)", "log(Σ exp(x)) without overflow.",     example=(([0.0, -1000.0],), 0.0), commutative=True)
dot: Primitive          = _row("dot",          floats.dot_of,       lambda xs, y: xs[len(xs) // 2 :] + xs[: len(xs) // 2],          r"\operatorname{{dot}}\left({0}\right)", "Sum of the products of two sequences of equal length; 0 if empty.", pairs=True, example=(([1.0, 2.0], [3.0, 4.0]), 11.0))

# Parts of the rows above that are not public: slopes that would lose digits if they were composed -------------------------
_direction: Primitive     = _row("_direction",     floats.direction,     [lambda x, y, z: _direction(y, x) / hypot(x, y) * _direction(y, x), lambda x, y, z: -(_direction(y, x) / hypot(x, y) * z)], r"\frac{{{0:free}}}{{\sqrt{{{0:atom}^2 + {1:atom}^2}}}}", "x/hypot(x, y), also where hypot leaves the range of floats; 0 at the origin.", precedence=PRODUCT, domain=(REALS, REALS), piece=lambda x, y: x != 0.0 or y != 0.0, written=lambda x, y: x / hypot(x, y), symbol="hypot′")
_arctan_slope: Primitive  = _row("_arctan_slope",  floats.arctan_slope,  [lambda x, y: -(2.0 * (x * y) * y)],                         r"\frac{{1}}{{1 + {0:atom}^2}}",     "1/(1 + x²), where x² would overflow.",            precedence=PRODUCT, domain=(REALS,), written=lambda x: 1.0 / (1.0 + square(x)), symbol="arctan′")
_ahead: Primitive         = _row("_ahead",         floats.ahead,         [_zero, _zero],                                              r"\left[{0:free} > {1:free}\right]", "1 if x > y, 1/2 at a tie, else 0.", domain=(REALS, REALS), piece=floats.ahead, written=lambda x, y: (1.0 + sign(x - y)) / 2.0, symbol=">")
equal: Primitive          = _row("_equal",         floats.equal,         [_zero, _zero],                                              r"\left[{0:free} = {1:free}\right]", "1 if x = y, else 0.",               domain=(REALS, REALS), piece=floats.ahead, written=lambda x, y: 1.0 - abs_(sign(x - y)), commutative=True, symbol="=")
_one_minus_square: Primitive = _row("_one_minus_square", floats.one_minus_square, [lambda x, y: -(2.0 * x)],               "1 - {0:atom}^2",                     "1 - x², by factors that keep the digits near ±1.", precedence=SUM, domain=(REALS,), written=lambda x: 1.0 - square(x), symbol="1-□²")
_tanh_slope: Primitive    = _row("_tanh_slope",    floats.tanh_slope,    [_zero, lambda y, x, z: -(2.0 * tanh(x) * z)],                 "1 - {0:atom}^2",                    "1 - y², for y = tanh(x) and computed from x.",    precedence=SUM, domain=(REALS, REALS), operand_names=("y", "x"), written=lambda y, x: 1.0 - square(y), symbol="tanh′")
_sigmoid_slope: Primitive = _row("_sigmoid_slope", floats.sigmoid_slope, [_zero, lambda y, x, z: -(tanh(x / 2.0) * z)],     r"{0:atom} \left(1 - {0}\right)",    "y(1 - y), for y = σ(x) and computed from x.",     precedence=PRODUCT, domain=(REALS, REALS), operand_names=("y", "x"), written=lambda y, x: y * (1.0 - y), symbol="sigmoid′")
# fmt: on

BUILT_IN = frozenset(PRIMITIVES)
PUBLIC = tuple(row for row in PRIMITIVES.values() if not row.name.startswith("_"))
