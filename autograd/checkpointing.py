"""`checkpoint`: trade time for memory by recomputing a part of the graph instead of storing it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from autograd.errors import StaleGraphError
from autograd.primitive import CHECKPOINT
from autograd.recording import not_recording, recording, suspension
from autograd.sweep import Adjoints, sweep
from autograd.tree import flatten
from autograd.value import Many, Value, node_of_many


class Segment:
    """A function whose inside is not stored: its arguments, what it depends on, and its results as recorded."""

    __slots__ = ("arguments", "function", "inputs", "operands", "results")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...], operands: tuple[Value, ...]) -> None:
        """Remember how to run ``function`` again; ``operands`` are all `Value`s that it depends on."""
        self.function = function
        self.arguments = arguments
        self.operands = operands
        self.inputs = tuple(o._data for o in operands)
        self.results: tuple[float, ...] = ()

    def recompute(self) -> list[Value]:
        """Run the function again, recording its inside; the outputs in their order.

        Raises:
            StaleGraphError: an input was changed since, or the function gives other results than it did.
        """
        if self.inputs != tuple(o._data for o in self.operands):
            changed = next(o for o, data in zip(self.operands, self.inputs, strict=True) if o._data != data)
            raise StaleGraphError(
                f"checkpoint needs its inputs as they were recorded, but the data of {changed.describe()} was changed "
                "before the backward pass: call recompute() on the result first"
            )
        with recording():
            leaves = _own_outputs(self.function(*self.arguments), self.operands)
        if tuple(repr(o._data) for o in leaves) != tuple(map(repr, self.results)):
            raise StaleGraphError(
                f"checkpoint ran {_name(self.function)} again and got other results: it must give the same ones each "
                "time (no unseeded randomness, no state of its own)"
            )
        return leaves

    def partials(self, index: int) -> tuple[float, ...]:
        """Recompute the inside and return the partials of one output, one per operand."""
        inside: Adjoints[float] = Adjoints()
        sweep([(self.recompute()[index], 1.0)], inside, stop=self.operands)
        return tuple(inside.adjoints.get(operand, 0.0) for operand in self.operands)

    def refreshed(self) -> tuple[float, ...]:
        """Return the results on the present data of the operands, running the function only if they have changed."""
        present = tuple(o._data for o in self.operands)
        if present != self.inputs:
            with not_recording():
                outputs = _own_outputs(self.function(*self.arguments), self.operands)
            self.results = tuple(o._data for o in outputs)
            self.inputs = present
        return self.results

    def require_portable(self) -> None:
        """Raise `TypeError` unless everything the function depends on is among its arguments, which can be copied."""
        given = set(filter(lambda leaf: isinstance(leaf, Value), flatten(self.arguments)[0]))
        for operand in self.operands:
            if operand not in given:
                raise TypeError(
                    f"cannot copy a checkpoint of {_name(self.function)}, which captures {operand.describe()}: pass "
                    "to checkpoint() as arguments whatever the function uses"
                )

    def copied(self, memo: dict[int, Any]) -> Segment:
        """Return the copy of this segment in a deep copy of its graph."""
        if id(self) not in memo:
            self.require_portable()
            arguments = copy.deepcopy(self.arguments, memo)
            twin = Segment(self.function, arguments, tuple(memo[id(o)] for o in self.operands))
            twin.inputs, twin.results = self.inputs, self.results
            memo[id(self)] = twin
        twin_segment: Segment = memo[id(self)]
        return twin_segment


def checkpoint(f: Callable[..., Any], *args: Any) -> Any:
    """Call ``f(*args)`` without storing its inside: the backward pass runs ``f`` again and goes through it then.

    The results are nodes whose operands are all `Value`s that ``f`` depends on, arguments and captured ones alike;
    all of them get their gradients. Memory for the inside is needed only during the backward pass.

    Args:
        f: a function of numbers, `Value`s and nested structures of them; it must give the same results each time.
        *args: its arguments.

    Returns:
        What ``f`` returns, in the same nesting.

    Raises:
        StaleGraphError: on the backward pass, if an input was changed or ``f`` gave other results than before.

    Example:
        >>> from autograd import Value, checkpoint
        >>> x, w = Value(2.0), Value(3.0)
        >>> y = checkpoint(lambda x: (x * w).sin() * x, x)
        >>> y.op, len(y.operands)
        ('checkpoint', 2)
        >>> y.backward()
        >>> round(w.grad, 6)          # x**2 * cos(x * w)
        3.840681
    """
    if suspension() is not None:  # inside no_grad or another checkpoint: nothing would be stored anyway
        return f(*args)
    with not_recording(collect=True) as captured:
        result = f(*args)
    if not captured:
        return result
    segment = Segment(f, args, tuple(captured))
    leaves, rebuild = flatten(result)
    own = _own_outputs(result, segment.operands)
    segment.results = tuple(o._data for o in own)
    nodes = {
        id(output): node_of_many(CHECKPOINT, output._data, Many(segment.operands, (), segment, index))
        for index, output in enumerate(own)
    }
    return rebuild(iter([nodes.get(id(leaf), leaf) for leaf in leaves]))


def _own_outputs(result: Any, operands: tuple[Value, ...]) -> list[Value]:
    """Return the `Value`s in a result that were made inside: not an input handed through."""
    inputs = set(operands)
    return [leaf for leaf in flatten(result)[0] if isinstance(leaf, Value) and leaf not in inputs]


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", repr(function))
