"""Guesses at slips in a gradient: paths forgotten or counted twice, factors forgotten, derivatives taken elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final

from autograd.checking.guesses import LEFT_OUT, MISSING, TOO_MANY, TWICE, WRONG_NODE, Guess, said
from autograd.checking.points import Edge, is_multiple
from autograd.checking.regions import Region
from autograd.checking.slip_view import Swap, View
from autograd.derivative_paths.paths import Path
from autograd.value import Value

_ARGUMENTS: Final = 4_000  # other places at which derivatives of functions may have been taken, for one claim


class GradientGuesses:
    """All guesses about one gradient at one point; the same ones in the same order at every point."""

    def __init__(self, view: View, node: Value, swaps: list[Swap]) -> None:
        """Find how the output depends on the node."""
        self.view, self.plan, self.point, self.node, self.swaps = view, view.plan, view.point, node, swaps
        self.right = self.point.adjoints.get(node, 0.0)
        self.tangents = self.point.tangents(node)
        self.edges = [
            edge
            for other in view.plan.recorded.order
            if other in self.tangents and other in self.point.adjoints
            for edge in self.point.edges.get(other, ())
            if edge.operand in self.tangents
        ]
        self.regions = [
            r
            for r in self.plan.regions
            if r.root in self.tangents and r.root in self.point.adjoints and r.root is not node
        ]

    def __iter__(self) -> Iterator[Guess]:
        """Go through all kinds."""
        yield from self._paths()
        yield from self._bundles()
        yield from self._factors()
        yield from self._elsewhere()
        for kind, words, adjoints in self.view.layers:
            yield Guess(kind, adjoints.get(self.node, 0.0), 1.0, said(words))

    def _flow(self, edge: Edge, partial: float | None = None) -> float:
        """Return what comes over an edge, with another partial if one is given."""
        return (
            self.point.adjoints[edge.node]
            * (edge.partial if partial is None else partial)
            * self.tangents[edge.operand]
        )

    def _paths(self) -> Iterator[Guess]:
        found = self.plan.paths_to(self.node)
        for path in found if len(found) > 1 else ():
            partials = [self._partial(path, i) for i in range(len(path.slots))]
            contribution, line = math.prod(partials), self.plan.line(path)
            yield Guess(LEFT_OUT, self.right - contribution, 1.0, said(line))
            yield Guess(TWICE, self.right + contribution, 1.0, said(line))
            if len(found) > 2:
                yield Guess(LEFT_OUT, contribution, 0.3, said(f"all but {line}"))
            for i in range(len(partials)):
                without = math.prod(partials[:i]) * math.prod(partials[i + 1 :])
                words = f"{self.plan.ratio(path.nodes[i + 1], path.nodes[i])} on the path {line} only"
                yield Guess(MISSING, self.right - contribution + without, 0.1, said(words))

    def _partial(self, path: Path, i: int) -> float:
        edges = self.point.edges[path.nodes[i + 1]]
        return next(edge.partial for edge in edges if edge.slot == path.slots[i])

    def _bundles(self) -> Iterator[Guess]:
        """Guess at what comes through one node, one local derivative or one operation, all its paths together."""
        for node in self.plan.recorded.order:
            if node in self.plan.named and node in self.tangents and node is not self.node:
                flow = self.point.adjoints.get(node, 0.0) * self.tangents[node]
                yield from self._bundle(flow, 0.6, f"all that comes through {self.plan.name(node)}")
        for region, operand, slope in self._local():
            flow = self._across(region, operand, slope)
            words = f"what comes through {self.plan.name(operand)} → {self.plan.name(region.about)}"
            yield from self._bundle(flow, 0.5, words)
        for edge in self.edges:
            words = f"what comes through {self.plan.name(edge.operand)} → {self.plan.name(edge.node)}"
            yield from self._bundle(self._flow(edge), 0.3, words)

    def _bundle(self, flow: float, weight: float, words: str) -> Iterator[Guess]:
        left = self.right - flow
        whole = abs(left) <= 1e-12 * abs(self.right)  # everything comes through here: left out, nothing would remain
        yield Guess(LEFT_OUT, math.nan if whole else left, weight, said(words))
        yield Guess(TWICE, math.nan if whole else self.right + flow, weight, said(words))

    def _local(self) -> Iterator[tuple[Region, Value, float]]:
        for region in self.regions:
            for operand, slope in self.view.slopes(region).items():
                if operand in self.tangents:
                    yield region, operand, slope

    def _across(self, region: Region, operand: Value, slope: float) -> float:
        return self.point.adjoints[region.root] * slope * self.tangents[operand]

    def _factors(self) -> Iterator[Guess]:
        for region, operand, slope in self._local():
            flow = self._across(region, operand, slope)
            rest = self.right - flow
            factor = self._written(region, operand)
            yield Guess(MISSING, rest + self._across(region, operand, 1.0), 1.0, factor)
            yield Guess(TOO_MANY, rest + flow * slope, 1.0, factor)
        fans: dict[Value, list[Edge]] = {}
        for edge in self.edges:
            number = self.right - self._flow(edge) + self._flow(edge, 1.0)
            yield Guess(MISSING, number, 0.2 if is_multiple(edge.node) else 0.6, self._partial_of(edge))
            yield Guess(
                TOO_MANY, self.right - self._flow(edge) + self._flow(edge) * edge.partial, 0.5, self._partial_of(edge)
            )
            fans.setdefault(edge.operand, []).append(edge)
        for operand, edges in fans.items():
            if len(edges) > 1:
                number = self.right + sum(self._flow(e, 1.0) - self._flow(e) for e in edges)
                words = f"{self.plan.ratio(edges[0].node, operand)} and the like for all {len(edges)} uses of "
                yield Guess(MISSING, number, 0.8, said(words + self.plan.name(operand)))

    def _written(self, region: Region, operand: Value) -> Callable[[], str]:
        def words() -> str:
            text = region.written(operand, {n: self.plan.name(n) for n in (*region.leaves, region.root)})
            return self.plan.ratio(region.about, operand) + (f" = {text}" if text else "")

        return words

    def _partial_of(self, edge: Edge) -> Callable[[], str]:
        return lambda: f"{self.plan.ratio(edge.node, edge.operand)} = {edge.partial:.6g}"

    def _elsewhere(self) -> Iterator[Guess]:
        for swap in self.swaps:
            if swap.region.root not in self.tangents or swap.region.root not in self.point.adjoints:
                continue
            slopes, others = self.view.slopes(swap.region), self.view.slopes(swap.region, swap.of, swap.by)
            adjoint = self.point.adjoints[swap.region.root]
            change = sum((others[o] - slopes[o]) * self.tangents[o] for o in slopes if o in self.tangents)
            words = f"{self.plan.name(swap.by)} in the place of {self.plan.name(swap.of)} in the derivative of "
            yield Guess(
                WRONG_NODE, self.right + adjoint * change, swap.weight, said(words + self.plan.name(swap.region.about))
            )
        curved = [e for e in self.edges if e.node._op.arity == 1 and e.node._op.name not in ("negative", "positive")]
        most = max(2, _ARGUMENTS // max(1, len(curved)))
        for edge in curved:
            row, change = edge.node._op, self._flow(edge)
            for words, slope in self.view.elsewhere(edge):
                yield Guess(WRONG_NODE, self.right - change + self._flow(edge, slope), 0.8, said(words))
            for other, weight in self._arguments(edge, most):
                slope = self.view.slope(row, other)
                words = f"{row.name}' taken at {self.plan.name(other)} rather than at {self.plan.name(edge.operand)}"
                yield Guess(WRONG_NODE, self.right - change + self._flow(edge, slope), weight, said(words))

    def _arguments(self, edge: Edge, most: int) -> list[tuple[Value, float]]:
        """List where else the derivative may have been taken: what the same function is applied to, named nodes."""
        found = self.plan.elsewhere(edge.node._op.name)[: most + 2]
        return [pair for pair in found if pair[0] is not edge.operand and pair[0] is not edge.node][:most]
