"""The part of a graph that lies between a result and one of the values it was made from: where derivative paths run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from autograd.replay import stored_operands
from autograd.traversal import topological_order
from autograd.value import is_variable

if TYPE_CHECKING:
    from autograd.value import Value


class Edge(NamedTuple):
    """A step of a path, from a node down to one of its operands."""

    slot: int  # which operand it is
    place: int  # where the operand stands in the list of nodes


class PathGraph:
    """The nodes that lead to ``x``, and their edges to one another: no walk along them from ``out`` can get lost.

    Attributes:
        nodes: operands before results, so ``x`` first and ``out`` last; none if there is no path.
        edges: for each node those that are part of a path, in the order of operands.
    """

    __slots__ = ("edges", "nodes")

    def __init__(self, nodes: list[Value], edges: list[list[Edge]]) -> None:
        """Keep the parts, or nothing if no edges come together in the last node."""
        joined = len(nodes) == 1 or bool(nodes and edges[-1])
        self.nodes = nodes if joined else []
        self.edges = edges if joined else []

    @classmethod
    def between(cls, out: Value, x: Value) -> PathGraph:
        """Find all nodes between ``x`` and ``out``. Constants lie on no path."""
        if out is x or not is_variable(x):
            return cls([x] if is_variable(x) else [], [[]])
        nodes, edges, places = [x], [list[Edge]()], {x: 0}
        # What x itself was made from is of no interest, and so x needs no place in the order.
        for node in topological_order(out, stop=[x]):
            operands = enumerate(stored_operands(node) or ())
            leading = [Edge(slot, places[o]) for slot, o in operands if not isinstance(o, float) and o in places]
            if leading:
                places[node] = len(nodes)
                nodes.append(node)
                edges.append(leading)
        return cls(nodes, edges) if out in places else cls([], [])

    def through(self, stops: Iterable[Value]) -> PathGraph:
        """Keep the paths that lead through all of the stops.

        A path meets its nodes in topological order, so it must come through every stop in turn, and it does if no
        edge leads past one.
        """
        wanted = set(stops)
        marks = [place for place, node in enumerate(self.nodes) if node in wanted]
        if len(marks) < len(wanted):
            return PathGraph([], [])
        floors, floor = [], 0  # for each node the last stop below it
        following = iter([*marks, len(self.nodes)])
        upcoming = next(following)
        for place in range(len(self.nodes)):
            floors.append(floor)
            if place == upcoming:
                floor, upcoming = place, next(following)
        return self._keeping(lambda place, edge: edge.place >= floors[place])

    def _keeping(self, keep: Callable[[int, Edge], bool]) -> PathGraph:
        """Keep some edges, and of these the ones that still lead to ``x``."""
        edges: list[list[Edge]] = [[]]
        for place in range(1, len(self.nodes)):
            edges.append([e for e in self.edges[place] if keep(place, e) and (e.place == 0 or edges[e.place])])
        return PathGraph(self.nodes, edges)

    def count(self) -> int:
        """Return the number of paths, each node passing on to its operands in how many ways it is reached."""
        if not self.nodes:
            return 0
        ways = {len(self.nodes) - 1: 1}
        for place in range(len(self.nodes) - 1, 0, -1):
            reached = ways.pop(place, 0)  # these numbers get long: only those still needed are kept
            for _, operand in self.edges[place] if reached else ():
                ways[operand] = ways.get(operand, 0) + reached
        return ways[0]

    def partials(self) -> list[tuple[float, ...]]:
        """Read the local partials of every node but ``x``, once: a checkpoint recomputes them at each reading."""
        return [() if place == 0 else node.partials for place, node in enumerate(self.nodes)]

    def gradient(self, partials: Sequence[Sequence[float]]) -> float:
        """Return ∂out/∂x as the reverse sweep does, to the bit, from partials that have been read."""
        if not self.nodes:
            return 0.0
        adjoints = [0.0] * len(self.nodes)
        adjoints[-1] = 1.0
        for place in range(len(self.nodes) - 1, 0, -1):
            for slot, operand in self.edges[place]:
                adjoints[operand] += adjoints[place] * partials[place][slot]
        return adjoints[0]

    def walk(self) -> Iterator[list[Edge]]:
        """Yield every path as its edges from ``out`` down to ``x``: depth first, in the order of operands."""
        if len(self.nodes) == 1:
            yield []
        steps: list[Edge] = []
        choices = [iter(self.edges[-1])] if self.nodes else []
        while choices:
            edge = next(choices[-1], None)
            if edge is None:
                choices.pop()
                if steps:
                    steps.pop()
            elif edge.place == 0:
                yield [*steps, edge]
            else:
                steps.append(edge)
                choices.append(iter(self.edges[edge.place]))
