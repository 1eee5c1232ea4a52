"""Let other code run where graphs are traversed, swept and freed: threads, finalizers, the collector, a fork.

One thread, finalizer or callback switches to another as often as the interpreter can be made to.
"""

from __future__ import annotations

import copy
import gc
import os
import pickle
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import autograd
from autograd import Primitive, Value, checkpoint, topological_order
from tests.counting import live_nodes


def mixed_chain(x: Value, length: int) -> Value:
    """Make a chain of 3·length nodes on ``x``, of all kinds of operands."""
    node = x
    for _ in range(length):
        node = autograd.sum([node * x, x, 1.0]) * 0.25
    return node


class Finalized:
    """Something that works when it is freed."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work = work

    def __del__(self) -> None:
        self.work()


def holding(thing: object, x: Value) -> Value:
    """Make a node that holds a thing: in the closure of a checkpointed function."""

    def function(v: Value) -> Value:
        assert thing is not None
        return v * 2.0

    node: Value = checkpoint(function, x)
    return node


# Threads --------------------------------------------------------------------------------------------------------------


def in_threads(*works: Callable[[], object]) -> None:
    """Run all at once; what one raises, is raised here."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def threads_share_leaves() -> None:
    """Build and differentiate on shared leaves, each thread into a table of its own, while others free and copy."""
    x = Value(0.5, "x")
    shared = mixed_chain(x, 200)
    size = len(topological_order([shared]))
    stock = [mixed_chain(x, 20) for _ in range(2000)]

    def differentiate() -> None:
        for _ in range(15):
            own = Value(0.5)
            root = mixed_chain(own, 200) + shared
            root.backward()
            assert len(topological_order([shared])) == size
            assert own.grad == expected
            assert autograd.gradients(mixed_chain(x, 20), x).data == slope

    def free() -> None:
        with suppress(IndexError):
            while True:
                stock.pop()

    def transfer() -> None:
        for _ in range(5):
            assert len(topological_order([copy.deepcopy(shared)])) == size
            assert pickle.loads(pickle.dumps(shared)).data == shared.data

    own = Value(0.5)
    mixed_chain(own, 200).backward()
    expected = own.grad
    slope = autograd.gradients(mixed_chain(x, 20), x).data
    in_threads(differentiate, differentiate, differentiate, free, free, transfer)


def threads_free_one_chain_each() -> None:
    before = live_nodes()

    def work() -> None:
        x = Value(0.5)
        for _ in range(10):
            root = mixed_chain(x, 3000)
            root = holding(Finalized(lambda: mixed_chain(Value(1.0), 50)), root)
            root.backward()

    in_threads(*[work] * 6)
    assert live_nodes() == before


# Finalizers -----------------------------------------------------------------------------------------------------------


def finalizers_build_and_free() -> None:
    """Finalizers that run while a graph is freed build graphs, differentiate, free them, and come again."""
    before = live_nodes()
    runs = []

    def work(depth: int) -> None:
        x = Value(0.5)
        root = mixed_chain(x, 50)
        root.backward()
        assert len(topological_order([root])) == 151
        runs.append(depth)
        if depth:
            holding(Finalized(lambda: work(depth - 1)), root)

    x = node = Value(0.5)
    for _ in range(100):
        node = holding(Finalized(lambda: work(3)), node) * x
    del x, node
    assert len(runs) == 400
    assert live_nodes() == before


def weak_references_call_back() -> None:
    before = live_nodes()
    sizes: list[int] = []

    class Thing:
        pass

    def called(_: Any) -> None:
        x = Value(0.5)
        sizes.append(len(topological_order([mixed_chain(x, 20)])))

    x = node = Value(0.5)
    things = [Thing() for _ in range(200)]
    references = [weakref.ref(thing, called) for thing in things]
    while things:
        node = holding(things.pop(), node) + mixed_chain(x, 3)
    del x, node
    assert sizes == [61] * len(references)
    assert live_nodes() == before


def finalizers_revive_nodes() -> None:
    """A finalizer puts the operands of the graph that is being freed where they stay alive."""
    kept: list[Value] = []
    for _ in range(50):
        x = Value(0.5)
        inner = mixed_chain(x, 20)
        node = holding(Finalized(lambda inner=inner: kept.append(inner)), mixed_chain(x, 20))  # type: ignore[misc]
        del x, inner, node
    for node in kept:
        node.backward()
        assert len(topological_order([node])) == 61
    assert len(kept) == 50


def finalizers_raise() -> None:
    """Errors in finalizers go to the hook; freeing goes on."""
    before = live_nodes()
    raised: list[Any] = []
    sys.unraisablehook = raised.append
    x = node = Value(0.5)
    for _ in range(100):
        node = holding(Finalized(lambda: 1 / 0), node) * x
    try:
        raise KeyError("an error that is being handled while nodes are freed")
    except KeyError:
        del node
    assert len(raised) == 100
    raised.clear()
    del x
    assert live_nodes() == before


def finalizers_traverse() -> None:
    """Another traversal while one is under way: the last reference to a root is dropped in the midst of it."""
    big = mixed_chain(Value(0.5), 20)
    holder = [holding(Finalized(lambda: topological_order([big])), Value(1.0))]

    def roots() -> Any:
        yield big
        yield holder[0]
        yield big

    def stop() -> Any:
        yield holder.pop()

    assert len(topological_order(roots(), stop())) == 61


def a_finalizer_waits() -> None:
    """While one thread waits in a finalizer, and in a child forked then, others free their nodes all the same."""
    started, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        go_on.wait(30)

    def check() -> None:
        before = live_nodes()
        mixed_chain(Value(0.5), 1000)
        assert live_nodes() == before, f"{live_nodes() - before} nodes are left over"

    nodes = [holding(Finalized(wait), Value(0.5))]
    thread = threading.Thread(target=nodes.clear)
    thread.start()
    started.wait()
    try:
        check()
        if hasattr(os, "fork"):
            in_child(check)
    finally:
        go_on.set()
        thread.join()


def finalizers_let_other_threads_in() -> None:
    """Every row of a chain lets another thread in when it is freed, and that one frees nodes: the stack stays flat.

    Nor do the other thread's nodes pile up until the chain is done.
    """
    length, most, done = 20_000, 0, False

    class Compute:
        def __call__(self, v: float) -> float:
            return v

        def __del__(self) -> None:
            time.sleep(0)

    def chain() -> None:
        nonlocal done
        node = Value(0.5)
        for _ in range(length):
            node = Primitive("own", Compute(), [lambda v, r: 1.0], "{0}", "A row.")(node)
        del node
        done = True

    def churn() -> None:
        nonlocal most
        x = Value(1.0)
        while not done:
            for _ in range(20):
                x * x
            most = max(most, live_nodes())

    before = live_nodes()
    if sys.version_info < (3, 13):  # from then on, Python itself needs megabytes to free what is nested
        threading.stack_size(256 * 1024)
    in_threads(chain, churn)
    assert most - before < length


def in_child(work: Callable[[], object]) -> None:
    """Run in a forked child."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


# The collector --------------------------------------------------------------------------------------------------------


def the_collector_traverses() -> None:
    """Callbacks of the collector traverse and differentiate; it is made to run all the time."""
    x = Value(0.5)
    graph = mixed_chain(x, 100)
    calls = 0

    def callback(phase: str, _: object) -> None:
        nonlocal calls
        calls += 1
        gc.callbacks.clear()  # not while this one runs
        assert len(topological_order([graph])) == 301
        (graph * x).backward()
        mixed_chain(x, 10)
        gc.callbacks.append(callback)

    def work() -> None:
        for _ in range(10):
            own = Value(0.5)
            root = mixed_chain(own, 60)
            root.backward()
            assert len(topological_order([root, graph])) == 181 + 301
            assert topological_order([graph, root], stop=[graph]) == topological_order([root])
            copy.deepcopy(root)

    gc.set_threshold(50, 5, 5)
    gc.callbacks.append(callback)
    try:
        work()
        in_threads(work, work)
    finally:
        gc.callbacks.clear()
    assert calls > 10


def the_collector_finds_what_refers_to_itself() -> None:
    """An object that keeps the result of a checkpoint of its own method is garbage when nothing else refers to it."""

    class Layer:
        def __init__(self) -> None:
            self.result: Value | None = None

        def forward(self, v: Value) -> Value:
            return v * 2.0

    def use() -> weakref.ref[Layer]:
        layer = Layer()
        layer.result = checkpoint(layer.forward, Value(0.5))
        return weakref.ref(layer)

    layer = use()
    gc.collect()
    assert layer() is None, "a reference cycle through a checkpoint is never collected"


# Tracing --------------------------------------------------------------------------------------------------------------


def tracing_traverses() -> None:
    """Trace and profile functions that traverse and differentiate at every event."""
    x = Value(0.5)
    graph = mixed_chain(x, 5)
    busy = False

    def trace(*_: Any) -> Any:
        nonlocal busy
        if not busy:
            busy = True
            assert len(topological_order([graph])) == 16
            graph.backward()
            busy = False
        return trace

    def work() -> None:
        own = Value(0.5)
        root = holding(Finalized(lambda: mixed_chain(own, 3)), mixed_chain(own, 20))
        root.backward()
        root.recompute()
        assert len(topological_order([root, graph])) == 62 + 16

    for switch in (sys.settrace, sys.setprofile):
        switch(trace)
        try:
            work()
        finally:
            switch(None)


def leaving_in_the_midst() -> None:
    """The interpreter ends while nodes are alive everywhere, and a daemon thread frees some."""
    globals()["left"] = mixed_chain(Value(0.5), 1000)
    graph = mixed_chain(Value(0.5), 1000)
    sys.setrecursionlimit(500)

    def churn() -> None:
        while True:
            mixed_chain(Value(0.5), 100)
            holding(Finalized(lambda: mixed_chain(Value(0.5), 10)), graph)

    threading.Thread(target=churn, daemon=True).start()
    globals()["finalized"] = holding(Finalized(lambda: print("finalized at the end")), graph)


DISTURBANCES = (
    threads_share_leaves,
    threads_free_one_chain_each,
    finalizers_build_and_free,
    weak_references_call_back,
    finalizers_revive_nodes,
    finalizers_raise,
    finalizers_traverse,
    a_finalizer_waits,
    finalizers_let_other_threads_in,
    the_collector_traverses,
    the_collector_finds_what_refers_to_itself,
    tracing_traverses,
    leaving_in_the_midst,
)


def main(name: str) -> None:
    sys.setswitchinterval(1e-6)
    next(disturbance for disturbance in DISTURBANCES if disturbance.__name__ == name)()
    print("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
