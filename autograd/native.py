"""What the two builds do differently: this file in the plain build, native.pyx in its place in the compiled one."""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING, NoReturn

from autograd.block import CURRENT_BLOCK
from autograd.switch import BLOCKS

if TYPE_CHECKING:
    from autograd.rows import Primitive
    from autograd.value import Many, Value

COMPILED = False

# The nodes that a traversal has met, at first those at which it stops. (Compiled: a number written on each node.)
if TYPE_CHECKING:
    Visited = set[Value]
else:
    Visited = set

# Floats that are kept. (Compiled: in eight bytes each.)
if TYPE_CHECKING:
    Floats = tuple[float, ...]
else:
    Floats = tuple

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


def numbers_of(operands: tuple[Value | float, ...]) -> tuple[float, ...]:
    """Return the numbers of the operands of a node, in order."""
    return tuple([o if type(o) is float else o._data for o in operands])  # type: ignore[union-attr]


def products_and_partials(operands: tuple[Value | float, ...]) -> tuple[list[float], Floats]:
    """Return what `dot` adds up, and its partials: for each operand the number that it is multiplied by."""
    numbers, half = numbers_of(operands), len(operands) // 2
    others = numbers[half:]
    return [*map(mul, numbers, others)], others + numbers[:half]


def untracked(rest: Many) -> Many:
    """Take what is kept of a node from the garbage collector; here, leave it there."""
    return rest


def pass_on(adjoint: float, operands: tuple[Value | float, ...], partials: Floats) -> None:
    """Add to ``.grad`` of each operand that is a node."""
    for operand, partial in zip(operands, partials, strict=True):
        if type(operand) is not float:
            operand._grad += adjoint * partial  # type: ignore[union-attr]


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
