"""Why a step of the backward pass, or a value of the forward pass, is not finite: in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd.node_names import NodeNames
from autograd.replay import stored_operands
from autograd.rows import CHECKPOINT, CONSTANT
from autograd.symbols import Symbol, write
from autograd.tracing.events import Event
from autograd.value import Value

LONGEST = 6  # operands that are written out
LARGEST = "1.8e308, the largest float"


def product(event: Event) -> str:
    """Write what is added to the adjoint, and what to, in full: ``0.0 × inf``, ``inf + 2.0 × -inf``."""
    if event.edge is None:
        return f"the seed {event.upstream!r}"
    plain = event.node._op is CHECKPOINT
    added = repr(event.upstream) if plain else f"{event.upstream!r} × {event.partial!r}"
    return f"{event.before!r} + {added}" if event.before else added


def reason(event: Event, names: NodeNames) -> str:
    """Say why the adjoint is not finite after an event."""
    if event.edge is None:
        return "the seed is not finite"
    if math.isinf(event.before) and math.isinf(event.contribution):
        return "infinite contributions of opposite signs meet: inf − inf is undefined"
    if math.isnan(event.partial):
        return _undefined_partial(event, names)
    if math.isinf(event.partial):
        slope = _infinite_partial(event, names)
        return f"{slope}; times an upstream adjoint of 0 that is undefined" if event.upstream == 0.0 else slope
    if math.isinf(event.upstream) and event.partial == 0.0:
        return "infinity times 0 is undefined"
    if math.isnan(event.upstream):
        return "nan goes on to all that is below it"
    if math.isinf(event.upstream):
        return "infinity goes on to all that is below it"
    what = "the product is" if math.isinf(event.contribution) else "the sum of the contributions is"
    return f"overflow: {what} beyond {LARGEST}"


def _undefined_partial(event: Event, names: NodeNames) -> str:
    word, broken = _word(event.node), _broken(event.node)
    if broken is not None:
        return f"{names[broken]} is {broken.data!r} since the forward pass, so {word} has no slope there"
    return f"{word} has no derivative by {names[event.target]} there"


def _infinite_partial(event: Event, names: NodeNames) -> str:
    node, operand, slot = event.node, event.target, 0 if event.edge is None else event.edge.slot
    word, broken = _word(node), _broken(node)
    if broken is not None:
        return f"{names[broken]} is {broken.data!r} since the forward pass, and the slope of {word} with it"
    domain = node._op.domain
    interval = domain[slot] if domain is not None and slot < len(domain) else None
    if interval is not None and operand.data in (interval.low, interval.high):
        condition = interval.describe(names[operand])
        return f"at the edge of its domain ({condition}) the slope of {word} is infinite"
    if operand.data == 0.0:
        return f"the slope of {word} is infinite at 0"
    return f"overflow: the slope of {word} is beyond {LARGEST}"


def _broken(node: Value) -> Value | None:
    """Return the first of a node's operands and itself whose value is not finite."""
    return next((part for part in (*node.operands, node) if not math.isfinite(part.data)), None)


def forward_reason(node: Value) -> str:
    """Say why a value of the forward pass is not finite."""
    operands = stored_operands(node)
    if operands is None:
        return "a constant" if node._op is CONSTANT else "given as it is"
    if node._op is CHECKPOINT:
        return "inside the checkpoint"
    numbers = [o if isinstance(o, float) else o.data for o in operands]
    if all(map(math.isfinite, numbers)):
        return f"overflow: beyond {LARGEST}" if math.isinf(node.data) else "undefined"
    if math.isnan(node.data) and not any(map(math.isnan, numbers)):
        signs = {"+": "inf − inf", "-": "inf − inf", "sum": "inf − inf", "*": "0 × inf", "/": "inf / inf"}
        known = signs.get(node.op)
        return f"{known} is undefined" if known else "undefined for what is not finite"
    return "made from what is not finite"


def formula(node: Value, names: NodeNames) -> str:
    """Write what a node is made of, with the numbers: ``p = log(q) with q = 0.0``.

    Example:
        >>> from autograd import Value, topological_order
        >>> q = Value(0.0, "q")
        >>> p = (q + 1.5).sqrt().named("p")
        >>> formula(p, NodeNames(topological_order(p)))
        'p = sqrt(+) with + = 1.5'
    """
    name = names[node]
    operands = stored_operands(node)
    if operands is None:
        return f"{name} = {node.data!r}"
    if len(operands) > LONGEST or node._op is CHECKPOINT:
        return f"{name} = {_word(node)} of {len(operands):,} operand{'s' if len(operands) > 1 else ''}"
    # Numbers as symbols, so that a product with 0 is not simplified away: it may be what this is about.
    written = write(node._op, [Symbol(repr(o) if isinstance(o, float) else names[o]) for o in operands]).text
    return f"{name} = {written}{_figures(operands, names)}"


def _figures(operands: Sequence[Value | float], names: NodeNames) -> str:
    figures = [f"{names[o]} = {o.data!r}" for o in dict.fromkeys(operands) if not isinstance(o, float)]
    return f" with {', '.join(figures)}" if figures else ""


def _word(node: Value) -> str:
    """Name an operation in a sentence: ``sqrt``, and ``power`` for ``**``."""
    return node._op.name
