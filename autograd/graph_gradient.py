"""The gradient as a graph of its own: the table's partials, pushed through the sweep as `Value`s."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from autograd.block import CURRENT_BLOCK
from autograd.replay import operand_nodes, require_fresh, stored_operands
from autograd.rows import CONSTANT, ieee_values
from autograd.sweep import Adjoints, sweep
from autograd.traversal import topological_order
from autograd.tree import flatten
from autograd.value import Value, constant, is_variable


class AsGraph(Adjoints["Value | float"]):
    """Adjoints that are `Value`s, or plain numbers as long as nothing depends on them.

    Args:
        inputs: the nodes whose adjoints are wanted; what does not lead to them is left out. ``None``: all.
    """

    __slots__ = ("_inputs", "_leading")

    def __init__(self, inputs: Collection[Value] | None = None) -> None:
        """Make an empty table of adjoints."""
        super().__init__()
        self._inputs = None if inputs is None else set(inputs)
        self._leading: set[Value] = set()

    def begin(self, order: list[Value]) -> None:
        """Find the nodes that lead to an input."""
        super().begin(order)
        for node in order:
            if self._inputs is None or node in self._inputs or any(o in self._leading for o in operand_nodes(node)):
                self._leading.add(node)

    def spawn(self) -> AsGraph:
        """Return an algebra for the inside of a checkpointed segment."""
        return AsGraph()

    def edges(self, node: Value) -> Iterator[tuple[Value, Any]]:
        """Yield the operands that lead to an input, each with the local partial as a `Value` or number."""
        operands = stored_operands(node) or ()
        wanted = [i for i, o in enumerate(operands) if is_variable(o) and self._leads(o)]
        if not wanted:
            return
        with ieee_values():
            slopes = node._op.slopes(operands, node, wanted)
        for i, slope in zip(wanted, slopes, strict=True):
            yield cast("Value", operands[i]), slope if isinstance(slope, Value) else float(slope)

    def multiply(self, adjoint: Value | float, partial: Any) -> Value | float:
        """Return the contribution of an edge, without a node where a factor is a plain 1 or 0."""
        if isinstance(adjoint, float) and adjoint == 1.0:
            return cast("Value | float", partial)
        if isinstance(partial, float) and partial in (0.0, 1.0):
            return adjoint if partial else 0.0 * _number(adjoint)  # nan where the adjoint is not finite
        return cast("Value | float", adjoint * partial)

    def add(self, node: Value, contribution: Value | float) -> None:
        """Add to an adjoint, without a node where the contribution is a plain 0."""
        if node not in self.adjoints or not (isinstance(contribution, float) and contribution == 0.0):
            before = self.adjoints.get(node, 0.0)
            keep = isinstance(before, float) and before == 0.0
            self.adjoints[node] = contribution if keep else before + contribution

    def _leads(self, operand: Any) -> bool:
        return self._inputs is None or operand in self._leading


def gradients(output: Value, inputs: Any) -> Any:
    """Return the gradient of ``output`` with respect to ``inputs`` as `Value`s, which can be differentiated again.

    No ``.grad`` is touched.

    Args:
        output: the value to differentiate.
        inputs: a `Value` of its graph, or nested lists, tuples, dictionaries or arrays of them; leaves or interior
            nodes. One that the output does not depend on gets a constant 0.

    Returns:
        The gradients, in the same nesting.

    Raises:
        TypeError: something is not a `Value`.
        ValueError: nothing is recorded here: inside `no_grad` or `checkpoint`.
        StaleGraphError: a leaf was changed since the graph was recorded.

    Example:
        >>> from autograd import Value, gradients
        >>> x = Value(2.0)
        >>> (slope,) = gradients(x**3, [x])
        >>> (curvature,) = gradients(slope, [x])
        >>> slope.data, curvature.data
        (12.0, 12.0)
    """
    leaves, rebuild = flatten(inputs)
    for what, node in [("output", output), *(("every input", leaf) for leaf in leaves)]:
        if not isinstance(node, Value):
            raise TypeError(f"gradients: {what} must be a Value, not {type(node).__name__} ({node!r})")
    block = CURRENT_BLOCK.get()
    if output._op is CONSTANT and block is not None and not block.records:
        raise ValueError("inside no_grad() and checkpoint() there is no graph for gradients(): use grad() there")
    require_fresh([output])
    existing = set(topological_order([output]))
    algebra = AsGraph(leaves)
    sweep([(output, 1.0)], algebra)
    found = [algebra.adjoints.get(node, 0.0) for node in leaves]
    slopes = [constant(g) if not isinstance(g, Value) else +g if g in existing else g for g in found]
    return rebuild(iter(slopes))


def _number(x: Value | float) -> float:
    return x._data if isinstance(x, Value) else x
