"""Derivatives of products with the wrong factor: a factor by itself, or the factor of a neighbouring term."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from autograd.checking.points import Edge, Point, is_multiple
from autograd.replay import stored_operands
from autograd.value import Value

_ADDED: Final = frozenset({"add", "subtract", "sum"})
_NEAR: Final = 4  # terms on either side whose factors may be taken for a term's own


class Exchange(NamedTuple):
    """The partial over an edge, written with another factor."""

    partial: float
    of: Value | None
    by: Value
    weight: float


def exchanges(edge: Edge, point: Point, beside: dict[Value, list[Value]]) -> Iterator[Exchange]:
    """Yield what the partial of a product or a quotient may have been written as.

    Args:
        edge: one of its operands, with the partial.
        point: where the graph is looked at.
        beside: the products in the same sum, as `products_beside` finds them.

    Example:
        >>> from autograd.checking.points import recorded_point
        >>> w, x, v, y = Value(2.0, "w"), Value(3.0, "x"), Value(5.0, "v"), Value(7.0, "y")
        >>> point = recorded_point(w * x + v * y)
        >>> edge = next(edge for edges in point.edges.values() for edge in edges if edge.operand is w)
        >>> [(e.of.label, e.by.label, e.partial) for e in exchanges(edge, point, products_beside(point))]
        [('x', 'w', 2.0), ('x', 'y', 7.0)]
    """
    name, operands = edge.node._op.name, stored_operands(edge.node) or ()
    if name == "divide" and len(operands) == 2 and not is_multiple(edge.node):
        yield Exchange(point.values[edge.operand], None, edge.operand, 0.3)
    factor, others = None, []
    if name == "multiply" and not is_multiple(edge.node):
        factor = operands[1 - edge.slot]
        others = [(stored_operands(term) or ())[1 - edge.slot] for term in beside.get(edge.node, ())]
    elif name == "dot":
        half = len(operands) // 2
        across = (edge.slot + half) % len(operands)
        low, high = across - across % half, across - across % half + half
        factor = operands[across]
        others = [operands[i] for i in range(max(low, across - _NEAR), min(high, across + _NEAR + 1)) if i != across]
    if isinstance(factor, Value):
        yield Exchange(point.values[edge.operand], factor, edge.operand, 1.0)
        for other in others:
            if isinstance(other, Value):
                yield Exchange(point.values[other], factor, other, 0.8)


def products_beside(point: Point) -> dict[Value, list[Value]]:
    """Find for every product that is a term of a sum the nearest products in the same sum."""
    used = Counter(edge.operand for edges in point.edges.values() for edge in edges)
    terms: dict[Value, list[Value]] = {}
    for node in point.order:
        if node._op.name in _ADDED:
            ours: list[Value] = []
            for edge in point.edges.get(node, ()):
                inner = terms.pop(edge.operand, None) if used[edge.operand] == 1 else None
                short, long = sorted((ours, [edge.operand] if inner is None else inner), key=len)
                long += short  # the shorter list to the longer: a long chain of sums is no work then
                ours = long
            terms[node] = ours
    found: dict[Value, list[Value]] = {}
    for nodes in terms.values():
        products = [node for node in nodes if node._op.name == "multiply" and not is_multiple(node)]
        for i, node in enumerate(products):
            found[node] = [*products[max(0, i - _NEAR) : i], *products[i + 1 : i + 1 + _NEAR]]
    return found
