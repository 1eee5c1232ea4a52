"""What both kinds of diagrams share: how numbers become lines, tints, tooltips and a legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nn.colours import INK, LINE, PAPER, mixed, of_sign, share
from nn.columns import Number
from nn.markup import figure, harmless, legend

if TYPE_CHECKING:
    from autograd import Picture

DIGITS_IN_CIRCLE = 3  # at most: there is no room for more
THINNEST, FAINTEST = 0.5, 0.4  # of lines: width in points, opacity

FONT = {"fontname": "Helvetica,Arial,sans-serif", "fontsize": "12", "fontcolor": INK}
GRAPH = FONT | {"bgcolor": "transparent", "pad": "0.15", "rankdir": "LR", "labelloc": "t", "outputorder": "edgesfirst"}
CIRCLE = FONT | {
    "shape": "circle", "fixedsize": "true", "margin": "0", "style": "filled", "color": LINE, "fillcolor": PAPER,
}  # fmt: skip
EDGE = FONT | {"color": LINE, "arrowhead": "none", "arrowsize": "0.6"}


class Look(NamedTuple):
    """How numbers are shown."""

    by: str
    precision: int
    largest: float  # magnitude of what lines show
    widest: float  # line
    written: bool  # on lines

    def shown(self, entry: Number) -> float:
        """Return the number that is shown of an entry."""
        return entry.gradient if self.by == "gradient" else entry.data

    def figure(self, entry: Number) -> str:
        """Write it."""
        return figure(self.shown(entry), self.precision)

    def figure_in_circle(self, entry: Number) -> str:
        """Write it where there is little room."""
        return figure(self.shown(entry), min(self.precision, DIGITS_IN_CIRCLE))

    def paper(self, entry: Number) -> str:
        """Choose the tint of a circle by the sign of its bias."""
        return mixed(of_sign(self.shown(entry)), 0.3) if self.shown(entry) else PAPER

    def line(self, entries: Sequence[Number]) -> dict[str, str]:
        """Choose a line: colour by sign, width by magnitude; two lines side by side for a vector with both signs."""
        numbers = [self.shown(entry) for entry in entries]
        most = max(share(x, self.largest) for x in numbers)
        opacity = f"{round(255 * (FAINTEST + (1 - FAINTEST) * most)):02x}"  # what is small does not cover what is large
        colours = dict.fromkeys(of_sign(x) for x in numbers if x) or [LINE]
        width = THINNEST + (self.widest - THINNEST) * most
        return {"color": ":".join(f"{colour}{opacity}" for colour in colours), "penwidth": f"{width:.2f}"}


def look_of(numbers: Iterable[Number], by: str, precision: int, widest: float) -> Look:
    """Choose how numbers are shown, by how large they are."""
    look = Look(by, precision, 0.0, widest, written=False)
    return look._replace(largest=max((abs(x) for x in map(look.shown, numbers) if math.isfinite(x)), default=0.0))


def empty(attributes: Mapping[str, str]) -> Picture:
    """Begin a diagram."""
    from autograd import Picture

    return Picture(graph_attr=GRAPH | dict(attributes), node_attr=CIRCLE, edge_attr=EDGE)


def tooltip(entry: Number) -> str:
    """Write names and digits of an entry."""
    symbol = f"{harmless(entry.symbol)} = " if entry.symbol else ""
    return f"{symbol}{harmless(entry.name)}: data {entry.data!r}, grad {entry.gradient!r}"


def said_of(look: Look, weights: Iterable[Number], more: Sequence[str]) -> tuple[list[str], str]:
    """Return remarks on a diagram, and its legend."""
    numbers = [look.shown(entry) for entry in weights]
    remarks = [] if any(numbers) else [f"all {look.by}s are 0"]
    if remarks and look.by == "gradient":
        remarks = ["all gradients are 0: call backward() on a result first"]
    return remarks, legend(look.by, numbers, look.largest, look.precision, more)
