"""What one row of the table is: a primitive, declared once, from which everything else follows."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, NamedTuple

from autograd.errors import DomainError, describe_operands, user_line
from autograd.scoped import scoped

# How tightly a written form binds: an operand that binds more loosely than its row is put in brackets.
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4


class Interval(NamedTuple):
    """The real numbers that one operand of a primitive may take.

    Args:
        low: lower end, ``-inf`` for none.
        high: upper end, ``inf`` for none.
        closed: whether the finite ends belong to it.
        nonzero: whether 0 is left out.
        finite: whether ±inf are left out.

    Example:
        >>> from autograd import Interval
        >>> 0.0 in Interval(low=0.0, closed=False), 2.0 in Interval(low=0.0)
        (False, True)
        >>> print(Interval(-1.0, 1.0))
        -1 ≤ x ≤ 1
    """

    low: float = -math.inf
    high: float = math.inf
    closed: bool = True
    nonzero: bool = False
    finite: bool = False

    def __contains__(self, x: object) -> bool:
        """Tell whether ``x`` is a number in the interval; nan is in none."""
        if not isinstance(x, (int, float)) or (self.nonzero and x == 0):
            return False
        if math.isinf(x):
            return not self.finite and x in (self.low, self.high)
        return self.low <= x <= self.high if self.closed else self.low < x < self.high

    def describe(self, name: str) -> str:
        """Write the condition on an operand called ``name``, such as ``x > 0``; ``""`` where there is none."""
        less = "≤" if self.closed else "<"
        low, high = math.isfinite(self.low), math.isfinite(self.high)
        if low and high:
            text = f"{self.low:g} {less} {name} {less} {self.high:g}"
        elif low:
            text = f"{name} {'≥' if self.closed else '>'} {self.low:g}"
        elif high:
            text = f"{name} {less} {self.high:g}"
        else:
            text = f"finite {name}" if self.finite else ""
        return f"{text} and {name} ≠ 0".removeprefix(" and ") if self.nonzero else text

    def __str__(self) -> str:
        """Write the condition on ``x``."""
        return self.describe("x") or "any x"


REALS = Interval()
FINITE = Interval(finite=True)
POSITIVE = Interval(0.0, closed=False)
NONNEGATIVE = Interval(0.0)
NONZERO = Interval(nonzero=True)

# While this is set, a value outside the domain is IEEE's nan or inf: partials never raise (see `ieee_values`).
_IEEE: ContextVar[bool] = ContextVar("ieee", default=False)


def ieee_values() -> AbstractContextManager[None]:
    """Within this context no primitive raises `DomainError`: it gives nan or ±inf, as IEEE arithmetic does."""
    return scoped(_IEEE, True)


class _Signature:
    """What `inspect.signature`, and so `help` and editors, find on a row: how it is called."""

    def __get__(self, row: Primitive | None, kind: type) -> inspect.Signature | None:
        if row is None:  # the class has its constructor's
            return None
        names = row.operand_names or (("xs", "ys") if row.pairs else ("xs",))
        required = len(names) - len(row.defaults)
        defaults = [inspect.Parameter.empty] * required + list(row.defaults)
        positional = inspect.Parameter.POSITIONAL_ONLY
        parameters = [inspect.Parameter(n, positional, default=d) for n, d in zip(names, defaults, strict=True)]
        return inspect.Signature(parameters)


class Primitive:
    """One row of the table; called like a function on numbers, `Value`s or any other algebra.

    Rows are declared with `autograd.primitive`. An algebra takes part by having a method
    ``_apply(primitive, operands)``; plain numbers give plain numbers.

    Attributes:
        name: the function's name.
        symbol: what a graph shows: the operator's sign or the name.
        arity: number of operands, ``None`` for a sequence of any length.
        compute: the value of floats as a float; never raises: nan, ±inf outside the domain, as IEEE 754 has it.
        partials: one function per operand of ``(*operands, result)``, written in primitives; for a
            sequence one function of ``(operands, result)`` that returns all of them.
        latex: how it is written, a template of ``{0}``, ``{1}``… (``{0:free}``: never in brackets;
            ``{1:tight}``: in brackets even where it binds equally; ``{0:atom}``: in brackets unless an atom).
        precedence: how tightly the written form binds.
        domain: per operand the interval of allowed values; ``None``: everything, as in IEEE arithmetic.
        defined: a condition on all operands together, where intervals do not say it all.
        piece: which smooth piece the operands lie in; ``None`` for a function smooth in its domain.
        branch: which side of a pole the operands lie on, where there is one: differences must not straddle it.
        defaults: values for operands left out at the end.
        operand_names: names used in messages and signatures.
        pairs: for a primitive of sequences: whether it takes two of equal length rather than one.
        commutative: whether the order of operands does not matter; where it does, pictures number them.
        written: for a helper without a public name: the same in public primitives, as formulas write it in text.

    Example:
        >>> import autograd
        >>> autograd.tanh.name, autograd.tanh.arity, autograd.tanh(0.0)
        ('tanh', 1, 0.0)
    """

    __signature__ = _Signature()

    def __init__(
        self,
        name: str,
        compute: Callable[..., float],
        partials: Sequence[Callable[..., Any]] | Callable[..., Sequence[Any]],
        latex: str,
        summary: str,
        *,
        symbol: str = "",
        precedence: int = ATOM,
        domain: Sequence[Interval] | None = None,
        defined: Callable[..., bool] | None = None,
        requirement: str = "",
        piece: Callable[..., object] | None = None,
        branch: Callable[..., object] | None = None,
        defaults: Sequence[float] = (),
        operand_names: Sequence[str] = (),
        pairs: bool = False,
        commutative: bool = False,
        written: Callable[..., Any] | None = None,
        example: tuple[Sequence[Any], float] | None = None,
    ) -> None:
        """Build the row; see the class for the arguments. Registering it is `autograd.primitive`'s part."""
        if getattr(self, "complete", False):
            raise AttributeError(f"{self!r} does not change: declare another primitive")
        self.name = self.__name__ = name
        self.symbol = symbol or name
        self.compute = compute
        self.partials: tuple[Callable[..., Any], ...] | Callable[..., Sequence[Any]]
        self.partials = partials if callable(partials) else tuple(partials)
        self.arity = None if callable(partials) else len(partials)
        self.latex = latex
        self.summary = summary
        self.precedence = precedence
        self.domain = None if domain is None else tuple(domain)
        self.defined = defined
        self.requirement = requirement or _requirement(self.domain, operand_names or _default_names(self.arity or 0))
        self.piece = piece
        self.branch = branch
        self.defaults = tuple(defaults)
        self.operand_names = tuple(operand_names) or _default_names(self.arity or 0)
        self.pairs = pairs
        self.commutative = commutative
        self.written = written
        self.example = example
        self.__doc__ = _document(self)
        self.complete = True

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: what is declared does not change."""
        if getattr(self, "complete", False):
            raise AttributeError(f"{self!r} does not change: declare another primitive instead of setting {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        """Refuse: what is declared does not change."""
        raise AttributeError(f"{self!r} does not change: {name!r} cannot be deleted")

    @property
    def smooth(self) -> bool:
        """Whether the primitive is smooth in the interior of its domain."""
        return self.piece is None

    def __call__(self, *operands: Any) -> Any:
        """Apply the primitive to numbers, `Value`s or another algebra's objects."""
        for operand in operands:
            if type(operand) is not float:
                return self._dispatch(self.arrange(operands))
        if len(operands) == self.arity:  # floats only, the common case inside partials
            result = self.compute(*operands)
            if result - result == 0.0:
                return result
        return self._dispatch(self.arrange(operands))

    def _dispatch(self, operands: tuple[Any, ...]) -> Any:
        """Hand the operands to the first algebra among them, or compute with plain numbers."""
        numbers = operands
        for operand in operands:
            if type(operand) is not float:
                apply = getattr(operand, "_apply", None)
                if apply is not None:
                    return apply(self, operands)
                numbers = ()
        if numbers is not operands:  # some are numbers of other kinds
            numbers = tuple([real(x, self.argument(i)) for i, x in enumerate(operands)])
        result = self.evaluate(numbers)
        if result - result != 0.0:
            self.check_domain(numbers, result)
        return result

    def arrange(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Turn the arguments of a call into the tuple of operands; `TypeError` where their number is wrong."""
        if self.pairs:
            return self._arrange_pairs(arguments)
        if self.arity is None:
            single = len(arguments) == 1 and _is_iterable(arguments[0])
            return tuple(arguments[0]) if single else arguments
        if len(arguments) < self.arity:
            missing = self.arity - len(arguments)
            arguments += self.defaults[len(self.defaults) - missing :] if missing <= len(self.defaults) else ()
        if len(arguments) != self.arity:
            raise TypeError(f"{self.signature()} takes {self.arity} operand(s), {len(arguments)} given")
        return arguments

    def _arrange_pairs(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(arguments) != 2 or not (_is_iterable(arguments[0]) and _is_iterable(arguments[1])):
            raise TypeError(f"{self.signature()} takes two sequences")
        left, right = tuple(arguments[0]), tuple(arguments[1])
        if len(left) != len(right):
            raise ValueError(f"{self.name} takes sequences of equal length, not of {len(left)} and {len(right)}")
        return left + right

    def evaluate(self, numbers: tuple[float, ...]) -> float:
        """Return the value at floats, unchecked; an empty sequence may raise `ValueError`."""
        return self.compute(numbers) if self.arity is None else self.compute(*numbers)

    def slopes(self, operands: Sequence[Any], result: Any, wanted: Sequence[int] | None = None) -> Sequence[Any]:
        """Return the local partials in the algebra of the operands, for all of them or those at ``wanted``."""
        if callable(self.partials):
            every = self.partials(operands, result)
            if type(every) is not tuple and type(every) is not list:
                every = list(every)
            if len(every) != len(operands):
                raise ValueError(
                    f"partials of {self.name} must return {len(operands)}, one per operand, not {len(every)}"
                )
            return every if wanted is None else [every[i] for i in wanted]
        return [self.partials[i](*operands, result) for i in (range(len(self.partials)) if wanted is None else wanted)]

    def check_domain(self, numbers: Sequence[float], result: float, labels: Sequence[str] = ()) -> None:
        """Raise `DomainError` if a ``result`` that is not finite comes from a point outside the domain."""
        if self.domain is None or any(x != x for x in numbers) or _IEEE.get():
            return
        inside = all(x in interval for x, interval in zip(numbers, self.domain, strict=False))
        if inside and (self.defined is None or self.defined(*numbers)):
            return
        names = self.operand_names or [f"x{i}" for i in range(len(numbers))]
        where = describe_operands(names, numbers, labels or [""] * len(numbers))
        needs = f": it needs {self.requirement}" if self.requirement else ""
        raise DomainError(f"{self.signature()} is not defined at {where}{needs}" + (user_line() if labels else ""))

    def argument(self, index: int) -> str:
        """Name an argument for a message, such as ``tanh's x``."""
        name = self.operand_names[index] if index < len(self.operand_names) else f"operand {index}"
        return f"{self.name}'s {name}"

    def signature(self) -> str:
        """Write how it is called, such as ``leaky_relu(x, slope=0.01)``."""
        if self.arity is None:
            return f"{self.name}(xs, ys)" if self.pairs else f"{self.name}(xs)"
        plain = len(self.operand_names) - len(self.defaults)
        optional = [f"{name}={x}" for name, x in zip(self.operand_names[plain:], self.defaults, strict=True)]
        return f"{self.name}({', '.join([*self.operand_names[:plain], *optional])})"

    def __repr__(self) -> str:
        """Show the call, such as ``<primitive hypot(x, y)>``."""
        return f"<primitive {self.signature()}>"

    def _repr_latex_(self) -> str:
        """Show the row in a notebook: the function and its partial derivatives."""
        from autograd.written_row import row_in_latex

        return row_in_latex(self)

    def __reduce__(self) -> tuple[Callable[[str], Primitive], tuple[str]]:
        """Pickle by name: the table is code, not data."""
        return lookup, (self.name,)


# Every declared primitive by name, in the order of declaration.
PRIMITIVES: dict[str, Primitive] = {}


def lookup(name: str) -> Primitive:
    """Return the primitive called ``name``; `KeyError` that says to declare it where there is none."""
    if name in MARKS:
        return MARKS[name]
    try:
        return PRIMITIVES[name]
    except KeyError:
        raise KeyError(f"no primitive {name!r} is declared here: run its autograd.primitive(...) first") from None


def real(x: object, what: str) -> float:
    """Return the real number ``x`` as a float; `TypeError` naming ``what`` if it is none."""
    try:
        number = maybe_real(x)
    except OverflowError:
        raise OverflowError(f"{what} is beyond the range of floats ({_short(x)})") from None
    if number is None:
        hint = ": use its .data, or .detach() for a constant" if hasattr(x, "_apply") else ""
        raise TypeError(f"{what} must be a real number, not {type(x).__name__} ({_short(x)}){hint}")
    return number


def maybe_real(x: object) -> float | None:
    """Return the real number ``x`` as a float, or ``None`` if it is not one. Arrays and strings are not."""
    if type(x) is float:
        return x
    if type(x) is int or isinstance(x, (int, float)):
        return float(x)
    if isinstance(x, (str, bytes, complex)) or hasattr(x, "_apply"):
        return None
    if hasattr(x, "dtype"):  # NumPy's scalars, and its arrays of no dimension
        real_kind = getattr(x.dtype, "kind", "") in tuple("biuf") and getattr(x, "shape", None) == ()
        return float(x) if real_kind else None  # type: ignore[arg-type]
    if not hasattr(type(x), "__float__") or hasattr(type(x), "__len__"):
        return None
    try:  # Fraction, Decimal and the like
        return float(x)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _is_iterable(x: object) -> bool:
    """Tell whether `tuple` takes ``x``; lists and tuples first, because asking the abstract class takes longer."""
    return type(x) is list or type(x) is tuple or isinstance(x, Iterable)


def _short(x: object) -> str:
    text = repr(x) if not isinstance(x, int) or x.bit_length() < 200 else "a huge integer"
    return text if len(text) <= 60 else text[:57] + "…"


def _default_names(count: int) -> tuple[str, ...]:
    return tuple("xyz"[:count]) if count <= 3 else tuple(f"x{i}" for i in range(count))


def _requirement(domain: tuple[Interval, ...] | None, names: Sequence[str]) -> str:
    if domain is None:
        return ""
    return " and ".join(filter(None, (interval.describe(name) for interval, name in zip(domain, names, strict=False))))


def _document(row: Primitive) -> str:
    lines = [row.summary, ""]
    if row.requirement:
        lines += [f"Defined for {row.requirement}; elsewhere `DomainError`.", ""]
    lines += ["Takes numbers and gives a float, or takes `Value`s and gives a `Value`.", "", f"    {row.signature()}"]
    if row.example:
        arguments, result = row.example
        call = ", ".join(map(repr, arguments))
        lines += ["", "Example:", "    >>> import autograd", f"    >>> autograd.{row.name}({call})", f"    {result!r}"]
    return "\n".join(lines)


def _mark(name: str, summary: str) -> Primitive:
    """Make a row for a kind of node that computes nothing by itself."""
    return Primitive(name, lambda: math.nan, (), "", summary, commutative=True)


LEAF = _mark("", "A value given by the user; gradients are accumulated here.")
ARGUMENT = _mark("argument", "A leaf that stands for an argument of a function that is being differentiated.")
CONSTANT = _mark("constant", "A value that gets no gradient.")
CHECKPOINT = _mark("checkpoint", "A result whose inside is recomputed when the backward pass needs it.")
MARKS = {mark.name: mark for mark in (LEAF, ARGUMENT, CONSTANT, CHECKPOINT)}
