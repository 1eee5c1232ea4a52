"""Write a pickle of all kinds of nodes, as hexadecimal digits; or read one and print the graph."""

from __future__ import annotations

import pickle
import sys

import autograd
from autograd import Value, checkpoint, topological_order


def double(v: Value) -> Value:
    return v * 2.0


def graph() -> tuple[Value, Value]:
    x, y = Value(0.5, "x"), Value(-1.25, "y")
    kinds = [x, -x, x * y, 2 - x, x**2, x.tanh(), y.detach() + x, autograd.clip(x, 0, y + 3), checkpoint(double, x)]
    root = (autograd.sum(kinds) * autograd.dot([x, 2.0], [y, x])).named("root")
    root.backward(3.0)
    return x, root


def show(x: Value, root: Value) -> None:
    for node in topological_order([root]):
        print(repr(node), node.op, node.partials, [operand.data for operand in node.operands])
    root.backward(2.0)
    print(x.grad.hex())
    x.data = 0.25
    root.recompute()
    print(root.data.hex())


def main(what: str, written: str = "") -> None:
    if what == "write":
        print(pickle.dumps(graph()).hex())
    else:
        show(*pickle.loads(bytes.fromhex(written)))


if __name__ == "__main__":
    sys.modules["tests.build_programs.exchange"] = sys.modules["__main__"]
    main(*sys.argv[1:])
