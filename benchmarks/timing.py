"""Timing several contenders fairly: alternating, on the same changing inputs, every gradient read."""

from __future__ import annotations

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Workload = Callable[[Callable[[float], Any]], tuple[list[Any], Callable[[Sequence[float]], Any]]]


class Times(NamedTuple):
    """Seconds of one run, the median over the repeats."""

    forward: float
    backward: float

    @property
    def total(self) -> float:
        """Forward and backward together."""
        return self.forward + self.backward


def compare(workload: Workload, scalars: Mapping[str, Callable[[float], Any]], repeats: int) -> dict[str, Times]:
    """Run one workload with every scalar class, alternating; gradients must agree before anything counts.

    Raises:
        AssertionError: a contender's loss or gradient differs from the first one's by more than 1e-9 relative.
    """
    built = {name: workload(scalar) for name, scalar in scalars.items()}
    seconds: dict[str, list[Times]] = {name: [] for name in scalars}
    source = random.Random(11)
    for _ in range(repeats + 1):  # the first round warms up
        numbers = [source.uniform(-1, 1) for _ in range(len(next(iter(built.values()))[0]))]
        expected: list[float] | None = None
        for name, (parameters, loss) in built.items():
            gc.collect()  # so that nobody is charged for the garbage of the one before
            start = time.perf_counter()
            output = loss(numbers)
            middle = time.perf_counter()
            output.backward()
            result = [output.data, *(p.grad for p in parameters)]
            seconds[name].append(Times(middle - start, time.perf_counter() - middle))
            del output
            expected = expected or result
            _require_agreement(name, result, expected)
    return {
        name: Times(statistics.median(t.forward for t in runs[1:]), statistics.median(t.backward for t in runs[1:]))
        for name, runs in seconds.items()
    }


def _require_agreement(name: str, result: list[float], expected: list[float]) -> None:
    for found, wanted in zip(result, expected, strict=True):
        if not math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12):
            raise AssertionError(f"{name} gives {found!r} where {wanted!r} was expected: nothing is timed")
