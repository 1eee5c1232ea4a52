"""Points in the domains of the table's rows: deterministic hard ones, and Hypothesis strategies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from hypothesis import strategies as st

from autograd import Interval, Primitive
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
    return drawn if row.defined is None else drawn.filter(lambda point: row.defined is None or row.defined(*point))


def _numbers(interval: Interval) -> st.SearchStrategy[float]:
    """Finite floats of an interval."""
    low, high = max(interval.low, -MAX), min(interval.high, MAX)
    open_low, open_high = (not interval.closed and math.isfinite(end) for end in (interval.low, interval.high))
    numbers = st.floats(low, high, exclude_min=open_low, exclude_max=open_high)
    return numbers.filter(lambda x: x != 0.0) if interval.nonzero else numbers
