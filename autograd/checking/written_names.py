"""What to call nodes in a remark on a claim: labels as they were given, what has none written out over labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from autograd.checking.points import Edge, is_checkpointed
from autograd.node_names import NodeNames
from autograd.notation import shown
from autograd.replay import stored_operands
from autograd.rows import ATOM
from autograd.symbols import Symbol, symbol, write
from autograd.value import Value

_DEEPEST: Final = 4  # operations inside each other that are written out, each of few operands
_WIDEST: Final = 4
_LONGEST: Final = 40  # characters


class WrittenNames:
    """Names for the nodes of one graph, in the notation of claims: ``w_1``, and ``w_1 * x`` for a node without label.

    Args:
        order: the nodes; those that share a label are numbered in this order.

    Example:
        >>> w, x = Value(0.5, "w_1"), Value(2.0, "x")
        >>> y = (w * x + 1.0).tanh()
        >>> names = WrittenNames([w, x, y])
        >>> names[w], names[y], names.ratio(y, y.operands[0])
        ('w_1', 'tanh(w_1 * x + 1)', '∂tanh(w_1 * x + 1)/∂(w_1 * x + 1)')
    """

    def __init__(self, order: Sequence[Value]) -> None:
        """Number the labels that occur more than once."""
        self._order = order
        total, met = Counter(node.label for node in order if node.label), Counter[str]()
        self._numbers: dict[Value, int] = {}
        for node in order:
            if node.label and total[node.label] > 1:
                met[node.label] += 1
                self._numbers[node] = met[node.label]

    @cached_property
    def _otherwise(self) -> NodeNames:
        return NodeNames(self._order)

    def __getitem__(self, node: Value) -> str:
        """Return the label of a node, what it is made of if that is short, or the sign of its operation."""
        return self.symbol(node).text

    def symbol(self, node: Value) -> Symbol:
        """Return the name as part of a formula."""
        if node.label:
            return Symbol(self._labelled(node))
        written = self._written(node, _DEEPEST)
        return Symbol(self._otherwise[node]) if written is None or len(written.text) > _LONGEST else written

    def ratio(self, above: Value, below: Value) -> str:
        """Write a local derivative: ``∂y/∂s``."""
        return f"∂{self._bracketed(above)}/∂{self._bracketed(below)}"

    def gradient(self, out: Value, node: Value) -> str:
        """Write a gradient of the output, which is ``out`` if it has no label."""
        above = self._labelled(out) if out.label else "out"
        return f"∂{above}/∂{above if node is out else self._bracketed(node)}"

    def local(self, above: Value, below: Value, formula: str) -> str:
        """Name a factor: ``∂y/∂s = 1 - y**2``; by its formula alone where one of the two nodes has no label."""
        if formula and not (above.label and below.label):
            return formula
        return self.ratio(above, below) + (f" = {formula}" if formula else "")

    def partial(self, edge: Edge) -> str:
        """Write the partial over an edge as a formula; ``""`` if it is long."""
        operands = stored_operands(edge.node) or ()
        if is_checkpointed(edge.node) or len(operands) > 10 * _WIDEST:
            return ""
        try:
            forms = tuple(o if isinstance(o, float) else self.symbol(o) for o in operands)
            text = symbol(edge.node._op.slopes(forms, self.symbol(edge.node))[edge.slot]).text
        except (ArithmeticError, TypeError, ValueError):  # a primitive that a user declared may not take symbols
            return ""
        return text if len(text) <= 2 * _LONGEST else ""

    def _labelled(self, node: Value) -> str:
        number = self._numbers.get(node)
        label = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown(node.label))
        return label + (f" ({number})" if number else "")

    def _bracketed(self, node: Value) -> str:
        written = self.symbol(node)
        return written.text if written.text_binding == ATOM else f"({written.text})"

    def _written(self, node: Value, depth: int) -> Symbol | None:
        """Write an operation over labels; ``None`` where that takes too many operations."""
        if node.label:
            return Symbol(self._labelled(node))
        operands = stored_operands(node)
        if operands is None:
            return symbol(float(f"{node.data:.6g}"))
        if not depth or len(operands) > _WIDEST or is_checkpointed(node):
            return None
        forms = [symbol(o) if isinstance(o, float) else self._written(o, depth - 1) for o in operands]
        try:
            return None if None in forms else write(node._op, forms)
        except ValueError:
            return None
