"""What is written into boxes: an operation with its constants, and the formula of all that is folded into one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from autograd.replay import stored_operands
from autograd.rows import ATOM, SUM
from autograd.symbols import Symbol, symbol, write
from autograd.value import Value
from autograd.wording import number, sign, spoken

INFIX = {"+", "-", "*", "/", "//", "%", "**", ">", "="}
LONGEST_FORMULA = 90  # characters, where a name counts for one
MOST_OPERANDS = 12  # of one operation, written out
BLANK = "·"  # for what an edge brings

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FIRST_TOKEN = 0xE000  # characters for private use: they stand for names while a formula is written


def operation(node: Value, folded: Collection[int], title: Callable[[Value], str], precision: int) -> str:
    """Write the operation of a node, with the constants at the slots ``folded``.

    Example:
        >>> from autograd import Value, clip
        >>> x = Value(3.0)
        >>> nodes = [2 * x, x**2, 2 - x, x + -1, clip(x, 0.0, 1.0)]
        >>> constants = [[i for i, operand in enumerate(node.operands) if operand is not x] for node in nodes]
        >>> [operation(node, slots, str, 4) for node, slots in zip(nodes, constants)]
        ['× 2', '^2', '2 −', '+ (−1)', 'clip(·, 0, 1)']
    """
    written = sign(node.op)
    if not folded:
        return written
    operands = stored_operands(node) or ()
    words = [_constant(o, title, precision) if i in folded else BLANK for i, o in enumerate(operands)]
    if node.op in INFIX:
        return _infix(written, words, node._op.commutative)
    if len(words) > MOST_OPERANDS:
        return f"{written}(…)"
    half = len(words) // 2
    groups = [words[:half], words[half:]] if node._op.pairs else [words]
    return f"{written}({'; '.join(', '.join(group) for group in groups)})"


def _infix(sign: str, words: Sequence[str], commutative: bool) -> str:
    left, right = (f"({word})" if word.startswith("−") else word for word in words)
    if commutative and right == BLANK:
        left, right = right, left
    separator = "" if sign == "^" else " "
    return separator.join(word for word in (left, sign, right) if word != BLANK)


def formula(inside: Iterable[Value], names: Mapping[Value, str], precision: int) -> list[str]:
    """Write the last of the nodes ``inside``, in topological order, by the names of what they are made from.

    Returns:
        The formula in pieces at which a line may be broken.

    Example:
        >>> from autograd import Value
        >>> w, x = Value(2.0, "w"), Value(3.0, "x * y")
        >>> product = w * x
        >>> square = product**2
        >>> formula([product, square, square - 1], {w: "w", x: x.label}, 4)
        ['(w·x * y)²', '−', '1']
    """
    tokens = {node: chr(_FIRST_TOKEN + index) for index, node in enumerate(names)}
    written: dict[Value, Symbol] = {node: Symbol(token) for node, token in tokens.items()}
    last = Symbol("…")
    for node in inside:
        operands = stored_operands(node) or ()
        if len(operands) > MOST_OPERANDS:
            last = Symbol(f"{node._op.name}(…)")
        else:
            last = write(node._op, [written[o] if o in written else _figure(o, precision) for o in operands])
        if len(last.text) > LONGEST_FORMULA:
            last = Symbol("…")
        written[node] = last
    found = {token: names[node] for node, token in tokens.items()}
    return [re.sub("[\ue000-\uf8ff]", lambda t: found[t[0]], piece) for piece in _typeset(last.text).split(" ")]


def circled(index: int) -> str:
    """Return the number of a slot as formulas mention it: ①, ②, …, beyond twenty in brackets."""
    return chr(0x2460 + index) if index < 20 else f"({index + 1})"


def _constant(operand: Value | float, title: Callable[[Value], str], precision: int) -> str:
    """Write a constant by its name, if it has one, else as a number."""
    if isinstance(operand, float):
        return number(operand, precision)
    return spoken(title(operand)) or number(operand.data, precision)


def _figure(operand: Value | float, precision: int) -> Symbol:
    """Write a number, rounded; never so that it could be left out as a 0 or 1."""
    x = operand if isinstance(operand, float) else operand.data
    text = number(x, precision).replace("−", "-")
    if text in ("0", "1", "-1") and float(text) != x:
        return symbol(x)
    return Symbol(text, text_binding=SUM if x < 0 else ATOM)


def _typeset(text: str) -> str:
    """Write Python's signs as mathematics does; names are tokens here, so that nothing in them is taken for a sign."""
    text = re.sub(r"\*\*(\d+)", lambda found: found[1].translate(_SUPERSCRIPTS), text)
    return text.replace("**", "^").replace(" * ", "·").replace(" / ", "/").replace("-", "−")
