"""Python's operators and the primitives' methods, for every algebra that supplies the one hook `_apply`."""

from __future__ import annotations

from typing import Any, Self

from autograd import table
from autograd.rows import Primitive, maybe_real


class Operators:
    """Mixin: an algebra that can apply a primitive to its own objects and numbers gets all operators and methods."""

    __slots__ = ()

    def _apply(self, row: Primitive, operands: tuple[Any, ...]) -> Self:
        raise NotImplementedError

    def _unary(self, row: Primitive) -> Self:
        return self._apply(row, (self,))

    def _binary(self, row: Primitive, other: object) -> Self:
        if type(other) is type(self) or maybe_real(other) is not None:
            return self._apply(row, (self, other))
        return NotImplemented  # type: ignore[no-any-return]

    def _reflected(self, row: Primitive, other: object) -> Self:
        return NotImplemented if maybe_real(other) is None else self._apply(row, (other, self))

    def __add__(self, other: object) -> Self:
        """Self + other."""
        return self._binary(table.add, other)

    def __radd__(self, other: object) -> Self:
        """Other + self."""
        return self._reflected(table.add, other)

    def __sub__(self, other: object) -> Self:
        """Self - other."""
        return self._binary(table.subtract, other)

    def __rsub__(self, other: object) -> Self:
        """Other - self."""
        return self._reflected(table.subtract, other)

    def __mul__(self, other: object) -> Self:
        """Self * other."""
        return self._binary(table.multiply, other)

    def __rmul__(self, other: object) -> Self:
        """Other * self."""
        return self._reflected(table.multiply, other)

    def __truediv__(self, other: object) -> Self:
        """Self / other."""
        return self._binary(table.divide, other)

    def __rtruediv__(self, other: object) -> Self:
        """Other / self."""
        return self._reflected(table.divide, other)

    def __floordiv__(self, other: object) -> Self:
        """Self // other: constant between jumps."""
        return self._binary(table.floor_divide, other)

    def __rfloordiv__(self, other: object) -> Self:
        """Other // self: constant between jumps."""
        return self._reflected(table.floor_divide, other)

    def __mod__(self, other: object) -> Self:
        """Self % other, with the divisor's sign."""
        return self._binary(table.mod, other)

    def __rmod__(self, other: object) -> Self:
        """Other % self, with the divisor's sign."""
        return self._reflected(table.mod, other)

    def __divmod__(self, other: object) -> tuple[Self, Self]:
        """(self // other, self % other)."""
        quotient = self._binary(table.floor_divide, other)
        return NotImplemented if quotient is NotImplemented else (quotient, self._binary(table.mod, other))

    def __rdivmod__(self, other: object) -> tuple[Self, Self]:
        """(other // self, other % self)."""
        quotient = self._reflected(table.floor_divide, other)
        return NotImplemented if quotient is NotImplemented else (quotient, self._reflected(table.mod, other))

    def __pow__(self, other: object) -> Self:
        """Self ** other, differentiable in both."""
        return self._binary(table.power, other)

    def __rpow__(self, other: object) -> Self:
        """Other ** self."""
        return self._reflected(table.power, other)

    def conjugate(self) -> Self:
        """The number itself, as for any real number; some of NumPy's functions ask for it."""
        return self

    def __neg__(self) -> Self:
        """-self."""
        return self._unary(table.negative)

    def __pos__(self) -> Self:
        """+self: the same number as a node of its own."""
        return self._unary(table.positive)

    def __abs__(self) -> Self:
        """abs(self); slope 0 at 0."""
        return self._unary(table.abs_)

    # The primitives as methods, one line each for editors and type checkers; `hypot` and the like take operands.

    def square(self) -> Self:
        """Square."""
        return self._unary(table.square)

    def reciprocal(self) -> Self:
        """1/x."""
        return self._unary(table.reciprocal)

    def sqrt(self) -> Self:
        """Square root; slope inf at 0."""
        return self._unary(table.sqrt)

    def cbrt(self) -> Self:
        """Cube root, also of negative numbers; slope inf at 0."""
        return self._unary(table.cbrt)

    def exp(self) -> Self:
        """Exponential."""
        return self._unary(table.exp)

    def exp2(self) -> Self:
        """2 to the power x."""
        return self._unary(table.exp2)

    def expm1(self) -> Self:
        """exp(x) - 1, exact near 0."""
        return self._unary(table.expm1)

    def log(self) -> Self:
        """Natural logarithm."""
        return self._unary(table.log)

    def log2(self) -> Self:
        """Logarithm to base 2."""
        return self._unary(table.log2)

    def log10(self) -> Self:
        """Logarithm to base 10."""
        return self._unary(table.log10)

    def log1p(self) -> Self:
        """log(1 + x), exact near 0."""
        return self._unary(table.log1p)

    def sin(self) -> Self:
        """Sine of an angle in radians."""
        return self._unary(table.sin)

    def cos(self) -> Self:
        """Cosine of an angle in radians."""
        return self._unary(table.cos)

    def tan(self) -> Self:
        """Tangent of an angle in radians."""
        return self._unary(table.tan)

    def arcsin(self) -> Self:
        """Inverse sine, in [-π/2, π/2]; slope inf at ±1."""
        return self._unary(table.arcsin)

    def arccos(self) -> Self:
        """Inverse cosine, in [0, π]; slope -inf at ±1."""
        return self._unary(table.arccos)

    def arctan(self) -> Self:
        """Inverse tangent, in [-π/2, π/2]."""
        return self._unary(table.arctan)

    def sinh(self) -> Self:
        """Hyperbolic sine."""
        return self._unary(table.sinh)

    def cosh(self) -> Self:
        """Hyperbolic cosine."""
        return self._unary(table.cosh)

    def tanh(self) -> Self:
        """Hyperbolic tangent."""
        return self._unary(table.tanh)

    def arcsinh(self) -> Self:
        """Inverse hyperbolic sine."""
        return self._unary(table.arcsinh)

    def arccosh(self) -> Self:
        """Inverse hyperbolic cosine; slope inf at 1."""
        return self._unary(table.arccosh)

    def arctanh(self) -> Self:
        """Inverse hyperbolic tangent."""
        return self._unary(table.arctanh)

    def sign(self) -> Self:
        """-1, 0 or 1."""
        return self._unary(table.sign)

    def step(self) -> Self:
        """1 for x > 0, else 0."""
        return self._unary(table.step)

    def erf(self) -> Self:
        """Error function."""
        return self._unary(table.erf)

    def erfc(self) -> Self:
        """1 - erf(x), exact in the right tail."""
        return self._unary(table.erfc)

    def sigmoid(self) -> Self:
        """Logistic function 1/(1 + exp(-x))."""
        return self._unary(table.sigmoid)

    def softplus(self) -> Self:
        """log(1 + exp(x)) without overflow."""
        return self._unary(table.softplus)

    def relu(self) -> Self:
        """max(x, 0); slope 0 at 0."""
        return self._unary(table.relu)

    def silu(self) -> Self:
        """x·sigmoid(x), also called swish."""
        return self._unary(table.silu)

    def gelu(self) -> Self:
        """x·Φ(x) with the exact normal distribution function."""
        return self._unary(table.gelu)

    def leaky_relu(self, slope: Any = 0.01) -> Self:
        """x for x > 0, else slope·x."""
        return self._apply(table.leaky_relu, (self, slope))

    def elu(self, alpha: Any = 1.0) -> Self:
        """x for x > 0, else alpha·(exp(x) - 1)."""
        return self._apply(table.elu, (self, alpha))

    def clip(self, low: Any, high: Any) -> Self:
        """x held between low and high; at a tie the slope is shared equally."""
        return self._apply(table.clip, (self, low, high))

    def hypot(self, other: Any) -> Self:
        """Length of the vector (x, y); slope 0 at the origin."""
        return self._apply(table.hypot, (self, other))

    def arctan2(self, other: Any) -> Self:
        """Angle of the point (x, y), in [-π, π]; y comes first."""
        return self._apply(table.arctan2, (self, other))
