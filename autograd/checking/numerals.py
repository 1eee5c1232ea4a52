"""Numbers as people print them: a numeral carries its digits, and with them how far it may be from the figure."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final, NamedTuple

from autograd.notation import shown
from autograd.rows import maybe_real

FINEST: Final = 1e-9  # a float is not held to digits that nobody meant to claim
_HAIR: Final = 32.0  # spacings of floats: what a handful of roundings in the engine's figure come to
_NUMERAL = re.compile(r"([-+−–]?)\s*((?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+−–]?[0-9]+)?|inf|nan|∞)")
_COMMA = re.compile(r"[-+−–]?\s*[0-9]+,[0-9]+")


class Numeral(NamedTuple):
    """A number with the digits it is printed in.

    Attributes:
        text: as it is written.
        number: what it says.
        tolerance: half a unit of its last digit; 0 for inf and nan, which are judged literally.
    """

    text: str
    number: float
    tolerance: float

    def admits(self, x: float) -> bool:
        """Tell whether ``x``, rounded to these digits, may be printed so.

        A figure exactly between two numerals is right either way (half up, half to even), and one that lands there
        only by the rounding of floats too: hence a hair more than half a unit.

        Example:
            >>> from autograd.checking.numerals import read_numeral
            >>> [read_numeral(text).admits(0.125) for text in ("0.12", "0.13", "0.125", "0.126")]
            [True, True, True, False]
        """
        if not (math.isfinite(self.number) and math.isfinite(x)):
            return x == self.number or (x != x and self.number != self.number)
        hair = 1e-9 * self.tolerance + _HAIR * math.ulp(max(abs(x), abs(self.number)))
        return abs(x - self.number) <= self.tolerance + hair


def read_numeral(text: str) -> Numeral | None:
    """Read a numeral such as ``"0.060"``, ``"−.5"``, ``"1.2e-3"``, ``"12"``; ``None`` for any other text.

    Args:
        text: what is printed; the minus may be a hyphen or a real minus sign, ``inf`` and ``nan`` are numerals too.

    Returns:
        The numeral, or ``None``: then the text may be a formula.

    Raises:
        ValueError: the number is beyond the range of floats, or is printed with a decimal comma.

    Example:
        >>> read_numeral("−0.060")
        Numeral(text='−0.060', number=-0.06, tolerance=0.0005)
        >>> read_numeral("2*x") is None
        True
    """
    match = _NUMERAL.fullmatch(text.strip())
    if match is None:
        if _COMMA.fullmatch(text.strip()):
            raise ValueError(f"cannot read {shown(text)!r}: write {shown(text.replace(',', '.'))!r}, with a point")
        return None
    sign, digits = ("-" if match[1] and match[1] in "-−–" else ""), match[2].replace("∞", "inf")
    if digits in ("inf", "nan"):
        return Numeral(text.strip(), float(sign + digits), 0.0)
    exact = Decimal(sign + digits.replace("−", "-").replace("–", "-").replace("_", ""))
    number = float(exact)
    if not math.isfinite(number):
        raise ValueError(f"{shown(text)!r} is beyond the range of floats")
    return Numeral(text.strip(), number, 0.5 * float(Decimal(1).scaleb(int(exact.as_tuple().exponent))))


def numeral_of(x: object) -> Numeral | None:
    """Return a number as the numeral that Python prints, no finer than 1e-9 of it; ``None`` for what is no number.

    Example:
        >>> numeral_of(0.25)
        Numeral(text='0.25', number=0.25, tolerance=0.005)
        >>> numeral_of(1 / 3).tolerance
        3.333333333333333e-10
    """
    if isinstance(x, bool) or maybe_real(x) is None:
        return None
    text = float.__repr__(x) if isinstance(x, float) else str(x)
    numeral = read_numeral(text)
    if numeral is None:  # a Fraction, and what else knows how to become a float
        number = maybe_real(x)
        numeral = read_numeral(repr(number))
    assert numeral is not None  # every float's repr is a numeral
    finest = FINEST * abs(numeral.number) if math.isfinite(numeral.number) else 0.0
    return numeral._replace(tolerance=max(numeral.tolerance, finest))
