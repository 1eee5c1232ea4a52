"""The tiny and the small graph in the engines that record each operation as it happens."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

from benchmarks.contender import Contender, Outcome, of_installed
from benchmarks.graphs import Graph, Pair
from benchmarks.peers import TITLES, Peers
from benchmarks.values import with_operators

Triple = tuple[float, float, float]


def recorded(peers: Peers, graph: Graph) -> list[Contender]:
    values = [with_values(name, engine, graph) for name, engine in with_operators(peers).items()]
    return values + of_installed(peers, {"xad": with_xad, "torch": with_torch}, graph)


def outcome(triples: Sequence[Triple]) -> Outcome:
    """Sum the values; line up the two gradients of every graph."""
    return Outcome(math.fsum(g for g, _, _ in triples), [*chain.from_iterable((a, b) for _, a, b in triples)])


def with_values(name: str, engine: Any, graph: Graph) -> Contender:
    formula, relu = graph.formula, engine.relu

    def forward(pairs: list[Pair]) -> list[Pair]:
        for x, y in pairs:
            formula(engine(x), engine(y), relu)
        return pairs

    def both(pairs: list[Pair]) -> list[Triple]:
        triples = []
        for x, y in pairs:
            a, b = engine(x), engine(y)
            g = formula(a, b, relu)
            g.backward()
            triples.append((g.data, a.grad, b.grad))
        return triples

    return Contender(name, [("forward", forward), ("both", both)], outcome)


def with_xad(xad: Any, graph: Graph) -> Contender:
    """Keep one tape and clear it for each graph, as XAD advises."""
    formula, maximum = graph.formula, importlib.import_module("xad.math").max

    def relu(x: Any) -> Any:
        return maximum(x, 0.0)

    def record(tape: Any, x: float, y: float) -> tuple[Any, Any, Any]:
        tape.clearAll()
        a, b = xad.Real(x), xad.Real(y)
        tape.registerInput(a)
        tape.registerInput(b)
        tape.newRecording()
        return formula(a, b, relu), a, b

    def forward(pairs: list[Pair]) -> list[Pair]:
        with xad.Tape() as tape:
            for x, y in pairs:
                record(tape, x, y)
        return pairs

    def both(pairs: list[Pair]) -> list[Triple]:
        triples = []
        with xad.Tape() as tape:
            for x, y in pairs:
                g, a, b = record(tape, x, y)
                tape.registerOutput(g)
                g.derivative = 1.0
                tape.computeAdjoints()
                triples.append((g.value, a.derivative, b.derivative))
                del g, a, b  # they sign off from the tape, which must still know them
        return triples

    return Contender(TITLES["xad"], [("forward", forward), ("both", both)], outcome)


def with_torch(torch: Any, graph: Graph) -> Contender:
    formula = graph.formula

    def leaf(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    def forward(pairs: list[Pair]) -> list[Pair]:
        for x, y in pairs:
            formula(leaf(x), leaf(y), torch.relu)
        return pairs

    def both(pairs: list[Pair]) -> list[Triple]:
        triples = []
        for x, y in pairs:
            a, b = leaf(x), leaf(y)
            g = formula(a, b, torch.relu)
            g.backward()
            triples.append((g.item(), a.grad.item(), b.grad.item()))
        return triples

    return Contender(TITLES["torch"], [("forward", forward), ("both", both)], outcome)
