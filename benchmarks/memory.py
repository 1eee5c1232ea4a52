"""Bytes per node, as `tracemalloc` counts them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

NODES = 100_000


def bytes_per_node(scalar: Callable[[float], Any], operation: Callable[[Any, Any], Any]) -> tuple[float, float]:
    """Return the bytes that one node of a chain takes, before and after a backward pass."""
    x, y = scalar(1.0), scalar(1.0000001)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(NODES):
            x = operation(x, y)
        built = tracemalloc.get_traced_memory()[0]
        if hasattr(type(x), "operands"):  # a peer's backward pass may recurse, and cannot take so long a chain
            x.backward()
        return (built - before) / NODES, (tracemalloc.get_traced_memory()[0] - before) / NODES
    finally:
        tracemalloc.stop()
