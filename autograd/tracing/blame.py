"""`blame`: where a gradient that is nan or infinite became so."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import SupportsFloat

from autograd.node_names import NodeNames
from autograd.provenance import line_of
from autograd.replay import require_fresh, stored_operands
from autograd.rows import real
from autograd.tables import Column, html_table
from autograd.tracing.blame_reasons import formula, forward_reason, product, reason
from autograd.tracing.events import Edge, Event, differentiable, trace_backward
from autograd.traversal import topological_order
from autograd.value import Value

HINT = "not recorded (build the graph in a block `with source_lines():`)"


class Blame:
    """The report of `blame`: true if every adjoint is finite; prints as what happened, where, and why.

    Attributes:
        out: the output whose gradient it is about.
        event: the step of the backward pass at which an adjoint first was nan or infinite; ``None`` if none was.
        turned_nan: where that was infinite, the step at which one first was nan; ``None`` if none was.
        forward: the first node, operands before results, whose value was not finite already; ``None`` if all were.
        forward_nan: where that was infinite, the first whose value was nan; ``None`` if none was.
    """

    def __init__(self, out: Value, events: Iterable[Event], order: list[Value]) -> None:
        """Look for what is not finite; see the class for the arguments."""
        self.out = out
        self.event = self.turned_nan = None
        self.forward, self.forward_nan = _first_and_first_nan(order)
        for event in events:
            if self.event is None and not math.isfinite(event.after):
                self.event = event
            elif self.event is not None and math.isnan(event.after):
                self.turned_nan = event
            if math.isnan(event.after):
                break
        self._names = NodeNames(order)

    @property
    def ok(self) -> bool:
        """Whether every adjoint is finite."""
        return self.event is None

    def __bool__(self) -> bool:
        """Tell whether every adjoint is finite."""
        return self.ok

    @property
    def node(self) -> Value | None:
        """The node that passed its adjoint on when it happened (the output, if the seed is to blame)."""
        return None if self.event is None else self.event.node

    @property
    def edge(self) -> Edge | None:
        """The edge on which it happened: ``node``, ``slot``, ``operand``; ``None`` if the seed is to blame."""
        return None if self.event is None else self.event.edge

    @property
    def upstream(self) -> float | None:
        """The adjoint that ``node`` passed on."""
        return None if self.event is None else self.event.upstream

    @property
    def partial(self) -> float | None:
        """The local partial derivative of the edge."""
        return None if self.event is None else self.event.partial

    @property
    def adjoint(self) -> float | None:
        """What became of the operand's adjoint: nan or an infinity."""
        return None if self.event is None else self.event.after

    @property
    def line(self) -> str:
        """The line of the program that made ``node``; ``""`` where lines were not recorded (see `source_lines`)."""
        return "" if self.event is None else line_of(self.event.node)

    @property
    def reason(self) -> str:
        """Why it happened; ``""`` if nothing did."""
        return "" if self.event is None else reason(self.event, self._names)

    def __str__(self) -> str:
        """Write the report, an item to a line."""
        (_, first), *rest = self._items()
        return "\n".join([first, *(f"  {word + ':':<8} {text}" for word, text in rest)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        (_, first), *rest = self._items()
        return html_table([Column(""), Column("")], rest, first)

    def _items(self) -> list[tuple[str, str]]:
        if self.event is None:
            items = [("", "nothing to blame: every adjoint is finite")]
        else:
            inside = ", inside a checkpoint" if self.event.inside else ""
            items = [
                ("", f"{self._happened(self.event)}{inside}"),
                ("why", self.reason),
                ("node", formula(self.event.node, self._names)),
                ("line", self.line or HINT),
            ]
        if self.turned_nan is not None:
            items.append(("then", f"{self._happened(self.turned_nan)} ({reason(self.turned_nan, self._names)})"))
        for word, node in (("forward", self.forward), ("then", self.forward_nan)):
            if node is not None:
                made = f", made at {line_of(node)}" if line_of(node) else ""
                result = "" if stored_operands(node) is None else f" was {node.data!r} already"
                text = f"{formula(node, self._names)}{result} ({forward_reason(node)}){made}"
                items.append((word, text))
        return items

    def _happened(self, event: Event) -> str:
        gradient = self._names.gradient(self.out, event.target)
        where = "" if event.edge is None else f" at {self._names[event.node]} → {self._names[event.target]}"
        return f"{gradient} became {event.after!r}{where}: {product(event)}"


def blame(out: Value, seed: SupportsFloat = 1.0) -> Blame:
    """Find the first edge of the backward pass at which an adjoint becomes nan or infinite.

    Also tells whether a value of the forward pass was not finite already. Touches no ``.grad``.

    Args:
        out: where the backward pass starts.
        seed: the adjoint to start from.

    Returns:
        The report: true if every adjoint is finite; ``edge``, ``line``, ``reason`` and more otherwise.

    Raises:
        TypeError: ``out`` is not a `Value` or ``seed`` not a real number.
        ValueError: ``out`` is a constant.
        StaleGraphError: the data of a leaf was changed since the graph was recorded.

    Example:
        >>> from autograd import Value
        >>> from autograd import blame
        >>> q = Value(0.0, "q")
        >>> loss = (q.sqrt().named("p") * 0).named("L")
        >>> blame(loss)
        ∂L/∂q became nan at p → q: 0.0 × inf
          why:     at the edge of its domain (q ≥ 0) the slope of sqrt is infinite; times an upstream adjoint of 0 ...
          node:    p = sqrt(q) with q = 0.0
          line:    not recorded (build the graph in a block `with source_lines():`)
        >>> blame((q + 1.0).sqrt())
        nothing to blame: every adjoint is finite
    """
    differentiable(out, "blame")
    trace = trace_backward(out, real(seed, "seed"))
    require_fresh([out])
    return Blame(out, trace, topological_order(out))


def _first_and_first_nan(order: list[Value]) -> tuple[Value | None, Value | None]:
    """Return the first node whose value is not finite, and, if that is infinite, the first whose value is nan."""
    first = next((node for node in order if not math.isfinite(node.data)), None)
    if first is None or math.isnan(first.data):
        return first, None
    return first, next((node for node in order if math.isnan(node.data)), None)
