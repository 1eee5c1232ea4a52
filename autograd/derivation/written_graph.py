"""A graph written over the names of its nodes: what each node is, and the local partials, as short formulas.

What has a label is called by it. What has none is written out where it is used, unless that would be long, or would
repeat much of what is below it: then it gets a name of its own, so that nothing grows exponentially.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from autograd.derivation.numbers_in_formulas import number
from autograd.replay import stored_operands
from autograd.sweep import recorded_edges
from autograd.symbols import Symbol, symbol, write
from autograd.table import add, subtract
from autograd.value import Value, is_variable

if TYPE_CHECKING:
    from autograd.derivation.vocabulary import Vocabulary

WRITTEN_OUT: Final = 60  # characters: what is longer gets a name where it is used
SUM_WRITTEN_OUT: Final = 400  # sums of sums are left together for longer
REPEATED: Final = 40  # characters of derivatives below a node that is used more than once
DEEP: Final = 200  # characters of a product of local partials
WIDE: Final = 64  # operands: beyond, only partials that are no longer than these are written

Edge = tuple["Value", float, "Symbol | None"]


class WrittenGraph:
    """The nodes of a graph as formulas, and the local partials on the way to one of them.

    Attributes:
        named: the nodes on the way that have a name: the chain rule goes from one of them to the next.
        edges: for each node on the way its operands on the way, with the partials as number and as formula; ``None``
            for a formula that would be too long, or is not known before a checkpoint is recomputed.
        definitions: what the nodes stand for that were given a name; ``None`` where that is too long to be written.
    """

    def __init__(self, vocabulary: Vocabulary, out: Value, x: Value, order: Sequence[Value]) -> None:
        """Write the nodes of a topological order, which ends with ``out``."""
        self.vocabulary = vocabulary
        self.out, self.x = out, x
        self.named: set[Value] = set()
        self.edges: dict[Value, list[Edge]] = {}
        self.definitions: dict[Value, Symbol | None] = {}
        self._forms: dict[Value, Symbol] = {}
        self._below: dict[Value, _Below] = {}
        self.on_the_way = _leading_to(x, order)
        self._uses = self._count_uses(order)
        for node in order:
            self._write(node)
            if node in self.on_the_way and node is not x:
                self._differentiate(node)

    def _count_uses(self, order: Sequence[Value]) -> dict[Value, int]:
        uses: dict[Value, int] = {}
        for node in order:
            if node in self.on_the_way and node is not self.x:
                for operand in _variables(node):
                    uses[operand] = uses.get(operand, 0) + 1
        return uses

    def _write(self, node: Value) -> None:
        operands = stored_operands(node)
        if node.label or node in (self.out, self.x):
            self._forms[node] = self.vocabulary.of_node(node, "x" if node is self.x else "out")
            if node in self.on_the_way:
                self.named.add(node)
        elif operands is None:
            self._forms[node] = number(node.data)
        else:
            try:
                if _is_checkpoint(node):
                    raise ValueError("its inside is not known")
                self._forms[node] = write(node._op, [self._operand(node, o) for o in operands])
            except ValueError:
                self._forms[node] = self.vocabulary.provisional(node)
                self.definitions[node] = None
                if node in self.on_the_way:
                    self.named.add(node)

    def _operand(self, node: Value, operand: Value | float) -> Symbol | float:
        """Return how an operand is written inside its node."""
        if isinstance(operand, float):
            return operand
        form = self._forms[operand]
        sums = node._op in (add, subtract) and operand._op in (add, subtract)
        return self._name(operand) if len(form.text) > (SUM_WRITTEN_OUT if sums else WRITTEN_OUT) else form

    def _name(self, node: Value) -> Symbol:
        """Give a node a name, unless it has one."""
        if node.label or node in (self.out, self.x):
            return self._forms[node]
        if node not in self.definitions:
            self.definitions[node] = self._forms[node]
            self._forms[node] = self.vocabulary.provisional(node)
        return self._forms[node]

    def _differentiate(self, node: Value) -> None:
        """Write the partials by the operands on the way; name the node where the chain rule had better stop at it."""
        edges = self._written_edges(node)
        below = _Below()
        for operand, _, slope in edges:
            below.count(slope, None if operand in self.named else self._below[operand])
        uses = self._uses.get(node, 0)
        if node not in self.named and (below.depth > DEEP or (uses > 1 and below.is_much) or uses > 4):
            self._name(node)
            self.named.add(node)
            edges = self._written_edges(node)
        self.edges[node] = edges
        self._below[node] = below

    def _written_edges(self, node: Value) -> list[Edge]:
        places = [(o, partial) for o, partial in recorded_edges(node) if o in self.on_the_way]
        slopes = self._slopes(node)
        if slopes is None:
            for named in (node, *(operand for operand, _ in places)):
                self._name(named)
                self.named.add(named)
            return [(operand, partial, None) for operand, partial in places]
        for slope in slopes:
            for mentioned in self.vocabulary.used_provisionally(slope.text):
                if mentioned in self.on_the_way:
                    self.named.add(mentioned)
        return [(operand, partial, slope) for (operand, partial), slope in zip(places, slopes, strict=True)]

    def _slopes(self, node: Value) -> list[Symbol] | None:
        """Return the partials by the operands on the way as formulas; ``None`` if they are too long to be written."""
        operands = stored_operands(node) or ()
        if _is_checkpoint(node):
            return None
        if node._op.arity is None and not node._op.smooth:
            # The largest operand is the one that equals the result: by name it does, recomputed it may be an ulp away.
            for variable in (node, *_variables(node)):
                self._name(variable)
        wanted = [i for i, o in enumerate(operands) if is_variable(o) and o in self.on_the_way]
        result = self._name(node) if len(self._forms[node].text) > WRITTEN_OUT else self._forms[node]
        try:
            forms = [self._operand(node, o) for o in operands]
            if len(forms) > WIDE and not _short_partials(node, forms, result):
                return None
            return [symbol(slope) for slope in node._op.slopes(forms, result, wanted)]
        except ValueError:  # a formula of more characters than a symbol may have
            return None


class _Below:
    """How much would be written for the derivatives of a node by the named ones below it."""

    __slots__ = ("characters", "depth", "edges")

    def __init__(self) -> None:
        self.depth = self.characters = self.edges = 0

    def count(self, slope: Symbol | None, below: _Below | None) -> None:
        """Count an edge, and what is below it unless it ends at a named node."""
        length = 0 if slope is None or slope.text == "1" else len(slope.text)
        self.depth = max(self.depth, length + (0 if below is None else below.depth))
        self.characters += length + (0 if below is None else below.characters)
        self.edges += 1 + (0 if below is None else below.edges)

    @property
    def is_much(self) -> bool:
        """Whether it should not be written twice."""
        return self.characters > REPEATED or self.edges > 6


def _leading_to(x: Value, order: Sequence[Value]) -> set[Value]:
    """Return the nodes that depend on ``x``, itself included."""
    found = {x}
    for node in order:
        if any(operand in found for operand in _variables(node)):
            found.add(node)
    return found


def _variables(node: Value) -> list[Value]:
    return [cast("Value", o) for o in stored_operands(node) or () if is_variable(o)]


def _is_checkpoint(node: Value) -> bool:
    return node._rest is not None and node._rest.segment is not None


def _short_partials(node: Value, forms: Sequence[Symbol | float], result: Symbol) -> bool:
    """Try the partials of a node of many operands with a few of them: are they no longer than the operands are?"""
    few = [symbol(form) for form in forms[:4]]
    return all(len(symbol(slope).text) <= max(len(f.text) for f in few) for slope in node._op.slopes(few, result))
