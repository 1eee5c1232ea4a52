"""What slips would give at one point: local derivatives taken elsewhere, layers without their factor."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial
from typing import Final, NamedTuple

from autograd.checking.graph_plan import Plan
from autograd.checking.guesses import MISSING, WRONG_NODE
from autograd.checking.points import Edge, Point, is_checkpointed, numbers, replayed
from autograd.checking.regions import Region
from autograd.expression import Expression, parse
from autograd.ieee import partials_at
from autograd.replay import operand_nodes
from autograd.rows import Primitive
from autograd.symbols import Symbol
from autograd.value import Value

_SWAPS: Final = 1_200  # local derivatives taken at another node, for all claims together
_FEWEST: Final = 6  # of them for each region, however many there are
ACTIVATIONS: Final = frozenset({"relu", "tanh", "sigmoid", "softplus", "leaky_relu", "elu", "gelu", "silu"})
_REPLAYED: Final = 10_000  # nodes computed again without activations, for all single ones
_WIDE: Final = 24  # inputs of a region in which other nodes are put


class Swap(NamedTuple):
    """What the local derivatives of a region become if one named node is taken for another."""

    region: Region
    of: Value
    by: Value
    weight: float


class View:
    """A plan at one point: the numbers that slips in gradients would give there."""

    def __init__(self, plan: Plan, point: Point) -> None:
        """Compute nothing yet."""
        self.plan, self.point = plan, point
        self._curves: dict[tuple[Primitive, Value], float] = {}
        self._slopes: dict[tuple[Region, Value | None, Value | None], dict[Value, float]] = {}

    def slopes(self, region: Region, of: Value | None = None, by: Value | None = None) -> dict[Value, float]:
        """Return the local derivatives of a region, with the value of one node in the place of another's."""
        key = (region, of, by)
        if key not in self._slopes:
            values = (
                self.point.values if of is None or by is None else {**self.below(region), of: self.point.values[by]}
            )
            self._slopes[key] = region.slopes(values)
        return self._slopes[key]

    def below(self, region: Region) -> dict[Value, float]:
        """Return the values that a region starts from."""
        return {node: self.point.values[node] for node in region.leaves}

    def slope(self, row: Primitive, at: Value) -> float:
        """Return the derivative of a function of one operand, taken at a node."""
        key = (row, at)
        if key not in self._curves:
            self._curves[key] = _slope(row, self.point.values[at])
        return self._curves[key]

    @cached_property
    def layers(self) -> list[tuple[str, str, dict[Value, float]]]:
        """The gradients of all nodes if a whole layer's factor is left out, or taken at the wrong node."""
        found = []
        for edges in self.plan.layers:
            name = edges[0].node._op.name
            edge = max(edges, key=lambda e: bool(e.node.label) + bool(e.operand.label))
            what = f"{self.plan.ratio(edge.node, edge.operand)} and the like in all {len(edges)} places"
            found.append(
                (MISSING, f"{what}, the derivative of {name}", self._with(dict.fromkeys(map(_key, edges), 1.0)))
            )
            if edge.node._op.arity == 1:
                for i, (words, _) in enumerate(self.elsewhere(edge)):
                    others = {_key(e): self.elsewhere(e)[i][1] for e in edges}
                    found.append((WRONG_NODE, f"{words()} (in all {len(edges)} places)", self._with(others)))
        return found

    @cached_property
    def unbent(self) -> list[tuple[list[Value], dict[Value, float]]]:
        """The values of all nodes if activations are left out: those of a whole layer at once, then single ones."""
        plan, point = self.plan, self.point
        if any(map(is_checkpointed, point.order)):
            return []
        groups = [[edge.node for edge in edges] for edges in plan.layers if _is_activation(edges[0].node)]
        size = len(point.order)
        single = [[node] for node in point.order if _is_activation(node)][: _REPLAYED // size]
        found = []
        for nodes in [*groups[: max(2, _REPLAYED // size)], *single]:
            left_out = frozenset(nodes)
            values = dict(point.values)
            for node in point.order:
                if node in left_out:
                    (values[node],) = numbers(node, values)
                elif any(values[o] != point.values[o] for o in operand_nodes(node)):
                    replayed([node], values)
            found.append((nodes, values))
        return found

    def _with(self, others: Mapping[tuple[Value, int], float]) -> dict[Value, float]:
        return self.point.swept(lambda edge: others.get(_key(edge), edge.partial))

    def elsewhere(self, edge: Edge) -> list[tuple[Callable[[], str], float]]:
        """Return the derivative of a function taken at its own result, and with the argument for the result."""
        row, point = edge.node._op, self.point
        x, z = point.values[edge.operand], point.values[edge.node]
        return [
            (partial(self._worded, edge, "{row}' taken at {own} rather than at {below}"), _slope(row, z)),
            (
                partial(self._worded, edge, "{row}' written with {below} where {own} belongs"),
                _slope_by_result(row, x, x),
            ),
        ]

    def _worded(self, edge: Edge, words: str) -> str:
        own, below = self.plan.name(edge.node), self.plan.name(edge.operand)
        return words.format(row=edge.node._op.name, own=own, below=below)


def _is_activation(node: Value) -> bool:
    return node._op.name in ACTIVATIONS and node._op.arity == 1


def _key(edge: Edge) -> tuple[Value, int]:
    return edge.node, edge.slot


def _slope(row: Primitive, x: float) -> float:
    try:
        return partials_at(row, (x,), row.evaluate((x,)))[0]
    except (ArithmeticError, ValueError):  # a primitive that a user declared may raise
        return math.nan


@lru_cache(maxsize=256)
def _written_slope(row: Primitive) -> Expression | None:
    """Return the derivative of a function of one operand x as it is written, with its result y in it."""
    slope = row.slopes((Symbol("x"),), Symbol("y"))[0]
    try:
        return parse(slope.text) if isinstance(slope, Symbol) else None
    except ValueError:
        return None


def _slope_by_result(row: Primitive, x: float, y: float) -> float:
    """Return the derivative as it is written, with any number for the result; nan where there is none."""
    written = _written_slope(row)
    try:
        return math.nan if written is None else float(written.evaluate({"x": x, "y": y}))
    except (ArithmeticError, ValueError):
        return math.nan


def find_swaps(view: View) -> list[Swap]:
    """List the substitutions that change a region's local derivatives, within a limit of work."""
    found: list[list[Swap]] = []
    for region in reversed(view.plan.regions):
        if len(region.inputs) > _WIDE:
            continue
        swaps: list[Swap] = []
        below, slopes = view.below(region), view.slopes(region)
        for of in region.leaves:
            if of not in view.plan.named:
                continue
            moved = region.slopes({**below, of: 1.37 * below[of] + 0.11})
            if not all(math.isclose(moved[o], slopes[o], rel_tol=1e-12) for o in slopes):
                swaps += [Swap(region, of, by, weight) for by, weight in view.plan.standins(of)]
        if swaps:
            found.append(sorted(swaps, key=lambda swap: -swap.weight))
    return [swap for swaps in found for swap in swaps[: max(_FEWEST, _SWAPS // len(found))]]
