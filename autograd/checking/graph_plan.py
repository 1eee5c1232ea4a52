"""What of a graph's structure slips are about: its named parts, its layers, its sums, its paths."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from autograd.checking.exchanged_factors import products_beside
from autograd.checking.formula_hints import stem
from autograd.checking.points import ADDING, Edge, Point, is_multiple
from autograd.checking.regions import Region, regions_between
from autograd.checking.written_names import WrittenNames
from autograd.derivative_paths.paths import Path, paths
from autograd.rows import CONSTANT
from autograd.value import Value

_PATHS: Final = 60  # up to here all paths are tried one by one, beyond the largest
_TOP: Final = 20
_SMALL: Final = 3_000  # nodes of a graph whose largest paths are looked for among many
_ELSEWHERE: Final = 80
_LAYERS: Final = 24
_SWEPT: Final = 20_000  # nodes in all sweeps with one layer changed
_STANDINS: Final = 24  # named nodes tried in the place of another


class Plan:
    """The structure of one recorded graph, found once for all claims and all points.

    Attributes:
        recorded: the point at which the graph was recorded.
        names: names for its nodes.
        named: the nodes that slips are worded with: those with a label, those that are claimed, the output.
        regions: what lies between them.
        counts: how many terms the graph's sums have, with weights: those next to the output count most.
        layers: edges of the same operation at the same depth, as in all units of a layer or all samples.
    """

    def __init__(self, recorded: Point, claimed: Iterable[Value]) -> None:
        """Look through the graph."""
        self.recorded = recorded
        self.names = WrittenNames(recorded.order)
        present = set(recorded.order)
        self.named = {n for n in recorded.order if n.label and n._op is not CONSTANT}
        self.named |= {node for node in claimed if node in present} | {recorded.out}
        self.regions: list[Region] = regions_between(recorded.order, self.named)
        self.depths = _depths(recorded)
        self.counts = _counts(recorded, self.depths)
        self.layers = _layers(recorded, self.depths)
        self._paths: dict[Value, list[Path]] = {}
        self._elsewhere: dict[str, list[tuple[Value, float]]] = {}

    def paths_to(self, node: Value) -> list[Path]:
        """List the paths to the output, or the largest of many."""
        if node not in self._paths:
            found = paths(self.recorded.out, node)
            few, small = found.count <= _PATHS, len(self.recorded.order) <= _SMALL
            self._paths[node] = list(found) if few else found.best(_TOP) if small else []
        return self._paths[node]

    def region_of(self, node: Value) -> Region | None:
        """Return what lies between a node and the named nodes that it is made of."""
        return next((region for region in self.regions if region.root is node), None)

    def standins(self, node: Value) -> list[tuple[Value, float]]:
        """List the named nodes that a person may take for another, with weights: those of its kind, its neighbours."""
        near = self._neighbours.get(node, set())
        own = stem(node.label)

        def weight(other: Value) -> float:
            if own and stem(other.label) == own:
                return 1.0
            return 1.0 if other in near else 0.5 if other._op is node._op else 0.2

        others = [(other, weight(other)) for other in self._labelled if other is not node]
        return sorted(others, key=lambda pair: -pair[1])[:_STANDINS]

    @cached_property
    def arguments(self) -> dict[str, list[Value]]:
        """What each function of one operand is applied to."""
        found: dict[str, dict[Value, None]] = {}
        for node in self.recorded.order:
            for edge in self.recorded.edges.get(node, ()):
                if node._op.arity == 1:
                    found.setdefault(node._op.name, {})[edge.operand] = None
        return {name: list(nodes) for name, nodes in found.items()}

    def elsewhere(self, function: str) -> list[tuple[Value, float]]:
        """List where the derivative of a function may have been taken by mistake, with weights, likeliest first.

        That is what the same function is applied to, what others are applied to, and named nodes.
        """
        if function not in self._elsewhere:
            same = self.arguments.get(function, [])[:_ELSEWHERE]
            rest = (node for nodes in self.arguments.values() for node in nodes)
            met, others = set(same), dict.fromkeys([*rest, *self._labelled])
            self._elsewhere[function] = [
                *((node, 0.8) for node in same),
                *((node, 0.3) for node in others if node not in met),
            ][:_ELSEWHERE]
        return self._elsewhere[function]

    @cached_property
    def beside(self) -> dict[Value, list[Value]]:
        """The products beside each product in a sum."""
        return products_beside(self.recorded)

    @cached_property
    def _labelled(self) -> list[Value]:
        return [node for node in self.recorded.order if node in self.named or node.label]

    @cached_property
    def _neighbours(self) -> dict[Value, set[Value]]:
        found: dict[Value, set[Value]] = {}
        for region in self.regions:
            for node in region.inputs:
                found.setdefault(node, set()).add(region.root)
                found.setdefault(region.root, set()).add(node)
        return found

    def name(self, node: Value) -> str:
        """Name a node in a sentence."""
        return self.names[node]

    def ratio(self, above: Value, below: Value) -> str:
        """Name a local derivative."""
        return self.names.ratio(above, below)

    def line(self, path: Path) -> str:
        """Name a path by its labelled nodes, or by all where there are few."""
        nodes = [n for i, n in enumerate(path.nodes) if n.label or i in (0, len(path.nodes) - 1)]
        return " → ".join(map(self.name, nodes if len(nodes) > 2 else path.nodes))


def _depths(point: Point) -> dict[Value, int]:
    """Count the operations from each node up to the output, but for those that only add: a sum is one layer."""
    depths = {point.out: 0}
    for node in reversed(point.order):
        below = depths.get(node, 0) + (node._op.name not in ADDING)
        for edge in point.edges.get(node, ()):
            depths[edge.operand] = max(below, depths.get(edge.operand, 0))
    return depths


def _counts(point: Point, depths: dict[Value, int]) -> dict[int, float]:
    """Count the terms of every sum, and take whole divisors for such counts."""
    terms: dict[Value, int] = {}
    used: dict[Value, int] = {}
    counts: dict[int, float] = {}
    for node in point.order:
        for edge in point.edges.get(node, ()):
            used[edge.operand] = used.get(edge.operand, 0) + 1
    for node in point.order:
        edges = point.edges.get(node, ())
        if node._op.name in ("add", "subtract", "sum"):
            terms[node] = sum(terms.get(e.operand, 1) if used[e.operand] == 1 else 1 for e in edges)
        elif node._op.name == "dot":
            terms[node] = node._rest.operands.__len__() // 2 if node._rest is not None else 0
    inner = {e.operand for node in terms for e in point.edges.get(node, ()) if used[e.operand] == 1}
    for node, n in terms.items():
        if node not in inner and 2 <= n <= 10_000:
            total = depths.get(node, 9) <= 1
            counts[n] = max(counts.get(n, 0.0), 3.0 if total else 0.5)
            for samples in (d for d in range(2, n // 2 + 1 if total else 0) if n % d == 0):  # of several terms each
                counts[samples] = max(counts.get(samples, 0.0), 1.0)
    for node in point.order:
        for factor in _constants(node):
            n = round(factor if factor > 1.0 else 1.0 / factor) if factor > 1e-5 else 0
            if 2 < n <= 10_000 and min(abs(factor - n), abs(factor * n - 1.0)) < 1e-9:
                counts[n] = max(counts.get(n, 0.0), 1.0)
    return counts


def _constants(node: Value) -> Iterable[float]:
    """Return the plain number that a node multiplies or divides by."""
    return [node._da if node._a is None else node._db] if is_multiple(node) else ()


def _layers(point: Point, depths: dict[Value, int]) -> list[list[Edge]]:
    groups: dict[tuple[str, int, int], list[Edge]] = {}
    for node in point.order:
        if node._op.name in ADDING:
            continue
        for edge in point.edges.get(node, ()):
            groups.setdefault((node._op.name, edge.slot, depths.get(node, 0)), []).append(edge)
    return [edges for edges in groups.values() if len(edges) > 1][-max(2, min(_LAYERS, _SWEPT // len(point.order))) :]
