"""Make chains of as many nodes as the command line says, in many ways, and free, copy or pickle them.

Nothing here may recurse, so the recursion limit is low; what recurses in C would overflow the stack.
"""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections.abc import Callable

import autograd
from autograd import Value, checkpoint, no_grad, topological_order
from tests.counting import live_nodes

Chain = tuple[Value, Value]


def thin(length: int) -> Chain:
    x = node = Value(0.5)
    for _ in range(length // 2):
        node = 0.5 - node * x
    return x, node


def left_and_right(length: int) -> Chain:
    """Make a chain whose links are first operands and second ones in turn."""
    x = node = Value(0.5)
    for _ in range(length // 2):
        node = x - (node - x)
    return x, node


def of_sums(length: int) -> Chain:
    x = node = Value(0.5)
    for _ in range(length):
        node = autograd.sum([x, node, 1.0])
    return x, node


def of_choices(length: int) -> Chain:
    x = node = Value(0.5)
    for _ in range(length):
        node = autograd.where(x, node, x)
    return x, node


def alternating(length: int) -> Chain:
    x = node = Value(0.5)
    for _ in range(length // 3):
        node = autograd.sum([-node, x, node * 0.25])
    return x, node


def of_checkpoints(length: int) -> Chain:
    x = node = Value(0.5)
    for _ in range(length):
        node = checkpoint(lambda v: v * 0.5 + 1.0, node)
    return x, node


def bundle(length: int) -> Chain:
    """Make a single node of so many operands."""
    x = Value(0.5)
    return x, autograd.sum([x * 2.0 for _ in range(length)])


def freed(make: Callable[[int], Chain], length: int) -> None:
    """Make, run backward, and free by counting references alone."""
    before = live_nodes()
    x, root = make(length)
    assert live_nodes() - before > length // 2
    root.backward()
    assert x.grad == x.grad
    del x, root
    assert live_nodes() == before, "nodes are left over"


def freed_from_the_middle(length: int) -> None:
    """Free the ends of many chains that share their beginning, then the beginning."""
    before = live_nodes()
    x, root = thin(length)
    ends = [thin(10)[1] * root for _ in range(1000)]
    del root
    ends.clear()
    x = Value(1.0)
    nodes = topological_order([thin(length)[1]])
    nodes.reverse()
    while nodes:
        nodes.pop()
    del x
    assert live_nodes() == before


def freed_unrecorded(length: int) -> None:
    """Turn the links of a chain into constants, and overwrite operands."""
    before = live_nodes()
    x, root = thin(length)
    root.__init__(1.0)  # type: ignore[misc]
    with no_grad():
        thin(1000)
    del x, root
    assert live_nodes() == before


def copied(length: int) -> None:
    x, root = thin(length)
    twin_x, twin = copy.deepcopy((x, root))
    del x, root
    twin.backward()
    assert twin_x.grad != 0.0
    assert len(topological_order([twin])) == length // 2 * 2 + 1


def pickled(length: int) -> None:
    x, root = alternating(length)
    written = pickle.dumps((x, root))
    del x, root
    twin_x, twin = pickle.loads(written)
    twin.backward()
    assert twin_x.grad != 0.0


def recomputed(length: int) -> None:
    x, root = thin(length)
    x.data = 0.25
    root.recompute()
    root.zero_grad()
    assert root.data != 0.0


WAYS: dict[str, Callable[[int], None]] = {
    "thin": lambda length: freed(thin, length),
    "left and right": lambda length: freed(left_and_right, length),
    "sums": lambda length: freed(of_sums, length),
    "choices": lambda length: freed(of_choices, length),
    "alternating": lambda length: freed(alternating, length),
    "checkpoints": lambda length: freed(of_checkpoints, length),
    "one wide node": lambda length: freed(bundle, length),
    "from the middle": freed_from_the_middle,
    "unrecorded": freed_unrecorded,
    "copied": copied,
    "pickled": pickled,
    "recomputed": recomputed,
}


def main(way: str, length: str) -> None:
    gc.disable()
    sys.setrecursionlimit(200)
    WAYS[way](int(length))
    print("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
