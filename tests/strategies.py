"""Points in the domains of the table's rows, deterministic or drawn by Hypothesis, and random expression graphs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from autograd import Interval, Primitive
from autograd.rows import NONZERO, POSITIVE, lookup
from autograd.table import PUBLIC
from tests.oracle import ORACLES, Oracle

MAX = 1.7976931348623157e308
MIN_NORMAL = 2.2250738585072014e-308
EVERYTHING = Interval()

# Zeros and the ends of the range; where squares, sums and exponentials overflow or vanish; roots and poles to
# within a spacing of floats; where a series and its tail change over.
_SIZES = [
    0.0, 5e-324, 1e-310, MIN_NORMAL, 1e-300, 1e-200, 1e-160, 1e-155, 1e-100, 1e-20, 1e-18, 1e-16, 1e-9, 1e-8, 1e-5,
    0.01, 0.1, 0.25, 1.0 / 3.0, 0.5, math.log(2.0), 0.75, 0.7517915246935645, math.pi / 4.0, 0.9, 0.999999, 1.0 - 1e-9,
    math.nextafter(1.0, 0.0), 1.0, math.nextafter(1.0, 2.0), 1.0 + 1e-9, 1.1, 1.2784645427610738, math.pi / 2.0,
    math.nextafter(math.pi / 2.0, 2.0), 2.0, 2.5, math.e, 3.0, math.pi, 4.0, 5.5, 6.0, 2.0 * math.pi, 10.0, 18.0, 20.0,
    22.0, 26.5, 27.0, 36.7, 37.5, 38.5, 40.0, 88.0, 100.0, 344.0, 355.0, 372.0, 373.0, 700.0, 708.0, 709.0, 709.78,
    709.79, 710.0, 710.4, 710.5, 744.0, 745.0, 746.0, 750.0, 800.0, 1000.0, 1022.5, 1024.0, 1074.0, 1075.0, 1e5, 1e8,
    1e9, 2.0**53, 1e16, 1e22, 1e100, 1e150, 1e153, 1.3e154, 1.4e154, 1e155, 1e160, 6381956970095103.0 * 2.0**797, 1e300,
    1e308, MAX,
]  # fmt: skip
HARD = [*_SIZES, *(-x for x in _SIZES)]


def hard_values(interval: Interval) -> list[float]:
    """List the hard values in an interval, with those just inside its ends."""
    ends = [end for end in (interval.low, interval.high) if math.isfinite(end)]
    beside = [x for end in ends for x in (end, *_beside(end), end + 1e-9, end - 1e-9, end + 1e-5, end - 1e-5)]
    return [x for x in dict.fromkeys([*beside, *HARD]) if x in interval]


def _beside(x: float) -> tuple[float, float]:
    return math.nextafter(x, -math.inf), math.nextafter(x, math.inf)


def _draw(random: Random, interval: Interval) -> float:
    """Draw a number in the interval: moderate, of any order of magnitude, or hard."""
    kind = random.random()
    while True:
        if kind < 0.4:
            x = random.uniform(max(interval.low, -5.0), min(interval.high, 5.0))
        elif kind < 0.55:
            x = random.choice([-1.0, 1.0]) * 10.0 ** random.uniform(-20.0, 20.0)
        elif kind < 0.65:
            x = random.choice([-1.0, 1.0]) * 10.0 ** random.uniform(-300.0, 300.0)
        else:
            x = random.choice(hard_values(interval))
        if x in interval:
            return x
        kind = random.random()


def points(row: Primitive, count: int) -> list[tuple[float, ...]]:
    """Return ``count`` distinct points where the row is defined: the same in every run."""
    found: dict[tuple[float, ...], None] = {}
    for point in _candidates(row, Random(row.name)):
        if not all(map(math.isfinite, point)) or not all(map(Interval.__contains__, _intervals(row), point)):
            continue
        if row.defined is None or row.defined(*point):
            found[point] = None
        if len(found) == count:
            break
    return list(found)


def _candidates(row: Primitive, random: Random) -> Iterator[tuple[float, ...]]:
    join = ORACLES.get(row.name, Oracle(abs)).join
    if row.arity == 1:
        yield from ((x,) for x in hard_values(_intervals(row)[0]))
    while True:
        if row.arity is None:
            yield _sequence(random, 2 if row.pairs else 1)
        else:
            yield join(random, tuple(_draw(random, interval) for interval in _intervals(row)))


def _intervals(row: Primitive) -> tuple[Interval, ...]:
    return row.domain or (EVERYTHING,) * (row.arity or 0)


def _sequence(random: Random, halves: int) -> tuple[float, ...]:
    """Draw operands of an n-ary row: independent ones, ones that nearly cancel, ones that nearly tie."""
    size = halves * random.randint(1, 4)
    kind = random.random()
    if kind < 0.4:
        return tuple(random.uniform(-5.0, 5.0) for _ in range(size))
    if kind < 0.6:
        return tuple(_draw(random, EVERYTHING) for _ in range(size))
    x = random.uniform(-1.0, 1.0) * 10.0 ** random.randint(-9, 9)
    if kind < 0.8:
        return tuple((x if i % 2 else -x) * (1.0 + random.random() * 1e-9) for i in range(size))
    return tuple(x * (1.0 + random.randint(-9, 9) * 2.0**-52) for _ in range(size))


def row_points(row: Primitive) -> st.SearchStrategy[tuple[float, ...]]:
    """Points where a row is defined, drawn from its domain; also of a row that a user declares."""
    if row.arity is None:
        sizes = st.integers(1, 5).map(lambda n: 2 * n if row.pairs else n)
        return sizes.flatmap(lambda n: st.tuples(*[_numbers(EVERYTHING)] * n))
    drawn = st.tuples(*map(_numbers, _intervals(row)))
    defined = row.defined
    return drawn if defined is None else drawn.filter(lambda point: defined(*point))


def _numbers(interval: Interval) -> st.SearchStrategy[float]:
    """Finite floats of an interval."""
    low, high = max(interval.low, -MAX), min(interval.high, MAX)
    open_low, open_high = (not interval.closed and math.isfinite(end) for end in (interval.low, interval.high))
    numbers = st.floats(low, high, exclude_min=open_low, exclude_max=open_high)
    return numbers.filter(lambda x: x != 0.0) if interval.nonzero else numbers


# Random expression graphs ---------------------------------------------------------------------------------------------

T = TypeVar("T")
MOST_INPUTS = 4


class Step(NamedTuple):
    """One node: a row applied to earlier nodes, by their index, and to constants."""

    row: Primitive
    operands: tuple[int | float, ...]


class Program(NamedTuple):
    """An expression graph as a list of instructions, so that any kind of number can be put through it.

    Nodes are numbered: inputs first, then the steps; the last one is the output.
    """

    inputs: tuple[float, ...]
    steps: tuple[Step, ...]

    def run(self, inputs: Sequence[T], apply: Callable[[Primitive, list[T | float]], T]) -> list[T]:
        """Evaluate all nodes: ``apply`` makes a node of a row and its operands."""
        nodes = list(inputs)
        for row, operands in self.steps:
            nodes.append(apply(row, [nodes[o] if isinstance(o, int) else o for o in operands]))
        return nodes

    @property
    def size(self) -> int:
        """The number of nodes."""
        return len(self.inputs) + len(self.steps)

    def __repr__(self) -> str:
        """Write it as code to read in a failure."""
        inputs = [f"n{i} = {x!r}" for i, x in enumerate(self.inputs)]
        steps = [
            f"n{i} = {row.name}({', '.join(f'n{o}' if isinstance(o, int) else repr(o) for o in operands)})"
            for i, (row, operands) in enumerate(self.steps, len(inputs))
        ]
        return "\n".join(["", *inputs, *steps])


class Edge(NamedTuple):
    """A row at an edge of its domain, where slopes are one-sided."""

    row: Primitive
    x: float
    rest: tuple[float, ...] = ()


@st.composite
def programs(draw: st.DrawFn, smallest: int = 10, largest: int = 200, edge: Edge | None = None) -> Program:
    """Draw an expression graph with shared subexpressions, constants and n-ary nodes, of any public primitives.

    Bytes decide: which row, which operands. Where an operand lies outside the row's domain or so that the result
    would be large, steep or the small difference of large numbers, it is first mapped to a better place by rows and
    constants; then most graphs are well conditioned, and none sits exactly on a kink.
    """
    size = draw(st.integers(smallest, largest - 10))  # what a last node needs may bring ten more
    growing = _Growing(draw(st.binary(min_size=4 * size, max_size=4 * size)), edge)
    while len(growing.values) < size - 1:
        growing.grow()
    return growing.finish()


def _clamped(interval: Interval) -> tuple[float, float]:
    """Return a moderate part of an interval, away from its ends."""
    low = interval.low + 0.15 if math.isfinite(interval.low) else -2.5
    high = interval.high - 0.15 if math.isfinite(interval.high) else max(2.5, low + 2.5)
    return low, high


def _slopes(row: Primitive, numbers: tuple[float, ...]) -> list[float] | None:
    """Estimate the slopes of a row; ``None`` where it is not defined, or has a kink, at or just beside the point."""
    slopes = []
    for i, x in enumerate(numbers):
        step = 1e-6 * max(1.0, abs(x))
        around = [(*numbers[:i], y, *numbers[i + 1 :]) for y in (x - step, x, x + step)]
        if row.name == "power" and numbers[0] < 0.0 and i == 1:  # no derivative by the exponent
            slopes.append(0.0)
            continue
        if row.defined is not None and not all(row.defined(*point) for point in around):
            return None
        if row.piece is not None and len({row.piece(*point) for point in around}) > 1:
            return None
        left, _, right = map(row.evaluate, around)
        slopes.append((right - left) / (2.0 * step))
    return slopes


class _Growing:
    """A program under construction, which knows the numbers of its nodes."""

    def __init__(self, choices: bytes, edge: Edge | None) -> None:
        self.choices = itertools.cycle(choices)
        self.turn = 0
        self.inputs: list[float] = []
        self.steps: list[tuple[Primitive, tuple[tuple[str, int] | float, ...]]] = []
        self.values: list[float] = []  # of inputs and steps, in the order in which they were made
        self.names: list[tuple[str, int]] = []
        self.unused: list[int] = []
        self.hidden: set[int] = set()
        if edge is not None:
            self.hidden.add(self.input(edge.x))
            self.unused.clear()
            self.step(edge.row, (0, *edge.rest))
        else:
            self.input(self.number(0.3, 2.0))
        self.input(self.number(-2.0, 2.0))

    # Choices

    def byte(self) -> int:
        self.turn += 1
        return (next(self.choices) + 37 * self.turn) % 256

    def number(self, low: float, high: float) -> float:
        """Choose a number; the spacing of choices is made irregular, or nodes would often tie."""
        share = (self.byte() + 0.5 + 0.3 * math.sin(float(self.turn))) / 256.5
        return round(low + (high - low) * share, 6)

    # Nodes

    def input(self, x: float) -> int:
        self.names.append(("input", len(self.inputs)))
        self.inputs.append(x)
        return self._new(x)

    def step(self, row: Primitive, operands: Sequence[int | float]) -> int:
        numbers = self.numbers(operands)
        self.names.append(("step", len(self.steps)))
        self.steps.append((row, tuple(self.names[o] if isinstance(o, int) else o for o in operands)))
        self.unused = [node for node in self.unused if node not in operands]
        return self._new(row.evaluate(numbers))

    def _new(self, value: float) -> int:
        self.values.append(value)
        self.unused.append(len(self.values) - 1)
        return len(self.values) - 1

    def numbers(self, operands: Sequence[int | float]) -> tuple[float, ...]:
        return tuple(self.values[o] if isinstance(o, int) else o for o in operands)

    # Growth

    def grow(self) -> None:
        """Add a node of some row, with what it takes to bring its operands to a good place."""
        row = PUBLIC[(self.byte() * 256 + self.byte()) % len(PUBLIC)]
        operands = self.choose(row)
        for _ in range(4):
            placed = self.place(row, operands)
            slopes = _slopes(row, self.numbers(placed))
            if slopes is not None and self.is_good(row, self.numbers(placed), slopes):
                self.step(row, placed)
                # What has no influence through this node is to have some through another.
                idle = (o for o, slope in zip(placed, slopes, strict=True) if isinstance(o, int) and slope == 0.0)
                self.unused = list(dict.fromkeys([*self.unused, *idle]))
                return
        self.step(lookup("tanh"), [self.moved(next(o for o in operands if isinstance(o, int)), -1.5, 1.5)])

    def choose(self, row: Primitive) -> list[int | float]:
        """Choose operands: unused nodes, any nodes, the same again, constants, new inputs."""
        count = row.arity or (2 + 2 * (self.byte() % 2) if row.pairs else 2 + self.byte() % 4)
        intervals = row.domain or (EVERYTHING,) * count
        operands: list[int | float] = []
        for interval in intervals:
            kind = self.byte() % 16
            if kind == 0 and count > 1:
                operands.append(self.number(*_clamped(interval)))
            elif kind == 1 and len(self.inputs) < MOST_INPUTS:
                operands.append(self.input(self.number(*_clamped(interval))))
            elif kind == 2 and operands:
                operands.append(operands[-1])
            else:
                operands.append(self.node(any_node=kind < 8))
        if not any(isinstance(o, int) for o in operands):
            operands[0] = self.node(any_node=True)
        return operands

    def node(self, any_node: bool) -> int:
        if self.unused and not any_node:
            return self.unused[self.byte() % len(self.unused)]
        visible = [node for node in range(len(self.values)) if node not in self.hidden]
        return visible[self.byte() % len(visible)]

    def place(self, row: Primitive, operands: Sequence[int | float]) -> list[int | float]:
        """Map what lies outside the row's domain, or beside its moderate part, into it."""
        intervals = list(row.domain or (EVERYTHING,) * len(operands))
        placed = list(operands)
        if row.name == "power":
            if self.byte() % 2:
                placed[1] = float(self.byte() % 5 - 2)
                intervals[0] = NONZERO
                if not isinstance(placed[0], int):
                    placed[0] = self.node(any_node=True)
            else:
                intervals[0] = POSITIVE
        for i, (operand, interval) in enumerate(zip(placed, intervals, strict=True)):
            low, high = _clamped(interval)
            x = self.numbers([operand])[0]
            if isinstance(operand, int) and not (low <= x <= high and (abs(x) > 0.3 or not interval.nonzero)):
                placed[i] = self.moved(operand, 0.4 if interval.nonzero else low, high)
        if row.name == "clip":
            placed[1:] = sorted(placed[1:], key=lambda o: self.numbers([o])[0])
        return placed

    def moved(self, node: int, low: float, high: float) -> int:
        """Map a node into an interval: by scaling, by squashing, else by shifting."""
        x = self.values[node]
        target = self.number(low, high)
        kind = self.byte() % 3
        scaled = x * (scale := round(target / x, 3)) if abs(x) > 0.05 else math.nan
        if (kind != 0 or abs(x) > 3.0) and low <= scaled <= high and abs(scale) < 4.0:
            return self.step(lookup("multiply"), [node, scale] if kind == 1 else [scale, node])
        if kind == 0 and abs(x) < 2.0:
            middle, half = (low + high) / 2.0, (high - low) / 2.0
            squashed = self.step(lookup("sin" if self.byte() % 2 else "tanh"), [node])
            return self.step(lookup("add"), [self.step(lookup("multiply"), [squashed, half]), middle])
        return self.step(lookup("add" if kind else "subtract"), [node, round(target - x, 3) * (1.0 if kind else -1.0)])

    def is_good(self, row: Primitive, numbers: tuple[float, ...], slopes: Sequence[float]) -> bool:
        """Whether a node would be moderate, not steep and no small difference of large numbers."""
        result = abs(row.evaluate(numbers))
        effect = max(abs(slope) * (1.0 + abs(x)) for slope, x in zip(slopes, numbers, strict=True))
        return result < 20.0 and effect < 6.0 and (effect == 0.0 or result > 0.15 * effect)

    def finish(self) -> Program:
        """Join all nodes that nothing uses in one output, with weights; number inputs first."""
        ends = [node for node in self.unused if node not in self.hidden]
        weights = [self.number(0.5, 1.5) for _ in ends]
        self.step(lookup("dot"), [*ends, *weights])
        offset = {"input": 0, "step": len(self.inputs)}

        def index(operand: tuple[str, int] | float) -> int | float:
            return operand if isinstance(operand, float) else offset[operand[0]] + operand[1]

        return Program(
            tuple(self.inputs), tuple(Step(row, tuple(map(index, operands))) for row, operands in self.steps)
        )
