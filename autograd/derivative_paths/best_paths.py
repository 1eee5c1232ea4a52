"""The paths of a graph from the largest contribution down, found one after another; products beyond floats' range.

This is Jiménez and Marzal's recursive enumeration algorithm ("Computing the K shortest paths", 1999), without the
recursion: the next best path of a node is the next best one of some operand, and one more edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple, TypeAlias

from autograd.derivative_paths.path_graph import Edge, PathGraph

# Kinds of products; the kind of a product is that of its factors, combined by "or": 0 * inf is nan.
ORDINARY, ZERO, INFINITE, NAN = range(4)

# Magnitudes are an exponent and a mantissa of so many bits, the first of which is 1. Two that agree in the leading
# ones are taken for equal: the rest may differ only because the same factors were multiplied in another order.
BITS, COMPARED = 192, 128
Magnitude: TypeAlias = tuple[int, int]
ONE: Final = (1 - BITS, 1 << (BITS - 1))


def kind_of(x: float) -> int:
    """Tell what kind of factor a number is."""
    return ORDINARY if x and x - x == 0.0 else NAN if x != x else INFINITE if x else ZERO


def times(magnitude: Magnitude, factor: float) -> Magnitude:
    """Multiply a magnitude with that of a number; one that is 0 or not finite is left out."""
    if not factor or factor - factor != 0.0:
        return magnitude
    fraction, exponent = math.frexp(abs(factor))
    mantissa = magnitude[1] * int(fraction * 2.0**53)
    excess = mantissa.bit_length() - BITS
    return magnitude[0] + exponent - 53 + excess, mantissa >> excess


def product(factors: Iterable[float]) -> float:
    """Multiply floats, rounding once at the end: nothing overflows or underflows on the way, in no order.

    Example:
        >>> product([2.0**1000, 2.0**1000, 2.0**-1000, -(2.0**-1000), 0.5])
        -0.5
    """
    magnitude, kind, negative = ONE, ORDINARY, False
    for factor in factors:
        magnitude = times(magnitude, factor)
        kind |= kind_of(factor)
        negative ^= math.copysign(1.0, factor) < 0.0
    size = (_as_float(magnitude), 0.0, math.inf, math.nan)[kind]
    return -size if negative else size


def _as_float(magnitude: Magnitude) -> float:
    try:
        return math.ldexp(float(magnitude[1]), magnitude[0])
    except OverflowError:
        return math.inf


class _Arc(NamedTuple):
    """An edge from one state down to another."""

    edge: Edge
    partial: float
    below: int


class _Found(NamedTuple):
    """The path that extends the one of some rank below an arc; ordered by magnitude, then by arc and rank."""

    exponent: int  # negative: a heap gives the least first
    leading: int  # negative
    arc: int  # its position among the arcs of the state
    rank: int
    mantissa: int

    def extended(self, partial: float, arc: int, rank: int) -> _Found:
        """Return the path with one more edge on top."""
        return _found(times((-self.exponent, self.mantissa), partial), arc, rank)


def _found(magnitude: Magnitude, arc: int = 0, rank: int = 0) -> _Found:
    exponent, mantissa = magnitude
    return _Found(-exponent, -(mantissa >> (BITS - COMPARED)), arc, rank, mantissa)


class BestPaths:
    """All paths of a graph, the largest products of partials first.

    Paths whose product is nan come before all others, then infinite ones; those that a partial of 0 makes 0 come
    last. Among the paths of one of these three kinds it is the product of their other partials that counts, and among
    equals the order of operands. To keep kinds apart there is one *state* for each node and each kind of product that
    a path from it down to ``x`` may have.

    Args:
        graph: where the paths run.
        partials: those of each node, by slot.
    """

    __slots__ = ("_arcs", "_done", "_found", "_roots", "_waiting")

    def __init__(self, graph: PathGraph, partials: Sequence[Sequence[float]]) -> None:
        """Find the best path of every state."""
        self._arcs: list[list[_Arc]] = []
        self._found: list[list[_Found]] = []  # per state, best first
        self._waiting: list[list[_Found] | None] = []  # per state, a heap of at most one path per arc; made when needed
        self._done: list[bool] = []
        states: list[dict[int, int]] = []  # per node, its states by kind
        for place, edges in enumerate(graph.edges):
            if place == 0:
                states.append({ORDINARY: self._add_state([])})
                continue
            by_kind: dict[int, list[_Arc]] = {}
            for edge in edges:
                partial = partials[place][edge.slot]
                kind = kind_of(partial)
                for kind_below, below in states[edge.place].items():
                    by_kind.setdefault(kind | kind_below, []).append(_Arc(edge, partial, below))
            states.append({kind: self._add_state(arcs) for kind, arcs in by_kind.items()})
        self._roots = states[-1] if graph.nodes else {}

    def __iter__(self) -> Iterator[list[Edge]]:
        """Yield each path as its edges from ``out`` down to ``x``."""
        for kind in (NAN, INFINITE, ORDINARY, ZERO):
            if kind not in self._roots:
                continue
            root, rank = self._roots[kind], 0
            while rank < len(self._found[root]):
                yield self._edges(root, rank)
                rank += 1
                if rank == len(self._found[root]) and not self._done[root]:
                    self._find_next(root)

    def _add_state(self, arcs: list[_Arc]) -> int:
        """Append a state whose arcs lead to earlier ones; return its number."""
        firsts = (self._found[a.below][0].extended(a.partial, i, 0) for i, a in enumerate(arcs))
        self._found.append([min(firsts, default=_found(ONE))])
        self._arcs.append(arcs)
        self._waiting.append(None)
        self._done.append(not arcs)  # only x has none, and the one path from x to x is the empty one
        return len(self._arcs) - 1

    def _edges(self, state: int, rank: int) -> list[Edge]:
        edges = []
        while self._arcs[state]:
            found = self._found[state][rank]
            edge, _, state = self._arcs[state][found.arc]
            rank = found.rank
            edges.append(edge)
        return edges

    def _find_next(self, state: int) -> None:
        """Append the next best path of a state to those found, or note that there are no more.

        What may follow the last path found is the next one below its last arc, which may have to be found first: so
        requests go down along one path, and are answered from its end.
        """
        requests = [state]
        while not self._is_known(*self._successor(requests[-1])):
            requests.append(self._successor(requests[-1])[0])
        for asked in reversed(requests):
            below, rank = self._successor(asked)
            waiting = self._heap(asked)
            if rank < len(self._found[below]):
                arc = self._found[asked][-1].arc
                heappush(waiting, self._found[below][rank].extended(self._arcs[asked][arc].partial, arc, rank))
            if waiting:
                self._found[asked].append(heappop(waiting))
            else:
                self._done[asked] = True

    def _successor(self, state: int) -> tuple[int, int]:
        """Return the state and rank that follow what the last path found extends."""
        last = self._found[state][-1]
        return self._arcs[state][last.arc].below, last.rank + 1

    def _is_known(self, state: int, rank: int) -> bool:
        return rank < len(self._found[state]) or self._done[state]

    def _heap(self, state: int) -> list[_Found]:
        """Return the heap of a state; it starts with the best paths of all arcs but the one that was found."""
        heap = self._waiting[state]
        if heap is None:
            best = self._found[state][0].arc
            arcs = enumerate(self._arcs[state])
            heap = [self._found[a.below][0].extended(a.partial, i, 0) for i, a in arcs if i != best]
            heapify(heap)
            self._waiting[state] = heap
        return heap
