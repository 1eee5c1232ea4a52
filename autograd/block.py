"""What a block of code does with the operations in it: whether they are recorded, and what meets there."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from autograd.rows import CONSTANT

if TYPE_CHECKING:
    from autograd.value import Value


class Block:
    """How operations inside a ``with`` block are treated.

    Attributes:
        records: whether they make nodes; otherwise they make constants.
        captured: where the nodes made outside that meet an operation inside are collected, in order; or ``None``.
        born: the nodes made inside, which are not captured.
        outer: the block that this one stands in.
        provenance: what nodes made inside are to remember of where they were made (see provenance.py); or ``None``.
    """

    __slots__ = ("born", "captured", "outer", "provenance", "records")

    def __init__(
        self,
        records: bool,
        captured: dict[Value, None] | None,
        born: set[Value],
        outer: Block | None = None,
        provenance: Any = None,
    ) -> None:
        """Keep the fields; without a provenance of its own, the block has that of the one it stands in."""
        self.outer = outer
        self.provenance: Any = outer.provenance if provenance is None and outer is not None else provenance
        self.records = records
        self.captured = captured
        self.born = born

    def admit(self, node: Value, operands: Iterable[Value | float | None]) -> Value:
        """Take in a new node and what it was made from; where nothing is recorded, it becomes a constant."""
        if self.captured is not None:
            self.meet(operands, self.captured)
        if self.records:
            self.bear(node)
        else:
            node._op = CONSTANT
            node._a = node._b = node._rest = None
            node._da = node._db = 0.0
        return node

    def meet(self, operands: Iterable[Value | float | None], captured: dict[Value, None]) -> None:
        """Collect the operands of an operation."""
        for o in operands:
            if o is not None and not isinstance(o, float) and o._op is not CONSTANT and o not in self.born:
                captured[o] = None

    def bear(self, node: Value) -> None:
        """Note a node made inside: in this block and in those around it."""
        if self.provenance is not None:
            node._label = self.provenance.tagged(node._label)
        block: Block | None = self
        while block is not None:
            if block.captured is not None:
                block.born.add(node)
            block = block.outer


# The innermost block of this thread and task; ``None`` where operations are recorded unobserved.
CURRENT_BLOCK: ContextVar[Block | None] = ContextVar("block", default=None)
