"""Print numbers, partials and gradients to the last bit: of every row at hard points, and of random graphs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from random import Random

import autograd
from autograd import Primitive, Value, checkpoint, gradients
from autograd.rows import PRIMITIVES, ieee_values
from autograd.table import PUBLIC
from tests.strategies import MAX, MIN_NORMAL, Program, Step, _Growing, points

EDGES = (0.0, -0.0, 5e-324, -MIN_NORMAL, 0.5, 1.0, -1.0, 2.0, 3.5, -2.5, 1e-200, 1e200, MAX, -MAX)
EDGES_BEYOND = (*EDGES, math.inf, -math.inf, math.nan)


def show(*things: object) -> None:
    print(*[bits(thing) for thing in things])


def bits(thing: object) -> str:
    if isinstance(thing, Value):
        return f"{thing.op}:{thing.data.hex()}:{thing.grad.hex()}:{bits(thing.partials)}"
    if isinstance(thing, float):
        return thing.hex()
    if isinstance(thing, (tuple, list)):
        return f"({' '.join(map(bits, thing))})"
    return str(thing)


def show_call(row: Primitive, operands: Sequence[Value | float]) -> None:
    """Show one node, made by the function and, of two operands, by the operator; or the error."""
    try:
        node = row(*operands) if row.arity else row(list(operands))
    except ValueError as error:
        print(row.name, type(error).__name__, error)
        return
    if isinstance(node, Value):
        node.backward(0.75)
    show(row.name, node, [o.grad for o in operands if isinstance(o, Value)])


def rows_at_points() -> None:
    for row in PRIMITIVES.values():
        for point in points(row, 40):
            if row.pairs:
                half = len(point) // 2
                show(row.name, row(list(map(Value, point[:half])), list(point[half:])))
            else:
                show_call(row, [Value(x) for x in point])
                show_call(row, [Value(point[0]), *point[1:]])
                show_call(row, [*point[:-1], Value(point[-1])])
                show_call(row, point)


def rows_at_edges() -> None:
    for row in PRIMITIVES.values():
        for point in edge_points(row):
            show_call(row, [Value(x) for x in point])
            with ieee_values():
                show_call(row, [Value(point[0]), *point[1:]])


def edge_points(row: Primitive) -> Iterator[tuple[float, ...]]:
    if row.pairs:
        return iter(())
    if row.arity == 3 or row.arity is None:
        random = Random(row.name)
        return (tuple(random.choices(EDGES_BEYOND, k=3)) for _ in range(150))
    return itertools.product(EDGES_BEYOND, repeat=row.arity)


def operators_at_edges() -> None:
    for x, y in itertools.product(EDGES_BEYOND, repeat=2):
        a, b = Value(x), Value(y)
        with ieee_values():
            made = [a + b, a - b, a * b, a / b, a // b, a % b, a**b, *divmod(a, b), -a, +a, abs(a)]
            made += [a + y, a - y, a * y, a / y, a // y, a % y, a**y, *divmod(a, y)]
            made += [x + b, x - b, x * b, x / b, x // b, x % b, x**b, *divmod(x, b)]
        show(*made, a < b, a <= b, a > b, a >= b, a < y, x < b, bool(a))


def wild(random: Random) -> Program:
    """Return a graph of any rows on any numbers: nan and inf spread in it, with signs and at kinks."""
    inputs = tuple(random.choice(EDGES if random.random() < 0.3 else (random.gauss(0, 2),)) for _ in range(3))
    steps = []
    for index in range(random.randint(2, 10)):
        row = random.choice(PUBLIC)
        count = row.arity or 2 * random.randint(1, 2)
        node, operands = len(inputs) + index, list[int | float]()
        for _ in range(count):
            operands.append(random.randrange(node) if random.random() < 0.8 else random.choice(EDGES_BEYOND))
        if not any(isinstance(o, int) for o in operands):
            operands[0] = node - 1
        steps.append(Step(row, tuple(operands)))
    return Program(inputs, tuple(steps))


def tame(random: Random) -> Program:
    """Return a graph of any rows in their domains, so that the numbers say something."""
    growing = _Growing(random.randbytes(200), None)
    for _ in range(random.randint(5, 40)):
        growing.grow()
    return growing.finish()


def apply(row: Primitive, operands: Sequence[Value | float]) -> Value:
    if row.pairs:
        half = len(operands) // 2
        made = row(list(operands[:half]), list(operands[half:]))
    else:
        made = row(*operands)
    return made if isinstance(made, Value) else Value(made)


def program(graph: Program) -> None:
    """Show a graph's numbers, its gradients of three orders, and all again on other data; stored and checkpointed."""
    leaves = [Value(x) for x in graph.inputs]
    nodes = graph.run(leaves, apply)
    root = nodes[-1]
    root.backward(1.25)
    show(*nodes)
    slopes = gradients(root, leaves)
    show(*slopes)
    show(*gradients(autograd.sum(slopes), leaves))
    for leaf in leaves:
        leaf.data = leaf.data * 1.5 + 0.125
    root.recompute()
    root.backward()
    show(*nodes)
    kept = checkpoint(lambda *inputs: graph.run(inputs, apply)[-1], *leaves)
    kept.backward()
    show(kept, *leaves)


def wide() -> None:
    """Show sequences and choices of many operands."""
    random = Random(5)
    for length in (0, 1, 2, 7, 100):
        numbers = [random.choice((random.gauss(0, 1), random.choice(EDGES))) for _ in range(length)]
        xs = [Value(x) for x in numbers]
        mixed = [x if random.random() < 0.5 else x.data for x in xs]
        for row in (autograd.sum, autograd.prod, autograd.max, autograd.min, autograd.logsumexp):
            if length:
                show_call(row, xs)  # type: ignore[arg-type]
                show_call(row, mixed)  # type: ignore[arg-type]
        if length:
            show(autograd.dot(xs, mixed), autograd.where(xs[0], xs[-1], 2.0), xs[0].clip(-1.0, xs[-1].data + 2.0))
        else:
            show(autograd.sum(xs), autograd.prod(xs), autograd.dot(xs, mixed))


def main() -> None:
    rows_at_points()
    rows_at_edges()
    operators_at_edges()
    wide()
    random = Random(20)
    with ieee_values():
        for _ in range(500):
            program(tame(random))
            program(wild(random))


if __name__ == "__main__":
    main()
