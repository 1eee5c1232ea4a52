"""Derivatives by finite differences: the independent figure that every gradient can be held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from autograd.errors import DomainError
from autograd.recording import recording
from autograd.replay import stored_operands
from autograd.sweep import topological_order
from autograd.value import Value

KINK = "kink in the stencil"
EDGE = "edge of the domain in the stencil"

_STEPS = 8  # rows of the extrapolation table
_SHRINK = 2.0  # ratio of successive steps
_FIRST = 1.0 / 8.0  # largest step, relative to max(|x|, 1/8): curvature is resolved, and rounding still small
_ATTEMPTS = 8  # times the first step is divided by 8 where a kink or an edge is too near


class FiniteDifference(NamedTuple):
    """A derivative estimated from function values.

    Attributes:
        value: the estimate; nan where there is none.
        error: an estimate of its error: how far the last extrapolations disagree, and the rounding of the values.
        scale: what the derivative would be if f changed by its own size over the size of x; rounding blurs
            estimates by about 1e-13 of it.
        note: ``""``, or why there is no estimate: a kink or the edge of the domain in the stencil.
    """

    value: float
    error: float
    scale: float = 0.0
    note: str = ""


def finite_difference(f: Callable[..., Any], arguments: float | Sequence[float], index: int = 0) -> FiniteDifference:
    """Estimate ∂f/∂arguments[index] by central differences, extrapolated to step 0 (Richardson; Ridders' table).

    The step is reduced until ``f`` is smooth within the stencil, which is seen from the graphs that ``f`` builds:
    every primitive must be on the same smooth piece, and the same operations must be made, at all points.

    Args:
        f: a function of numbers that returns one; it is called with `Value`s.
        arguments: the point; a number where there is only one argument.
        index: the argument to vary.

    Returns:
        The estimate, with its error; ``note`` says so where a kink or the edge of the domain is in the way.

    Source:
        C. J. F. Ridders, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering Software 4 (1982).

    Example:
        >>> from autograd import exp, finite_difference
        >>> abs(finite_difference(exp, 1.0).value - 2.718281828459045) < 1e-9
        True
        >>> from autograd import relu
        >>> finite_difference(relu, [0.0]).note
        'kink in the stencil'
    """
    point = list(arguments) if isinstance(arguments, Sequence) else [arguments]

    def along(x: float) -> tuple[float, Hashable]:
        return _evaluate(f, [*point[:index], x, *point[index + 1 :]])

    x = point[index]
    height, centre = along(x)
    width = max(abs(x), 0.125)
    step = _FIRST * width
    note = ""
    best = FiniteDifference(math.nan, math.inf)
    for _ in range(_ATTEMPTS):
        try:
            table = _Table(along, x, step, centre)
        except _NotSmoothError as reason:
            note = str(reason)
        else:
            if table.estimate.error < best.error or math.isnan(best.value):
                best = table.estimate
            if best.error <= 1e-9 * abs(best.value):
                break
        step /= 8.0
    known = not math.isnan(best.value)
    return best._replace(scale=abs(height) / width, note="" if known else note)


class _NotSmoothError(Exception):
    """The function is not smooth within the stencil; the message is the note."""


class _Table:
    """Ridders' table of extrapolated central differences from one first step."""

    def __init__(
        self, along: Callable[[float], tuple[float, Hashable]], x: float, step: float, centre: Hashable
    ) -> None:
        self.along, self.x, self.centre = along, x, centre
        self.estimate = FiniteDifference(math.nan, math.inf)
        previous: list[float] = []
        for k in range(_STEPS):
            current = [self._central(step / _SHRINK**k)]
            rounding = self.rounding
            for j, coarser in enumerate(previous):
                factor = _SHRINK ** (2 * (j + 1))
                finer = current[-1]
                current.append(finer + (finer - coarser) / (factor - 1.0))
                error = max(abs(current[-1] - finer), abs(current[-1] - coarser)) + rounding
                if error <= self.estimate.error:
                    self.estimate = FiniteDifference(current[-1], error)
            if k > 2 and abs(current[-1] - previous[-1]) >= 2.0 * self.estimate.error:
                break
            previous = current

    def _central(self, step: float) -> float:
        right, left = self.x + step, self.x - step
        try:
            (above, piece_above), (below, piece_below) = self.along(right), self.along(left)
        except DomainError:
            raise _NotSmoothError(EDGE) from None
        if not piece_above == piece_below == self.centre:
            raise _NotSmoothError(KINK)
        self.rounding = math.ulp(max(abs(above), abs(below))) / (right - left) if math.isfinite(above + below) else 0.0
        return (above - below) / (right - left)


def _evaluate(f: Callable[..., Any], arguments: Sequence[float]) -> tuple[float, Hashable]:
    """Return f's number, and a signature of the smooth piece on which it was computed."""
    with recording():
        result = f(*map(Value, arguments))
    if not isinstance(result, Value):
        return float(result), ()
    return result.data, tuple(_piece(node) for node in topological_order([result]) if node._op.arity != 0)


def _piece(node: Value) -> Hashable:
    piece = node._op.piece
    if piece is None:
        return node._op.name
    numbers = [o if isinstance(o, float) else o.data for o in stored_operands(node) or ()]
    where: Hashable = piece(*numbers)
    return node._op.name, where
