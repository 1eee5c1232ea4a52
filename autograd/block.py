"""What a block of code does with the operations in it: whether they are recorded, and what meets there."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING

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
    """

    __slots__ = ("born", "captured", "outer", "records")

    def __init__(
        self, records: bool, captured: dict[Value, None] | None, born: set[Value], outer: Block | None = None
    ) -> None:
        """Keep the fields."""
        self.outer = outer
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
        block: Block | None = self
        while block is not None:
            if block.captured is not None:
                block.born.add(node)
            block = block.outer


# The innermost block of this thread and task; ``None`` where operations are recorded unobserved.
CURRENT_BLOCK: ContextVar[Block | None] = ContextVar("block", default=None)
