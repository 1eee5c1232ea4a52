"""Small pictures of text that an animation puts on a drawing, all of them laid out at once by Graphviz."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from autograd.animation.svg_layout import Layout, read_layout
from autograd.pictures.rendering import Picture

PER_ROW = 8
PER_SHEET = 120  # a larger sheet would be a picture of many megabytes


class Sheet:
    """A picture that holds some of the sprites side by side.

    Attributes:
        picture: its source.
        layout: where the sprites are on it, by their names.
    """

    def __init__(self, labels: dict[str, str], font: dict[str, str]) -> None:
        """Lay out ``labels``, which are Graphviz's HTML-like labels by the names of the sprites."""
        self.picture = Picture(
            graph_attr={"bgcolor": "transparent", "rankdir": "LR", "nodesep": "0.1", "ranksep": "0.1", "pad": "0.1"},
            node_attr=font | {"shape": "plain"},
            edge_attr={"style": "invis"},
        )
        for name, label in labels.items():
            self.picture.node(name, label)
        for position, (left, right) in enumerate(itertools.pairwise(labels), 1):
            if position % PER_ROW:
                self.picture.edge(left, right)
        self.layout: Layout = read_layout(str(self.picture.pipe("svg", encoding="utf-8")))

    def image(self) -> bytes:
        """Return the picture as PNG."""
        return bytes(self.picture.pipe("png"))  # type: ignore[arg-type]


def sheets(labels: Sequence[str], font: dict[str, str]) -> list[Sheet]:
    """Put sprites ``s0``, ``s1``, … for the given labels on as many sheets as they need.

    Example:
        >>> (sheet,) = sheets(["<a>", "<<B>b</B>>"], {})
        >>> sorted(sheet.layout.drawn)
        ['s0', 's1']
    """
    named = [(f"s{index}", label) for index, label in enumerate(labels)]
    return [Sheet(dict(named[i : i + PER_SHEET]), font) for i in range(0, len(named), PER_SHEET)]
