"""Graphs a million nodes deep, at the default recursion limit; copies and pickles of graphs."""

from __future__ import annotations

import copy
import gc
import io
import math
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
from autograd import Value, checkpoint, topological_order
from autograd.rows import PRIMITIVES, Primitive
from tests.counting import assert_linear

MILLION = 1_000_000

Transfer = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def default_recursion_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


# A million nodes ------------------------------------------------------------------------------------------------------


def chain(x: Value, length: int) -> Value:
    """``x + 1 + 1 …``, by additions of a number and multiplications with a node in turn."""
    one, node = Value(1.0, "one"), x
    for _ in range(length // 2):
        node = (node + 1.0) * one
    return node


class Deep:
    """A chain of a million nodes, its leaf and its root."""

    def __init__(self) -> None:
        self.leaf = Value(0.0, "leaf")
        self.root = chain(self.leaf, MILLION)


@pytest.fixture(scope="module")
def deep() -> Iterator[Deep]:
    yield Deep()
    gc.collect()


def test_a_chain_of_a_million_nodes_builds(deep: Deep) -> None:
    assert deep.root.data == MILLION / 2
    assert len(topological_order([deep.root])) == MILLION + 2


def test_a_chain_of_a_million_nodes_backpropagates(deep: Deep) -> None:
    deep.leaf.grad = 0
    deep.root.backward()
    assert deep.leaf.grad == 1.0
    assert deep.root.operands[1].grad == sum(range(1, MILLION // 2 + 1))


def test_a_chain_of_a_million_nodes_recomputes(deep: Deep) -> None:
    deep.leaf.data = 7.0
    deep.root.recompute()
    assert deep.root.data == MILLION / 2 + 7.0
    deep.leaf.data = 0.0
    deep.root.recompute()
    assert deep.root.data == MILLION / 2


def test_a_chain_of_a_million_nodes_pickles(deep: Deep) -> None:
    leaf, root = pickle.loads(pickle.dumps((deep.leaf, deep.root)))
    assert root.data == deep.root.data
    leaf.grad = 0
    root.backward(2.0)
    assert leaf.grad == 2.0


def test_a_chain_of_a_million_nodes_deep_copies(deep: Deep) -> None:
    leaf, root = copy.deepcopy((deep.leaf, deep.root))
    assert root.data == deep.root.data
    leaf.grad = 0
    root.backward(2.0)
    assert leaf.grad == 2.0


def test_a_chain_of_a_million_nodes_is_freed_without_the_collector() -> None:
    x = Value(0.0)
    chain(x, 10)
    gc.collect()
    gc.disable()
    try:
        before = sys.getallocatedblocks()
        root = chain(x, MILLION)
        held = sys.getallocatedblocks() - before
        del root
        left = sys.getallocatedblocks() - before
    finally:
        gc.enable()
    assert held > MILLION
    assert left < 1000


def test_a_deep_chain_of_sequences_backpropagates_and_is_freed() -> None:
    x = Value(0.0)
    node = x
    for _ in range(200_000):
        node = autograd.sum([node, 1.0, 0.0])
    node.backward()
    assert (node.data, x.grad) == (200_000.0, 1.0)
    del node


def test_a_chain_of_checkpoints_backpropagates_and_is_freed() -> None:
    x = Value(0.0)
    node = x
    for _ in range(20_000):
        node = checkpoint(lambda v: v + 1.0, node)
    node.backward()
    assert (node.data, x.grad) == (20_000.0, 1.0)
    del node


def test_the_gradient_of_a_deep_chain_as_a_graph() -> None:
    x = Value(1.0)
    node = x
    for _ in range(20_000):
        node = node * x
    (slope,) = autograd.gradients(node, [x])
    slope.backward()
    assert slope.data == 20_001.0
    assert x.grad == 20_001.0 * 20_000.0


# Copies and pickles ---------------------------------------------------------------------------------------------------


def through_pickle(protocol: int) -> Transfer:
    return lambda thing: pickle.loads(pickle.dumps(thing, protocol))


def through_pure_python(protocol: int) -> Transfer:
    def transfer(thing: Any) -> Any:
        stream = io.BytesIO()
        pickle._Pickler(stream, protocol).dump(thing)
        return pickle._Unpickler(io.BytesIO(stream.getvalue())).load()

    return transfer


PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)
TRANSFERS = [
    pytest.param(copy.deepcopy, id="deepcopy"),
    *(pytest.param(through_pickle(protocol), id=f"pickle-{protocol}") for protocol in PROTOCOLS),
    *(pytest.param(through_pure_python(protocol), id=f"python-pickle-{protocol}") for protocol in PROTOCOLS),
]
each_transfer = pytest.mark.parametrize("transfer", TRANSFERS)


def every_kind_of_node() -> Value:
    x, y = Value(0.5, "x"), Value(-1.25, "y")
    with autograd.no_grad():
        fixed = x * 3
    kinds = [x, -x, x * y, 2 - x, x**2, x.tanh(), fixed * x, y.detach() + x, autograd.clip(x, 0, y + 3), x + math.inf]
    return (autograd.sum(kinds) * autograd.dot([x, 2.0], [y, x])).named("root")


def describe(root: Value) -> list[tuple[object, ...]]:
    """All that a graph is, with each node's operands by their place in the order."""
    order = topological_order([root])
    place = {node: i for i, node in enumerate(order)}
    return [
        (
            node.op, repr(node.data), repr(node.grad), node.label, repr(node.partials),
            [place.get(operand, f"constant {operand.data!r} {operand.label}") for operand in node.operands],
        )
        for node in order
    ]  # fmt: skip


@each_transfer
def test_a_copy_is_the_same_graph(transfer: Transfer) -> None:
    root = every_kind_of_node()
    root.backward(3.0)
    assert describe(transfer(root)) == describe(root)


@each_transfer
def test_a_copy_shares_no_node_with_the_original(transfer: Transfer) -> None:
    root = every_kind_of_node()
    assert not set(topological_order([root])) & set(topological_order([transfer(root)]))


@each_transfer
def test_a_copy_lives_a_life_of_its_own(transfer: Transfer) -> None:
    x, y = Value(2.0), Value(3.0)
    root = autograd.prod([x * y, x, y])
    twin_x, twin = transfer((x, root))
    before = describe(root)
    twin_x.data = 5.0
    twin.recompute()
    twin.backward()
    twin.label = "twin"
    assert (twin.data, twin_x.grad) == (5.0 * 3 * 5 * 3, 2 * 5.0 * 3 * 3)
    assert describe(root) == before
    x.data = 7.0
    root.recompute()
    assert (root.data, twin.data) == (7.0 * 3 * 7 * 3, 225.0)


@each_transfer
def test_a_copied_graph_backpropagates(transfer: Transfer) -> None:
    x = Value(0.5, "x")
    root = (x * x).tanh() + autograd.logsumexp([x, 2.0, x * 3])
    twin_x, twin = transfer((x, root))
    root.backward()
    twin.backward()
    assert twin_x.grad == x.grad != 0.0


@each_transfer
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 0, 2)])
def test_several_nodes_of_one_graph_stay_one_graph(transfer: Transfer, order: tuple[int, ...]) -> None:
    x = Value(2.0)
    inner = autograd.prod([x, x, 3.0])
    nodes = [x, inner, inner * x]
    copied = dict(zip(order, transfer(tuple(nodes[i] for i in order)), strict=True))
    root = copied[2]
    assert copied[0] is root.operands[1]
    assert copied.get(1, root.operands[0]) is root.operands[0]
    assert root.operands[0].operands[0] is copied[0]


@each_transfer
def test_a_value_met_twice_is_copied_once(transfer: Transfer) -> None:
    x = Value(2.0)
    thing = transfer({"x": x, "list": [x, x * 2], "again": (x,), "key": {x: "x"}})
    twin = thing["x"]
    assert twin is thing["list"][0] is thing["again"][0] is thing["list"][1].operands[0]
    assert thing["key"][twin] == "x"


@each_transfer
def test_graphs_deeper_than_the_recursion_limit(transfer: Transfer) -> None:
    x = Value(1.0)
    node = x
    for _ in range(3000):
        node = autograd.sum([node * x, node]) * 0.5
    twin_x, twin = transfer((x, node))
    assert len(topological_order([twin])) == 9001
    twin.backward()
    node.backward()
    assert twin_x.grad == x.grad


@each_transfer
def test_a_primitive_is_copied_as_itself(transfer: Transfer) -> None:
    assert transfer(autograd.tanh) is autograd.tanh
    assert transfer([autograd.max])[0] is autograd.max


def double(x: Value) -> Value:
    return x + x


@each_transfer
def test_a_checkpoint_of_its_arguments_is_copied(transfer: Transfer) -> None:
    x = Value(2.0)
    node = checkpoint(double, x * x)
    twin_x, twin = transfer((x, node))
    twin.backward()
    assert (twin.data, twin_x.grad, x.grad) == (8.0, 8.0, 0.0)
    twin_x.data = 3.0
    twin.recompute()
    assert (twin.data, node.data) == (18.0, 8.0)


def test_a_pickle_can_be_read_twice() -> None:
    root = every_kind_of_node()
    written = pickle.dumps(root)
    first, second = pickle.loads(written), pickle.loads(written)
    assert first is not second
    assert describe(first) == describe(second) == describe(root)


def test_one_pickler_keeps_identity_over_several_dumps() -> None:
    x = Value(2.0)
    node = x * x
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream)
    pickler.dump(x)
    pickler.dump(node)
    unpickler = pickle.Unpickler(io.BytesIO(stream.getvalue()))
    twin_x, twin = unpickler.load(), unpickler.load()
    assert twin.operands == (twin_x, twin_x)


def test_a_pickle_does_not_remember_numbers_of_an_earlier_one() -> None:
    x = Value(2.0, "x")
    pickle.dumps(x)
    x.data, x.label = 3.0, "y"
    twin = pickle.loads(pickle.dumps(x))
    assert (twin.data, twin.label) == (3.0, "y")


def test_a_copy_under_no_grad_is_the_same_graph() -> None:
    root = every_kind_of_node()
    with autograd.no_grad():
        twins = copy.deepcopy(root), pickle.loads(pickle.dumps(root)), copy.copy(root)
    assert [describe(twin) for twin in twins] == [describe(root)] * 3


def test_threads_may_pickle_one_graph() -> None:
    x = Value(1.0)
    node = x
    for _ in range(500):
        node = node * x
    sizes: list[int] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        copies = [pickle.loads(pickle.dumps(node)) for _ in range(10)]
        sizes.extend(len(topological_order([twin])) for twin in copies)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert sizes == [501] * 40


@pytest.fixture
def own_primitive() -> Iterator[Primitive]:
    before = dict(PRIMITIVES)
    yield autograd.primitive("own_cube", lambda x: x**3, [lambda x, y: 3 * x**2])
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


@each_transfer
def test_a_declared_primitive_is_copied(transfer: Transfer, own_primitive: Primitive) -> None:
    x = Value(2.0)
    twin_x, twin = transfer((x, own_primitive(x)))
    twin.backward()
    assert (twin.op, twin.data, twin_x.grad) == ("own_cube", 8.0, 12.0)


def test_unpickling_a_primitive_that_is_not_declared_says_so(own_primitive: Primitive) -> None:
    written = pickle.dumps(own_primitive(Value(2.0)))
    del PRIMITIVES["own_cube"]
    with pytest.raises(KeyError, match=r"no primitive 'own_cube' is declared here: run its autograd\.primitive"):
        pickle.loads(written)


# The shallow copy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [lambda x: x, lambda x: x.tanh(), lambda x: 2 * x, lambda x: x.detach(), lambda x: autograd.prod([x, x, x])]
)
def test_a_shallow_copy_is_another_node_of_the_same_operands(make: Callable[[Value], Value]) -> None:
    node = make(Value(2.0, "x")).named("node")
    twin = copy.copy(node)
    assert twin is not node
    assert (twin.data, twin.op, twin.label, twin.partials) == (node.data, node.op, "node", node.partials)
    variables = [operand for operand in node.operands if operand.op != "constant"]
    assert [operand for operand in twin.operands if operand.op != "constant"] == variables


@pytest.mark.parametrize("make", [lambda x: x * x, lambda x: autograd.prod([x, x, x])])
def test_recomputing_a_node_does_not_reach_its_shallow_copy(make: Callable[[Value], Value]) -> None:
    x = Value(2.0)
    node = make(x)
    twin = copy.copy(node)
    before = (twin.data, twin.partials)
    x.data = 10.0
    node.recompute()
    assert (twin.data, twin.partials) == before
    assert node.data > twin.data


def test_a_shallow_copy_backpropagates_into_the_same_leaves() -> None:
    x = Value(2.0)
    copy.copy(x * x).backward()
    assert x.grad == 4.0


# Work -----------------------------------------------------------------------------------------------------------------


def prefixes(length: int) -> list[Value]:
    """Every node of a chain, leaf first."""
    nodes = [Value(1.0)]
    for _ in range(length):
        nodes.append(nodes[-1] * nodes[0])
    return nodes


@pytest.mark.parametrize(
    "arranged",
    [list, lambda nodes: nodes[::-1], lambda nodes: [Value(node.data) for node in nodes]],
    ids=["leaf first", "root first", "leaves only"],
)
def test_the_work_of_deep_copying_many_nodes_is_linear(arranged: Transfer) -> None:
    def work(count: int) -> Callable[[], object]:
        nodes = arranged(prefixes(count))
        return lambda: copy.deepcopy(nodes)

    assert_linear(work, size=100)


def test_the_work_of_pickling_a_root_is_linear() -> None:
    def work(count: int) -> Callable[[], object]:
        root = prefixes(count)[-1]
        return lambda: pickle.dumps(root)

    assert_linear(work)
