"""How the time per node grows with the graph: forward, backward, and freeing it, with our engine."""

from __future__ import annotations

import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from autograd import Value
from benchmarks.agreement import require_agreement
from benchmarks.contender import OURS, Outcome
from benchmarks.timing import medians

SIZES = (10**3, 10**4, 10**5, 10**6)
PER_STEP = 4  # nodes
NAMES = ["x", "weight", "bias"]


def measure_in_fresh_process(repeats: int) -> dict[int, dict[str, float]]:
    """Return `measure`'s medians from a process in which no peer has been imported."""
    command = [sys.executable, "-m", "benchmarks.growth", *map(str, (repeats, *SIZES))]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, capture_output=True, text=True)
    return {int(nodes): times for nodes, times in json.loads(done.stdout).items()}


def measure(sizes: Iterable[int], rounds: Iterable[int]) -> dict[int, dict[str, float]]:
    """Return medians, in seconds per node; the first round warms up."""
    source = random.Random(11)
    runs: dict[int, list[dict[str, float]]] = {nodes: [] for nodes in sizes}
    for _ in rounds:
        for nodes, times in runs.items():
            times.append(run(nodes, *(source.uniform(0.25, 0.75) for _ in NAMES)))
    return {nodes: medians(times[1:]) for nodes, times in runs.items()}


def run(nodes: int, start: float, share: float, step: float) -> dict[str, float]:
    """Build a chain of diamonds, ``x ← share·x + (1 - share)·x + step``, differentiate it and free it."""
    steps = nodes // PER_STEP
    first, weight, rest, bias = Value(start), Value(share), Value(1.0 - share), Value(step)
    gc.collect()
    times = [time.perf_counter()]
    x = first
    for _ in range(steps):
        x = x * weight + x * rest + bias
    times.append(time.perf_counter())
    x.backward()
    found = Outcome(x.data, [first.grad, weight.grad, bias.grad])
    times.append(time.perf_counter())
    x = first
    times.append(time.perf_counter())
    # By hand: x moves by `step` each time, and the shares add up to 1.
    by_hand = Outcome(start + steps * step, [1.0, steps * start + step * steps * (steps - 1) / 2, float(steps)])
    require_agreement(OURS, NAMES, found, by_hand)
    phases = ("forward", "backward", "free")
    return {phase: (times[i + 1] - times[i]) / (steps * PER_STEP) for i, phase in enumerate(phases)}


def ratio(growth: dict[int, dict[str, float]]) -> float | None:
    """Return time per node of 10⁶ nodes over that of 10⁴, forward and backward."""
    if not {10**4, 10**6} <= growth.keys():
        return None
    large, small = (growth[nodes]["forward"] + growth[nodes]["backward"] for nodes in (10**6, 10**4))
    return large / small


if __name__ == "__main__":
    count, *sizes = map(int, sys.argv[1:])
    print(json.dumps(measure(sizes, range(count + 1))))
