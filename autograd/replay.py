"""Running a recorded graph again on the present data of its leaves: to update it, or to see that it is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from autograd.errors import StaleGraphError
from autograd.floats import same
from autograd.ieee import partials_at
from autograd.native import Floats, numbers_of
from autograd.rows import ieee_values
from autograd.traversal import topological_order

if TYPE_CHECKING:
    from autograd.value import Value


def recompute(root: Value) -> None:
    """Run the graph below ``root`` again; if a primitive raises, put everything back as it was."""
    order = topological_order([root])
    restore = _snapshot(order)
    try:
        run_again(order)
    except BaseException:
        restore()
        raise


def run_again(order: Iterable[Value]) -> None:
    """Compute value and partials of every node listed, operands before results, from what their operands hold now.

    Raises:
        DomainError: a primitive has no value there; the nodes before it have been computed.
    """
    for node in order:
        operands = stored_operands(node)
        if operands is not None:
            _store(node, *present(node, operands))


def is_stale(roots: Iterable[Value]) -> Value | None:
    """Return the first node that would now be another number or have another partial, or ``None``."""
    with ieee_values():
        return next(filter(_is_stale, topological_order(roots)), None)


def _is_stale(node: Value) -> bool:
    operands = stored_operands(node)
    if operands is None:
        return False
    if node._rest is not None and node._rest.segment is not None:
        return node._rest.segment.changed_input() is not None
    return _differs(node, *present(node, operands))


def require_fresh(roots: Iterable[Value]) -> None:
    """Raise `StaleGraphError` if the data of a leaf was changed since the graph was recorded."""
    node = is_stale(roots)
    if node is not None:
        raise StaleGraphError(
            f"the graph is stale: {node.describe()} was recorded before the data of something it was made from was "
            "changed; call recompute() on the result, or build the graph again"
        )


def stored_operands(node: Value) -> tuple[Value | float, ...] | None:
    """Return the operands as they are stored, nodes and the numbers of constants; ``None`` for a leaf or constant."""
    if node._rest is not None:
        return node._rest.operands
    if not node._op.arity:
        return None
    a = node._da if node._a is None else node._a
    if node._op.arity == 1:
        return (a,)
    return (a, node._db if node._b is None else node._b)


def operand_nodes(node: Value) -> list[Value]:
    """List the operands that are nodes, in order, one entry per argument."""
    return [o for o in stored_operands(node) or () if not isinstance(o, float)]


def present(node: Value, operands: tuple[Value | float, ...]) -> tuple[float, tuple[float, ...]]:
    """Return value and partials of an interior node on the present data of its operands.

    Raises:
        DomainError: the primitive has no value there.
    """
    if node._rest is not None and node._rest.segment is not None:
        return node._rest.segment.refreshed()[node._rest.index], ()
    numbers = numbers_of(operands)
    data = node._op.evaluate(numbers)
    if data - data != 0.0 and node._data - node._data == 0.0:  # a partial at an edge is not finite from the start
        labels = ["" if isinstance(o, float) else o.label for o in operands]
        node._op.check_domain(numbers, data, labels)
    return data, partials_at(node._op, numbers, data)


def _differs(node: Value, data: float, partials: tuple[float, ...]) -> bool:
    if not same(data, node._data):
        return True
    if node._rest is not None:
        return not all(map(same, partials, node._rest.recorded))
    pairs = ((node._a, node._da), (node._b, node._db))
    return any(operand is not None and not same(new, old) for new, (operand, old) in zip(partials, pairs, strict=False))


def _store(node: Value, data: float, partials: tuple[float, ...]) -> None:
    """Write into the node, leaving the numbers of constant operands alone."""
    node._data = data
    if node._rest is not None:
        node._rest.recorded = Floats(partials)
        return
    if node._a is not None:
        node._da = partials[0]
    if node._b is not None:
        node._db = partials[1]


def _snapshot(order: list[Value]) -> Callable[[], None]:
    """Remember all recorded numbers; returns the function that puts them back."""
    pairs = [[node._data for node in order], [node._da for node in order], [node._db for node in order]]
    many = [(node._rest, node._rest.recorded) for node in order if node._rest is not None]
    insides = {
        rest.segment: (rest.segment.inputs, rest.segment.results) for rest, _ in many if rest.segment is not None
    }

    def restore() -> None:
        for node, data, da, db in zip(order, *pairs, strict=True):
            node._data, node._da, node._db = data, da, db
        for rest, recorded in many:
            rest.recorded = recorded
        for segment, (inputs, results) in insides.items():
            segment.inputs, segment.results = inputs, results

    return restore
