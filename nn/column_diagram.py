"""The diagram of layers: columns of neurons at even distances, in the order of their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from nn.colours import FRAME, INK, LINE, PALE, PAPER, SOFT
from nn.columns import Column, Number
from nn.looks import Look, empty, look_of, said_of, tooltip
from nn.markup import chip, escaped, lines, spoken

if TYPE_CHECKING:
    from autograd import Picture

FEW = 16  # weights that are written out, if nothing is said
HEIGHT, PITCH = 32, 44  # of a circle, and from circle to circle; in points, even ones, as dot counts in whole points
CHIP, MOST_CHIPS = 14, 5  # the height of a chip; so many keep clear of each other on the lines at one neuron
PER_LETTER = 6.6  # points
POINTS = 72  # to the inch

UNSEEN = {"shape": "box", "style": "invis", "width": "0.01", "label": "", "fixedsize": "true"}


class Places(NamedTuple):
    """Where things are, in points."""

    rows: list[list[int | None]]  # of each column from top to bottom; None for what is left out
    pitch: int
    distance: float  # of columns, from middle to middle
    caption: float  # the width of one

    @property
    def highest(self) -> int:
        """How many rows the highest column has."""
        return max(map(len, self.rows))

    def chip_at(self, index: int, tail: int, head: int) -> dict[str, str]:
        """Say where the number of a weight stands on its line, in terms of dot: how far from the end of the line.

        Lines between n and m neurons cross. At the right distance from the smaller side, 1/(n + 1) of the way, the
        points of all lines are evenly spaced.
        """
        tails, heads = self.rows[index - 1], self.rows[index]
        y = (heads.index(head) - (len(heads) - 1) / 2) - (tails.index(tail) - (len(tails) - 1) / 2)
        along = math.hypot(self.distance, y * self.pitch) / (min(len(tails), len(heads)) + 1)
        end = "taillabel" if len(heads) <= len(tails) else "headlabel"
        return {"labeldistance": f"{max(along - HEIGHT / 2, 0) / 10:.2f}", "labelangle": "0", "end": end}


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
    between = {"nodesep": _inches(places.pitch - HEIGHT), "ranksep": _inches(places.distance - places.caption)}
    picture = empty(between | {"splines": "line"})
    for index, column in enumerate(columns):
        _add_column(picture, index, column, places, look)
    _fix_places(picture, rows)
    for (index, place, unit), entry in weights.items():
        line = look.line([entry]) | {"tooltip": tooltip(entry), "weight": "0"}
        if look.written:
            at = places.chip_at(index, place, unit)
            line |= {at.pop("end"): chip("", look.figure(entry))} | at
        picture.edge(f"c{index - 1}_{place}", f"c{index}_{unit}", **line)
    biased = any(column.bias is not None for column in columns)
    said = "in a neuron: its bias" if by == "weight" else "in a neuron: the gradient of its bias"
    return picture, said_of(look, weights.values(), [said] if biased else [])


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
    caption = max(PER_LETTER * longest, HEIGHT)
    highest, pitch, distance = max(map(len, rows)), PITCH, caption + 20
    if look.written:
        chips = max(min(len(tails), len(heads)) for tails, heads in pairwise(rows))
        pitch, distance = max(pitch, CHIP * (min(chips, MOST_CHIPS) + 1)), max(distance, 170 + 10 * look.precision)
    return Places(rows, pitch, max(distance, 100 + 10 * highest), caption)


def _add_column(picture: Picture, index: int, column: Column, places: Places, look: Look) -> None:
    """Add the circles of a column, what is under it, and an unseen node in between that puts it at mid-height."""
    rows = places.rows[index]
    spare = _inches(4 + (places.highest - len(rows)) * places.pitch / 2)
    with picture.subgraph(graph_attr={"rank": "same"}) as same:
        for row in rows:
            if row is None:
                left_out = {"label": lines(("⋮", LINE, 20)), "tooltip": f"{column.size - len(rows) + 1:,} more"}
                same.node(f"c{index}_more", **left_out, **_circle("transparent"), color="transparent")
            elif column.weight is None:
                label = lines((spoken(f"x{row + 1}"), INK, 12 if row < 99 else 9))
                same.node(f"c{index}_{row}", label, tooltip=f"input {row + 1}", **_circle(PALE))
            else:
                same.node(f"c{index}_{row}", **_neuron(index, row, column, look, last=index == len(places.rows) - 1))
        same.node(f"c{index}_below", **UNSEEN, height=spare)
        said = lines((f"<B>{escaped(column.heading)}</B>", LINE, 12), (escaped(column.about), LINE, 11))
        size = {"width": _inches(places.caption), "height": _inches(HEIGHT)}
        same.node(f"c{index}_about", said, shape="box", color="transparent", style="", tooltip=" ", **size)


def _circle(paper: str) -> dict[str, str]:
    return {"width": _inches(HEIGHT), "fillcolor": paper}


def _neuron(index: int, row: int, column: Column, look: Look, *, last: bool) -> dict[str, str]:
    """Choose the circle of a neuron; the number in it and its tint are those of its bias."""
    frame = {"color": FRAME, "penwidth": "2"} if last else {}
    who = f"neuron {row + 1} of layer {index}"
    if column.bias is None:
        return {"label": "", "tooltip": f"{who}, without a bias"} | _circle(PAPER) | frame
    bias: Number = column.bias.at(row)
    figure = look.figure_in_circle(bias)
    size = 8 if len(figure) <= 6 else 7 if len(figure) == 7 else 6
    label = lines((figure, INK if look.shown(bias) else SOFT, size))
    return {"label": label, "tooltip": f"{who}, {tooltip(bias)}"} | _circle(look.paper(bias)) | frame


def _fix_places(picture: Picture, rows: Sequence[Sequence[int | None]]) -> None:
    """Tie the nodes of each column below each other in their order, and the columns at what is under them.

    Left to itself, dot puts neurons in an order of its own, and columns off mid-height.
    """
    ties = [" -> ".join(f"c{index}_about" for index in range(len(rows)))]
    for index, column in enumerate(rows):
        places = [*("more" if row is None else row for row in column), "below", "about"]
        ties.append(" -> ".join(f"c{index}_{place}" for place in places))
    picture.body.extend(f"\t{tie} [style=invis weight=100]\n" for tie in ties)


def _inches(points: float) -> str:
    return f"{points / POINTS:.4f}"
