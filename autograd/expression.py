"""Expressions typed by people: parsed without `eval`, without recursion, and evaluated on any algebra.

Three stages, each linear in the text: a regular expression cuts it into tokens, the shunting-yard algorithm puts
these into postfix order, and a stack machine applies the table's primitives to whatever numbers it is given.
Nothing but those primitives can be reached from an expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from autograd.errors import DomainError
from autograd.notation import CONSTANTS, shown
from autograd.rows import Primitive
from autograd.shunting_yard import Parser, Step
from autograd.tokens import ExpressionError as ExpressionError

T = TypeVar("T")

MAX_CHARACTERS: Final = 100_000


class Expression:
    """An expression in postfix order, made by `parse`; it can be evaluated on any numbers any number of times.

    Attributes:
        text: what was parsed.
        names: its free names, in the order of first appearance; functions and constants are not among them.
        constants: the constants (`pi`, `e`) that it mentions; a value given under such a name takes precedence.

    Example:
        >>> from autograd import Value
        >>> from autograd.expression import parse
        >>> slope = parse("a*x**2 + sin(pi*x)")
        >>> slope.names, slope.constants
        (('a', 'x'), ('pi',))
        >>> slope.evaluate({"a": 3.0, "x": 2.0})
        12.0
        >>> x = Value(2.0)
        >>> slope.evaluate({"a": 3.0, "x": x}).backward(); round(x.grad, 6)
        15.141593
    """

    __slots__ = ("_steps", "constants", "names", "text")

    def __init__(self, text: str, steps: list[Step]) -> None:
        """Keep the steps and collect the names in them."""
        mentioned = dict.fromkeys(what for what, _, _ in steps if isinstance(what, str))
        self.text = text
        self.names = tuple(name for name in mentioned if name not in CONSTANTS)
        self.constants = tuple(name for name in mentioned if name in CONSTANTS)
        self._steps = tuple(steps)

    def __len__(self) -> int:
        """Count the steps of one evaluation."""
        return len(self._steps)

    def __repr__(self) -> str:
        """Show the text."""
        return f"parse({shown(self.text)!r})"

    def evaluate(self, environment: Mapping[str, T]) -> T | float:
        """Compute the expression, with the environment's objects for its names.

        Args:
            environment: a number, `Value` or object of another algebra for each of `names`; further entries are
                ignored, save that one for ``pi`` or ``e`` replaces the constant.

        Returns:
            A float where only floats took part, else what the primitives make of the objects.

        Raises:
            KeyError: a name has no entry.
            DomainError: a primitive has no value at the numbers it was given.

        Example:
            >>> from autograd.expression import parse
            >>> parse("2**-x").evaluate({"x": 3})
            0.125
        """
        symbols: Mapping[str, Any] = {**CONSTANTS, **environment}
        stack: list[Any] = []
        for what, takes, position in self._steps:
            if isinstance(what, Primitive):
                operands = stack[-takes:]
                del stack[-takes:]
                try:
                    stack.append(_apply(what, operands))
                except DomainError as error:
                    raise DomainError(f"at column {position + 1}: {error}") from error
            else:
                stack.append(symbols[what] if isinstance(what, str) else what)
        result: T | float = stack.pop()
        return result


def parse(text: str) -> Expression:
    """Parse an expression in the notation of Python: numbers, names, operators, comparisons and the table's functions.

    All numbers are floats. ``**`` groups to the right and binds tighter than a sign on its left. Functions are called
    by their names in the table: ``tanh(x)``, ``max(a, b, c)`` or ``max([a, b, c])``, ``dot([a, b], [c, d])``,
    ``where(x > 0, x, 0)``. A comparison is 1 or 0. Names may hold Unicode letters and end in primes: ``δ_out``, ``W'``.

    Args:
        text: at most 100,000 characters.

    Returns:
        The expression, ready to be evaluated.

    Raises:
        ExpressionError: the text is no expression; the message says where and what to write instead.

    Example:
        >>> from autograd.expression import parse
        >>> parse("tanh(w1*x1 + b)").names
        ('w1', 'x1', 'b')
        >>> parse("-2**2").evaluate({})
        -4.0
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            f"the expression has {len(text):,} characters: at most {MAX_CHARACTERS:,} are allowed", text
        )
    return Expression(text, Parser(text).run())


def _apply(row: Primitive, operands: list[Any]) -> Any:
    if row.pairs:
        half = len(operands) // 2
        return row(operands[:half], operands[half:])
    return row(operands) if row.arity is None else row(*operands)
