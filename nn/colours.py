"""The colours of nn's pictures and plots: those of `autograd.draw`, mid-toned where they stand on the page itself.

Backgrounds are transparent: what is drawn in these colours can be read on white and on black; circles and chips bring
their own paper.
"""

from __future__ import annotations

import math
from typing import Final

INK: Final = "#1f2933"  # on paper
SOFT: Final = "#5b6875"  # on paper, what matters less
LINE: Final = "#8391a1"  # on the page: captions, axes, outlines
AXES: Final = "#73808d"  # on the page: small print of plots
FRAME: Final = "#2f74c0"  # around outputs
PAPER: Final = "#ffffff"
PALE: Final = "#eef1f5"  # paper of inputs
CHIP: Final = "#e3e8ee"

POSITIVE: Final = "#4a8fd6"
NEGATIVE: Final = "#d9822b"
BROKEN: Final = "#d6578f"  # nan and inf

# Of classes and curves. By Okabe and Ito, for all kinds of colour vision; seen on white as well as on black.
CLASSES: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")


def of_sign(number: float) -> str:
    """Return the colour that stands for a number: blue above 0, orange below, grey for 0, pink if it is not finite.

    Example:
        >>> [of_sign(x) for x in (0.1, -0.1, 0.0)] == [POSITIVE, NEGATIVE, LINE]
        True
    """
    if not math.isfinite(number):
        return BROKEN
    return POSITIVE if number > 0 else NEGATIVE if number < 0 else LINE


def share(number: float, largest: float) -> float:
    """Return how large a number is beside the largest, from 0 to 1; 1 if it is not finite, so that it is seen.

    Example:
        >>> share(-0.5, 2.0), share(0.0, 0.0)
        (0.25, 0.0)
    """
    if not math.isfinite(number):
        return 1.0
    return min(abs(number) / largest, 1.0) if largest else 0.0


def mixed(colour: str, strength: float) -> str:
    """Return a colour on white paper, from 0 for the paper to 1 for the colour itself.

    Example:
        >>> mixed("#4a8fd6", 0.0), mixed("#4a8fd6", 1.0)
        ('#ffffff', '#4a8fd6')
    """
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in parts)
