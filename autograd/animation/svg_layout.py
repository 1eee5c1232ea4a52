"""Where things are in a picture that Graphviz has laid out: read from its SVG, which is written by points."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import NamedTuple

SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


class Rectangle(NamedTuple):
    """A rectangle; y grows downwards, as in SVG."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """How high it is."""
        return self.bottom - self.top

    def moved(self, x: float, y: float) -> Rectangle:
        """Return it, moved."""
        return Rectangle(self.left + x, self.top + y, self.right + x, self.bottom + y)


class Line(NamedTuple):
    """An edge as it is drawn: from ``tail`` to ``head``, Bézier curves that join, and the corners of its arrow head.

    Attributes:
        tail: the name of the node it leaves.
        head: the name of the node it comes to.
        path: the curves, as SVG writes them.
        arrow: the corners of the arrow head.
    """

    tail: str
    head: str
    path: str
    arrow: tuple[tuple[float, float], ...]

    def points(self) -> list[tuple[float, float]]:
        """Return the points that define the curves: the first one, then three for each curve."""
        return _points(self.path)


class Layout(NamedTuple):
    """A picture that was laid out.

    Attributes:
        width: of the whole picture, in points.
        height: likewise.
        origin: where its point (0, 0) is, from the left and the top.
        nodes: the names of nodes, and the rectangles that their frames fill (or all they consist of, without one).
        lines: the edges, in the order in which the source has them.
        drawn: the names of nodes, and what they consist of, as SVG; for those without links and tooltips.
    """

    width: float
    height: float
    origin: tuple[float, float]
    nodes: dict[str, Rectangle]
    lines: list[Line]
    drawn: dict[str, str]


def read_layout(svg: str) -> Layout:
    """Read a picture that `autograd.pictures.rendering.render` made.

    Example:
        >>> from autograd.pictures.rendering import render
        >>> layout = read_layout(render("digraph { a -> b }", "svg").decode())
        >>> sorted(layout.nodes), [(line.tail, line.head) for line in layout.lines]
        (['a', 'b'], [('a', 'b')])
        >>> layout.nodes["a"].bottom < layout.nodes["b"].top
        True
    """
    root = ET.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    graph = next(_groups(root, "graph"))
    *_, x, y = map(float, _NUMBER.findall(graph.attrib["transform"]))
    nodes = {group.findtext(f"{SVG}title", ""): _frame(group) for group in _groups(root, "node")}
    edges = sorted(_groups(root, "edge"), key=lambda group: int(group.attrib["id"].removeprefix("edge")))
    drawn = dict(re.findall(r'class="node">\n<title>([^<]*)</title>\n(.*?)</g>', svg, re.DOTALL))
    return Layout(width, height, (x, y), nodes, [_line(group) for group in edges], drawn)


def _groups(root: ET.Element, kind: str) -> Iterator[ET.Element]:
    return (group for group in root.iter(f"{SVG}g") if group.get("class") == kind)


def _frame(group: ET.Element) -> Rectangle:
    shapes = [shape for shape in group.iter() if shape.tag in (f"{SVG}polygon", f"{SVG}path", f"{SVG}ellipse")]
    framed = [shape for shape in shapes if shape.get("stroke", "none") not in ("none", "transparent")]
    rectangles = [_extent(shape) for shape in framed or shapes]
    return max(rectangles, key=lambda r: r.width * r.height, default=Rectangle(0.0, 0.0, 0.0, 0.0))


def _extent(shape: ET.Element) -> Rectangle:
    if shape.tag == f"{SVG}ellipse":
        x, y, rx, ry = (float(shape.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
        return Rectangle(x - rx, y - ry, x + rx, y + ry)
    xs, ys = zip(*_points(shape.get("points") or shape.attrib["d"]), strict=True)
    return Rectangle(min(xs), min(ys), max(xs), max(ys))


def _line(group: ET.Element) -> Line:
    tail, head = (end.partition(":")[0] for end in group.findtext(f"{SVG}title", "").split("->"))
    path = next(group.iter(f"{SVG}path"), None)
    arrow = next(group.iter(f"{SVG}polygon"), None)
    corners = () if arrow is None else tuple(_points(arrow.attrib["points"]))
    return Line(tail, head, "" if path is None else path.attrib["d"], corners)


def _points(text: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in _NUMBER.findall(text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
