"""A recorded graph at other points: the same operations on other data of the leaves, the graph itself untouched."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from random import Random
from typing import Any, Final, NamedTuple

from autograd.finite_differences import KINK, FiniteDifference, finite_difference
from autograd.ieee import partials_at
from autograd.replay import operand_nodes, stored_operands
from autograd.rows import CONSTANT
from autograd.sweep import Adjoints, push_forward, sweep
from autograd.traversal import topological_order
from autograd.value import Value, is_variable

_TRIES: Final = 10  # draws for one point, each nearer to the recorded one, until every node is finite
_WORK: Final = 60_000  # nodes computed for all random points together
_DIFFERENCES: Final = 8_000  # nodes in all replays, each of which is repeated some fifty times
_SMALL, _OF_SMALL = 1_000, 30_000  # nodes of a graph, of which there may be many claims, and in all its replays
_REPLAYS: Final = 50  # of one node: what is counted
_READ, _COPIED = 16, 500  # operands that are read, and values that are copied, in the time in which a node is computed

ADDING: Final = frozenset({"add", "subtract", "negative", "positive", "sum"})
TOO_LARGE: Final = "not estimated: the graph is too large"
RECOMPUTED: Final = "not estimated: a checkpoint is in the way"


class Edge(NamedTuple):
    """One operand of one node, with the local partial at a point."""

    node: Value
    slot: int
    operand: Value
    partial: float


class Point:
    """The values of all nodes of a graph, its edges and its adjoints, at some data of its leaves.

    Attributes:
        out: the output.
        order: the nodes, operands before results.
        values: their values.
        edges: per node its differentiable operands, with the partials here.
    """

    def __init__(self, out: Value, order: list[Value], values: Mapping[Value, float]) -> None:
        """Compute the partials at these values."""
        self.out, self.order, self.values = out, order, values
        self.edges: dict[Value, tuple[Edge, ...]] = {}
        for node in order:
            operands = stored_operands(node)
            if operands is not None:
                self.edges[node] = tuple(
                    Edge(node, slot, operand, partial)
                    for slot, (operand, partial) in enumerate(zip(operands, self._partials(node), strict=True))
                    if isinstance(operand, Value) and is_variable(operand)
                )
        self._adjoints: dict[Value, float] | None = None
        self._sizes: dict[Value, float] | None = None

    def _partials(self, node: Value) -> Iterable[float]:
        if self.values[node] == node.data and all(self.values[o] == o.data for o in operand_nodes(node)):
            return node.partials
        return partials_at(node._op, numbers(node, self.values), self.values[node])

    @cached_property
    def leaves(self) -> list[Value]:
        """The leaves, which random points vary; constants are not among them."""
        return [node for node in self.order if node not in self.edges and node._op is not CONSTANT]

    @property
    def adjoints(self) -> dict[Value, float]:
        """The gradients of the output by every node."""
        if self._adjoints is None:
            self._adjoints = self.swept(lambda edge: edge.partial)
        return self._adjoints

    @property
    def sizes(self) -> dict[Value, float]:
        """The sums over all paths of the absolute contributions: what the gradients' rounding is to be held against."""
        if self._sizes is None:
            self._sizes = self.swept(lambda edge: abs(edge.partial))
        return self._sizes

    def swept(
        self, partial: Callable[[Edge], float], root: Value | None = None, stop: Iterable[Value] = ()
    ) -> dict[Value, float]:
        """Run the reverse sweep with other partials, from another root, or not beyond some nodes."""
        algebra = _AtPoint(self.edges, partial)
        sweep([(self.out if root is None else root, 1.0)], algebra, list(stop))
        return algebra.adjoints

    def tangents(self, node: Value) -> dict[Value, float]:
        """Return the derivative by ``node`` of every node made from it."""
        return push_forward(self.order, {node: 1.0}, _AtPoint(self.edges, lambda edge: edge.partial))


class _AtPoint(Adjoints[float]):
    """Adjoints of floats, with the partials of a point; a checkpointed node is an edge to each of its operands."""

    __slots__ = ("_edges", "_partial")

    def __init__(self, edges: Mapping[Value, tuple[Edge, ...]], partial: Callable[[Edge], float]) -> None:
        super().__init__()
        self._edges = edges
        self._partial = partial

    def spawn(self) -> Adjoints[float]:
        return Adjoints()

    def edges(self, node: Value) -> Iterator[tuple[Value, Any]]:
        for edge in self._edges.get(node, ()):
            yield edge.operand, self._partial(edge)


def recorded_point(out: Value) -> Point:
    """Return the point at which the graph was recorded.

    Example:
        >>> x = Value(3.0, "x")
        >>> point = recorded_point(x * x)
        >>> point.adjoints[x], [edge.slot for edge in point.edges[point.out]]
        (6.0, [0, 1])
    """
    order = topological_order([out])
    return Point(out, order, {node: node.data for node in order})


def random_points(recorded: Point, count: int, also: Iterable[Value] = (), kept: Collection[Value] = ()) -> list[Point]:
    """Return the graph at other data of its leaves: the same in every run, and of few digits, to be read.

    Constants stay as they are, and so do the leaves ``kept``. The points keep to where every node is finite; there
    are fewer of a large graph, and none of one with checkpoints, whose insides are not recorded. What the nodes in
    ``also`` are made of is varied and computed too: formulas may mention nodes that the output is not made from.

    Example:
        >>> x = Value(3.0, "x")
        >>> points = random_points(recorded_point(x.log()), 24)
        >>> len(points), all(point.values[x] > 0.0 for point in points)
        (24, True)
    """
    order, kept = topological_order([recorded.out, *also]), set(kept)
    interior = [node for node in order if stored_operands(node) is not None]
    leaves = [node for node in order if stored_operands(node) is None and node._op is not CONSTANT and node not in kept]
    if not leaves or any(is_checkpointed(node) for node in interior):
        return []
    random = Random("points")
    found = []
    for turn in range(max(4, min(count, _WORK // len(order)))):
        for attempt in range(_TRIES):
            drawn = {leaf: _drawn(random, leaf.data, turn, 0.6**attempt) for leaf in leaves}
            values = replayed(interior, {**{node: node.data for node in order}, **drawn})
            if all(math.isfinite(x) for x in values.values()):
                found.append(Point(recorded.out, recorded.order, values))
                break
    return found


def _drawn(random: Random, x: float, turn: int, share: float) -> float:
    """Draw a number of the size of ``x`` and of either sign; beside it; or of the size of 1."""
    size = max(abs(x), 0.5) if math.isfinite(x) else 1.0
    new = (random.gauss(0.0, size), x * random.uniform(0.3, 2.0) + random.gauss(0.0, 0.1), random.uniform(-2.0, 2.0))
    return float(f"{x + (new[turn % 3] - x) * share:.3g}")


def replayed(nodes: Iterable[Value], values: dict[Value, float]) -> dict[Value, float]:
    """Compute interior nodes, in this order, on the present ``values``, and add theirs; nan where there is none."""
    for node in nodes:
        try:
            values[node] = node._op.evaluate(numbers(node, values))
        except (ArithmeticError, ValueError):  # a primitive that a user declared may raise
            values[node] = math.nan
    return values


def numbers(node: Value, values: Mapping[Value, float]) -> tuple[float, ...]:
    """Return the operands of an interior node as numbers."""
    return tuple([values[o] if isinstance(o, Value) else o for o in stored_operands(node) or ()])


def is_linear(node: Value) -> bool:
    """Tell whether the partials of a node depend on no value: a sum, or a multiple by a plain number."""
    return node._op.name in ADDING or is_multiple(node)


def is_multiple(node: Value) -> bool:
    """Tell whether a node is another one, multiplied or divided by a plain number."""
    if node._op.name == "divide":
        return node._b is None
    return node._op.name == "multiply" and (node._a is None or node._b is None)


def is_checkpointed(node: Value) -> bool:
    """Tell whether the inside of a node is not recorded."""
    return node._rest is not None and node._rest.segment is not None


class Differences:
    """Finite differences of a recorded graph by its nodes, interior ones included, within a limit of work."""

    def __init__(self, recorded: Point) -> None:
        """Prepare to differentiate at the recorded point."""
        self.recorded = recorded
        self.remaining = _DIFFERENCES if len(recorded.order) > _SMALL else _OF_SMALL
        self._place = {node: i for i, node in enumerate(recorded.order)}
        self._uses: dict[Value, dict[Value, None]] = {}
        for node in recorded.order:
            for operand in operand_nodes(node):
                self._uses.setdefault(operand, {})[node] = None

    def by(self, node: Value) -> FiniteDifference:
        """Estimate the output's derivative by a node: its data is varied, and what was made from it computed again.

        Example:
            >>> x = Value(0.5, "x")
            >>> s = x * 3
            >>> round(Differences(recorded_point(s.tanh())).by(s).value, 9)     # 1 - tanh(1.5)**2
            0.180706639
        """
        before = self.remaining
        made = self._made_from(node) if before >= 0 else []
        if self.remaining < 0:
            return FiniteDifference(math.nan, math.inf, note=TOO_LARGE)
        if any(map(is_checkpointed, made)):
            return FiniteDifference(math.nan, math.inf, note=RECOMPUTED)
        values = dict(self.recorded.values)
        pieced = [other for other in made if other._op.piece is not None or other._op.branch is not None]
        here = [_piece(other, values) for other in pieced]
        kinks = replays = 0
        work = before - self.remaining

        def of(varied: Value) -> float:
            nonlocal kinks, replays
            replays += 1
            values[node] = varied.data
            replayed(made, values)
            if here != [_piece(other, values) for other in pieced]:
                kinks += 1
                return math.nan  # not within the stencil: the step is to be reduced
            return values.get(self.recorded.out, self.recorded.out.data)

        estimate = finite_difference(of, node.data)
        self.remaining -= work * max(0, replays - _REPLAYS) // _REPLAYS  # where many steps had to be tried
        return estimate._replace(note=KINK) if estimate.note and kinks else estimate

    def _made_from(self, node: Value) -> list[Value]:
        """List the nodes that depend on a node, operands before results, as far as the work goes that is left."""
        self.remaining -= len(self._place) // _COPIED
        dependent, waiting = {node}, [node]
        while waiting and self.remaining >= 0:
            for user in self._uses.get(waiting.pop(), ()):
                if user not in dependent:
                    dependent.add(user)
                    waiting.append(user)
                    self.remaining -= 1 + len(stored_operands(user) or ()) // _READ
        dependent.discard(node)
        return sorted(dependent, key=self._place.__getitem__)


def _piece(node: Value, values: Mapping[Value, float]) -> list[object]:
    """Return which smooth piece of its row a node is on."""
    where = numbers(node, values)
    return [side(*where) for side in (node._op.piece, node._op.branch) if side is not None]
