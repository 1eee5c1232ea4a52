"""Guesses at slips in a gradient: paths forgotten or counted twice, factors forgotten, derivatives taken elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Final

from autograd.checking.exchanged_factors import Exchange, exchanges
from autograd.checking.guesses import LEFT_OUT, MISSING, SIGN, TOO_MANY, TWICE, WRONG_NODE, Guess, said
from autograd.checking.points import Edge, is_multiple
from autograd.checking.regions import Region
from autograd.checking.slip_view import Swap, View
from autograd.derivative_paths.paths import Path
from autograd.value import Value

_ARGUMENTS: Final = 4_000  # other places at which derivatives of functions may have been taken, for one claim

_SIGNS: Final = 0.5  # how often the sign of a single path is wrong, for every time that of the whole is
_FEW: Final = 12  # paths of which two at once may be left out


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

        self._sign = _SIGNS / max(1, len(self.edges))  # all bundles together are no likelier than the sign of the whole

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
        yield from self._pairs(found if 3 < len(found) <= _FEW else [])
        for path in found if len(found) > 1 else ():
            partials = [self._partial(path, i) for i in range(len(path.slots))]
            contribution, line = math.prod(partials), partial(self.plan.line, path)
            yield Guess(LEFT_OUT, self.right - contribution, 1.0, line)
            yield Guess(TWICE, self.right + contribution, 1.0, line)
            sign = partial(self._sign_of, line)
            yield Guess(SIGN, self.right - 2.0 * contribution, _SIGNS / len(found), sign)
            if len(found) > 2:
                yield Guess(LEFT_OUT, contribution, 0.3, partial(self._only, path))
            for i in range(len(partials)):
                without = math.prod(partials[:i]) * math.prod(partials[i + 1 :])
                words = partial(self._on_path, path, i)
                yield Guess(MISSING, self.right - contribution + without, 0.1, words)

    def _pairs(self, found: list[Path]) -> Iterator[Guess]:
        contributions = [math.prod(self._partial(path, i) for i in range(len(path.slots))) for path in found]
        for (i, one), (j, other) in combinations(enumerate(contributions), 2):
            words = partial(self._two, found[i], found[j])
            yield Guess(LEFT_OUT, self.right - one - other, 0.1, words)

    def _two(self, one: Path, other: Path) -> str:
        return f"two of them: {self.plan.line(one)}, and {self.plan.line(other)}"

    @staticmethod
    def _sign_of(words: Callable[[], str]) -> str:
        what = words()
        return f"of {what}" if what.startswith(("all", "what")) else f"of the path {what}"

    def _only(self, path: Path) -> str:
        return f"only {self.plan.line(path)} was counted"

    def _on_path(self, path: Path, i: int) -> str:
        return f"{self.plan.ratio(path.nodes[i + 1], path.nodes[i])} on the path {self.plan.line(path)} only"

    def _partial(self, path: Path, i: int) -> float:
        edges = self.point.edges[path.nodes[i + 1]]
        return next(edge.partial for edge in edges if edge.slot == path.slots[i])

    def _bundles(self) -> Iterator[Guess]:
        """Guess at what comes through one node, one local derivative or one operation, all its paths together."""
        for node in self.plan.recorded.order:
            if node in self.plan.named and node in self.tangents and node is not self.node:
                flow = self.point.adjoints.get(node, 0.0) * self.tangents[node]
                yield from self._bundle(flow, 0.6, partial(self._through, node))
        for region, operand, slope in self._local():
            flow = self._across(region, operand, slope)
            yield from self._bundle(flow, 0.5, partial(self._between, operand, region.about))
        for edge in self.edges:
            yield from self._bundle(self._flow(edge), 0.3, partial(self._between, edge.operand, edge.node))

    def _through(self, node: Value) -> str:
        return f"all that comes through {self.plan.name(node)}"

    def _between(self, operand: Value, node: Value) -> str:
        return f"what comes through {self.plan.name(operand)} → {self.plan.name(node)}"

    def _bundle(self, flow: float, weight: float, words: Callable[[], str]) -> Iterator[Guess]:
        left = self.right - flow
        whole = abs(left) <= 1e-12 * abs(self.right)  # everything comes through here: left out, nothing would remain
        yield Guess(LEFT_OUT, math.nan if whole else left, weight, words)
        yield Guess(TWICE, math.nan if whole else self.right + flow, weight, words)
        sign = partial(self._sign_of, words)
        yield Guess(SIGN, math.nan if whole else self.right - 2.0 * flow, self._sign * weight, sign)

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
            rest = self.right - flow + _unless_sign(slope)
            factor = partial(self._written, region, operand)
            yield Guess(MISSING, rest + self._across(region, operand, 1.0), 1.0, factor)
            yield Guess(TOO_MANY, rest + flow * slope, 1.0, factor)
        fans: dict[Value, list[Edge]] = {}
        for edge in self.edges:
            rest = self.right - self._flow(edge) + _unless_sign(edge.partial)
            number = rest + self._flow(edge, 1.0)
            words = partial(self._partial_of, edge)
            yield Guess(MISSING, number, 0.2 if is_multiple(edge.node) else 0.6, words)
            squared = rest + self._flow(edge) * edge.partial
            yield Guess(TOO_MANY, squared, 0.5, words)
            fans.setdefault(edge.operand, []).append(edge)
        for edges in fans.values():
            if len(edges) > 1:
                number = self.right + sum(self._flow(e, 1.0) - self._flow(e) for e in edges)
                yield Guess(MISSING, number, 0.8, partial(self._fan, edges))

    def _fan(self, edges: list[Edge]) -> str:
        uses = f"and the like for all {len(edges)} uses of {self.plan.name(edges[0].operand)}"
        return f"{self.plan.ratio(edges[0].node, edges[0].operand)} {uses}"

    def _written(self, region: Region, operand: Value) -> str:
        named = (*region.leaves, *([region.root] if region.root.label else []))
        text = region.written(operand, {n: self.plan.names.symbol(n) for n in named})
        return self.plan.names.local(region.about, operand, text)

    def _partial_of(self, edge: Edge) -> str:
        text = self.plan.names.partial(edge)
        return self.plan.names.local(edge.node, edge.operand, text or f"{edge.partial:.6g}")

    def _elsewhere(self) -> Iterator[Guess]:
        for swap in self.swaps:
            if swap.region.root not in self.tangents or swap.region.root not in self.point.adjoints:
                continue
            slopes, others = self.view.slopes(swap.region), self.view.slopes(swap.region, swap.of, swap.by)
            adjoint = self.point.adjoints[swap.region.root]
            change = sum((others[o] - slopes[o]) * self.tangents[o] for o in slopes if o in self.tangents)
            yield Guess(WRONG_NODE, self.right + adjoint * change, swap.weight, partial(self._swapped, swap))
        yield from self._exchanged()
        curved = [e for e in self.edges if e.node._op.arity == 1 and e.node._op.name not in ("negative", "positive")]
        most = max(2, _ARGUMENTS // max(1, len(curved)))
        for edge in curved:
            row, change = edge.node._op, self._flow(edge)
            for words, slope in self.view.elsewhere(edge):
                yield Guess(WRONG_NODE, self.right - change + self._flow(edge, slope), 0.8, words)
            for other, weight in self._arguments(edge, most):
                slope = self.view.slope(row, other)
                words = partial(self._taken_at, edge, other)
                yield Guess(WRONG_NODE, self.right - change + self._flow(edge, slope), weight, words)

    def _exchanged(self) -> Iterator[Guess]:
        """Guess at products that were differentiated with the wrong factor: one at a time, then all of one operand."""
        alone: dict[Value, list[tuple[Edge, Exchange]]] = {}
        for edge in self.edges:
            for other in exchanges(edge, self.point, self.plan.beside):
                number = self.right - self._flow(edge) + self._flow(edge, other.partial)
                yield Guess(WRONG_NODE, number, other.weight, partial(self._exchange, edge, other))
                if other.by is edge.operand:
                    alone.setdefault(edge.operand, []).append((edge, other))
        for uses in alone.values():
            if len(uses) > 1:
                number = self.right + sum(self._flow(e, other.partial) - self._flow(e) for e, other in uses)
                yield Guess(WRONG_NODE, number, 0.8, partial(self._exchange, *uses[0], f", in all {len(uses)} places"))

    def _exchange(self, edge: Edge, other: Exchange, places: str = "") -> str:
        by, about = self.plan.name(other.by), self.plan.name(edge.node)
        of = self.plan.name(other.of) if other.of is not None else self.plan.names.partial(edge) or "the partial"
        return f"{by} in the place of {of} in the derivative of {about}{places}"

    def _swapped(self, swap: Swap) -> str:
        about, of, by = (self.plan.name(node) for node in (swap.region.about, swap.of, swap.by))
        return f"{by} in the place of {of} in the derivative of {about}"

    def _taken_at(self, edge: Edge, other: Value) -> str:
        return f"{edge.node._op.name}' taken at {self.plan.name(other)} rather than at {self.plan.name(edge.operand)}"

    def _arguments(self, edge: Edge, most: int) -> list[tuple[Value, float]]:
        """List where else the derivative may have been taken: what the same function is applied to, named nodes."""
        found = self.plan.elsewhere(edge.node._op.name)[: most + 2]
        return [pair for pair in found if pair[0] is not edge.operand and pair[0] is not edge.node][:most]


def _unless_sign(slope: float) -> float:
    """Return 0, but nan for a factor of -1: whoever forgets it has got a sign wrong, and that is guessed elsewhere."""
    return math.nan if slope == -1.0 else 0.0
