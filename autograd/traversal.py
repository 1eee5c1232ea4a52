"""The loops that visit every node of a graph: its topological order, and the backward pass on floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from autograd.native import Floats, Visited, pass_on
from autograd.rows import LEAF

if TYPE_CHECKING:
    from autograd.checkpointing import Segment
    from autograd.value import Many, Value


def topological_order(roots: Value | Iterable[Value], stop: Iterable[Value] = ()) -> list[Value]:
    """List every node that the roots are made of, operands before results, by an iterative depth-first search.

    Args:
        roots: where to start, one or several.
        stop: nodes that are neither entered nor listed.

    Raises:
        TypeError: a root is not a `Value`.

    Example:
        >>> from autograd import Value
        >>> a = Value(1.0, "a"); b = a + a; c = (b * a).named("c")
        >>> [node.label or node.op for node in topological_order(c)]
        ['a', '+', 'c']
    """
    return _order([roots] if hasattr(type(roots), "_rest") else _checked(roots), stop, clear=False)


def clear_and_order(output: Value) -> list[Value]:
    """List what an adjoint passes through: as `topological_order` does, without the nodes that nothing is below.

    On the way, set ``.grad`` of all but the leaves to 0.
    """
    return _order([output], (), clear=True)


def _order(roots: list[Any], stop: Iterable[Value], clear: bool) -> list[Value]:
    order: list[Value] = []
    stack: list[Any] = roots[:]  # the roots are kept, because freeing one could run somebody's code in the middle
    visited = Visited(stop)
    node: Value | None
    operand: Value | None
    rest: Many | None
    item: Any
    below: Value
    while stack:
        node = stack.pop()
        if node is None:  # everything below the next one has been listed
            node = stack.pop()
            if node is not None:
                order.append(node)
            continue
        while node is not None and node not in visited:
            visited.add(node)
            if clear and node._op is not LEAF:
                node._grad = 0.0
            rest = node._rest
            operand = node._b
            if operand is None and rest is None and node._a is None:  # nothing is below it
                if not clear:
                    order.append(node)
                break
            stack.append(node)
            stack.append(None)
            if rest is not None:
                for item in reversed(rest.operands):  # no generator: it would let the collector run (see native.pyx)
                    if type(item) is not float:
                        below = item
                        if not (clear and below._op is LEAF) and below not in visited:
                            stack.append(below)
            if operand is not None and operand not in visited:
                stack.append(operand)
            node = node._a
    return order


def _checked(roots: object) -> list[Any]:
    """Return several roots as a list; `TypeError` for what is no `Value`."""
    several = list(roots) if isinstance(roots, Iterable) else [roots]
    for root in several:
        if not hasattr(type(root), "_rest"):
            raise TypeError(f"a graph is traversed from Values, not from {type(root).__name__} ({root!r})")
    return several


def wide_nodes(order: list[Value]) -> list[Many]:
    """Return what is kept of the nodes of more than two operands."""
    node: Value
    rest: Many | None
    found: list[Many] = []
    for node in order:
        rest = node._rest
        if rest is not None:
            found.append(rest)
    return found


def accumulate(order: list[Value], pull_segment: Callable[[Many, Segment, float], None] | None = None) -> None:
    """Pass the adjoints in ``.grad`` on to operands, results first.

    Args:
        order: the nodes in topological order.
        pull_segment: called with the operands, the segment and the adjoint of a node of a checkpointed segment.
    """
    node: Value
    operand: Value | None
    rest: Many | None
    adjoint: float
    for node in reversed(order):
        adjoint = node._grad
        operand = node._a
        if operand is not None:
            operand._grad += adjoint * node._da
        operand = node._b
        if operand is not None:
            operand._grad += adjoint * node._db
        rest = node._rest
        if rest is None:
            continue
        if rest.segment is None:
            pass_on(adjoint, rest.operands, rest.recorded)
        elif pull_segment is not None:
            pull_segment(rest, rest.segment, adjoint)
        else:
            pass_on(adjoint, rest.operands, Floats(rest.partials))
