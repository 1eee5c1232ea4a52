"""Timing several contenders fairly: alternating, on the same changing numbers, every gradient read and compared."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks.agreement import require_agreement
from benchmarks.contender import Contender, Outcome
from benchmarks.figures import Row


def compare(
    contenders: Sequence[Contender], draw: Callable[[random.Random], Any], names: Sequence[str], rounds: Iterable[int]
) -> list[Row]:
    """Run each contender once per round on freshly drawn numbers; the first round warms up. Medians count.

    Raises:
        DisagreementError: a contender's outcome differs from the first one's, in any round.
    """
    seconds: dict[str, list[dict[str, float]]] = {contender.engine: [] for contender in contenders}
    source = random.Random(11)
    for _ in rounds:
        numbers = draw(source)
        expected: Outcome | None = None
        for contender in contenders:
            times, outcome = run(contender, numbers)
            seconds[contender.engine].append(times)
            expected = expected or outcome
            require_agreement(contender.engine, names, outcome, expected)
    return [Row(c.engine, medians(seconds[c.engine][1:]), c.build) for c in contenders]


def run(contender: Contender, numbers: Any) -> tuple[dict[str, float], Outcome]:
    """Return the seconds of each phase, and the outcome. What a phase returned is kept alive until all are done."""
    gc.collect()  # so that nobody is charged for the garbage of the one before
    states = [numbers]
    times: dict[str, float] = {}
    for phase, step in contender.phases:
        start = time.perf_counter()
        state = step(states[-1])
        times[phase] = time.perf_counter() - start
        states.append(state)
    return times, contender.outcome(states[-1])


def medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {phase: statistics.median(times[phase] for times in runs) for phase in runs[0]}
