"""The tiny and the small graph in the engines that compile a function once, and then replay it."""

from __future__ import annotations

import time
from array import array
from typing import Any

from benchmarks.contender import Contender, of_installed
from benchmarks.figures import REPLAY
from benchmarks.graphs import Graph, Pair
from benchmarks.graphs_recorded import Triple, outcome
from benchmarks.peers import TITLES, Peers


def compiled(peers: Peers, graph: Graph) -> list[Contender]:
    return of_installed(peers, {"casadi": with_casadi, "jax": with_jax}, graph)


def with_casadi(casadi: Any, graph: Graph) -> Contender:
    """Replay in buffers, CasADi's fastest call from Python."""
    start = time.perf_counter()
    leaves = casadi.SX.sym("leaves", 2)
    g = graph.formula(leaves[0], leaves[1], lambda x: casadi.fmax(x, 0))
    function = casadi.Function("graph", [leaves], [casadi.vertcat(g, casadi.gradient(g, leaves))])
    buffer, evaluate = function.buffer()
    numbers, results = array("d", [0.0] * 2), array("d", [0.0] * 3)
    buffer.set_arg(0, memoryview(numbers))
    buffer.set_res(0, memoryview(results))

    def replay(pairs: list[Pair]) -> list[Triple]:
        triples = []
        for numbers[0], numbers[1] in pairs:
            evaluate()
            triples.append((results[0], results[1], results[2]))
        require_success(buffer)
        return triples

    return Contender(TITLES["casadi"], [(REPLAY, replay)], outcome, build=time.perf_counter() - start)


def require_success(buffer: Any) -> None:
    """Check the last replay; CasADi's callable does not keep its buffer alive, so somebody must hold it anyway."""
    if buffer.ret() != 0:
        raise RuntimeError("CasADi could not evaluate the function")


def with_jax(jax: Any, graph: Graph) -> Contender:
    jax.config.update("jax_enable_x64", True)

    import numpy as np  # comes with JAX; its arrays are the fastest way in

    def formula(leaves: Any) -> Any:
        return graph.formula(leaves[0], leaves[1], jax.nn.relu)

    start = time.perf_counter()
    function = jax.jit(jax.value_and_grad(formula))
    function(np.array(graph.point))
    build = time.perf_counter() - start

    def replay(pairs: list[Pair]) -> list[Triple]:
        triples = []
        for pair in pairs:
            g, gradient = function(np.array(pair))
            triples.append((g.item(), *gradient.tolist()))
        return triples

    return Contender(TITLES["jax"], [(REPLAY, replay)], outcome, build=build)
