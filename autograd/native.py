"""What the two builds do differently: this file in the plain build, native.pyx in its place in the compiled one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from autograd.block import CURRENT_BLOCK
from autograd.switch import BLOCKS

if TYPE_CHECKING:
    from autograd.rows import Primitive
    from autograd.value import Value

COMPILED = False

# The nodes that a traversal has met, at first those at which it stops. (Compiled: a number written on each node.)
if TYPE_CHECKING:
    Visited = set[Value]
else:
    Visited = set

# Make an object of a class of nodes, with nothing in it yet.
blank = object.__new__
_kind: type[Value]


def new_node(op: Primitive, data: float, a: Value | None, b: Value | None, da: float, db: float) -> Value:
    """Make a node of at most two operands."""
    node = blank(_kind)
    node._op = op
    node._data = data
    node._a = a
    node._b = b
    node._da = da
    node._db = db
    node._grad = 0.0
    node._label = ""
    node._rest = None
    if BLOCKS.used and (block := CURRENT_BLOCK.get()) is not None:
        return block.admit(node, (a, b))
    return node


def seal(kind: type[Value]) -> None:
    """Finish the class of nodes: it has no subclasses, and in the compiled build the garbage collector passes it by.

    Raises:
        ImportError: the class is compiled, but this file is not.
    """
    global _kind
    _kind = kind
    try:
        kind.__init_subclass__ = _refuse_subclass  # type: ignore[assignment]
    except TypeError:
        raise ImportError("autograd is half built: install it again, into an empty environment") from None


@classmethod  # type: ignore[misc]
def _refuse_subclass(cls: type, **_: object) -> NoReturn:
    raise TypeError(f"type '{_kind.__name__}' is not an acceptable base type")  # as Python says it of float types in C
