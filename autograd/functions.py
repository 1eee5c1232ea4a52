"""The primitives as functions: one line each, for editors and type checkers.

Every one takes numbers and gives a float, takes `Value`s and gives a `Value`, and refuses anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, overload

from autograd import table
from autograd.value import Value

Number = Value | float

# Where overloads overlap, as `float` does with `Value | float`, the first one that fits is meant.


class Unary(Protocol):
    """A function of one operand."""

    @overload
    def __call__(self, x: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, /) -> float: ...


class Binary(Protocol):
    """A function of two operands."""

    @overload
    def __call__(self, x: Value, y: Number, /) -> Value: ...
    @overload
    def __call__(self, x: float, y: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, y: float, /) -> float: ...


class Parametric(Protocol):
    """A function of an operand and a parameter that has a default."""

    @overload
    def __call__(self, x: Value, parameter: Number = ..., /) -> Value: ...
    @overload
    def __call__(self, x: float, parameter: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, parameter: float = ..., /) -> float: ...


class Ternary(Protocol):
    """A function of three operands."""

    @overload
    def __call__(self, x: float, y: float, z: float, /) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, x: Number, y: Number, z: Number, /) -> Value: ...


class Many(Protocol):
    """A function of a sequence."""

    @overload
    def __call__(self, xs: Iterable[float], /) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, xs: Iterable[Number], /) -> Value: ...
    @overload
    def __call__(self, *xs: float) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, *xs: Number) -> Value: ...


class Pairs(Protocol):
    """A function of two sequences of equal length."""

    @overload
    def __call__(self, xs: Iterable[float], ys: Iterable[float], /) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, xs: Iterable[Number], ys: Iterable[Number], /) -> Value: ...


add: Binary = table.add
subtract: Binary = table.subtract
multiply: Binary = table.multiply
divide: Binary = table.divide
floor_divide: Binary = table.floor_divide
mod: Binary = table.mod
power: Binary = table.power
negative: Unary = table.negative
positive: Unary = table.positive
abs: Unary = table.abs_
square: Unary = table.square
reciprocal: Unary = table.reciprocal
sqrt: Unary = table.sqrt
cbrt: Unary = table.cbrt
hypot: Binary = table.hypot
exp: Unary = table.exp
exp2: Unary = table.exp2
expm1: Unary = table.expm1
log: Unary = table.log
log2: Unary = table.log2
log10: Unary = table.log10
log1p: Unary = table.log1p
xlogy: Binary = table.xlogy
logaddexp: Binary = table.logaddexp
sin: Unary = table.sin
cos: Unary = table.cos
tan: Unary = table.tan
arcsin: Unary = table.arcsin
arccos: Unary = table.arccos
arctan: Unary = table.arctan
arctan2: Binary = table.arctan2
sinh: Unary = table.sinh
cosh: Unary = table.cosh
tanh: Unary = table.tanh
arcsinh: Unary = table.arcsinh
arccosh: Unary = table.arccosh
arctanh: Unary = table.arctanh
maximum: Binary = table.maximum
minimum: Binary = table.minimum
sign: Unary = table.sign
step: Unary = table.step
where: Ternary = table.where
clip: Ternary = table.clip
erf: Unary = table.erf
erfc: Unary = table.erfc
sigmoid: Unary = table.sigmoid
softplus: Unary = table.softplus
relu: Unary = table.relu
leaky_relu: Parametric = table.leaky_relu
elu: Parametric = table.elu
silu: Unary = table.silu
gelu: Unary = table.gelu
sum: Many = table.sum_
prod: Many = table.prod
max: Many = table.max_
min: Many = table.min_
logsumexp: Many = table.logsumexp
dot: Pairs = table.dot
