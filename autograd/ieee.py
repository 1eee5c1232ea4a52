"""The algebra of IEEE floats: primitives that never raise, for partials at poles and edges."""

from __future__ import annotations

from typing import Any

from autograd.operators import Operators
from autograd.rows import Primitive, maybe_real


class Ieee(Operators):
    """A float on which every primitive gives nan or ±inf where plain Python raises.

    Example:
        >>> (1.0 / Ieee(0.0)).number, Ieee(-1.0).log().number
        (inf, nan)
    """

    __slots__ = ("number",)

    def __init__(self, number: float) -> None:
        """Wrap ``number``."""
        self.number = number

    def __lt__(self, other: object) -> bool:
        return self.number < _unwrap(other)

    def __le__(self, other: object) -> bool:
        return self.number <= _unwrap(other)

    def __gt__(self, other: object) -> bool:
        return self.number > _unwrap(other)

    def __ge__(self, other: object) -> bool:
        return self.number >= _unwrap(other)

    def __bool__(self) -> bool:
        return self.number != 0.0

    def _apply(self, row: Primitive, operands: tuple[Any, ...]) -> Ieee:
        return Ieee(row.evaluate(tuple(map(_unwrap, operands))))


def _unwrap(x: object) -> float:
    if isinstance(x, Ieee):
        return x.number
    number = maybe_real(x)
    if number is None:
        raise TypeError(f"a partial derivative must be a number, not {type(x).__name__} ({x!r})")
    return number


def partial_at(row: Primitive, index: int, numbers: tuple[float, ...], result: float) -> float:
    """Return the local partial for one operand of a row of fixed arity at floats; nan or ±inf, never an error."""
    try:  # plain floats first: fast, and the same numbers wherever they do not raise
        slope = row.partials[index](*numbers, result)  # type: ignore[index]
    except (ArithmeticError, ValueError):
        slope = None
    if type(slope) is float:
        return slope
    if slope is None or isinstance(slope, complex):
        (slope,) = row.slopes(tuple(map(Ieee, numbers)), Ieee(result), (index,))
    return _unwrap(slope)


def partial_of_one(row: Primitive, x: float, result: float) -> float:
    """Return the derivative of a row of one operand, as `partial_at` does, but faster."""
    try:
        slope = row.partials[0](x, result)  # type: ignore[index]
    except (ArithmeticError, ValueError):
        return partial_at(row, 0, (x,), result)
    return slope if type(slope) is float else partial_at(row, 0, (x,), result)


def partial_of_two(row: Primitive, index: int, x: float, y: float, result: float) -> float:
    """Return a local partial of a row of two operands, as `partial_at` does, but faster."""
    try:
        slope = row.partials[index](x, y, result)  # type: ignore[index]
    except (ArithmeticError, ValueError):
        return partial_at(row, index, (x, y), result)
    return slope if type(slope) is float else partial_at(row, index, (x, y), result)


def partials_at(row: Primitive, numbers: tuple[float, ...], result: float) -> tuple[float, ...]:
    """Return all local partials of a row at floats, one per operand; nan or ±inf, never an error."""
    if row.arity is not None:
        return tuple([partial_at(row, index, numbers, result) for index in range(row.arity)])
    try:
        slopes = row.slopes(numbers, result)
    except (ArithmeticError, ValueError):
        slopes = row.slopes(tuple(map(Ieee, numbers)), Ieee(result))
    for slope in slopes:
        if type(slope) is not float:
            return tuple(map(_unwrap, slopes))
    return tuple(slopes)
