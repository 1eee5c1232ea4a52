"""The reverse sweep: one traversal in topological order, through which every algebra pushes its adjoints.

A sweep starts from seeds at the outputs and, node by node in reverse topological order, adds to each operand's
adjoint the node's own adjoint times the local partial. What an adjoint is, is the algebra's affair: a float kept in
``.grad`` (`IntoGrad`), a float, a graph or a formula kept in a table (`Adjoints` and its kin).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from autograd.rows import LEAF
from autograd.switch import CHECKPOINTS
from autograd.traversal import accumulate, clear_and_order, topological_order, wide_nodes

if TYPE_CHECKING:
    from autograd.checkpointing import Segment
    from autograd.value import Many, Value

A = TypeVar("A")


class Algebra(Generic[A]):
    """What a sweep carries. The hook is `pull`; `add` and `spawn` let recomputed insides take part."""

    __slots__ = ("_arrived", "_expected")

    def __init__(self) -> None:
        self._expected: dict[Segment, int] = {}
        self._arrived: dict[Segment, list[tuple[int, A | None]]] = {}

    def begin(self, order: list[Value]) -> None:
        """Look at the nodes before the sweep starts."""
        for rest in wide_nodes(order) if CHECKPOINTS.used else ():
            self.expect(rest)

    def run(self, order: list[Value]) -> None:
        """Pass finished adjoints on to operands, results first."""
        for node in reversed(order):
            self.pull(node)

    def pull(self, node: Value) -> None:
        """Pass the finished adjoint of ``node`` on to its operands."""
        raise NotImplementedError

    def add(self, node: Value, contribution: A) -> None:
        """Add to the adjoint of ``node``."""
        raise NotImplementedError

    def spawn(self) -> Adjoints[A]:
        """Return a fresh algebra of the same kind for a sweep inside a recomputed segment."""
        raise NotImplementedError

    def undo(self) -> None:
        """Leave no trace of a sweep that failed."""

    def expect(self, rest: Many) -> None:
        """Count the outputs of a checkpointed segment that the sweep will meet, before it changes anything."""
        if rest.segment is not None:
            if rest.segment not in self._expected:
                rest.segment.require_same_inputs()
            self._expected[rest.segment] = self._expected.get(rest.segment, 0) + 1

    def pull_segment(self, rest: Many, segment: Segment, adjoint: A | None) -> None:
        """Keep the adjoint of one output of a segment; with the last one, recompute the inside and go through it.

        All outputs of a segment share its operands, so no operand is reached before the last output is.
        """
        arrived = self._arrived.setdefault(segment, [])
        arrived.append((rest.index, adjoint))
        if len(arrived) < self._expected[segment] or all(seed is None for _, seed in arrived):
            return
        outputs = segment.recompute()
        inside = self.spawn()
        sweep([(outputs[index], seed) for index, seed in arrived if seed is not None], inside, segment.operands)
        for operand in segment.operands:
            if operand in inside.adjoints:
                self.add(operand, inside.adjoints[operand])


def sweep(seeds: Iterable[tuple[Value, A]], algebra: Algebra[A], stop: Collection[Value] = ()) -> None:
    """Run the reverse sweep from ``(output, seed)`` pairs; the adjoints are where the algebra keeps them."""
    seeds = list(seeds)
    order = topological_order([node for node, _ in seeds], stop)
    algebra.begin(order)
    for node, seed in seeds:
        algebra.add(node, seed)
    try:
        algebra.run(order)
    except BaseException:
        algebra.undo()
        raise


def sweep_into_grad(output: Value, seed: float) -> None:
    """Run the reverse sweep of floats from ``output``, accumulating in ``.grad``."""
    if CHECKPOINTS.used:
        sweep([(output, seed)], IntoGrad())
        return
    order = clear_and_order(output)
    output._grad += seed
    accumulate(order)


class IntoGrad(Algebra[float]):
    """Floats, accumulated in ``.grad``, where checkpointed functions may run again in the middle of the sweep."""

    __slots__ = ("_before",)

    def begin(self, order: list[Value]) -> None:
        """Clear what an earlier call left in interior nodes."""
        super().begin(order)
        self._before = [(node, node._grad) for node in order] if self._expected else []
        for node in order:
            if node._op is not LEAF:
                node._grad = 0.0

    def undo(self) -> None:
        """Put every ``.grad`` back as it was."""
        for node, before in self._before:
            node._grad = before

    def run(self, order: list[Value]) -> None:
        """Pass finished adjoints on to operands, results first."""
        accumulate(order, self.pull_segment)

    def add(self, node: Value, contribution: float) -> None:
        """Add to ``.grad``."""
        node._grad += contribution

    def spawn(self) -> Adjoints[float]:
        """Return a table of floats: the inside of a segment has no ``.grad`` that anybody sees."""
        return Adjoints()


class Adjoints(Algebra[A]):
    """Adjoints in a table of their own, `adjoints`, touching no node; floats unless a subclass says otherwise."""

    __slots__ = ("adjoints",)

    def __init__(self) -> None:
        super().__init__()
        self.adjoints: dict[Value, A] = {}

    def pull(self, node: Value) -> None:
        """Pass the finished adjoint of ``node`` on to its operands."""
        adjoint = self.adjoints.get(node)
        if node._rest is not None and node._rest.segment is not None:
            self.pull_segment(node._rest, node._rest.segment, adjoint)
            return
        if adjoint is None:
            return
        for operand, partial in self.edges(node):
            self.add(operand, self.multiply(adjoint, partial))

    def add(self, node: Value, contribution: A) -> None:
        """Add to the adjoint of ``node``."""
        before = self.adjoints.get(node)
        self.adjoints[node] = contribution if before is None else before + contribution  # type: ignore[operator]

    def spawn(self) -> Adjoints[A]:
        """Return a fresh table of the same kind."""
        return type(self)()

    def edges(self, node: Value) -> Iterable[tuple[Value, Any]]:
        """Return the operands that take part, each with the local partial in this algebra."""
        return recorded_edges(node)

    def multiply(self, adjoint: A, partial: Any) -> A:
        """Return the contribution of one edge."""
        return adjoint * partial  # type: ignore[no-any-return]


def recorded_edges(node: Value) -> Iterator[tuple[Value, float]]:
    """Yield each differentiable operand of a node, in order, with the recorded local partial."""
    if node._a is not None:
        yield node._a, node._da
    if node._b is not None:
        yield node._b, node._db
    if node._rest is not None:
        yield from node._rest.edges()


def push_forward(order: Iterable[Value], tangents: dict[Value, A], algebra: Adjoints[A]) -> dict[Value, A]:
    """Carry tangents from operands to results along a topological order: the sweep's mirror image, for `jvp`."""
    insides: dict[Segment, list[A | None]] = {}
    for node in order:
        segment = None if node._rest is None else node._rest.segment
        if node._rest is not None and segment is not None:
            if segment not in insides:
                insides[segment] = _push_through(segment, tangents, algebra)
            tangent = insides[segment][node._rest.index]
            if tangent is not None:
                tangents[node] = tangent
            continue
        for operand, partial in algebra.edges(node):
            if operand in tangents:
                contribution = algebra.multiply(tangents[operand], partial)
                before = tangents.get(node)
                tangents[node] = contribution if before is None else before + contribution  # type: ignore[operator]
    return tangents


def _push_through(segment: Segment, tangents: dict[Value, A], algebra: Adjoints[A]) -> list[A | None]:
    """Recompute the inside of a checkpointed segment and carry tangents through it; one for each of its outputs."""
    outputs = segment.recompute()
    order = topological_order(outputs, segment.operands)
    inside = algebra.spawn()
    inside.begin(order)
    given = {operand: tangents[operand] for operand in segment.operands if operand in tangents}
    found = push_forward(order, given, inside)
    return [found.get(output) for output in outputs]
