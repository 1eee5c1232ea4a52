"""Numbers beside a number: those that a slip of the pen makes of it, and the short ones next to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final

POINT: Final = "decimal point"
SIGN: Final = "sign"
EXCHANGED: Final = "digits exchanged"

_SHIFTS: Final = (-1, 1, -2, 2, -3, 3)
_COPIED: Final = 10  # digits of a number that somebody may have copied by hand
_DIGITS: Final = 17  # significant digits that tell any two floats apart


def slips(x: float) -> Iterator[tuple[str, float]]:
    """Yield what a slip of the pen makes of a number: the point moved, the sign lost, two digits exchanged.

    Example:
        >>> from autograd.checking.nearby_numbers import slips
        >>> [number for _, number in slips(0.63)]
        [0.063, 6.3, 0.0063, 63.0, 0.00063, 630.0, -0.63, 0.36]
    """
    if not math.isfinite(x) or not x:
        return
    exact = Decimal(repr(x))
    yield from ((POINT, float(exact.scaleb(shift))) for shift in _SHIFTS)
    yield SIGN, -x
    sign, digits, _ = exact.normalize().as_tuple()
    exponent = int(exact.normalize().as_tuple().exponent)
    if len(digits) <= _COPIED:
        for i in range(len(digits) - 1):
            if digits[i] != digits[i + 1]:
                swapped = (*digits[:i], digits[i + 1], digits[i], *digits[i + 2 :])
                yield EXCHANGED, float(Decimal((sign, swapped, exponent)))


def numerals_near(x: float) -> Iterator[float]:
    """Yield 0, then the numerals of one, two, … significant digits next to ``x`` on both sides, the nearer one first.

    Example:
        >>> from itertools import islice
        >>> from autograd.checking.nearby_numbers import numerals_near
        >>> list(islice(numerals_near(0.08996), 5))
        [0.0, 0.09, 0.08, 0.09, 0.089]
    """
    yield 0.0
    exact = Decimal(x)
    for digits in range(1, _DIGITS + 1):
        both = [float(Context(digits, rounding).plus(exact)) for rounding in (ROUND_FLOOR, ROUND_CEILING)]
        yield from sorted(both, key=lambda number: abs(number - x))
