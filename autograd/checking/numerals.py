"""Numbers as people print them: a numeral carries its digits, and with them how far it may be from the figure."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from autograd.notation import shown
from autograd.rows import maybe_real

FINEST: Final = 1e-9  # a float is not held to digits that nobody meant to claim
_HAIR: Final = 32.0  # spacings of floats: what a handful of roundings in the engine's figure come to
_NUMERAL = re.compile(
    r"([-+−–]?)\s*((?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+−–]?[0-9]+)?|(?i:inf(?:inity)?|nan)|∞)"
)
_EXPONENT: Final = 10  # digits of an exponent that are read
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
    if not digits[0].isdecimal() and digits[0] != ".":
        return Numeral(text.strip(), float(sign + digits), 0.0)
    plain = digits.replace("−", "-").replace("–", "-").replace("_", "")
    number, tolerance = float(sign + plain), 0.5 * _last_unit(plain)
    if not (math.isfinite(number) and math.isfinite(tolerance)):
        raise ValueError(f"{shown(text)!r} is beyond the range of floats")
    return Numeral(text.strip(), number, tolerance)


def _last_unit(digits: str) -> float:
    """Return one unit of the last digit; 0 or inf where floats do not reach that far."""
    mantissa, _, exponent = digits.lower().partition("e")
    sign, places = ("-" if exponent.startswith("-") else ""), exponent.lstrip("+-").lstrip("0")
    shift = int(sign + places[:_EXPONENT]) if places else 0  # a longer one is cut: it stays beyond all floats
    return float(f"1e{shift - len(mantissa.partition('.')[2])}")


def numeral_of(x: object) -> Numeral | None:
    """Return a number as the numeral that Python prints, no finer than 1e-9 of it; ``None`` for what is no number.

    Example:
        >>> numeral_of(0.25)
        Numeral(text='0.25', number=0.25, tolerance=0.005)
        >>> numeral_of(1 / 3).tolerance
        3.333333333333333e-10
    """
    if isinstance(x, bool) or getattr(getattr(x, "dtype", None), "kind", "") == "b":
        return None
    try:
        if maybe_real(x) is None:
            return None
    except OverflowError:
        raise ValueError(f"a number of type {type(x).__name__} is beyond the range of floats") from None
    text = float.__repr__(x) if isinstance(x, float) else str(x)
    numeral = read_numeral(text)
    if numeral is None:  # a Fraction, and what else knows how to become a float
        number = maybe_real(x)
        numeral = read_numeral(repr(number))
    assert numeral is not None  # every float's repr is a numeral
    finest = FINEST * abs(numeral.number) if math.isfinite(numeral.number) else 0.0
    return numeral._replace(tolerance=max(numeral.tolerance, finest))
