"""Derivative paths: the chains of edges over which a result depends on a value.

The contribution of a path is the product of its local partials, and the gradient is the sum over all paths.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import index

from autograd.derivative_paths.best_paths import BestPaths, product
from autograd.derivative_paths.path_graph import Edge, PathGraph
from autograd.derivative_paths.path_tables import PathTable, gradient_name, path_cells, path_html, path_line, share_of
from autograd.value import Value

PREVIEW = 20  # paths


@dataclass(frozen=True, slots=True)
class Path:
    """A derivative path: how a value enters a result, edge by edge.

    Paths are equal if they take the same edges. ``str`` writes ``x → × → tanh → E``.

    Attributes:
        nodes: from the value, ``x``, to the result, ``out``.
        slots: where each node enters the next one: ``nodes[i]`` is ``nodes[i + 1].operands[slots[i]]``.
        partials: the recorded local partial of each of these edges.
        gradient: ∂out/∂x, of which the path is a part.

    Example:
        >>> x, w = Value(2.0, "x"), Value(3.0, "w")
        >>> y = (x * w + x).named("y")
        >>> longer, shorter = paths(y, x)
        >>> print(longer, longer.slots, longer.partials, longer.contribution, longer.share)
        x → × → y (0, 0) (3.0, 1.0) 3.0 0.75
        >>> shorter
        Path(x → y: 1 = 1, 25 % of ∂y/∂x)
    """

    nodes: tuple[Value, ...]
    slots: tuple[int, ...]
    partials: tuple[float, ...] = field(compare=False)
    gradient: float = field(compare=False)

    @property
    def contribution(self) -> float:
        """The product of the partials, rounded once: it overflows or underflows only if the product itself does."""
        return product(self.partials)

    @property
    def share(self) -> float:
        """The contribution divided by the gradient; nan where that is 0 or not finite."""
        return share_of(self.gradient, self.contribution)

    def __str__(self) -> str:
        return path_line(self.nodes)

    def __repr__(self) -> str:
        path, partials, contribution, share = path_cells(self)
        return f"Path({path}: {partials} = {contribution}, {share} of {gradient_name(self.nodes[-1], self.nodes[0])})"

    def _repr_html_(self) -> str:
        return path_html(self)


class Paths:
    """The paths that `paths` finds, one at a time while they are asked for; each iteration starts anew.

    Attributes:
        out: the result.
        x: the value.
        through: the nodes that the paths must lead through.
        gradient: ∂out/∂x, over all paths.
    """

    def __init__(self, out: Value, x: Value, through: tuple[Value, ...]) -> None:
        """Find the edges that are part of a path, and read their partials."""
        graph = PathGraph.between(out, x)
        partials = graph.partials()
        self.out, self.x, self.through = out, x, through
        self.gradient = graph.gradient(partials)
        self._graph = graph.through(through) if through else graph
        self._partials = partials
        self._count: int | None = None

    @property
    def count(self) -> int:
        """How many paths there are, found without walking them."""
        if self._count is None:
            self._count = self._graph.count()
        return self._count

    def __bool__(self) -> bool:
        return bool(self._graph.nodes)

    def __iter__(self) -> Iterator[Path]:
        return map(self._path, self._graph.walk())

    def best(self, k: int) -> list[Path]:
        """Return the ``k`` paths of the largest contributions, or all if there are fewer; see `top_paths`."""
        return [self._path(edges) for edges in islice(BestPaths(self._graph, self._partials), min(k, sys.maxsize))]

    def _path(self, edges: list[Edge]) -> Path:
        """Turn round what is kept from ``out`` down."""
        nodes = self._graph.nodes
        places = [len(nodes) - 1, *(edge.place for edge in edges)]
        partials = [self._partials[place][edge.slot] for place, edge in zip(places, edges, strict=False)]
        return Path(
            tuple([nodes[place] for place in reversed(places)]),
            tuple([edge.slot for edge in reversed(edges)]),
            tuple(reversed(partials)),
            self.gradient,
        )

    def table(self, listed: Iterable[Path]) -> PathTable:
        """Return the table of some of the paths."""
        return PathTable(tuple(listed), self.count, self.out, self.x, self.through, self.gradient)

    def __repr__(self) -> str:
        return self.table(islice(self, PREVIEW)).text()

    def _repr_html_(self) -> str:
        return self.table(islice(self, PREVIEW)).html()


class TopPaths(tuple[Path, ...]):
    """The paths that `top_paths` found, best first: a tuple that shows itself as a table.

    Attributes:
        table: what is shown: the paths, how many there are in all, the gradient.
    """

    table: PathTable

    @classmethod
    def of(cls, found: Paths, k: int) -> TopPaths:
        """Take the ``k`` best of the paths."""
        top = cls(found.best(k))
        top.table = found.table(tuple(top))
        return top

    def __repr__(self) -> str:
        return self.table.text()

    def _repr_html_(self) -> str:
        return self.table.html()


def count_paths(out: Value, x: Value, through: Value | Iterable[Value] = ()) -> int:
    """Count the derivative paths from a value to a result, exactly and without walking them.

    The time is linear in the size of the graph, however many paths there are. A path counts whatever its partials
    are, also if they are 0. There is one path from a node to itself, the empty one; constants lie on no path, and a
    checkpointed function is one node.

    Args:
        out: the result.
        x: a value that it was made from, a leaf or any other node.
        through: count only the paths that lead through this node, or through all of these.

    Returns:
        The number of paths, 0 if ``out`` was not made from ``x``.

    Raises:
        TypeError: ``out``, ``x`` or what the paths are to lead through is not a `Value`.

    Example:
        >>> x = Value(1.0)
        >>> y = x
        >>> for _ in range(100):
        ...     y = y.sin() + y.cos()
        >>> count_paths(y, x) == 2**100
        True
        >>> count_paths(x * x, x)
        2
    """
    out, x, stops = _checked("count_paths", out, x, through)
    graph = PathGraph.between(out, x)
    return (graph.through(stops) if stops else graph).count()


def paths(out: Value, x: Value, through: Value | Iterable[Value] = ()) -> Paths:
    """List the derivative paths from a value to a result, lazily; their contributions sum to the gradient.

    A graph of a hundred nodes may have more paths than anybody can list: ask for the ``count`` first, or for the
    most important ones with `top_paths`. The partials are those that were recorded, as for `backward`, read when
    this is called; those of a checkpointed function are recomputed then, once.

    Args:
        out: the result.
        x: a value that it was made from, a leaf or any other node.
        through: list only the paths that lead through this node, or through all of these.

    Returns:
        An iterable of `Path`, always in the same order: at each node, from ``out`` down, by its operands. ``count``
        is their number, and a table shows the first.

    Raises:
        TypeError: ``out``, ``x`` or what the paths are to lead through is not a `Value`.
        StaleGraphError: an input of a checkpointed function was changed since.

    Example:
        >>> x, w = Value(2.0, "x"), Value(3.0, "w")
        >>> y = (x * w + x * x).named("y")
        >>> paths(y, x)
        path                 partials   contribution    share
        ─────────────────────────────────────────────────────
        x → × → y            3 × 1                 3   42.9 %
        x → × → y            2 × 1                 2   28.6 %
        x → × → y            2 × 1                 2   28.6 %
        sum of all 3 paths                         7    100 %
        gradient ∂y/∂x                             7
        >>> paths(y, x).count, [path.contribution for path in paths(y, x)]
        (3, [3.0, 2.0, 2.0])
    """
    return Paths(*_checked("paths", out, x, through))


def top_paths(out: Value, x: Value, k: int, through: Value | Iterable[Value] = ()) -> TopPaths:
    """Find the derivative paths that contribute most to a gradient, without listing the others.

    Magnitudes are compared beyond the range of floats, so that products that overflow or underflow have their order
    too. Paths whose contribution is nan come first and infinite ones next, because they spoil the gradient; those
    with a partial of 0 come last. Ties are broken by the order of operands, the same way each time.

    Args:
        out: the result.
        x: a value that it was made from, a leaf or any other node.
        k: how many paths are wanted, at least 1.
        through: consider only the paths that lead through this node, or through all of these.

    Returns:
        A tuple of the ``k`` paths whose contributions are largest in absolute value, the largest first, or of all if
        there are fewer; shown as a table.

    Raises:
        TypeError: ``k`` is not an integer; ``out``, ``x`` or what the paths are to lead through is not a `Value`.
        ValueError: ``k`` is less than 1.
        StaleGraphError: an input of a checkpointed function was changed since.

    Example:
        >>> x, w = Value(0.5, "x"), Value(-3.0, "w")
        >>> y = (x * x * x + w * x + x).named("y")
        >>> top_paths(y, x, 2)
        path             partials     contribution   share
        ──────────────────────────────────────────────────
        x → × → + → y    −3 × 1 × 1             −3   240 %
        x → y            1                       1   −80 %
        … and 3 more
        sum of these 2                          −2   160 %
        gradient ∂y/∂x                       −1.25
    """
    out, x, stops = _checked("top_paths", out, x, through)
    return TopPaths.of(Paths(out, x, stops), _checked_k(k))


def _checked(function: str, out: object, x: object, through: object) -> tuple[Value, Value, tuple[Value, ...]]:
    """Return the arguments; `TypeError` that names the one that is no `Value`."""
    if not isinstance(out, Value) or not isinstance(x, Value):
        what, given = ("x", x) if isinstance(out, Value) else ("out", out)
        raise TypeError(f"{function}: {what} must be a Value, {_not(given)}")
    if isinstance(through, Value):
        return out, x, (through,)
    if isinstance(through, str) or not isinstance(through, Iterable):
        raise TypeError(f"{function}: through must be a Value or several, {_not(through)}")
    stops = tuple(through)
    for stop in stops:
        if not isinstance(stop, Value):
            raise TypeError(f"{function}: through must hold Values, {_not(stop)}")
    return out, x, stops


def _not(given: object) -> str:
    hint = ": give the node, not its label" if isinstance(given, str) else ""
    return f"not {type(given).__name__} ({given!r:.60}){hint}"


def _checked_k(k: object) -> int:
    try:
        number = index(k)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(k, bool):
        raise TypeError(f"top_paths: k must be an integer, how many paths are wanted, {_not(k)}")
    if number < 1:
        raise ValueError(f"top_paths: k must be at least 1, not {number}")
    return number
