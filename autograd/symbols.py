"""The algebra of written formulas: the same rows and the same sweep give the chain rule as text and as LaTeX."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from string import Formatter
from typing import Any, cast

from autograd.operators import Operators
from autograd.replay import stored_operands
from autograd.rows import ATOM, POWER, PRODUCT, SUM, Primitive, maybe_real
from autograd.sweep import Adjoints, sweep
from autograd.table import Constant, add, divide, multiply, negative, positive, reciprocal, square, subtract
from autograd.typesetting import in_latex, label_binding
from autograd.value import Value, is_variable

LONGEST = 100_000  # characters: formulas of shared graphs grow exponentially unless intermediate nodes are named


class Symbol(Operators):
    r"""A formula, written as an expression (which this library's parser reads again) and as LaTeX.

    Args:
        text: the expression.
        latex: the same in LaTeX; the text if left out.
        binding: how tightly the LaTeX binds (see `Primitive`).
        text_binding: how tightly the expression binds.

    Attributes:
        coefficient: the number in front, where the formula is a product.
        factors: its other factors; the formula itself, where it is no product.

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

    __slots__ = ("_factors", "binding", "coefficient", "latex", "open", "text", "text_binding")

    def __init__(self, text: str, latex: str = "", binding: int = ATOM, text_binding: int = ATOM) -> None:
        """Keep the two forms."""
        if len(text) > LONGEST:
            raise ValueError(f"the formula has more than {LONGEST:,} characters: name intermediate nodes to shorten it")
        self.text = text
        self.latex = latex or text
        self.binding = binding
        self.open = False
        self.text_binding = text_binding
        self.coefficient = 1.0
        self._factors: tuple[Symbol, ...] | None = None

    @property
    def factors(self) -> tuple[Symbol, ...]:
        """The factors of a product; a formula that is none is the only factor of itself."""
        return (self,) if self._factors is None else self._factors

    def renamed(self, text: str, latex: str, rename: Callable[[Symbol], Symbol]) -> Symbol:
        """Return the same formula with other names in it, its factors renamed likewise."""
        twin = Symbol(text, latex, self.binding, self.text_binding)
        twin.coefficient = self.coefficient
        twin._factors = None if self._factors is None else tuple(map(rename, self._factors))
        return twin

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
    written = Symbol(text, latex, SUM if number < 0 else PRODUCT if exponent else ATOM, SUM if number < 0 else ATOM)
    written.coefficient, written._factors = number, ()
    return written


def name_of(label: str, text: str = "") -> Symbol:
    r"""Return the symbol of a labelled node.

    Args:
        label: anybody's string.
        text: the name that stands for it in expressions; the label itself if left out.

    Example:
        >>> print(name_of("delta_out").latex)
        \delta_{\mathrm{out}}
    """
    return Symbol(text or label, in_latex(label), label_binding(label))


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
    written = Symbol(text.text, _latex(row, symbols), row.precedence, text.text_binding)
    written.open = _is_open(row, symbols, written.latex)
    if row is multiply:
        left, right = symbols
        written.coefficient, written._factors = left.coefficient * right.coefficient, left.factors + right.factors
    elif row is negative:
        written.coefficient, written._factors = -symbols[0].coefficient, symbols[0].factors
    return written


def product(*symbols: Symbol) -> Symbol:
    """Multiply as one writes by hand: numbers are multiplied out and stand in front, and so does the sign.

    Example:
        >>> x, y = Symbol("x"), Symbol("y")
        >>> product(0.5 * x, 2.0 * y), product(x, -y), product(x - y, symbol(3.0))
        (Symbol('x * y'), Symbol('-x * y'), Symbol('3 * (x - y)'))
    """
    coefficient, sign = 1.0, 1.0
    factors: list[Symbol] = []
    for each in symbols:
        sign *= math.copysign(1.0, each.coefficient)
        merged = _decimal_product(coefficient, abs(each.coefficient))
        if len(repr(merged)) > 8 and 1.0 not in (coefficient, abs(each.coefficient)):
            # 0.1 * 0.7 is not written as 0.06999999999999999: the second number stays where it is, as one more factor.
            alone = symbol(abs(each.coefficient))
            factors.append(Symbol(alone.text, alone.latex, alone.binding))
        else:
            coefficient = merged
        factors += each.factors
    if coefficient == 0.0 or not factors:
        return symbol(sign * coefficient)
    written = factors[0] if coefficient == 1.0 else symbol(coefficient) * factors[0]
    for factor in factors[1:]:
        written = written * factor
    return -written if sign < 0.0 else written


def _decimal_product(x: float, y: float) -> float:
    """Multiply as on paper: 0.4 times 0.4 is 0.16, and not 0.16000000000000003."""
    return float(Decimal(repr(x)) * Decimal(repr(y))) if math.isfinite(x) and math.isfinite(y) else x * y


def total(terms: Sequence[Symbol]) -> Symbol:
    """Add several formulas; ``1 - x`` rather than ``-x + 1``.

    Example:
        >>> total([-Symbol("x"), symbol(1.0), symbol(-2.0)])
        Symbol('1 - x - 2')
    """
    first = next((i for i, term in enumerate(terms) if not term.text.startswith("-")), 0)
    written = terms[first]
    for term in (*terms[:first], *terms[first + 1 :]):
        written = written + term
    return written


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
            return name_of(node.label) if node.label else symbol(node.data)
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


# The remainder and the floored quotient count as sums, so that in products they are always in brackets.
_TEXT_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": SUM, "%": SUM, "**": POWER, "neg": SUM}


def _text_binding(row: Primitive) -> int:
    return POWER if row is square else PRODUCT if row is reciprocal else _TEXT_BINDING.get(row.symbol, ATOM)


def _text(row: Primitive, operands: Sequence[Symbol]) -> str:
    binding = _text_binding(row)
    if row is negative:
        return f"-{_bracketed(operands[0], PRODUCT)}"
    if row is square:
        return f"{_bracketed(operands[0], ATOM)}**2"
    if row is reciprocal:
        return f"1 / {_bracketed(operands[0], POWER)}"
    if binding == ATOM:
        names = [o.text for o in operands]
        half = len(names) // 2
        return f"{row.name}({f'[{_list(names[:half])}], [{_list(names[half:])}]' if row.pairs else _list(names)})"
    left, right = operands
    if binding == POWER:
        return f"{_bracketed(left, ATOM)}**{_bracketed(right, ATOM)}"
    if row is multiply:  # a * (b / c) is a * b / c
        right_text = _bracketed(right, PRODUCT)
        over = right_text.startswith("1 / ") and right.text_binding == PRODUCT
        return f"{_bracketed(left, PRODUCT)} {right_text[2:] if over else f'* {right_text}'}"
    loosest = PRODUCT if row.symbol in ("//", "%") else binding
    return f"{_bracketed(left, loosest)} {row.symbol} {_bracketed(right, loosest + (row is not add))}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _bracketed(operand: Symbol, needed: int) -> str:
    return operand.text if operand.text_binding >= needed else f"({operand.text})"


def _latex(row: Primitive, operands: Sequence[Symbol]) -> str:
    if row.arity is None:
        operands = [Symbol("", r",\, ".join(o.latex for o in operands))]
    binding = 0 if row.precedence == ATOM else row.precedence
    if row is multiply and operands[0].open:
        operands = [Symbol("", rf"\left({operands[0].latex}\right)"), operands[1]]
    if row is multiply and operands[1].latex[:1].isdigit() and operands[1].binding >= PRODUCT:
        return rf"{format(operands[0], f':{binding}')} \cdot {operands[1].latex}"  # 3 · 2 is not to be read as 32
    parts = []
    for literal, field, spec, _ in Formatter().parse(row.latex):
        parts.append(literal)
        if field:
            parts.append(format(operands[int(field)], f"{spec}:{binding}"))
    return "".join(parts)


def _is_open(row: Primitive, operands: Sequence[Symbol], latex: str) -> bool:
    r"""Whether a factor behind it would be read as part of it, as y is in ``\tanh x \, y``."""
    if row in (multiply, negative):
        return operands[-1].open
    return row.precedence == PRODUCT and row.latex.endswith(":atom}") and not latex.endswith(r"\right)")


def _simplified(row: Primitive, operands: Sequence[Symbol]) -> Symbol | None:
    """Leave out factors of 1, terms of 0 and products with 0, so that a formula reads as one would write it."""
    if row.arity is None:
        return None
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
    if row is add and all(form.startswith("-") for form in (texts[1], operands[1].latex)):  # a - b, not a + -b
        left, right = operands
        return Symbol(f"{left.text} - {right.text[1:]}", f"{left.latex} - {right.latex[1:]}", SUM, SUM)
    if row is divide and operands[0].coefficient < 0.0:  # -(a / b), not (-a) / b
        return -write(divide, [product(symbol(-1.0), operands[0]), operands[1]])
    if (row is subtract and texts[1] == "0") or (row is divide and texts[1] == "1") or row is positive:
        return operands[0]
    return None
