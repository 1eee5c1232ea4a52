"""Two graphs of BurTorch (arXiv 2503.13795), built afresh each time: its tiny one, and its small one.

The small one is the example in micrograd's README. The numbers at the leaves change from graph to graph.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

Pair = tuple[float, float]
Formula = Callable[[Any, Any, Callable[[Any], Any]], Any]


class Graph(NamedTuple):
    """A formula of two leaves, the point that the paper takes, and how many graphs make one timed run."""

    title: str
    formula: Formula
    point: Pair
    graphs: int


def tiny_formula(a: Any, b: Any, relu: Callable[[Any], Any]) -> Any:
    c = a + b
    d = a * b + b**3
    e = c - d
    f = e**2
    return f / 2.0


def small_formula(a: Any, b: Any, relu: Callable[[Any], Any]) -> Any:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


TINY = Graph("tiny: BurTorch's, 7 operations", tiny_formula, (-41.0, 2.0), 2000)
SMALL = Graph("small: BurTorch's, 25 operations", small_formula, (-4.0, 2.0), 1000)


def draw(graph: Graph, source: random.Random) -> list[Pair]:
    """Draw leaves near the paper's point, where no ReLU changes sides and nothing is divided by 0."""
    a, b = graph.point
    return [(a + source.uniform(-0.1, 0.1), b + source.uniform(-0.1, 0.1)) for _ in range(graph.graphs)]


def names(graph: Graph) -> list[str]:
    return [f"{leaf} of graph {i}" for i in range(graph.graphs) for leaf in "ab"]
