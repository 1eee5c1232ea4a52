"""The workloads by name, and the run of those that were asked for."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from benchmarks import (
    gpt,
    gpt_step,
    graphs,
    graphs_compiled,
    graphs_recorded,
    growth,
    memory,
    network,
    network_compiled,
    network_recorded,
)
from benchmarks.contender import OURS
from benchmarks.figures import Figures, Row, Timed
from benchmarks.machine import describe_run
from benchmarks.peers import ADVICE, TITLES, Peers, load, versions
from benchmarks.progress import rounds
from benchmarks.timing import compare

NO_FUNCTIONS = {"micrograd": "has no exp or log"}
WORKLOADS = ("network", "tiny", "small", "gpt", "growth", "memory")


def measure(only: Sequence[str], peers: Sequence[str], repeats: int) -> Figures:
    """Run the workloads named in ``only`` with our engine and every named peer that is installed."""
    found, missing = load(peers)
    gc.freeze()  # what PyTorch and JAX import would make each full collection dearer, most of all for micrograd
    timed: dict[str, Callable[[], Timed]] = {
        "network": lambda: time_network(found, rounds(repeats, "network")),
        "tiny": lambda: time_graphs(found, graphs.TINY, rounds(repeats, "tiny graph")),
        "small": lambda: time_graphs(found, graphs.SMALL, rounds(repeats, "small graph")),
        "gpt": lambda: time_gpt(gpt.Sizes(), rounds(repeats, "gpt")),
    }
    return Figures(
        run=describe_run() | {"peers": versions(found), "repeats": repeats},
        timed={name: run() for name, run in timed.items() if name in only},
        growth={OURS: growth.measure_in_fresh_process(repeats)} if "growth" in only else {},
        memory=memory.measure(found) if "memory" in only else {},
        notes=[f"{TITLES[name]}: {ADVICE}" for name in missing],
    )


def time_network(peers: Peers, rounds: Iterable[int], count: int = network.SAMPLES) -> Timed:
    data = network.samples(count)
    contenders = network_recorded.recorded(peers, data) + network_compiled.compiled(peers, data)
    return Timed(network.TITLE, compare(contenders, network.draw, network.names(), rounds))


def time_graphs(peers: Peers, graph: graphs.Graph, rounds: Iterable[int]) -> Timed:
    contenders = graphs_recorded.recorded(peers, graph) + graphs_compiled.compiled(peers, graph)
    rows = compare(contenders, partial(graphs.draw, graph), graphs.names(graph), rounds)
    return Timed(graph.title, [_per_graph(row, graph.graphs) for row in rows])


def time_gpt(sizes: gpt.Sizes, rounds: Iterable[int]) -> Timed:
    rows = compare(gpt_step.contenders(sizes), partial(gpt_step.draw, sizes), gpt.names(sizes), rounds)
    return Timed(gpt_step.TITLE, rows, NO_FUNCTIONS)


def _per_graph(row: Row, count: int) -> Row:
    """Divide a run over many graphs; backward is what forward alone did not take."""
    phases = row.phases
    if "both" in phases:
        phases = {"forward": phases["forward"], "backward": phases["both"] - phases["forward"]}
    return replace(row, phases={phase: seconds / count for phase, seconds in phases.items()})
