"""Copying and pickling whole graphs without recursion, however deep they are.

A pickle of a node is the list of all nodes below it, operands before results, so that the pickler, which recurses,
finds every operand already written when it comes to a node. What it writes are `_Record`s, one per node for as long
as any pickler remembers it: that is how several nodes of one graph, pickled together, stay one graph.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from autograd.block import CURRENT_BLOCK
from autograd.native import blank
from autograd.replay import operand_nodes
from autograd.rows import LEAF
from autograd.switch import BLOCKS
from autograd.traversal import topological_order

if TYPE_CHECKING:
    from autograd.rows import Primitive
    from autograd.value import Many, Value


def shallow_copy(node: Value) -> Value:
    """Return a node of the same operands and numbers."""
    rest = node._rest
    twin = None if rest is None else type(rest)(rest.operands, rest.recorded, rest.segment, rest.index)
    return _make(type(node), node._op, node._data, node._grad, node._label, node._a, node._b, node._da, node._db, twin)


def deep_copy(root: Value, memo: dict[int, Any]) -> Value:
    """Copy the graph below ``root``; nodes that ``memo`` has are taken from there.

    `copy.deepcopy` comes here for every node of a list, with one memo for all: the memo is what tells which nodes
    were met, so that the work is one visit per node, however many of them are copied together.
    """
    stack = [root]
    entered: set[Value] = set()
    while stack:
        node = stack[-1]
        if node not in entered and id(node) not in memo:
            entered.add(node)
            stack.extend([o for o in reversed(operand_nodes(node)) if o not in entered and id(o) not in memo])
        else:
            stack.pop()
            if id(node) not in memo:
                memo[id(node)] = _copy_node(node, memo)
    copy: Value = memo[id(root)]
    return copy


def _copy_node(node: Value, memo: dict[int, Any]) -> Value:
    a, b = (None if o is None else memo[id(o)] for o in (node._a, node._b))
    rest = None if node._rest is None else _copy_rest(node._rest, memo)
    return _make(type(node), node._op, node._data, node._grad, node._label, a, b, node._da, node._db, rest)


def reduce(root: Value) -> tuple[Callable[..., Value], tuple[Any, ...]]:
    """Return what `pickle` needs: how to make the graph below ``root``, and from what."""
    if root._op is LEAF:
        return _only, (_record(root),)
    return _last, ([_record(node) for node in topological_order([root])],)


class _Record:
    """A node on its way through a pickler; it comes out as the node."""

    __slots__ = ("__weakref__", "node")

    def __init__(self, node: Value) -> None:
        self.node = node

    def __reduce__(self) -> tuple[Callable[..., Value], tuple[Any, ...]]:
        node = self.node
        a, b = (None if o is None else _record(o) for o in (node._a, node._b))
        if node._rest is None:
            return _make, (type(node), node._op, node._data, node._grad, node._label, a, b, node._da, node._db)
        rest = node._rest
        if rest.segment is not None:
            rest.segment.require_portable()
        operands = tuple(o if isinstance(o, float) else _record(o) for o in rest.operands)
        fields = (type(rest), operands, tuple(rest.recorded), rest.segment, rest.index)
        return _make_with_rest, (type(node), node._op, node._data, node._grad, node._label, fields)


# By the id of its node: a record keeps its node alive, so an id here is never that of another object.
_RECORDS: WeakValueDictionary[int, _Record] = WeakValueDictionary()
_LOCK = threading.Lock()


def _record(node: Value) -> _Record:
    with _LOCK:
        record = _RECORDS.get(id(node))
        if record is None:
            record = _RECORDS[id(node)] = _Record(node)
        return record


def _make(
    kind: type[Value], op: Primitive, data: float, grad: float, label: str,
    a: Value | None, b: Value | None, da: float, db: float, rest: Many | None = None,
) -> Value:  # fmt: skip
    node = blank(kind)
    node._op, node._data, node._grad, node._label = op, data, grad, label
    node._a, node._b, node._da, node._db, node._rest = a, b, da, db, rest
    if BLOCKS.used and (block := CURRENT_BLOCK.get()) is not None:
        block.bear(node)
    return node


def _make_with_rest(
    kind: type[Value], op: Primitive, data: float, grad: float, label: str, fields: tuple[Any, ...]
) -> Value:
    make, *arguments = fields
    return _make(kind, op, data, grad, label, None, None, 0.0, 0.0, make(*arguments))


def _last(nodes: list[Value]) -> Value:
    return nodes[-1]


def _only(node: Value) -> Value:
    return node


def _copy_rest(rest: Many, memo: dict[int, Any]) -> Many:
    operands = tuple(o if isinstance(o, float) else memo[id(o)] for o in rest.operands)
    segment = None if rest.segment is None else rest.segment.copied(memo)
    return type(rest)(operands, rest.recorded, segment, rest.index)
