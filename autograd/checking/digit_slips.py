"""Slips of the pen: digits swapped, misread, dropped or doubled, and a decimal point in the wrong place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal

from autograd.checking.guesses import MISREAD, SHIFTED, TRANSPOSED_DIGITS, Guess

_CONTEXT = Context(prec=400, rounding=ROUND_HALF_EVEN)


def digit_slips(written: str, claimed: float, unit: float, right: float) -> Iterator[Guess]:
    """Guess what was to be written, if the digits of a numeral are wrong.

    Args:
        written: the numeral, for the words.
        claimed: what it says.
        unit: one unit of its last digit.
        right: the right figure.

    Yields:
        Guesses whose number is ``claimed`` where the slip explains it, and nan where it does not.

    Example:
        >>> [g.kind for g in digit_slips("0.443", 0.443, 0.001, 0.4342) if g.number == 0.443]
        ['transposed digits', 'misread digits']
    """
    if not (math.isfinite(right) and math.isfinite(claimed)) or right == 0.0 or unit <= 0.0:
        return
    for places in (1, -1, 2, -2, 3, -3, 4, -4, 6, -6):
        yield Guess(SHIFTED, right * 10.0**places, 1.0 / places**2, _shifted(places, written))
    if claimed * right < 0.0 or not 1e-290 < unit / abs(right) < 10.0:
        return
    exact, step = abs(Decimal(right)), Decimal(f"{unit:.0e}")
    given = _digits(abs(Decimal(claimed)), step)
    true, longer, shorter = (_digits(exact, step * scale) for scale in (1, Decimal("0.1"), 10))
    width = max(len(given), len(true))
    given, true = given.zfill(width), true.zfill(width)
    wrong = [i for i in range(width) if given[i] != true[i]]
    shown = _shown(right, unit)

    def found(kind: str, holds: bool, weight: float, words: str) -> Guess:
        return Guess(kind, claimed if holds else math.nan, weight, lambda: f"{words}: {written} for {shown}")

    swapped = len(wrong) == 2 and (given[wrong[0]], given[wrong[1]]) == (true[wrong[1]], true[wrong[0]])
    apart = wrong[-1] - wrong[0] if swapped else 0
    yield found(TRANSPOSED_DIGITS, swapped and apart == 1, 1.0, "two neighbouring digits are swapped")
    yield found(TRANSPOSED_DIGITS, swapped and apart > 1, 0.5, "two digits are swapped")
    off = abs(Decimal(claimed) - Decimal(right)) / step
    rounded = off < 6 and len(true.lstrip("0")) > 1
    words = f"rounding, or the last digit: it is off by {float(off):.2g} units of its last digit"
    yield found(MISREAD, len(wrong) == 1 and not rounded, 2.0, "one digit is wrong")
    yield found(MISREAD, rounded, 2.0, words)
    yield found(MISREAD, _lacks_one(longer, given.lstrip("0")), 1.0, "a digit is dropped")
    yield found(MISREAD, _lacks_one(given.lstrip("0"), shorter), 1.0, "a digit too many")
    # What a slip in another place would have made: the more there are, the likelier that one fits by chance.
    yield Guess(TRANSPOSED_DIGITS, math.nan, float(len(true.lstrip("0"))), str)
    yield Guess(MISREAD, math.nan, 9.0 * len(true.lstrip("0")), str)


def _digits(x: Decimal, step: Decimal) -> str:
    """Return ``x`` in whole units, as digits."""
    units = _CONTEXT.divide(x, step).to_integral_value(ROUND_HALF_EVEN, _CONTEXT)
    return f"{units:f}"


def _lacks_one(long: str, short: str) -> bool:
    """Whether ``short`` is ``long`` without one of its digits, the ends apart: that would be a shift or a rounding."""
    if len(long) != len(short) + 1 or len(short) < 2:
        return False
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long) - 1))


def _shifted(places: int, written: str) -> Callable[[], str]:
    count = "by one place" if abs(places) == 1 else f"by {abs(places)} places"
    return lambda: f"{written} is too {'large' if places > 0 else 'small'} {count}"


def _shown(x: float, unit: float) -> str:
    decimals = -math.floor(math.log10(unit) + 0.5)
    return f"{x:.{decimals}f}" if 0 <= decimals <= 15 else f"{x:.6g}"
