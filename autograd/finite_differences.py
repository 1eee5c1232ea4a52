"""Derivatives by finite differences: the independent figure that every gradient can be held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from autograd.errors import DomainError
from autograd.recording import recording
from autograd.replay import stored_operands
from autograd.traversal import topological_order
from autograd.value import Value

KINK = "kink in the stencil"
EDGE = "edge of the domain in the stencil"
UNSURE = "differences do not settle"
INFINITE = "values in the stencil are not finite"

_STEPS = 8  # rows of the extrapolation table
_SHRINK = 2.0  # ratio of successive steps in a table
_FIRST = 1.0 / 8.0  # largest step, relative to max(|x|, 1/8): curvature is resolved, and rounding still small
_ATTEMPTS = 14  # tables that are tried, each from an eighth of the step before


class FiniteDifference(NamedTuple):
    """A derivative estimated from function values.

    Attributes:
        value: the estimate; nan where there is none.
        error: an estimate of its error: how far the last extrapolations disagree, and the rounding of the values.
        scale: what the derivative would be if f changed by its own size over the size of x; rounding blurs
            estimates by about 1e-13 of it.
        note: ``""``, or why there is no estimate: a kink or the edge of the domain in the stencil, or no convergence.
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
    index = range(len(point))[index]

    def along(x: float) -> tuple[float, Hashable]:
        return _evaluate(f, [*point[:index], x, *point[index + 1 :]])

    x = point[index]
    height, centre = along(x)
    width = max(abs(x), 0.125)
    if not math.isfinite(height):
        return FiniteDifference(math.nan, math.inf)
    best, wider, kinks, note = None, None, 0, UNSURE
    for attempt in range(_ATTEMPTS):
        try:
            table = _Table(along, x, _FIRST * width / 8.0**attempt, height, centre)
        except _NotSmoothError as reason:
            note = str(reason)
            continue
        kinks = kinks + 1 if wider is not None and table.shows_kink_beside(wider) else 0
        if kinks == 2:  # once may be chance, where the steps are longer than the function's waves
            best, note = None, KINK
            break
        if wider is not None and not kinks and table.confirms(wider):
            best = min([t for t in (best, wider, table) if t is not None], key=lambda t: t.error)
            if best.error <= 1e-8 * abs(best.value):
                break
        wider = table
    scale = abs(height) / width
    if best is None:
        return FiniteDifference(math.nan, math.inf, scale, note)
    return FiniteDifference(best.value, best.error, scale)


class _NotSmoothError(Exception):
    """The function is not smooth within the stencil; the message is the note."""


class _Table:
    """Ridders' table of extrapolated central differences from one first step."""

    def __init__(
        self, along: Callable[[float], tuple[float, Hashable]], x: float, step: float, height: float, centre: Hashable
    ) -> None:
        """Fill the table; `_NotSmoothError` where the function is seen not to be smooth."""
        self.value, self.error = math.nan, math.inf
        self.heights: list[float] = []
        previous: list[float] = []
        for k in range(_STEPS):
            self.step = step / _SHRINK**k
            above, below = (_beside(along, x + side * self.step, centre) for side in (1.0, -1.0))
            self.heights += [abs(above - height), abs(below - height)]
            self.rounding = math.ulp(max(abs(above), abs(below), abs(height))) / self.step
            self.bend = abs((above - height) - (height - below)) / self.step
            current = [(above - below) / ((x + self.step) - (x - self.step))]
            for j, coarser in enumerate(previous):
                factor = _SHRINK ** (2 * (j + 1))
                finer = current[-1]
                current.append(finer + (finer - coarser) / (factor - 1.0))
                error = max(abs(current[-1] - finer), abs(current[-1] - coarser)) + self.rounding
                if error <= self.error:
                    self.value, self.error = current[-1], error
            if k > 2 and abs(current[-1] - previous[-1]) >= 2.0 * self.error:
                break
            previous = current

    def confirms(self, wider: _Table) -> bool:
        """Whether two tables agree, and the function varies little over the smallest steps: nothing was skipped."""
        agree = abs(self.value - wider.value) <= 10.0 * (self.error + wider.error) + 1e-9 * abs(self.value)
        near, far = max(self.heights[-2:]), max(self.heights[:2] + wider.heights[:2])
        return agree and (near <= 0.1 * far or near <= 8.0 * self.rounding * self.step)

    def shows_kink_beside(self, wider: _Table) -> bool:
        """Whether the slopes of both sides stay apart as the step shrinks, which those of a smooth function do not."""
        apart = self.bend > 100.0 * self.rounding and self.bend > 1e-6 * abs(self.value)
        steady = abs(self.bend - wider.bend) < 0.1 * self.bend and abs(self.value - wider.value) < 0.1 * self.bend
        return apart and steady


def _beside(along: Callable[[float], tuple[float, Hashable]], x: float, centre: Hashable) -> float:
    try:
        height, piece = along(x)
    except DomainError:
        raise _NotSmoothError(EDGE) from None
    if piece != centre:
        raise _NotSmoothError(KINK)
    if not math.isfinite(height):
        raise _NotSmoothError(INFINITE)
    return height


def _evaluate(f: Callable[..., Any], arguments: Sequence[float]) -> tuple[float, Hashable]:
    """Return f's number, and a signature of the smooth piece on which it was computed."""
    with recording():
        result = f(*map(Value, arguments))
    if not isinstance(result, Value):
        return float(result), ()
    return result.data, tuple(_piece(node) for node in topological_order([result]) if node._op.arity != 0)


def _piece(node: Value) -> Hashable:
    row = node._op
    if row.piece is None and row.branch is None:
        return row.name
    numbers = [o if isinstance(o, float) else o.data for o in stored_operands(node) or ()]
    where: tuple[Hashable, ...] = tuple(side(*numbers) for side in (row.piece, row.branch) if side is not None)
    return row.name, where
