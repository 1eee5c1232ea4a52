"""Random expression graphs as programs: lists of steps that any algebra can run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from autograd import Interval, Primitive
from autograd.ieee import partials_at
from autograd.table import PUBLIC, add, multiply, sigmoid, sum_

LARGEST = 30.0  # no value or local partial is larger, so that most graphs are well conditioned
NEAR = 1e-6  # no operand is nearer to a kink than this: rounding would decide on which side it falls


class Step(NamedTuple):
    """One node: a row applied to earlier nodes (by index) and constants (floats)."""

    row: Primitive
    operands: tuple[int | float, ...]


class Program(NamedTuple):
    """A graph: its inputs, then one node per step; the last one is the output."""

    inputs: tuple[float, ...]
    steps: tuple[Step, ...]

    def run(self, inputs: Sequence[Any], apply: Callable[[Primitive, list[Any]], Any]) -> Any:
        """Run the steps on ``inputs`` of any algebra."""
        nodes = list(inputs)
        for row, operands in self.steps:
            nodes.append(apply(row, [nodes[o] if isinstance(o, int) else o for o in operands]))
        return nodes[-1]

    @property
    def rows(self) -> set[str]:
        """The names of the primitives used."""
        return {step.row.name for step in self.steps}


def call(row: Primitive, operands: list[Any]) -> Any:
    """Apply a row to `Value`s or floats."""
    half = len(operands) // 2
    if row.pairs:
        return row(operands[:half], operands[half:])
    return row(operands) if row.arity is None else row(*operands)


@st.composite
def programs(draw: st.DrawFn, most: int = 200) -> Program:
    """Graphs of 10 to ``most`` nodes with shared subexpressions, over all public primitives."""
    return random_program(Random(draw(st.integers(0, 2**32))), draw(st.integers(10, most)))


def random_program(random: Random, size: int) -> Program:
    """Grow a graph of about ``size`` nodes; every value is moderate and away from kinks and edges."""
    grower = _Grower(random, [random.uniform(-2.0, 2.0) for _ in range(random.randint(2, 5))])
    while len(grower.numbers) < size - 1:
        grower.grow(random.choice(PUBLIC))
    ends = random.sample(range(len(grower.numbers)), min(4, len(grower.numbers)))
    grower.append(sum_, (*ends, len(grower.numbers) - 1))
    return Program(tuple(grower.numbers[: grower.inputs]), tuple(grower.steps))


class _Grower:
    """A program under construction, with the number at each node."""

    def __init__(self, random: Random, inputs: list[float]) -> None:
        self.random = random
        self.inputs = len(inputs)
        self.numbers = inputs
        self.steps: list[Step] = []

    def grow(self, row: Primitive) -> None:
        """Append the row on random earlier nodes, led into its domain if need be; leave it out where that fails."""
        count = row.arity if row.arity is not None else self.random.choice([2, 4] if row.pairs else [1, 2, 3, 5])
        for attempt in range(12):
            operands = [self._operand() for _ in range(count)]
            if attempt >= 4:
                operands = [self._led_into(self._interval(row, i), o) for i, o in enumerate(operands)]
            if any(isinstance(o, int) for o in operands) and self._fits(row, operands):
                self.append(row, tuple(operands))
                return

    def append(self, row: Primitive, operands: tuple[int | float, ...]) -> int:
        """Append a node and return its index."""
        self.steps.append(Step(row, operands))
        self.numbers.append(row.evaluate(self._values(operands)))
        return len(self.numbers) - 1

    def _operand(self) -> int | float:
        if self.random.random() < 0.1:
            return self.random.choice([0.5, 1.0, 2.0, -1.5, 3.0])
        recent = self.random.random() < 0.5
        return self.random.randrange(max(0, len(self.numbers) - 6) if recent else 0, len(self.numbers))

    def _values(self, operands: Sequence[int | float]) -> tuple[float, ...]:
        return tuple(self.numbers[o] if isinstance(o, int) else o for o in operands)

    def _interval(self, row: Primitive, index: int) -> Interval:
        return row.domain[index] if row.domain else Interval()

    def _led_into(self, interval: Interval, operand: int | float) -> int | float:
        """Map any node into a moderate part of the interval: a + (b - a) sigmoid(x)."""
        low = interval.low + 0.2 if math.isfinite(interval.low) else -2.0
        high = interval.high - 0.2 if math.isfinite(interval.high) else max(low, 0.0) + 2.0
        low = max(low, 0.3) if interval.nonzero else low
        if not isinstance(operand, int):
            return self.random.uniform(low, high)
        scaled = self.append(multiply, (high - low, self.append(sigmoid, (operand,))))
        return self.append(add, (low, scaled))

    def _fits(self, row: Primitive, operands: Sequence[int | float]) -> bool:
        """Whether the row is defined there, moderate in value and slopes, and smooth in a neighbourhood."""
        numbers = self._values(operands)
        inside = all(x in self._interval(row, i) for i, x in enumerate(numbers))
        if not inside or (row.defined is not None and not row.defined(*numbers)):
            return False
        result = row.evaluate(numbers)
        slopes = [p for o, p in zip(operands, partials_at(row, numbers, result), strict=True) if isinstance(o, int)]
        return all(abs(x) <= LARGEST for x in (result, *slopes)) and self._away_from_kinks(row, numbers)

    def _away_from_kinks(self, row: Primitive, numbers: tuple[float, ...]) -> bool:
        if row.piece is None:
            return True
        here = row.piece(*numbers)
        shifted = (
            (*numbers[:i], x + side * NEAR * max(1.0, abs(x)), *numbers[i + 1 :])
            for i, x in enumerate(numbers)
            for side in (-1.0, 1.0)
        )
        return all(row.piece(*point) == here for point in shifted)
