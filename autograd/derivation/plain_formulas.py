"""Formulas in Unicode, as a terminal shows them: made token by token from the expression that is parsed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autograd.derivation.numbers_in_formulas import number_shown
from autograd.rows import POWER
from autograd.tokens import Token, tokens

_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FUNCTIONS: Final = {"sqrt": "√", "cbrt": "∛", "log": "ln", "sigmoid": "σ"}


def in_plain_text(
    text: str, names: Mapping[str, str], loose: Mapping[str, int] | None = None, dots: bool = False
) -> str:
    """Write an expression as one writes by hand: ``2 * n_6**2 - w`` as 2 n₆² − w.

    Args:
        text: an expression that `autograd.expression.parse` reads.
        names: how its names are shown; those not in it are shown as they are.
        loose: names that need brackets below a power, or (those that bind as a sum) everywhere.
        dots: whether a dot stands between all factors, rather than only where two numbers would meet.

    Example:
        >>> print(in_plain_text("2 * n_6**2 - 0.5 * 3 * sqrt(w)", {"n_6": "n₆"}))
        2 n₆² − 0.5 · 3 √(w)
    """
    found = [token for token in tokens(text) if token.kind != "end"]
    pieces = []
    before = Token("start", "", 0)
    skip = False
    divided = [False]  # per open bracket: whether what stands before is a quotient, behind which a factor needs a dot
    for place, token in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        if skip:  # an exponent, already raised
            skip = False
        elif token.text == "**":
            skip = after is not None and after.kind == "number" and after.text.isdigit()
            pieces.append(after.text.translate(_RAISED) if skip and after is not None else "^")
        elif token.kind == "name":
            pieces.append(_name(token.text, names, loose or {}, after))
        elif token.kind == "number":
            pieces.append(number_shown(float(token.text)))
        else:
            _note_division(token.text, divided)
            dot = token.text == "*" and (dots or divided[-1])
            pieces.append(" · " if dot else _sign(token, before, after))
        before = token
    return "".join(pieces)


def _note_division(sign: str, divided: list[bool]) -> None:
    if sign in ("(", "["):
        divided.append(False)
    elif sign in (")", "]"):
        divided.pop()
    elif sign in ("/", "+", "-", ","):
        divided[-1] = sign == "/"


def _name(name: str, names: Mapping[str, str], loose: Mapping[str, int], after: Token | None) -> str:
    shown = names.get(name, name)
    powered = after is not None and after.text == "**"
    return f"({shown})" if loose.get(name, POWER + 1) < (POWER + 1 if powered else POWER) else shown


def _sign(token: Token, before: Token, after: Token | None) -> str:
    """Write an operator, a bracket or the name of a function."""
    if token.kind == "call":
        return _FUNCTIONS.get(token.text, token.text)
    follows_operand = before.kind in ("name", "number") or before.text in (")", "]")
    if token.text == "*":
        return " · " if after is not None and after.kind == "number" else " "
    if token.text == "-":
        return " − " if follows_operand else "−"
    if token.text in ("+", "/", "//", "%", ",", "<", ">", "<=", ">=", "==", "!="):
        return f"{'' if token.text in (',', '/') else ' '}{token.text}{'' if token.text == '/' else ' '}"
    return token.text
