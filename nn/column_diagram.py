"""The diagram of layers: columns of neurons at even distances, in the order of their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nn.colours import FRAME, INK, LINE, PALE, PAPER, SOFT
from nn.columns import Column, Number
from nn.looks import Look, empty, look_of, said_of, tooltip
from nn.markup import chip, escaped, lines, spoken

if TYPE_CHECKING:
    from autograd import Picture

FEW = 16  # weights that are written out, if nothing is said
# In points, even ones, as dot counts in whole points:
HEIGHT, NAMED = 32, 38  # of a circle, and of one with a name in it
BETWEEN, GAP = 12, 4  # from circle to circle, at least; from node to node, seen or not
CAPTION = 32  # height
SPACE, MOST_CHIPS = 18, 5  # between chips above each other; so many keep clear of each other at one neuron
CHIP, PER_DIGIT, PER_LETTER = 13, 6.0, 6.6  # the height of a chip; widths
ENOUGH = 12.0  # from a chip to what it might be taken to belong to
COVERED = 100.0  # points that a chip stands back for another: to cover a line is not as bad
MANY = 40  # lines between two columns, whose chips are not moved out of the way of each other
PLACES = [step / 48 for step in sorted(range(4, 45), key=lambda step: (abs(step - 24), step))]  # the best ones first
POINTS = 72  # to the inch

UNSEEN = {"shape": "box", "style": "invis", "width": "0.01", "label": "", "fixedsize": "true"}


class Places(NamedTuple):
    """Where things are, in points."""

    rows: list[list[int | None]]  # of each column from top to bottom; None for what is left out
    pitch: int
    distance: float  # of columns, from middle to middle
    caption: float  # the width of one
    circle: int

    @property
    def highest(self) -> int:
        """How many rows the highest column has."""
        return max(map(len, self.rows))

    def height_of(self, index: int, row: int) -> float:
        """Return how far below mid-height a neuron is."""
        return (self.rows[index].index(row) - (len(self.rows[index]) - 1) / 2) * self.pitch


class Line(NamedTuple):
    """The line of a weight, from column to column."""

    start: float  # its height there, growing downwards, in points
    end: float

    def at(self, share: float) -> float:
        """Return its height on the way."""
        return self.start + share * (self.end - self.start)


class Chips:
    """Where the numbers on the lines between two columns stand, as shares of the way."""

    def __init__(self, lines: Sequence[Line], distance: float, wide: float, circle: int, fewer: int) -> None:
        """Find the places; ``fewer`` is the number of neurons on the side where there are fewer."""
        self.lines, self.distance, self.wide = lines, distance, wide
        spare = (circle / 2 + wide / 2 + 4) / distance
        self.choices = [place for place in PLACES if spare <= place <= 1 - spare] or [0.5]
        # At this share of the way, on the side of fewer neurons, the points of all lines are evenly spaced.
        even = 1 / (fewer + 1) if len({line.start for line in lines}) <= fewer else 1 - 1 / (fewer + 1)
        self.places = [even] * len(lines)
        if len(lines) <= MANY:
            self.places = [self._best(index, alone=True) for index in range(len(lines))]
            for index in 2 * [*range(len(lines))]:
                self.places[index] = self._best(index, alone=False)

    def _best(self, index: int, *, alone: bool) -> float:
        """Return the best place of a chip; the others are thought away, or stay where they are."""
        others = [other for other in range(len(self.lines)) if other != index]

        def merit(place: float) -> float:
            clear = min((self._clearance(index, other, place) for other in others), default=ENOUGH)
            covered = 0 if alone else sum(self._covers(index, other, place) for other in others)
            return round(min(clear, ENOUGH), 3) - COVERED * covered  # rounded: mirror images are equals

        return max(self.choices, key=merit)

    def _clearance(self, index: int, other: int, place: float) -> float:
        """Return how far a chip is from another line; below 0 if it is on it."""
        line = self.lines[other]
        slope = abs(line.end - line.start) / self.distance
        above = abs(line.at(place) - self.lines[index].at(place))
        return (above - CHIP / 2 - slope * self.wide / 2) / math.hypot(1, slope)

    def _covers(self, index: int, other: int, place: float) -> bool:
        """Tell whether a chip would touch another chip."""
        aside = abs(self.places[other] - place) * self.distance
        above = abs(self.lines[other].at(self.places[other]) - self.lines[index].at(place))
        return aside < self.wide + 2 and above < CHIP + 2


def draw_columns(
    columns: Sequence[Column], by: str, limit: int, precision: int, labels: bool | None
) -> tuple[Picture, tuple[list[str], str]]:
    """Draw inputs and layers; return what is to be said about it, too."""
    rows = [_rows(column.size, limit) for column in columns]
    weights = _weights(columns, rows)
    highest = max(map(len, rows))
    look = look_of(weights.values(), by, precision, 3.6 if highest <= 6 else 2.4 if highest <= 10 else 1.6)
    look = look._replace(written=len(weights) <= FEW if labels is None else labels)
    places = _places(columns, rows, look)
    picture = empty({"nodesep": _inches(GAP), "ranksep": _inches(places.distance - places.caption), "splines": "line"})
    biases = [column.bias.at(row) for column, shown in zip(columns, rows, strict=True) if column.bias is not None
              for row in shown if row is not None]  # fmt: skip
    blank = not any(map(look.shown, biases))
    for index, column in enumerate(columns):
        _add_column(picture, index, column, places, look, blank=blank)
    _fix_places(picture, rows)
    chips = _chips(weights, places, look) if look.written else {}
    for (index, place, unit), entry in weights.items():
        line = look.line([entry]) | {"tooltip": tooltip(entry), "weight": "0"} | chips.get((index, place, unit), {})
        picture.edge(f"c{index - 1}_{place}", f"c{index}_{unit}", **line)
    named = look.written and any(column.output for column in columns)
    return picture, said_of(look, weights.values(), _remarks(look, biases, blank=blank, named=named))


def _remarks(look: Look, biases: Sequence[Number], *, blank: bool, named: bool) -> list[str]:
    """Say what stands in the circles."""
    what = "bias" if look.by == "weight" else "gradient of its bias"
    inside = ["the name of its output"] if named else []
    inside += [f"{'its' if look.by == 'weight' else 'the'} {what}"] if biases and not blank else []
    said = [f"in a neuron: {', and below it '.join(inside)}"] if inside else []
    zeros = "all biases are 0" if look.by == "weight" else "all gradients of biases are 0"
    return said + ([zeros] if biases and blank else [])


def _chips(
    weights: Mapping[tuple[int, int, int], Number], places: Places, look: Look
) -> dict[tuple[int, int, int], dict[str, str]]:
    """Write the numbers on the lines, and say where they stand, in terms of dot: how far from the circle."""
    found = {}
    for column in range(1, len(places.rows)):
        keys = [key for key in weights if key[0] == column]
        lines = [Line(places.height_of(column - 1, tail), places.height_of(column, head)) for _, tail, head in keys]
        figures = [look.figure(weights[key]) for key in keys]
        wide = PER_DIGIT * max(map(len, figures)) + 2
        fewer = min(len(places.rows[column - 1]), len(places.rows[column]))
        chips = Chips(lines, places.distance, wide, places.circle, fewer)
        for key, line, figure, share in zip(keys, lines, figures, chips.places, strict=True):
            along = share * math.hypot(places.distance, line.end - line.start) - places.circle / 2
            at = {"labeldistance": f"{max(along, 0) / 10:.2f}", "labelangle": "0"}
            found[key] = {"taillabel": chip("", figure)} | at
    return found


def _rows(size: int, limit: int) -> list[int | None]:
    return list(range(size)) if size <= limit else [*range(limit - 2), None, size - 1]


def _weights(columns: Sequence[Column], rows: list[list[int | None]]) -> dict[tuple[int, int, int], Number]:
    """Return the weights that are drawn, by column, input and neuron."""
    return {
        (index, place, unit): column.weight.at(unit, place)
        for index, column in enumerate(columns)
        if column.weight is not None
        for unit in rows[index]
        for place in rows[index - 1]
        if unit is not None and place is not None
    }


def _places(columns: Sequence[Column], rows: list[list[int | None]], look: Look) -> Places:
    """Choose distances: the further apart, the more there is in between."""
    longest = max(len(text) for column in columns for text in (column.heading, column.about))
    circle = NAMED if look.written else HEIGHT
    caption = max(PER_LETTER * longest, circle)
    highest, pitch, distance = max(map(len, rows)), circle + BETWEEN, caption + 20
    if look.written:
        chips = max(min(len(tails), len(heads)) for tails, heads in pairwise(rows))
        pitch, distance = max(pitch, SPACE * (min(chips, MOST_CHIPS) + 1)), max(distance, 170 + 10 * look.precision)
    return Places(rows, pitch, max(distance, 100 + 10 * highest), caption, circle)


def _add_column(picture: Picture, index: int, column: Column, places: Places, look: Look, *, blank: bool) -> None:
    """Add the circles of a column, what is under it, and an unseen node in between that puts it at mid-height."""
    rows = places.rows[index]
    spare = _inches(2 + (places.highest - len(rows)) * places.pitch / 2)
    between, circle = _inches(places.pitch - places.circle - 2 * GAP), {"width": _inches(places.circle)}
    with picture.subgraph(graph_attr={"rank": "same"}) as same:
        for position, row in enumerate(rows):
            if position:  # room above it, of its own: the caption stands closer than the circles do
                same.node(f"c{index}_above{position}", **UNSEEN, height=between)
            if row is None:
                left_out = {"label": lines(("⋮", LINE, 20)), "tooltip": f"{column.size - len(rows) + 1:,} more"}
                same.node(f"c{index}_more", **left_out, **circle, color="transparent", fillcolor="transparent")
            elif column.weight is None:
                label = lines((spoken(f"x{row + 1}"), INK, 12 if row < 99 else 9))
                same.node(f"c{index}_{row}", label, tooltip=f"input {row + 1}", **circle, fillcolor=PALE)
            else:
                last = index == len(places.rows) - 1
                same.node(f"c{index}_{row}", **_neuron(index, row, column, look, last=last, blank=blank), **circle)
        same.node(f"c{index}_below", **UNSEEN, height=spare)
        said = lines((f"<B>{escaped(column.heading)}</B>", LINE, 12), (escaped(column.about), LINE, 11))
        size = {"width": _inches(places.caption), "height": _inches(CAPTION)}
        same.node(f"c{index}_about", said, shape="box", color="transparent", style="", tooltip=" ", **size)


def _neuron(index: int, row: int, column: Column, look: Look, *, last: bool, blank: bool) -> dict[str, str]:
    """Choose the circle of a neuron: the name of its output; its bias, from which it has its tint, unless all are 0."""
    frame = {"color": FRAME, "penwidth": "2"} if last else {}
    name = f"{column.output}_{row + 1}" if column.output else ""
    who = f"{name}: neuron {row + 1} of layer {index}".removeprefix(": ")
    rows = [(spoken(name), INK, 11 if len(name) < 6 else 9)] if name and look.written else []
    if column.bias is None:
        return {"label": lines(*rows), "tooltip": f"{who}, without a bias", "fillcolor": PAPER} | frame
    bias = column.bias.at(row)
    if not blank:
        figure = look.figure_in_circle(bias)
        size = 8 if len(figure) <= 6 else 7 if len(figure) == 7 else 6
        rows.append((figure, INK if look.shown(bias) else SOFT, size))
    return {"label": lines(*rows), "tooltip": f"{who}, {tooltip(bias)}", "fillcolor": look.paper(bias)} | frame


def _fix_places(picture: Picture, rows: Sequence[Sequence[int | None]]) -> None:
    """Tie the nodes of each column below each other in their order, and the columns at what is under them.

    Left to itself, dot puts neurons in an order of its own, and columns off mid-height.
    """
    ties = [" -> ".join(f"c{index}_about" for index in range(len(rows)))]
    for index, column in enumerate(rows):
        places: list[object] = []
        for position, row in enumerate(column):
            places += [f"above{position}"] if position else []
            places.append("more" if row is None else row)
        ties.append(" -> ".join(f"c{index}_{place}" for place in [*places, "below", "about"]))
    picture.body.extend(f"\t{tie} [style=invis weight=100]\n" for tie in ties)


def _inches(points: float) -> str:
    return f"{points / POINTS:.4f}"
