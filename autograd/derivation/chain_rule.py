"""The chain rule through the named nodes of a graph: what lies between two of them is one local derivative.

The sweep is the same as ever; only what it carries is new: each adjoint says by how much each of the named nodes just
above depends on a node, as a number and as a formula.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.derivation.vocabulary import Vocabulary
from autograd.derivation.written_graph import Edge, WrittenGraph
from autograd.sweep import Adjoints
from autograd.symbols import Symbol, product, symbol, total
from autograd.tokens import tokens

if TYPE_CHECKING:
    from autograd.value import Value

LONGEST_TERM = 5_000  # characters of one term of a local derivative: what is longer is given by its number alone


class Local(NamedTuple):
    """The derivative of a named node by one just below: its number, and the terms of its formula if that is known."""

    value: float
    terms: tuple[Symbol, ...] | None

    def __add__(self, other: Local) -> Local:  # type: ignore[override]
        """Add what goes through other unnamed nodes; the sweep comes to the last one first, so that stands last."""
        known = self.terms is not None and other.terms is not None
        return Local(self.value + other.value, (other.terms or ()) + (self.terms or ()) if known else None)

    def times(self, value: float, slope: Symbol | None) -> Local:
        """Go on through one more edge."""
        if self.terms is None or slope is None or sum(len(t.text) for t in self.terms) + len(slope.text) > LONGEST_TERM:
            return Local(self.value * value, None)
        return Local(self.value * value, (product(total(self.terms), slope),))


class ChainRule:
    """The named nodes from the output down to ``x``, with the local derivatives between them.

    Attributes:
        nodes: the named nodes on the way, in topological order: ``x`` first, the output last.
        above: for each of them the named nodes just above, with the local derivative of these by it.
        definitions: the names that were given to nodes without a label, as far as they occur, with what they are.
        names: all names that occur.
    """

    def __init__(self, out: Value, x: Value, order: Sequence[Value]) -> None:
        """Collapse the graph below ``out``, given in topological order, to its named nodes."""
        self.out, self.x = out, x
        self.names = Vocabulary(node.label for node in order if node.label)
        graph = WrittenGraph(self.names, out, x, order)
        on_the_way = [node for node in order if node in graph.on_the_way]
        between = _Between(graph.named, graph.edges)
        between.adjoints[out] = {}
        between.run(on_the_way)
        self.nodes = [node for node in on_the_way if node in graph.named]
        position = {node: i for i, node in enumerate(self.nodes)}
        self.above: dict[Value, dict[Value, Local]] = {
            node: dict(sorted(between.found[node].items(), key=lambda item: position[item[0]])) for node in self.nodes
        }
        self.definitions: dict[Value, Symbol | None] = {}
        self._settle(order, graph.definitions)
        self._position = position
        self._reached: list[int] = []

    def _settle(self, order: Sequence[Value], definitions: Mapping[Value, Symbol | None]) -> None:
        """Find out which names occur, and give the final ones to nodes without a label."""
        used = set(self.nodes)
        formulas = [term for locals in self.above.values() for local in locals.values() for term in local.terms or ()]
        waiting = formulas + [d for d in map(definitions.get, self.nodes) if d is not None]
        while waiting:
            for node in self._mentioned(waiting.pop()):
                if node not in used:
                    used.add(node)
                    definition = definitions.get(node)
                    if definition is not None:
                        waiting.append(definition)
        self._require_distinct(node for node in order if node in used)
        self.names.give_numbers(node for node in order if node in used and node in definitions)
        for node in order:
            if node in used and node in definitions:
                definition = definitions[node]
                self.definitions[node] = None if definition is None else self.names.settle(definition)
        for locals in self.above.values():
            for node, local in locals.items():
                if local.terms is not None:
                    locals[node] = Local(local.value, tuple(map(self.names.settle, local.terms)))

    def _mentioned(self, formula: Symbol) -> Iterator[Value]:
        """Yield the nodes that a formula mentions."""
        yield from self.names.used_provisionally(formula.text + formula.latex)
        for token in tokens(formula.text):
            if token.kind == "name" and token.text in self.names.nodes:
                yield self.names.nodes[token.text]

    def _require_distinct(self, used: Iterable[Value]) -> None:
        """Raise `ValueError` if two different nodes that occur have the same label."""
        met: dict[str, Value] = {}
        for node in used:
            twin = met.setdefault(node.label, node) if node.label else node
            if twin is not node:
                first, second = sorted((_described(twin), _described(node)))
                raise ValueError(
                    f"derive: two different nodes are labelled {node.label!r}, {first} and {second}, so that a "
                    "derivation in labels would not say which is meant: give them labels of their own, such as "
                    f"{node.label + '_1'!r} and {node.label + '_2'!r}"
                )

    def below(self) -> dict[Value, int]:
        """Count the named nodes just below each."""
        counts = dict.fromkeys(self.nodes, 0)
        for locals in self.above.values():
            for node in locals:
                counts[node] += 1
        return counts

    def is_direct(self, above: Value, below: Value) -> bool:
        """Tell whether a local derivative is only a part of the whole one: there are ways through other named nodes."""
        if len(self.above[below]) == 1:
            return False
        if len(self.nodes) > MOST_REACHED:
            return True
        if not self._reached:
            self._reach()
        return any(
            other is not above and self._reached[self._position[above]] >> self._position[other] & 1
            for other in self.above[below]
        )

    def _reach(self) -> None:
        """Find for each named node those below it, as bits of an integer."""
        self._reached = [0] * len(self.nodes)
        for place, node in enumerate(self.nodes):  # what is above is later in the order
            mine = self._reached[place] | (1 << place)
            self._reached[place] = mine
            for other in self.above[node]:
                self._reached[self._position[other]] |= mine


MOST_REACHED = 20_000  # named nodes: beyond, every derivative that may be a part is marked as one


class _Between(Adjoints[dict["Value", Local]]):
    """Adjoints that end at each named node and begin anew there."""

    __slots__ = ("edges_of", "found", "named")

    def __init__(self, named: Collection[Value], edges: Mapping[Value, Sequence[Edge]]) -> None:
        super().__init__()
        self.named, self.edges_of = named, edges
        self.found: dict[Value, dict[Value, Local]] = {}

    def pull(self, node: Value) -> None:
        """Pass the finished adjoint of ``node`` on to its operands."""
        adjoint = self.adjoints.pop(node, {})
        if node in self.named:
            self.found[node] = adjoint
            adjoint = {node: _ONE}
        for operand, value, slope in self.edges_of.get(node, ()):
            self.add(operand, self.multiply(adjoint, (value, slope)))

    def multiply(self, adjoint: dict[Value, Local], partial: Any) -> dict[Value, Local]:
        """Return the contribution of one edge."""
        return {above: local.times(*partial) for above, local in adjoint.items()}

    def add(self, node: Value, contribution: dict[Value, Local]) -> None:
        """Add to the adjoint of ``node``."""
        adjoint = self.adjoints.setdefault(node, {})
        for above, local in contribution.items():
            adjoint[above] = adjoint[above] + local if above in adjoint else local


_ONE = Local(1.0, (symbol(1.0),))


def _described(node: Value) -> str:
    return f"{node.op or 'a leaf'} (= {node.data!r})"
