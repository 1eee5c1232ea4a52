"""The algebra of written formulas: the same rows and the same sweep give the chain rule as text and as LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any, cast

from autograd.operators import Operators
from autograd.replay import stored_operands
from autograd.rows import ATOM, POWER, PRODUCT, SUM, Primitive, maybe_real
from autograd.sweep import Adjoints, sweep
from autograd.table import Constant, add, divide, multiply, negative, positive, subtract
from autograd.value import Value, is_variable

LONGEST = 100_000  # characters: formulas of shared graphs grow exponentially unless intermediate nodes are named


class Symbol(Operators):
    r"""A formula, written as an expression (which this library's parser reads again) and as LaTeX.

    Args:
        text: the expression.
        latex: the same in LaTeX; the text if left out.
        binding: how tightly the LaTeX binds (see `Primitive`).
        text_binding: how tightly the expression binds.

    Raises:
        ValueError: the formula grows beyond any use; naming intermediate nodes keeps it short.

    Example:
        >>> x, w = Symbol("x"), Symbol("w_1", "w_{1}")
        >>> y = (x * w + 1).tanh()
        >>> y.text
        'tanh(x * w_1 + 1)'
        >>> print(y.latex)
        \tanh \left(x \, w_{1} + 1\right)
    """

    __slots__ = ("binding", "latex", "text", "text_binding")

    def __init__(self, text: str, latex: str = "", binding: int = ATOM, text_binding: int = ATOM) -> None:
        """Keep the two forms."""
        if len(text) > LONGEST:
            raise ValueError(f"the formula has more than {LONGEST:,} characters: name intermediate nodes to shorten it")
        self.text = text
        self.latex = latex or text
        self.binding = binding
        self.text_binding = text_binding

    def _apply(self, row: Primitive, operands: tuple[Any, ...]) -> Symbol:
        return write(row, operands)

    def __format__(self, spec: str) -> str:
        """Write the LaTeX inside a row's template: in brackets where it binds too loosely for the place."""
        kind, _, binding = spec.partition(":")
        needed = {"": int(binding or 0), "tight": int(binding or 0) + 1, "atom": ATOM, "free": 0}[kind]
        return self.latex if self.binding >= needed else rf"\left({self.latex}\right)"

    def __repr__(self) -> str:
        """Show the expression."""
        return f"Symbol({self.text!r})"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def symbol(x: object) -> Symbol:
    """Return a symbol as it is, and a number as the symbol that writes it.

    Example:
        >>> symbol(0.5), symbol(2.0), symbol(-1.0)
        (Symbol('0.5'), Symbol('2'), Symbol('-1'))
    """
    if isinstance(x, Symbol):
        return x
    if isinstance(x, Constant):
        return Symbol(x.text, x.latex, PRODUCT, PRODUCT)
    number = maybe_real(x)
    if number is None:
        raise TypeError(f"a formula is made of symbols and numbers, not {type(x).__name__} ({x!r})")
    text = repr(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    mantissa, _, exponent = text.partition("e")
    latex = rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else text.replace("inf", r"\infty")
    return Symbol(text, latex, SUM if number < 0 else PRODUCT if exponent else ATOM, SUM if number < 0 else ATOM)


def write(row: Primitive, operands: Sequence[object]) -> Symbol:
    """Write a primitive applied to symbols and numbers.

    Example:
        >>> from autograd import hypot
        >>> write(hypot, [Symbol("x"), 1.0])
        Symbol('hypot(x, 1)')
    """
    symbols = [symbol(o) for o in operands]
    short = _simplified(row, symbols)
    if short is not None:
        return short
    text = (
        Symbol(_text(row, symbols), text_binding=_text_binding(row)) if row.written is None else row.written(*symbols)
    )
    return Symbol(text.text, _latex(row, symbols), row.precedence, text.text_binding)


class SymbolicAdjoints(Adjoints[Symbol]):
    """Adjoints as formulas over the names of nodes; a node without a name is written out.

    Args:
        names: symbols for some nodes; further ones are made for labelled leaves.
    """

    __slots__ = ("written",)

    def __init__(self, names: Mapping[Value, Symbol] | None = None) -> None:
        """Make an empty table."""
        super().__init__()
        self.written: dict[Value, Symbol] = dict(names or {})

    def begin(self, order: list[Value]) -> None:
        """Write every node, operands before results."""
        super().begin(order)
        for node in order:
            if node not in self.written:
                self.written[node] = self._write(node)

    def spawn(self) -> SymbolicAdjoints:
        """Return an algebra for the inside of a checkpointed segment, with the names known so far."""
        return SymbolicAdjoints(self.written)

    def edges(self, node: Value) -> list[tuple[Value, Symbol]]:
        """Return the operands with the local partials as formulas."""
        operands = stored_operands(node) or ()
        forms = tuple(o if isinstance(o, float) else self.written[o] for o in operands)
        result = self.written[node]
        slopes = node._op.slopes(forms, result)
        pairs = zip(operands, slopes, strict=True)
        return [(cast("Value", o), symbol(slope)) for o, slope in pairs if is_variable(o)]

    def _write(self, node: Value) -> Symbol:
        operands = stored_operands(node)
        if operands is None or (node._rest is not None and node._rest.segment is not None):
            return Symbol(node.label) if node.label else symbol(node.data)
        return write(node._op, [o if isinstance(o, float) else self.written[o] for o in operands])


def formula_gradients(
    output: Value, inputs: Sequence[Value], names: Mapping[Value, Symbol] | None = None
) -> list[Symbol]:
    """Return the gradient by each input as a formula over labelled leaves (and the nodes in ``names``).

    Example:
        >>> from autograd import Value
        >>> x, w = Value(2.0, "x"), Value(3.0, "w")
        >>> [g.text for g in formula_gradients((x * w).sin(), [x, w])]
        ['cos(x * w) * w', 'cos(x * w) * x']
    """
    algebra = SymbolicAdjoints(names)
    sweep([(output, symbol(1.0))], algebra)
    return [algebra.adjoints.get(node, symbol(0.0)) for node in inputs]


_TEXT_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "**": POWER, "neg": SUM}


def _text_binding(row: Primitive) -> int:
    return _TEXT_BINDING.get(row.symbol, ATOM)


def _text(row: Primitive, operands: Sequence[Symbol]) -> str:
    binding = _text_binding(row)
    if row is negative:
        return f"-{_bracketed(operands[0], POWER)}"
    if binding == ATOM:
        return f"{row.name}({', '.join(o.text for o in operands)})"
    left, right = operands
    if binding == POWER:
        return f"{_bracketed(left, ATOM)}**{_bracketed(right, ATOM)}"
    return f"{_bracketed(left, binding)} {row.symbol} {_bracketed(right, binding + (row is not add))}"


def _bracketed(operand: Symbol, needed: int) -> str:
    return operand.text if operand.text_binding >= needed else f"({operand.text})"


def _latex(row: Primitive, operands: Sequence[Symbol]) -> str:
    if row.arity is None:
        operands = [Symbol("", r",\, ".join(o.latex for o in operands))]
    binding = 0 if row.precedence == ATOM else row.precedence
    parts = []
    for literal, field, spec, _ in Formatter().parse(row.latex):
        parts.append(literal)
        if field:
            parts.append(format(operands[int(field)], f"{spec}:{binding}"))
    return "".join(parts)


def _simplified(row: Primitive, operands: Sequence[Symbol]) -> Symbol | None:
    """Leave out factors of 1, terms of 0 and products with 0, so that a formula reads as one would write it."""
    texts = [o.text for o in operands]
    if row is multiply:
        if "0" in texts:
            return symbol(0.0)
        if "1" in texts:
            return operands[1 - texts.index("1")]
        if "-1" in texts:
            return -operands[1 - texts.index("-1")]
    if row is add and "0" in texts:
        return operands[1 - texts.index("0")]
    if (row is subtract and texts[1] == "0") or (row is divide and texts[1] == "1") or row is positive:
        return operands[0]
    return None
