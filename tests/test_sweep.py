"""The reverse sweep: exact gradients, linear work, independent traversals, and graphs that go when they are dropped."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import DomainError, Value, checkpoint, topological_order
from autograd.sweep import Adjoints, recorded_edges, sweep
from tests.counting import assert_linear, live_nodes

# Exact gradients ------------------------------------------------------------------------------------------------------


def test_a_square_has_two_equal_operands_and_both_count() -> None:
    x = Value(3.0)
    y = x * x
    y.backward()
    assert y.operands == (x, x)
    assert x.grad == 6.0


def test_doubling_twice_gives_four() -> None:
    x = Value(3.0)
    a = x + x
    b = a + a
    b.backward()
    assert (x.grad, a.grad, b.grad) == (4.0, 2.0, 1.0)


def diamonds(x: Value, count: int) -> Value:
    node = x
    for _ in range(count):
        node = node + node
    return node


def test_a_thousand_diamonds_have_two_to_the_thousand_paths() -> None:
    x = Value(1.0)
    y = diamonds(x, 1000)
    y.backward()
    assert x.grad == y.data == 2.0**1000


def test_a_thousand_diamonds_with_differing_sides() -> None:
    x = Value(1.0)
    node = x
    for _ in range(1000):
        node = 3 * node - 2 * node
    node.backward()
    assert (node.data, x.grad) == (1.0, 1.0)


def test_the_work_on_diamonds_is_linear() -> None:
    assert_linear(lambda count: diamonds(Value(1.0), count).backward)


def test_the_work_of_recompute_on_diamonds_is_linear() -> None:
    def work(count: int) -> Callable[[], object]:
        x = Value(1.0)
        root = diamonds(x, count)
        x.data = 2.0
        return root.recompute

    assert_linear(work)


def test_the_work_of_gradients_on_diamonds_is_linear() -> None:
    def work(count: int) -> Callable[[], object]:
        x = Value(1.0)
        root = diamonds(x, count)
        return lambda: autograd.gradients(root, x)

    assert_linear(work)


def test_the_work_on_diamonds_of_sequences_is_linear() -> None:
    def work(count: int) -> Callable[[], object]:
        node = Value(1.0)
        for _ in range(count):
            node = autograd.sum([node, node, node])
        return node.backward

    assert_linear(work)


def test_the_work_on_a_dense_graph_is_linear_in_its_edges() -> None:
    def work(count: int) -> Callable[[], object]:
        nodes = [Value(1.0)]
        for _ in range(math.isqrt(2 * count)):
            nodes.append(autograd.sum(nodes) * 0.5)
        return nodes[-1].backward

    assert_linear(work)


def test_a_repeated_square_is_the_power() -> None:
    x = Value(1.0)
    y = x
    for _ in range(10):
        y = y * y
    y.backward()
    assert x.grad == 1024.0


def test_one_sum_of_many_uses_counts_every_one() -> None:
    x = Value(2.0)
    autograd.sum([x] * 1000).backward()
    assert x.grad == 1000.0
    x.grad = 0
    autograd.dot([x] * 500, [x] * 500).backward()
    assert x.grad == 2000.0


# Random graphs --------------------------------------------------------------------------------------------------------

Step = tuple[str, int, int, int]
STEPS = st.tuples(
    st.sampled_from(["+", "-", "*", "neg", "+c", "c*", "sum", "dot", "detach"]),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(-2, 2),
)


class Graph(NamedTuple):
    """A random graph of whole numbers, small enough for floats to be exact."""

    leaves: list[Value]
    nodes: list[Value]


def build(leaf_data: list[int], steps: list[Step]) -> Graph:
    leaves = [Value(number, f"leaf {i}") for i, number in enumerate(leaf_data)]
    nodes = list(leaves)
    for step in steps:
        nodes.append(one_step(nodes, step))
    return Graph(leaves, nodes)


def one_step(nodes: list[Value], step: Step) -> Value:
    name, i, j, number = step
    x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
    small = abs(x.data) <= 2 and abs(y.data) <= 2
    if name in {"*", "dot"} and small:
        return x * y if name == "*" else autograd.dot([x, 1.0], [y, x])
    made = {
        "-": lambda: x - y,
        "neg": lambda: -x,
        "+c": lambda: number + x,
        "c*": lambda: x * number,
        "sum": lambda: autograd.sum([x, number, y]),
        "detach": lambda: x.detach() + y,
    }
    return made.get(name, lambda: x + y)()


GRAPHS = st.builds(
    build, st.lists(st.integers(-2, 2), min_size=1, max_size=4), st.lists(STEPS, min_size=1, max_size=18)
)


def reachable(roots: list[Value], stop: set[Value]) -> set[Value]:
    """Everything below the roots, by the definition."""
    found: set[Value] = set()
    level = {root for root in roots if root not in stop}
    while level:
        found |= level
        level = {o for node in level for o, _ in recorded_edges(node)} - found - stop
    return found


@given(GRAPHS, st.lists(st.integers(0, 40), max_size=3), st.lists(st.integers(0, 40), max_size=3))
def test_topological_order_lists_operands_before_results_and_each_node_once(
    graph: Graph, tops: list[int], stops: list[int]
) -> None:
    roots = [graph.nodes[-1], *(graph.nodes[i % len(graph.nodes)] for i in tops)]
    stop = {graph.nodes[i % len(graph.nodes)] for i in stops}
    order = topological_order(roots, stop)
    position = {node: i for i, node in enumerate(order)}
    assert len(position) == len(order)
    assert set(order) == reachable(roots, stop)
    for node in order:
        for operand, _ in recorded_edges(node):
            assert operand in stop or position[operand] < position[node]


def test_topological_order_of_nothing_is_empty() -> None:
    x = Value(1.0)
    assert topological_order([]) == []
    assert topological_order([x], stop={x}) == []
    assert topological_order([x, x]) == [x]


def derivative_by_fractions(root: Value, leaf: Value) -> Fraction:
    """The derivative carried forward in exact arithmetic, from what each node says of itself."""
    tangents: dict[Value, Fraction] = {}
    for node in topological_order([root]):
        products = [
            tangents.get(operand, Fraction(0)) * Fraction(partial)
            for operand, partial in zip(node.operands, node.partials, strict=True)
        ]
        tangents[node] = Fraction(int(node is leaf)) + sum(products)
    return tangents[root]


@given(GRAPHS)
def test_backward_is_exact_on_whole_numbers(graph: Graph) -> None:
    root = graph.nodes[-1]
    root.backward()
    for leaf in graph.leaves:
        assert Fraction(leaf.grad) == derivative_by_fractions(root, leaf)


@given(GRAPHS)
def test_the_sweep_into_nodes_and_the_sweep_into_a_table_agree(graph: Graph) -> None:
    root = graph.nodes[-1]
    algebra: Adjoints[float] = Adjoints()
    sweep([(root, 1.0)], algebra)
    assert all(node.grad == 0.0 for node in graph.nodes)
    root.backward()
    for node in topological_order([root]):
        if node.op != "constant":
            assert algebra.adjoints.get(node, 0.0) == node.grad


@given(GRAPHS)
def test_the_gradient_as_a_graph_agrees_with_backward(graph: Graph) -> None:
    root = graph.nodes[-1]
    slopes = [slope.data for slope in autograd.gradients(root, graph.leaves)]
    assert all(node.grad == 0.0 for node in graph.nodes)
    root.backward()
    assert slopes == [leaf.grad for leaf in graph.leaves]


def by_hand(op: str, inputs: list[float]) -> tuple[float, tuple[float, ...]]:
    """What the operations of random graphs give, and their partials."""
    first, second = inputs[0], inputs[-1]
    results: dict[str, tuple[float, tuple[float, ...]]] = {
        "+": (first + second, (1.0, 1.0)),
        "-": (first - second, (1.0, -1.0)),
        "*": (first * second, (second, first)),
        "neg": (-first, (-1.0,)),
        "sum": (sum(inputs), (1.0, 1.0, 1.0)),
    }
    if op == "dot":
        a, b, c, d = inputs
        return a * c + b * d, (c, d, a, b)
    return results[op]


@given(GRAPHS, st.lists(st.integers(-2, 2), min_size=4, max_size=4))
def test_recompute_brings_every_node_to_the_present_data(graph: Graph, numbers: list[int]) -> None:
    for leaf, number in zip(graph.leaves, numbers, strict=False):
        leaf.data = number
    graph.nodes[-1].recompute()
    for node in topological_order([graph.nodes[-1]]):
        if node.operands:
            data, partials = by_hand(node.op, [operand.data for operand in node.operands])
            constant = [operand.op == "constant" for operand in node.operands]
            assert node.data == data
            assert node.partials == tuple(0.0 if c else p for c, p in zip(constant, partials, strict=True))


# Traversals side by side ----------------------------------------------------------------------------------------------


def test_traversals_interleave_with_a_lazy_consumer() -> None:
    x = Value(2.0)
    first, second = x * x * x, (x + x) * 5

    def nodes() -> Iterator[Value]:
        for node in topological_order([first]):
            second.backward()
            yield node

    walk = nodes()
    next(walk)
    first.backward()
    listed = 1 + len(list(walk))
    assert listed == 3
    assert x.grad == 12.0 + 3 * 10.0
    first.backward()
    assert x.grad == 24.0 + 3 * 10.0


def test_a_sweep_inside_the_recomputation_of_another() -> None:
    x, w = Value(2.0), Value(3.0)

    def inside(x: Value) -> Any:
        return x * autograd.grad(lambda z: z**3)(2.0)

    y = checkpoint(inside, x) * w
    y.backward()
    assert (x.grad, w.grad) == (36.0, 24.0)


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def run_in_threads(count: int, work: Callable[[int], None]) -> None:
    errors: list[BaseException] = []
    start = threading.Barrier(count)

    def guarded(index: int) -> None:
        try:
            start.wait()
            work(index)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.usefixtures("impatient_threads")
def test_threads_whose_graphs_share_leaves_lose_no_contribution() -> None:
    x, y = Value(3.0), Value(5.0)
    roots = [autograd.sum([x * y, x * i, y, x, 1.0]) - diamonds(x, 3) * i for i in range(8)]

    def work(index: int) -> None:
        for _ in range(200):
            roots[index].backward()

    run_in_threads(8, work)
    assert x.grad == 200 * sum(5 + i + 1 - 8 * i for i in range(8))
    assert y.grad == 200 * sum(3 + 1 for _ in range(8))


@pytest.mark.usefixtures("impatient_threads")
def test_threads_that_build_and_sweep_on_shared_leaves() -> None:
    x, y = Value(3.0), Value(5.0)

    def work(index: int) -> None:
        for _ in range(100):
            checkpoint(lambda a, b: [a * b + index, a - b], x, y)[0].backward()
            (x * index + y).backward()

    run_in_threads(6, work)
    assert x.grad == 100 * sum(5 + i for i in range(6))
    assert y.grad == 100 * sum(3 + 1 for _ in range(6))


@pytest.mark.usefixtures("impatient_threads")
def test_threads_that_take_gradients_of_one_graph_touch_nothing() -> None:
    x, y = Value(3.0), Value(5.0)
    root = diamonds(x * y, 5) + x
    answers: set[tuple[float, float]] = set()

    def work(_: int) -> None:
        for _ in range(20):
            a, b = autograd.gradients(root, [x, y])
            answers.add((a.data, b.data))

    run_in_threads(4, work)
    assert answers == {(5.0 * 32 + 1, 3.0 * 32)}
    assert x.grad == 0.0


# Dropping a graph -----------------------------------------------------------------------------------------------------


def use_nothing(root: Value) -> None:
    """Only build."""


def use_fully(root: Value) -> None:
    root.backward()
    root.recompute()
    root.zero_grad()
    topological_order([root])
    assert root.operands
    assert root.partials
    assert repr(root)
    autograd.gradients(root, [])


def unary(x: Value) -> Value:
    return x.tanh().exp().sqrt() + 0


def binary(x: Value) -> Value:
    return (x * x + 2 * x) / (x + 3) ** x.square()


def of_sequences(x: Value) -> Value:
    return autograd.prod([x, autograd.logsumexp([x, 2.0 * x, x]), autograd.clip(x, 0.0, x + 1)])


def checkpointed(x: Value) -> Value:
    first, (second,) = checkpoint(lambda v: (v * v, [v.sin()]), x)
    root: Value = checkpoint(lambda: first * x) + second
    return root


def under_no_grad(x: Value) -> Value:
    with autograd.no_grad():
        constant = x * x
    return constant * x


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("use", [use_nothing, use_fully])
@pytest.mark.parametrize("graph", [unary, binary, of_sequences, checkpointed, under_no_grad])
def test_dropping_the_root_frees_every_node_at_once(
    graph: Callable[[Value], Value], use: Callable[[Value], None]
) -> None:
    x = Value(0.5)
    before = live_nodes()
    root = graph(x)
    use(root)
    assert live_nodes() > before
    del root
    assert live_nodes() == before


@pytest.mark.usefixtures("without_collector")
def test_a_root_keeps_its_leaves_alive_and_lets_them_go() -> None:
    before = live_nodes()
    root = Value(1.0) * Value(2.0)
    assert live_nodes() == before + 3
    root.backward()
    del root
    assert live_nodes() == before


@pytest.mark.usefixtures("without_collector")
def test_a_failed_operation_leaves_no_node_behind() -> None:
    x = Value(2.0)
    before = live_nodes()
    root = x * 3
    with pytest.raises(DomainError):
        (root - 6).log()
    with pytest.raises(TypeError):
        root.backward("1")  # type: ignore[arg-type]
    del root
    assert live_nodes() == before


@pytest.mark.usefixtures("without_collector")
def test_a_graph_of_second_order_is_freed_too() -> None:
    x = Value(0.5)
    before = live_nodes()
    slope = autograd.gradients(binary(x), x)
    curvature = autograd.gradients(slope, x)
    assert live_nodes() > before
    del slope, curvature
    assert live_nodes() == before


LARGE = 100_000


@pytest.mark.usefixtures("without_collector")
def test_dropping_a_large_graph_gives_back_its_memory() -> None:
    """All but 5 bytes per node, less than any object has: Python keeps a few thousand freed tuples to use again."""
    x = Value(1.0)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        root = x
        for i in range(LARGE):
            root = autograd.sum([root, x, 1.0]) if i % 4 == 0 else root.tanh() if i % 4 == 1 else root * x
        root.backward()
        held = tracemalloc.get_traced_memory()[0] - before
        del root
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert held > 80 * LARGE
    assert left < 5 * LARGE


# The collector's settings ---------------------------------------------------------------------------------------------


def test_importing_the_library_leaves_the_collector_s_settings() -> None:
    program = (
        "import gc; gc.set_threshold(701, 11, 12); gc.disable(); "
        "before = gc.get_threshold(), gc.isenabled(), gc.get_freeze_count(), gc.get_debug(), list(gc.callbacks); "
        "import autograd, nn; "
        "assert before == (gc.get_threshold(), gc.isenabled(), gc.get_freeze_count(), gc.get_debug(), gc.callbacks)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(autograd.__file__).parents[1])


@pytest.mark.parametrize("enabled", [True, False])
def test_using_the_library_leaves_the_collector_s_settings(enabled: bool) -> None:
    threshold, was_enabled = gc.get_threshold(), gc.isenabled()
    frozen = gc.get_freeze_count()  # not 0 at the start in every version of Python
    gc.set_threshold(701, 11, 12)
    (gc.enable if enabled else gc.disable)()
    try:
        use_fully(binary(Value(0.5)))
        use_fully(checkpointed(Value(0.5)))
        assert (gc.get_threshold(), gc.isenabled(), gc.get_freeze_count()) == ((701, 11, 12), enabled, frozen)
    finally:
        gc.set_threshold(*threshold)
        (gc.enable if was_enabled else gc.disable)()
