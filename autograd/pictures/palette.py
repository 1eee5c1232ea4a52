"""The colours and lines of pictures: few, mid-toned where they stand on the page itself, and told apart by everybody.

The background is transparent: what stands on it is readable on white and on black, and boxes bring their own paper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

INK, LINE, NOTICE = "#1f2933", "#8391a1", "#c2570c"
CHIP: Final = "#e3e8ee"  # what a local partial is written on
CLUSTER: Final = "#8391a11f"  # the rest is let through


class Tones(NamedTuple):
    """The colours of one box."""

    ink: str
    soft: str
    line: str
    frame: str
    paper: str
    pale: str
    band: str
    ports: str
    chip: str


FULL: Final = Tones(INK, "#5b6875", LINE, "#2f74c0", "#ffffff", "#eef1f5", "#46586c", "#5b6875", CHIP)
DIM: Final = Tones("#737f8c", "#8a96a3", "#b3bcc6", "#9db8d6", "#e9ecf0", "#e9ecf0", "#aeb8c3", "#b9c2cc", "#dde2e8")

# By Okabe and Ito, for all kinds of colour vision; those of them that can be seen on white as well as on black.
PATHS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")

_DIMMED: Final = {"color": f"{LINE}66", "penwidth": "1.0"}

_RISING, _FALLING, _BROKEN = (0x7D, 0xB3, 0xE8), (0xF2, 0xB2, 0x79), (0xE8, 0x7F, 0xAE)
_FLOW_RISING, _FLOW_FALLING, _FLOW_BROKEN = "#4a8fd6", "#d9822b", "#d6578f"


def tint(gradient: float, largest: float) -> str:
    """Choose the paper of a gradient: blue above 0, orange below, the stronger the larger; pink if not finite."""
    if not math.isfinite(gradient):
        return _mix(_BROKEN, 0.8)
    share = strength(gradient, largest)
    return _mix(_RISING if gradient > 0 else _FALLING, 0.1 + 0.7 * share) if share else ""


def flow(contribution: float, largest: float) -> dict[str, str]:
    """Choose the line of an edge by what the backward pass sends along it: the heavier the more, grey for nothing."""
    if not math.isfinite(contribution):
        return {"color": _FLOW_BROKEN, "penwidth": "2.4"}
    share = strength(contribution, largest)
    if not share:
        return {}
    return {"color": _FLOW_RISING if contribution > 0 else _FLOW_FALLING, "penwidth": f"{1.1 + 1.5 * share:.1f}"}


def highlighted(colours: Sequence[str], others: bool = False) -> dict[str, str]:
    """Choose the line of an edge by the colours of the paths over it, side by side.

    Args:
        colours: none for an edge on no path.
        others: whether such an edge is dimmed, because others are highlighted.
    """
    if not colours:
        return _DIMMED if others else {}
    return {"color": ":".join(colours), "penwidth": "2.6" if len(colours) == 1 else "2.0", "arrowsize": "0.8"}


def strength(gradient: float, largest: float) -> float:
    """Return how strongly a gradient is shown, from 0 to 1; by a square root, so that little can be told from none."""
    return math.sqrt(min(abs(gradient) / largest, 1.0)) if largest else 0.0


def _mix(colour: tuple[int, int, int], share: float) -> str:
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in colour)
