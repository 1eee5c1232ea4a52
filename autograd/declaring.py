"""Declaring a primitive of one's own: one row more, checked at once."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.rows import MARKS, PRIMITIVES, REALS, Interval, Primitive, maybe_real
from autograd.symbols import Symbol, write
from autograd.table import BUILT_IN


def primitive(
    name: str,
    compute: Callable[..., float],
    partials: Sequence[Callable[..., Any]] | Callable[..., Sequence[Any]],
    latex: str = "",
    summary: str = "",
    **details: Any,
) -> Primitive:
    r"""Declare a primitive of your own: differentiable to any order, drawn, explained and tested like built-in ones.

    Args:
        name: what it is called; a Python identifier not yet taken.
        compute: its value for floats. Raising `ValueError` or `ZeroDivisionError` means: not defined there.
        partials: per operand a function of ``(*operands, result)`` written with operators and this library's
            functions, so that it can be differentiated again. For a primitive of a sequence of any length, one
            function of ``(operands, result)`` that returns all partials.
        latex: how it is written, such as ``r"\operatorname{{cube}} {0:atom}"``.
        summary: one line that says what it is for.
        **details: any further attribute of `Primitive`: ``domain`` (an `Interval` per operand; tests draw from
            it), ``piece`` (which smooth piece a point lies in, where there are kinks), ``defaults``, ….

    Returns:
        The primitive; call it like a function. Declaring the same name again replaces your earlier row.

    Raises:
        ValueError: the name is no identifier or that of a built-in primitive.

    Example:
        >>> import autograd
        >>> cube = autograd.primitive("cube", lambda x: x**3, [lambda x, y: 3 * x**2], "{0}^3")
        >>> x = autograd.Value(2.0)
        >>> y = cube(x)
        >>> y.backward()
        >>> y.data, x.grad, autograd.derivative(cube, 2)(2.0)
        (8.0, 12.0, 12.0)
        >>> autograd.gradcheck(cube, 2.0).ok
        True
    """
    _require_new_name(name)
    many = callable(partials)
    operands = 1 if callable(partials) else len(partials)
    if not many and not (operands and all(map(callable, partials))):  # type: ignore[arg-type]
        raise TypeError(f"partials of {name} must be functions, one per operand, not {partials!r}")
    _require_arguments(f"compute of {name}", compute, operands)
    for rule in [partials] if callable(partials) else partials:
        _require_arguments(f"a partial of {name}", rule, operands + 1)
    domain = details.setdefault("domain", () if many else (REALS,) * operands)
    total = _total(name, compute, domain)
    details.setdefault("defined", lambda *xs: not math.isnan(total(xs) if many else total(*xs)))
    for what in ("domain", "operand_names"):
        if not many and details.get(what) and len(details[what]) != operands:
            raise ValueError(
                f"{what} of {name} must have {operands} entries, one per operand, not {len(details[what])}"
            )
    written = latex or rf"\operatorname{{{{{name}}}}}\left({_listed(operands)}\right)"
    summary = summary or f"{name}, a primitive of your own."
    row = Primitive(name, total, partials, written, summary, **details)
    _require_template(row)
    PRIMITIVES[name] = row
    return row


def _require_template(row: Primitive) -> None:
    try:
        write(row, [Symbol(name) for name in row.operand_names or "x"])
    except (ValueError, IndexError, KeyError) as error:
        raise ValueError(
            f"latex of {row.name} must be a template of {{0}}, {{1}}… for its operands, with all other braces doubled: "
            f"{row.latex!r} ({error})"
        ) from None


def _require_new_name(name: object) -> None:
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"a primitive's name must be an identifier, not {name!r}")
    if name in BUILT_IN or name in MARKS:
        raise ValueError(f"{name!r} is a built-in primitive: choose another name")


def _require_arguments(what: str, function: Callable[..., Any], count: int) -> None:
    """Raise `TypeError` if a function is seen not to take so many arguments."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions in C do not tell
        return
    try:
        signature.bind(*range(count))
    except TypeError:
        expected = "the operands" if what.startswith("compute") else "the operands and the result"
        raise TypeError(f"{what} must take {expected}: {count} argument(s), not {signature}") from None


def _listed(operands: int) -> str:
    return ", ".join(f"{{{i}:free}}" for i in range(operands))


def _total(name: str, compute: Callable[..., float], domain: Sequence[Interval]) -> Callable[..., float]:
    """Make somebody's function of floats total: nan outside its domain and where it raises."""

    @functools.wraps(compute)
    def total(*numbers: Any) -> float:
        if any(x not in interval for x, interval in zip(numbers, domain, strict=False)):
            return math.nan
        try:
            computed = compute(*numbers)
        except (ValueError, ZeroDivisionError):
            return math.nan
        except OverflowError as error:
            raise OverflowError(f"{name}{numbers}: {error}; let its compute return math.inf or -math.inf") from error
        result = maybe_real(computed)
        if result is None:
            raise TypeError(f"compute of {name} must return a float, not {type(computed).__name__}")
        return result

    return total
