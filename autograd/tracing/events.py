"""The backward pass in slow motion: one event for each edge that it goes along.

The rule of the sweep stays where it is, in `autograd.sweep`: an algebra with a table of its own is taken through it
node by node, and what it is told to add is written down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, SupportsFloat, TextIO

from autograd.replay import stored_operands
from autograd.rows import CONSTANT, real
from autograd.sweep import Adjoints, recorded_edges
from autograd.traversal import topological_order
from autograd.value import Value, is_variable, nothing_to_differentiate

if TYPE_CHECKING:
    from autograd.checkpointing import Segment
    from autograd.value import Many

LIMIT = 100  # rows of a printed trace


class Edge(NamedTuple):
    """One edge of the graph, in the direction in which adjoints go.

    Attributes:
        node: the node that passes its adjoint on.
        slot: which of its operands it is passed to: ``operand`` is ``node.operands[slot]``.
        operand: the node that receives it.
    """

    node: Value
    slot: int
    operand: Value


class Event(NamedTuple):
    """One step of the backward pass: an adjoint grows from ``before`` to ``after``, by ``upstream × partial``.

    Attributes:
        node: the node that passes its adjoint on; for the event that seeds the output, the output.
        edge: the edge along which it is passed; ``None`` for a seed.
        upstream: the finished adjoint of ``node``; for a seed, the seed.
        partial: the local partial derivative of the edge; 1 for a seed. What comes out of the inside of a checkpoint
            was multiplied there: it is ``upstream``, and ``partial`` is 1.
        before: the adjoint of `target` before.
        after: the adjoint of `target` after.
        inside: whether this happens on the nodes of a checkpoint's inside, which are recomputed for it. There
            adjoints are added up by themselves; what an operand of the checkpoint received comes as one more event.
    """

    node: Value
    edge: Edge | None
    upstream: float
    partial: float
    before: float
    after: float
    inside: bool = False

    @property
    def target(self) -> Value:
        """The node whose adjoint changes."""
        return self.node if self.edge is None else self.edge.operand

    @property
    def contribution(self) -> float:
        """What is added: ``upstream × partial``."""
        return self.upstream * self.partial


class Trace:
    """A backward pass that is computed while it is looked at, and again from the start each time; see `trace_backward`.

    Attributes:
        out: the output.
        seed: the adjoint that it starts from.
    """

    def __init__(self, out: Value, seed: float) -> None:
        """Keep both; nothing is computed yet."""
        self.out = out
        self.seed = seed

    def __iter__(self) -> Iterator[Event]:
        """Yield the events in the order in which the backward pass goes along the edges."""
        order = topological_order(self.out)
        recorder = _Recorder()
        recorder.begin(order)
        recorder.add(self.out, self.seed)
        yield from recorder.written()
        for node in reversed(order):
            recorder.pull(node)
            yield from recorder.written()

    def adjoints(self) -> dict[Value, float]:
        """Play all events and return the adjoint of every node that received one, as `Value.backward` leaves it.

        Example:
            >>> from autograd import Value
            >>> from autograd import trace_backward
            >>> x = Value(3.0)
            >>> trace_backward(x * x).adjoints()[x]
            6.0
        """
        return {event.target: event.after for event in self if not event.inside}

    def __repr__(self) -> str:
        """Show the events as a table, folded where it is long."""
        from autograd.tracing.trace_tables import in_text

        return in_text(self, LIMIT)

    def _repr_html_(self) -> str:
        from autograd.tracing.trace_tables import in_html

        return in_html(self, LIMIT)


def trace_backward(out: Value, seed: SupportsFloat = 1.0) -> Trace:
    """Go through the backward pass of a result one edge at a time, touching no ``.grad``.

    The events come in the order, and with the bits, of ``out.backward(seed)`` on leaves without a gradient. They are
    made as they are asked for; the graph must not be changed meanwhile.

    Args:
        out: where the backward pass starts.
        seed: the adjoint to start from.

    Returns:
        The sequence of `Event`s: iterable any number of times; shows itself as a table. The first one seeds the
        output; each of the others is one edge to an operand that is no constant.

    Raises:
        TypeError: ``out`` is not a `Value` or ``seed`` not a real number.
        ValueError: ``out`` is a constant.

    Example:
        >>> from autograd import Value
        >>> from autograd import trace_backward
        >>> x = Value(3.0, "x")
        >>> y = (x * x).named("y")
        >>> for event in trace_backward(y):
        ...     print(event.target.label, event.upstream, event.partial, event.before, event.after)
        y 1.0 1.0 0.0 1.0
        x 1.0 3.0 0.0 3.0
        x 1.0 3.0 3.0 6.0
        >>> x.grad
        0.0
    """
    return Trace(differentiable(out, "trace_backward"), real(seed, "seed"))


def print_trace(out: Value, seed: SupportsFloat = 1.0, file: TextIO | None = None, limit: int = LIMIT) -> None:
    """Print the backward pass as a table: one row for each edge that it goes along.

    Args:
        out: where the backward pass starts.
        seed: the adjoint to start from.
        file: where to print; the terminal if left out.
        limit: how many events to show, at least 1; the rest is counted.

    Raises:
        TypeError: ``out`` is not a `Value`, ``seed`` not a real number, or ``file`` not a file.
        ValueError: ``out`` is a constant, or ``limit`` is no number of rows.

    Example:
        >>> from autograd import Value
        >>> from autograd import print_trace
        >>> x = Value(3.0, "x")
        >>> print_trace((x * x + x).named("y"))
        step   edge    upstream × local   adjoint   before → after   finished
        ─────────────────────────────────────────────────────────────────────
           0   → y                    1   ∂y/∂y              0 → 1   y
           1   y → ×              1 × 1   ∂y/∂×              0 → 1   ×
           2   y → x              1 × 1   ∂y/∂x              0 → 1
           3   × → x              1 × 3   ∂y/∂x              1 → 4
           4   × → x              1 × 3   ∂y/∂x              4 → 7   x
    """
    from autograd.tracing.trace_tables import in_text

    if type(limit) is not int or limit < 1:
        raise ValueError(f"limit must be a number of rows, at least 1, not {limit!r}")
    if file is not None and not hasattr(file, "write"):
        raise TypeError(f"file must be an open text file, not {type(file).__name__} ({file!r:.60})")
    print(in_text(trace_backward(out, seed), limit), file=file)


def differentiable(out: object, caller: str) -> Value:
    """Return what a backward pass can start from; an error that says what it is otherwise."""
    if not isinstance(out, Value):
        raise TypeError(f"{caller} takes one Value, not {type(out).__name__} ({out!r:.60})")
    if out._op is CONSTANT:
        raise nothing_to_differentiate(out)
    return out


class _Recorder(Adjoints[float]):
    """Adjoints in a table, and every addition to one of them as an event.

    Args:
        events: where to write; shared with the recorders of insides.
    """

    __slots__ = ("_edge", "_events", "_inside", "_node", "_partial", "_slots")

    def __init__(self, events: list[Event] | None = None) -> None:
        super().__init__()
        self._inside = events is not None
        self._events = [] if events is None else events
        self._node: Value | None = None
        self._edge: Edge | None = None
        self._partial = 1.0
        self._slots: dict[Value, int] = {}

    def written(self) -> list[Event]:
        """Return the events since this was last asked for."""
        events, self._events[:] = self._events[:], []
        return events

    def pull(self, node: Value) -> None:
        self._node, self._edge, self._partial = node, None, 1.0
        if not self._inside:  # what nothing reached has the adjoint 0 in `.grad`, too, and passes it on
            self.adjoints.setdefault(node, 0.0)
        super().pull(node)

    def edges(self, node: Value) -> Iterator[tuple[Value, float]]:
        slots = [slot for slot, operand in enumerate(stored_operands(node) or ()) if not isinstance(operand, float)]
        for slot, (operand, partial) in zip(slots, recorded_edges(node), strict=True):
            if is_variable(operand):
                self._edge, self._partial = Edge(node, slot, operand), partial
                yield operand, partial

    def pull_segment(self, rest: Many, segment: Segment, adjoint: float | None) -> None:
        self._slots = {operand: slot for slot, operand in enumerate(segment.operands)}
        super().pull_segment(rest, segment, adjoint)

    def spawn(self) -> _Recorder:
        return _Recorder(self._events)

    def add(self, node: Value, contribution: float) -> None:
        before = self.adjoints.get(node, 0.0)
        after = self.adjoints[node] = before + contribution
        giver, edge, upstream = self._node, self._edge, contribution
        if giver is None:
            giver = node
        elif edge is None:  # what the inside of a checkpoint has for its operand
            edge = Edge(giver, self._slots[node], node)
        else:
            upstream = self.adjoints[giver]
        self._events.append(Event(giver, edge, upstream, self._partial, before, after, self._inside))
