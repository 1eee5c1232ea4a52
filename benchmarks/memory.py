"""Bytes per operation: as Python's allocator counts them, and as the operating system sees them."""

from __future__ import annotations

import operator
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.contender import OURS
from benchmarks.figures import Bytes
from benchmarks.values import Engine, with_both

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
LENGTH = 100  # of one chain: short, because a peer's backward pass recurses
COUNTED = 100_000
RESIDENT = 1_000_000
RESIDENT_PEERS = 200_000  # a million of micrograd's subtractions take 2 GB


def chains(engine: Engine, operation: Callable[[Any, Any], Any], operations: int) -> list[Any]:
    """Return the ends of chains over two shared leaves."""
    ends = []
    start, y = engine(1.0), engine(1.0000001)
    for _ in range(operations // LENGTH):
        x = start
        for _ in range(LENGTH):
            x = operation(x, y)
        ends.append(x)
    return ends


def counted(engine: Engine, operation: Callable[[Any, Any], Any], operations: int) -> tuple[float, float]:
    """Count, with `tracemalloc`, what is allocated per operation: after building, and after backward.

    It sees whatever comes from Python's allocators, the objects of an extension type included.
    """
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        ends = chains(engine, operation, operations)
        built = tracemalloc.get_traced_memory()[0]
        for end in ends:
            end.backward()
        return (built - before) / operations, (tracemalloc.get_traced_memory()[0] - before) / operations
    finally:
        tracemalloc.stop()


def resident(name: str, symbol: str) -> float | None:
    """Measure by how much a fresh process grows per operation while it builds; ``None`` where that cannot be read."""
    if not Path("/proc/self/statm").exists():
        return None
    operations = RESIDENT if name == OURS else RESIDENT_PEERS
    command = [sys.executable, "-m", "benchmarks.resident", name, symbol, str(operations)]
    root = Path(__file__).parents[1]
    return float(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)


def measure(peers: dict[str, Any], operations: int = COUNTED, fresh: bool = True) -> dict[str, dict[str, Bytes]]:
    """Measure every engine and operation; ``fresh``: also in processes of their own."""
    return {
        name: {
            symbol: Bytes(*counted(engine, operation, operations), resident(name, symbol) if fresh else None)
            for symbol, operation in OPERATIONS.items()
        }
        for name, engine in with_both(peers).items()
    }
