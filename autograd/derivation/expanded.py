"""The chain rule without brackets: one product per path of named nodes, the largest first where there are too many."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from autograd.derivation.equations import Equations, Forms, Writing, plus
from autograd.symbols import Symbol, product

if TYPE_CHECKING:
    from autograd.value import Value

MOST_PATHS: Final = 8
MOST_FACTORS: Final = 24  # of one path

_Way = tuple[float, "Value | None", int]  # the logarithm of a contribution, the node above, and which way leads there


class Expansion:
    """The paths of named nodes from the output down to ``x``.

    Attributes:
        count: how many there are.
        paths: those that are shown, each from the output down: all of them, in the order of the graph, or the
            `MOST_PATHS` of largest contribution.
    """

    def __init__(self, equations: Equations) -> None:
        """Count the paths and find those to show, by dynamic programming."""
        self._equations = equations
        rule = equations.rule
        counts = {rule.out: 1}
        for node in reversed(rule.nodes[:-1]):
            counts[node] = sum(counts[parent] for parent in rule.above[node])
        self.count = counts[rule.x]
        self.paths = self._largest(MOST_PATHS)
        if self.count <= MOST_PATHS:
            place = {node: i for i, node in enumerate(rule.nodes)}
            self.paths.sort(key=lambda path: [place[node] for node in reversed(path)])

    def _largest(self, most: int) -> list[tuple[Value, ...]]:
        """Return the paths of the largest contributions: the best to a node go through the best to those above."""
        rule = self._equations.rule
        best: dict[Value, list[_Way]] = {rule.out: [(0.0, None, 0)]}
        for node in reversed(rule.nodes[:-1]):
            ways: list[_Way] = [
                (_sum(size, _logarithm(local.value)), parent, rank)
                for parent, local in rule.above[node].items()
                for rank, (size, _, _) in enumerate(best[parent])
            ]
            best[node] = heapq.nlargest(most, ways, key=lambda way: way[0]) if len(ways) > 1 else ways
        paths: list[tuple[Value, ...]] = []
        for way in best[rule.x]:
            path = [rule.x]
            _, above, place = way
            while above is not None:
                path.append(above)
                _, above, place = best[above][place]
            paths.append(tuple(reversed(path)))
        return paths

    def write(self) -> Forms:
        """Write the sum of products."""
        equations = self._equations
        writings: list[Writing] = [equations.ratio, equations.formula, equations.figures]
        terms: list[list[Symbol]] = [[], [], []]
        shown, length = 0.0, 0
        for path in self.paths:
            edges, omitted = self._folded(path)
            length += sum(len(equations.formula(*edge).text) for edge in edges)
            if terms[0] and length > equations.longest:
                break
            for column, writing in zip(terms, writings, strict=True):
                column.append(_product([writing(*edge) for edge in edges], omitted))
            shown += self.contribution(path)
        more = self.count - len(terms[0])
        value = equations.adjoints[equations.rule.x]
        if more:
            what = "1 more path" if more == 1 else f"{count_shown(more)} more paths"
            rest = equations.rule.names.omission(what, value - shown)
            for column in terms:
                column.append(rest)
        chain, symbolic, numeric = map(plus, terms)
        return Forms(chain, symbolic, numeric, value)

    def contribution(self, path: Sequence[Value]) -> float:
        """Return the product of the local derivatives along a path."""
        return math.prod(self._equations.rule.above[below][above].value for above, below in pairwise(path))

    def _folded(self, path: Sequence[Value]) -> tuple[list[tuple[Value, Value]], Symbol | None]:
        """Return the edges of a path that are shown, and what stands in the middle for the others."""
        equations = self._equations
        edges = list(pairwise(path))
        head, tail, length = 0, 0, 0
        while head + tail < len(edges):
            edge = edges[head] if head <= tail else edges[-1 - tail]
            length += len(equations.formula(*edge).text) + 3
            if head + tail >= 2 and (length > equations.longest or head + tail >= MOST_FACTORS):
                break
            head, tail = (head + 1, tail) if head <= tail else (head, tail + 1)
        left_out = edges[head : len(edges) - tail]
        if not left_out:
            return edges, None
        value = math.prod(equations.rule.above[below][above].value for above, below in left_out)
        what = f"{len(left_out):,} more factor{'s' * (len(left_out) > 1)}"
        return edges[:head] + edges[len(edges) - tail :], equations.rule.names.omission(what, value)


def count_shown(count: int) -> str:
    """Write a number of paths, however large.

    Example:
        >>> print(count_shown(1023), count_shown(2**1000))
        1,023 about 10^301
    """
    return f"{count:,}" if count < 10**12 else f"about 10^{math.log10(count):.0f}"


def _product(factors: list[Symbol], omitted: Symbol | None) -> Symbol:
    if omitted is not None:
        factors.insert((len(factors) + 1) // 2, omitted)
    return product(*factors)


def _logarithm(x: float) -> float:
    return math.log(abs(x)) if x and math.isfinite(x) else -math.inf if x == 0.0 else math.inf


def _sum(x: float, y: float) -> float:
    return math.inf if math.inf in (x, y) else x + y
