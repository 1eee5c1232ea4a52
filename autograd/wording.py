"""How numbers, names and operations are worded for people: in pictures, tables and messages."""

from __future__ import annotations

import re
from typing import Final

from autograd.typesetting import in_unicode

LONGEST_LABEL: Final = 40  # characters
_NAME = re.compile(r"[^\W\d_]\w*'*(\[\w+\])*")
_SIGNS = {"*": "×", "-": "−", "neg": "−", "pos": "+", "**": "^"}


def sign(op: str) -> str:
    """Return the sign of an operation as mathematics has it.

    Example:
        >>> sign("*"), sign("tanh")
        ('×', 'tanh')
    """
    return _SIGNS.get(op, op)


def number(x: float, precision: int) -> str:
    """Write a number for reading: rounded, with a real minus sign; whole numbers in full.

    Example:
        >>> [number(x, 4) for x in (-0.0, 2 / 3, -12345.0, 1e-12, 123456.7, float("-inf"))]
        ['0', '0.6667', '−12345', '1e−12', '1.235e5', '−inf']
    """
    if x == 0.0:
        return "0"
    text = f"{x:.0f}" if abs(x) < 1e6 and x == int(x) else f"{x:.{precision}g}"
    return re.sub(r"e([+-])0*", lambda found: "e" + found[1].strip("+"), text).replace("-", "−")


def cut(text: str, longest: int) -> str:
    """Put an ellipsis for the end of a long text."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def spoken(name: str) -> str:
    """Return a name as mathematics writes it, if it is one like ``w_12`` or ``W1[0][2]``; any other string as it is.

    Example:
        >>> spoken("w_12"), spoken("W1[0][2]"), spoken("a < b_1")
        ('w₁₂', 'W₁[0][2]', 'a < b_1')
    """
    return in_unicode(name) if len(name) <= LONGEST_LABEL and _NAME.fullmatch(name) else name
