"""`checkpoint`: trade time for memory by recomputing a part of the graph instead of storing it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import NoneType
from typing import Any

from autograd.block import CURRENT_BLOCK
from autograd.errors import StaleGraphError
from autograd.floats import same
from autograd.recording import observing
from autograd.rows import CHECKPOINT, CONSTANT, maybe_real
from autograd.sweep import Adjoints, sweep
from autograd.tree import flatten
from autograd.value import Many, Value, node_of_many


class Segment:
    """A function whose inside is not stored: its arguments, what it depends on, and its results as recorded."""

    __slots__ = ("arguments", "function", "inputs", "operands", "places", "results", "size")

    def __init__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], operands: tuple[Value, ...], leaves: list[Any]
    ) -> None:
        """Remember how to run ``function`` again.

        Args:
            function: what to run.
            arguments: what to call it with.
            operands: all `Value`s that it depends on.
            leaves: its results; those made inside (all constants then, and none of the arguments) are its outputs.
        """
        self.function = function
        self.arguments = arguments
        self.operands = operands
        self.inputs = tuple(o._data for o in operands)
        handed_in = {id(leaf) for leaf in flatten(arguments)[0]}
        made = {id(x): i for i, x in enumerate(leaves) if isinstance(x, Value) and x._op is CONSTANT}
        self.places = tuple(i for identity, i in made.items() if identity not in handed_in)
        self.results = tuple(leaves[i]._data for i in self.places)
        self.size = len(leaves)

    def changed_input(self) -> int | None:
        """Return the position of the first operand whose data was changed since it was recorded, or ``None``."""
        present = enumerate(zip(self.operands, self.inputs, strict=True))
        return next((i for i, (operand, recorded) in present if not same(operand._data, recorded)), None)

    def require_same_inputs(self) -> None:
        """Raise `StaleGraphError` if the data of an operand was changed since it was recorded."""
        changed = self.changed_input()
        if changed is not None:
            operand, recorded = self.operands[changed], self.inputs[changed]
            raise StaleGraphError(
                f"checkpoint needs its inputs as they were recorded, but the data of {operand.describe()} was changed "
                f"(it was {recorded!r}): call recompute() on the result first"
            )

    def recompute(self) -> list[Value]:
        """Run the function again, recording its inside; the outputs in their order.

        Raises:
            StaleGraphError: an input was changed since, or the function gives other results than it did.
        """
        self.require_same_inputs()
        outputs = self._run(records=True)
        if not all(map(same, self.results, (o._data for o in outputs))):
            raise self._changed("got other results: it must give the same ones each time")
        return outputs

    def _run(self, records: bool) -> list[Value]:
        with observing(records) as captured:
            leaves = flatten(self.function(*self.arguments))[0]
        if len(leaves) != self.size:
            raise self._changed("got other results: it must give the same ones each time")
        if not set(self.operands).issuperset(captured):
            raise self._changed("used other values: it must depend on the same ones each time")
        return [leaves[place] for place in self.places]

    def _changed(self, how: str) -> StaleGraphError:
        return StaleGraphError(
            f"checkpoint ran {_name(self.function)} again and {how} (no unseeded randomness, no state of "
            "its own, no other branch on new data); build the graph again"
        )

    def partials(self, index: int) -> tuple[float, ...]:
        """Recompute the inside and return the partials of one output, one per operand."""
        inside: Adjoints[float] = Adjoints()
        sweep([(self.recompute()[index], 1.0)], inside, stop=self.operands)
        return tuple(inside.adjoints.get(operand, 0.0) for operand in self.operands)

    def refreshed(self) -> tuple[float, ...]:
        """Return the results on the present data of the operands, running the function only if they have changed."""
        if self.changed_input() is not None:
            self.results = tuple(o._data for o in self._run(records=False))
            self.inputs = tuple(o._data for o in self.operands)
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
            twin = copy.copy(self)
            twin.arguments = copy.deepcopy(self.arguments, memo)
            twin.operands = tuple(memo[id(o)] for o in self.operands)
            memo[id(self)] = twin
        twin_segment: Segment = memo[id(self)]
        return twin_segment


def checkpoint(f: Callable[..., Any], *args: Any) -> Any:
    """Call ``f(*args)`` without storing its inside: the backward pass runs ``f`` again and goes through it then.

    The results are nodes whose operands are all `Value`s that ``f`` depends on, arguments and captured ones alike;
    all of them get their gradients. Memory for the inside is needed only during the backward pass. Do not let ``f``
    hold on to its own result (in its closure, or as a method of an object that keeps it): the compiled build never
    frees that.

    Args:
        f: a function of numbers, `Value`s and nested structures of them; it must give the same results each time.
        *args: its arguments.

    Returns:
        What ``f`` returns, in the same nesting.

    Raises:
        TypeError: ``f`` returns something else.
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
    block = CURRENT_BLOCK.get()
    if block is not None and not block.records:  # in no_grad or another checkpoint nothing is stored anyway
        return f(*args)
    with observing(records=False) as captured:
        result = f(*args)
    if not captured:
        return result
    leaves, rebuild = flatten(result)
    for leaf in leaves:
        if not isinstance(leaf, (Value, str, bytes, NoneType)) and maybe_real(leaf) is None:
            raise TypeError(
                f"checkpoint: {_name(f)} returned a {type(leaf).__name__}, whose values it cannot reach: return "
                "Values in nested lists, tuples, dictionaries or arrays"
            )
    segment = Segment(f, args, tuple(captured), leaves)
    nodes = {}
    for index, place in enumerate(segment.places):
        output = leaves[place]
        node = node_of_many(CHECKPOINT, output._data, Many(segment.operands, (), segment, index))
        nodes[id(output)] = node.named(output.label)
    return rebuild(iter([nodes.get(id(leaf), leaf) for leaf in leaves]))


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", repr(function))
