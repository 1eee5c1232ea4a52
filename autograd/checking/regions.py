"""Local derivatives between named nodes: what a person writes as one factor, of however many operations it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from autograd.checking.points import ADDING, Point, is_checkpointed, replayed
from autograd.replay import operand_nodes, stored_operands
from autograd.sweep import sweep
from autograd.symbols import Symbol, SymbolicAdjoints, symbol
from autograd.traversal import topological_order
from autograd.value import Value, is_variable

_LARGEST: Final = 2_000  # nodes of all regions together
_NAMED: Final = 400  # nodes: beyond, single operations have to do
_SHORT: Final = 10  # operations of a region that is not cut into its terms
_LONGEST: Final = 60  # characters of a local derivative that is written out


class Region:
    """What lies between one named node and the named nodes that it is made of.

    Attributes:
        root: the node on top: a named one, or a term of the long sum that one is.
        about: the named node.
        inputs: the named nodes below, those it is made of without passing through another.
        inside: the operations in between and the root, operands before results.
    """

    def __init__(self, root: Value, about: Value, inside: list[Value], named: set[Value]) -> None:
        self.root, self.about = root, about
        self.inside = [node for node in inside if stored_operands(node) is not None]
        below = dict.fromkeys(o for node in self.inside for o in operand_nodes(node))
        self.leaves = [node for node in below if node in named or stored_operands(node) is None]
        self.inputs = [node for node in self.leaves if node in named and is_variable(node)]

    def slopes(self, values: Mapping[Value, float]) -> dict[Value, float]:
        """Return the derivative of the root by each input, at these values of what lies below."""
        at = replayed(self.inside, {node: values[node] for node in self.leaves})
        local = Point(self.root, self.inside, at)
        found = local.swept(lambda edge: edge.partial, stop=self.leaves)
        return {node: found.get(node, 0.0) for node in self.inputs}

    def value(self, values: Mapping[Value, float]) -> float:
        """Return the value of the root, at these values of what lies below."""
        return replayed(self.inside, {node: values[node] for node in self.leaves})[self.root]

    def written(self, operand: Value, names: Mapping[Value, Symbol]) -> str:
        """Write the derivative by an input as a formula; ``""`` if it is long."""
        try:
            algebra = SymbolicAdjoints(names)
            sweep([(self.root, symbol(1.0))], algebra, stop=set(self.leaves) - {self.root})
        except ValueError:
            return ""
        text = algebra.adjoints.get(operand, symbol(0.0)).text
        return text if len(text) <= _LONGEST else ""


def regions_between(order: Sequence[Value], named: set[Value]) -> list[Region]:
    """Cut a graph into the regions between its named nodes, within a limit of work.

    Example:
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> z = (w * x).tanh().named("z")
        >>> (region,) = regions_between([w, x, *z.operands, z], {w, x, z})
        >>> region.written(w, {w: Symbol("w"), x: Symbol("x"), z: Symbol("z")})
        '(1 - z**2) * x'
    """
    found: list[Region] = []
    if len(named) > _NAMED:
        return found
    size = 0
    for node in order:
        if node not in named or stored_operands(node) is None or is_checkpointed(node):
            continue
        inside = _inside(node, named)
        size += len(inside)
        if size > _LARGEST:
            break
        if any(map(is_checkpointed, inside)):
            continue
        terms = _terms(inside) if len(inside) > _SHORT else []
        roots, stops = [*terms, node], named.union(terms)
        found += [Region(root, node, _inside(root, stops) if terms else inside, stops) for root in roots]
    return found


def _inside(root: Value, named: Collection[Value]) -> list[Value]:
    return [*topological_order(list(operand_nodes(root)), named), root]


def _terms(inside: Sequence[Value]) -> list[Value]:
    """List the terms of sums that are no sums themselves and occur once."""
    used = Counter(o for node in inside for o in operand_nodes(node))
    ours = set(inside)
    terms = dict.fromkeys(o for node in inside if node._op.name in ADDING for o in operand_nodes(node))
    return [o for o in terms if o in ours and used[o] == 1 and o._op.name not in ADDING and stored_operands(o)]
