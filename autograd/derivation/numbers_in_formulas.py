"""Numbers in formulas: written in full in expressions, and short where people read them."""

from __future__ import annotations

from typing import Final

from autograd.rows import ATOM, PRODUCT, SUM
from autograd.symbols import Symbol

DIGITS: Final = 6
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(x: float) -> Symbol:
    r"""Return the symbol of a number that is put into a formula: exact as text, with six digits in LaTeX.

    It stays where it stands: it is not multiplied with others, nor left out where it is 0 or 1.

    Example:
        >>> third = number(1 / 3)
        >>> print(third.text, third.latex)
        0.3333333333333333 0.333333
        >>> print(number(-2e-9).latex)
        -2 \cdot 10^{-9}
    """
    mantissa, exponent = _rounded(x)
    latex = rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa.replace("inf", r"\infty")
    negative = x < 0.0
    binding = SUM if negative else PRODUCT if exponent else ATOM
    return Symbol(repr(x + 0.0), latex.replace("nan", r"\mathrm{nan}"), binding, SUM if negative else ATOM)


def number_shown(x: float) -> str:
    """Write a number with six digits, as text.

    Example:
        >>> print(number_shown(1 / 3), number_shown(-2e-9), number_shown(1e300))
        0.333333 −2·10⁻⁹ 10³⁰⁰
    """
    mantissa, exponent = _rounded(x)
    mantissa = mantissa.replace("-", "−").replace("inf", "∞")
    power = f"10{exponent.translate(_RAISED)}"
    return mantissa if not exponent else power if mantissa == "1" else f"{mantissa}·{power}"


def _rounded(x: float) -> tuple[str, str]:
    """Return the digits and the exponent of ten, ``""`` for none."""
    mantissa, _, exponent = f"{x + 0.0:.{DIGITS}g}".partition("e")
    return mantissa, str(int(exponent)) if exponent else ""
