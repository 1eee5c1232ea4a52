"""`gradcheck`: hold the engine's derivatives against finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from autograd.finite_differences import FiniteDifference, finite_difference
from autograd.transforms import grad, hessian
from autograd.tree import flatten
from autograd.value import Value

UNCERTAIN = "finite differences are too uncertain here"


class GradcheckRow(NamedTuple):
    """One derivative, with both figures.

    Attributes:
        argument: which argument, such as ``args[0]['w'][1]``; two of them for a second derivative.
        order: 1 or 2.
        gradient: the engine's figure.
        finite_difference: the other one; nan where ``note`` says that there is none.
        error: its estimated error.
        right: whether the two agree; ``None`` where finite differences cannot tell.
        note: why they cannot.
    """

    argument: str
    order: int
    gradient: float
    finite_difference: float
    error: float
    right: bool | None
    note: str


class Gradcheck(NamedTuple):
    """The report of `gradcheck`: true if no derivative is wrong; prints as a table of those that are not right.

    Attributes:
        rows: one per derivative.
    """

    rows: tuple[GradcheckRow, ...]

    @property
    def ok(self) -> bool:
        """Whether no derivative was found wrong."""
        return all(row.right is not False for row in self.rows)

    @property
    def wrong(self) -> tuple[GradcheckRow, ...]:
        """The derivatives that disagree with finite differences."""
        return tuple(row for row in self.rows if row.right is False)

    @property
    def undecided(self) -> tuple[GradcheckRow, ...]:
        """The derivatives that finite differences cannot judge, such as those at a kink."""
        return tuple(row for row in self.rows if row.right is None)

    def __bool__(self) -> bool:
        """Tell whether no derivative was found wrong."""
        return self.ok

    def __repr__(self) -> str:
        """Show the verdict, and every derivative that is not right with both figures."""
        right = len(self.rows) - len(self.wrong) - len(self.undecided)
        lines = [f"gradcheck: {right} right, {len(self.wrong)} wrong, {len(self.undecided)} undecided"]
        for row in (*self.wrong, *self.undecided):
            what = "WRONG" if row.right is False else row.note
            kind = "gradient" if row.order == 1 else "second derivative"
            figures = f"{kind} {row.gradient!r}, finite difference {row.finite_difference!r} (±{row.error:.1g})"
            lines.append(f"  {row.argument}: {figures}  {what}")
        return "\n".join(lines)


def gradcheck(f: Callable[..., Any], *args: Any, order: int = 2, tolerance: float = 1e-6) -> Gradcheck:
    """Compare the derivatives of ``f`` at ``args`` with finite differences.

    First derivatives are compared with differences of ``f``, second ones with differences of the gradient. Where
    ``f`` is not smooth within the stencil, the row says so instead of judging.

    Args:
        f: a function that returns one number.
        *args: its arguments: numbers or nested lists, tuples, dictionaries or NumPy arrays of numbers.
        order: 1 for first derivatives only, 2 for second ones too.
        tolerance: allowed difference, relative to the finite difference, on top of its own error. A derivative that
            finite differences cannot tell to ten times this is left undecided.

    Returns:
        The report: ``ok``, and a row per derivative.

    Raises:
        ValueError: ``order`` is neither 1 nor 2.

    Example:
        >>> import autograd
        >>> autograd.gradcheck(lambda x, y: autograd.sin(x) * y, 1.0, 2.0)
        gradcheck: 6 right, 0 wrong, 0 undecided
        >>> sloppy = autograd.primitive("sloppy", lambda x: x**3, [lambda x, y: 2 * x**2])
        >>> autograd.gradcheck(sloppy, 2.0).ok
        False
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, not {order!r}")
    leaves, rebuild = flatten(args)
    point = [x.data if isinstance(x, Value) else float(x) for x in leaves]
    names = _names(args)

    def flat(*xs: Any) -> Any:
        return f(*rebuild(iter(xs)))

    everything = tuple(range(len(point)))
    first = grad(flat, everything)
    rows = list(_compare(names, 1, first(*point), [finite_difference(flat, point, i) for i in everything], tolerance))
    if order == 2:
        second = hessian(flat, everything)(*point)
        for i in everything:
            slope = grad(flat, i)
            differences = [finite_difference(slope, point, j) for j in everything]
            pairs = [f"{names[i]}, {name}" for name in names]
            rows += _compare(pairs, 2, second[i], differences, tolerance)
    return Gradcheck(tuple(rows))


def _compare(
    names: Sequence[str], order: int, slopes: Sequence[float], differences: Sequence[FiniteDifference], tolerance: float
) -> Iterator[GradcheckRow]:
    for name, slope, difference in zip(names, slopes, differences, strict=True):
        right, note = _judge(slope, difference, tolerance)
        yield GradcheckRow(name, order, slope, difference.value, difference.error, right, note)


def _judge(slope: float, difference: FiniteDifference, tolerance: float) -> tuple[bool | None, str]:
    """Right only where the difference is precise enough to tell; wrong only where it is far beyond its own error."""
    if difference.note:
        return None, difference.note
    if not math.isfinite(difference.value):
        return None, "the function is not finite in the stencil"
    apart = abs(slope - difference.value)
    if apart == 0.0:
        return True, ""
    if apart <= tolerance * abs(difference.value) + difference.error:
        precise = difference.error <= 10.0 * tolerance * max(abs(slope), abs(difference.value))
        nothing = slope == 0.0 and difference.error <= 1e-9 * max(difference.scale, abs(difference.value))
        return (True, "") if precise or nothing else (None, UNCERTAIN)
    return (None, UNCERTAIN) if apart <= 10.0 * difference.error else (False, "")


def _names(tree: Any, path: str = "args") -> list[str]:
    """Name every leaf of the arguments by how it is reached."""
    if isinstance(tree, dict):
        return [name for key, item in tree.items() for name in _names(item, f"{path}[{key!r}]")]
    if isinstance(tree, (list, tuple)):
        return [name for i, item in enumerate(tree) for name in _names(item, f"{path}[{i}]")]
    shape = getattr(tree, "shape", ())
    if shape:
        indices = flatten(_indices(shape))[0]
        return [f"{path}[{index}]" for index in indices]
    return [path]


def _indices(shape: Sequence[int], prefix: str = "") -> Any:
    if not shape:
        return prefix
    return [_indices(shape[1:], f"{prefix}, {i}" if prefix else str(i)) for i in range(shape[0])]
