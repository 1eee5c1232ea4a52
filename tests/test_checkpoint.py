"""`checkpoint`: the gradients of the plain graph, with the inside recomputed and not stored."""

from __future__ import annotations

import copy
import math
import pickle
import tracemalloc
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import DomainError, StaleGraphError, Value, checkpoint, gradients, no_grad, topological_order
from autograd.tree import flatten
from tests.counting import live_nodes

Function = Callable[..., Any]


def gradients_of(function: Function, numbers: list[float], captured: list[Value]) -> list[float]:
    """The gradient, by inputs and captured values, of a weighted sum of all that ``function`` returns."""
    inputs = [Value(number) for number in numbers]
    for value in captured:
        value.grad = 0.0
    outputs = [leaf for leaf in flatten(function(*inputs))[0] if isinstance(leaf, Value)]
    autograd.sum([(i + 1) * output for i, output in enumerate(outputs)]).backward()
    return [value.grad for value in [*inputs, *captured]]


# The same gradients as without ----------------------------------------------------------------------------------------

CAPTURED = [Value(0.75, "v"), Value(-1.5, "w")]
V, W = CAPTURED


def cut_inside(x: Value, y: Value) -> Any:
    with no_grad():
        scale = x * y
    return [scale * x, y * x.detach()]


def fresh_leaf_inside(x: Value, y: Value) -> Any:
    total = Value(0.0)
    for item in (x, y, x * y):
        total = total + item * V
    return total


FUNCTIONS: dict[str, Function] = {
    "one output": lambda x, y: (x * y).sin() * x,
    "a list": lambda x, y: [x * y, x + y, x.exp()],
    "nested outputs": lambda x, y: {"a": (x * y, [y.tanh()]), "b": {"c": x / y}},
    "captured values": lambda x, y: (x * V).tanh() + W * y * V,
    "only captured values": lambda x, y: [V * W, V.exp()],
    "an array": lambda x, y: np.array([x, y]) @ np.array([[V, 1.0], [W, x]]),
    "an input handed through, used": lambda x, y: (x, x * y),
    "an input handed through, not used": lambda x, y: (x, y * y),
    "a captured value handed through": lambda x, y: [V, x * y, W],
    "all handed through": lambda x, y: [x, y, V],
    "the same output twice": lambda x, y: [z := x * y, z, z * 2],
    "one output from another": lambda x, y: [z := x * y, z.sin(), z.sin() * x],
    "numbers among the outputs": lambda x, y: [x * y, 3.0, "text", None, x + 1],
    "a constant output": lambda x, y: [x * y, x.detach() * 2, y + 1],
    "constants inside": cut_inside,
    "a leaf made inside": fresh_leaf_inside,
    "a leaf made inside and returned": lambda x, y: [z := Value(2.0), z * x, y],
    "sequences": lambda x, y: autograd.logsumexp([x, y, V, 0.5]) + autograd.dot([x, 2.0], [W, y]),
    "a result that the next checkpoint does not need": lambda x, y: checkpoint(
        lambda a, b: [a * 3, b * 2][:1], *checkpoint(lambda a, b: [a * b, a + b], x, y)
    ),
    "unused work": lambda x, y: [x * y, (x + W + V).exp()][:1],
    "a branch on data": lambda x, y: x * V if x > 0 else y * W,
    "a gradient inside": lambda x, y: autograd.grad(lambda z: z**3 * V)(x) * y,
    "a checkpoint inside": lambda x, y: checkpoint(lambda z: (z * V).sin() * y, x * W) * x,
    "several outputs of a checkpoint inside": lambda x, y: checkpoint(lambda z: [z * V, z + y, z.exp()], x * W),
    "checkpoints three deep": lambda x, y: checkpoint(
        lambda a: checkpoint(lambda b: checkpoint(lambda c: c * V, b * y), a * x), x + y
    ),
}
each_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@each_function
def test_gradients_equal_the_plain_ones(function: Function) -> None:
    numbers = [1.25, -0.5]
    expected = gradients_of(function, numbers, CAPTURED)
    assert any(expected)
    assert gradients_of(lambda *args: checkpoint(function, *args), numbers, CAPTURED) == pytest.approx(
        expected, rel=1e-14, abs=1e-300
    )


@each_function
def test_gradients_of_a_checkpoint_of_checkpoints_equal_the_plain_ones(function: Function) -> None:
    def outer(x: Value, y: Value) -> Any:
        return flatten(checkpoint(function, x * y, y + x))[0]

    numbers = [1.25, -0.5]
    expected = gradients_of(lambda x, y: flatten(function(x * y, y + x))[0], numbers, CAPTURED)
    assert gradients_of(lambda *args: checkpoint(outer, *args), numbers, CAPTURED) == pytest.approx(
        expected, rel=1e-14, abs=1e-300
    )


@each_function
def test_values_and_nesting_equal_the_plain_ones(function: Function) -> None:
    plain = function(Value(1.25), Value(-0.5))
    kept = checkpoint(function, Value(1.25), Value(-0.5))
    assert repr(kept) == repr(plain)


@each_function
def test_gradients_as_a_graph_equal_the_plain_ones_to_second_order(function: Function) -> None:
    def slopes(function: Function) -> list[float]:
        x, y = Value(1.25), Value(-0.5)
        wanted = [x, y, *CAPTURED]
        outputs = [leaf for leaf in flatten(function(x, y))[0] if isinstance(leaf, Value)]
        root = autograd.sum([(i + 1) * output.square() for i, output in enumerate(outputs)])
        first = gradients(root, wanted)
        second = [slope for g in first for slope in gradients(g, wanted)]
        return [slope.data for slope in [*first, *second]]

    expected = slopes(function)
    assert any(expected)
    assert slopes(lambda *args: checkpoint(function, *args)) == pytest.approx(expected, rel=1e-13, abs=1e-300)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["+", "*", "tanh", "sin", "sum", "cut", "inner"]), st.integers(0, 30), st.integers(0, 30)
    ),
    min_size=1,
    max_size=12,
)


def program(steps: list[tuple[str, int, int]], outputs: list[int]) -> Function:
    """A random function of any number of values, with shared subexpressions and checkpoints inside."""

    def run(*inputs: Value) -> list[Value]:
        nodes = [*inputs, V, W]
        for name, i, j in steps:
            x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
            made: dict[str, Callable[[], Value]] = {
                "+": lambda x=x, y=y: x + y,  # type: ignore[misc]
                "*": lambda x=x, y=y: x * y * 0.5,  # type: ignore[misc]
                "tanh": lambda x=x: x.tanh(),  # type: ignore[misc]
                "sin": lambda y=y: y.sin(),  # type: ignore[misc]
                "sum": lambda x=x, y=y: autograd.sum([x, y, x, 1.0]),  # type: ignore[misc]
                "cut": lambda x=x, y=y: x.detach() * y,  # type: ignore[misc]
                "inner": lambda x=x, y=y: autograd.sum(checkpoint(lambda a: [a * y, a.cos()], x)),  # type: ignore[misc]
            }
            nodes.append(made[name]())
        return [nodes[i % len(nodes)] for i in outputs]

    return run


@given(STEPS, st.lists(st.integers(0, 30), min_size=1, max_size=4), st.integers(1, 3))
def test_gradients_of_random_functions_equal_the_plain_ones(
    steps: list[tuple[str, int, int]], outputs: list[int], count: int
) -> None:
    function = program(steps, outputs)
    numbers = [0.5, -1.25, 2.0][:count]
    expected = gradients_of(function, numbers, CAPTURED)
    kept = gradients_of(lambda *args: checkpoint(function, *args), numbers, CAPTURED)
    twice = gradients_of(lambda *args: checkpoint(lambda *a: checkpoint(function, *a), *args), numbers, CAPTURED)
    assert kept == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert twice == pytest.approx(expected, rel=1e-9, abs=1e-12)


# What a checkpoint is -------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_one_node_on_all_that_the_function_depends_on() -> None:
    x, y, captured = Value(2.0), Value(3.0), Value(5.0)
    node = checkpoint(lambda x, y: (x * captured + 1).sin(), x, y)
    assert node.op == "checkpoint"
    assert set(node.operands) == {x, captured}
    assert topological_order([node])[-1] is node
    assert len(topological_order([node])) == 3


def test_its_partials_are_those_of_the_whole_inside() -> None:
    x, y = Value(2.0), Value(3.0)
    node = checkpoint(lambda x, y: x * x * y, x, y)
    assert dict(zip(node.operands, node.partials, strict=True)) == {x: 12.0, y: 4.0}


def test_a_function_of_constants_alone_is_not_checkpointed() -> None:
    assert checkpoint(lambda x: x * 2, 3.0) == 6.0
    assert checkpoint(lambda x: x * 2, Value(3.0).detach()).op == "constant"


def test_a_leaf_made_inside_is_no_operand() -> None:
    x = Value(2.0)
    assert checkpoint(lambda x: Value(0.0) + x, x).operands == (x,)


def test_labels_of_results_are_kept() -> None:
    assert checkpoint(lambda x: (x * x).named("square"), Value(2.0)).label == "square"


def test_a_checkpoint_inside_no_grad_is_a_constant() -> None:
    with no_grad():
        node = checkpoint(lambda x: x * x, Value(2.0))
    assert (node.op, node.data) == ("constant", 4.0)


def test_backward_inside_no_grad_goes_through_the_checkpoint() -> None:
    x = Value(2.0)
    node = checkpoint(lambda x: x * x, x)
    with no_grad():
        node.backward()
    assert x.grad == 4.0


def test_an_exception_of_the_function_passes_and_recording_goes_on() -> None:
    x = Value(-1.0, "x")
    with pytest.raises(DomainError, match=r"log\(x\) is not defined at x = -1\.0 \(labelled 'x'\)"):
        checkpoint(lambda x: x.log(), x)
    assert (x * 2).op == "*"


def test_a_second_backward_pass_doubles_the_leaves() -> None:
    x = Value(2.0)
    node = checkpoint(lambda x: [x * x, x.exp()], x)
    root = node[0] * node[1]
    root.backward()
    once = x.grad
    root.backward()
    assert x.grad == 2 * once


# How often the function runs ------------------------------------------------------------------------------------------


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.calls = 0

    def __call__(self, *args: Any) -> Any:
        self.calls += 1
        return self.function(*args)


@pytest.mark.parametrize("outputs", [1, 2, 10])
def test_the_function_runs_once_forward_and_once_per_backward_pass(outputs: int) -> None:
    counted = Counted(lambda x: [x * i for i in range(1, outputs + 1)])
    results = checkpoint(counted, Value(2.0))
    assert counted.calls == 1
    root = autograd.sum(results)
    root.backward()
    assert counted.calls == 2
    root.backward()
    assert counted.calls == 3
    results[0].backward()
    assert counted.calls == 4


def test_the_function_runs_once_for_gradients_as_a_graph() -> None:
    counted = Counted(lambda x: [x * i for i in range(1, 6)])
    x = Value(2.0)
    root = autograd.sum(checkpoint(counted, x))
    assert gradients(root, [x])[0].data == 15.0
    assert counted.calls == 2


def test_recompute_runs_the_function_once_and_only_if_an_input_changed() -> None:
    counted = Counted(lambda x: [x * 2, x * 3])
    x, y = Value(2.0), Value(1.0)
    first, second = checkpoint(counted, x)
    root = first * second * y
    y.data = 5.0
    root.recompute()
    assert counted.calls == 1
    x.data = 3.0
    root.recompute()
    assert counted.calls == 2
    assert root.data == 6.0 * 9.0 * 5.0


def test_a_checkpoint_that_the_root_does_not_use_does_not_run_again() -> None:
    counted = Counted(lambda x: x * 2)
    x = Value(2.0)
    checkpoint(counted, x)
    (x * x).backward()
    assert counted.calls == 1


# Inputs and results that changed --------------------------------------------------------------------------------------


def test_a_changed_input_is_noticed() -> None:
    x = Value(2.0, "x")
    root = checkpoint(lambda x: x * x, x) * 3
    x.data = 5.0
    with pytest.raises(StaleGraphError, match=r"the data of Value 'x' was changed .* call recompute\(\)"):
        root.backward()
    root.recompute()
    root.backward()
    assert (root.data, x.grad) == (75.0, 30.0)


def test_a_changed_captured_value_is_noticed() -> None:
    x, captured = Value(2.0), Value(3.0, "captured")
    node = checkpoint(lambda x: x * captured, x)
    captured.data = 5.0
    with pytest.raises(StaleGraphError, match="'captured'"):
        node.backward()


def test_a_stale_checkpoint_leaves_every_gradient_as_it_was() -> None:
    x, y = Value(2.0), Value(3.0)
    root = checkpoint(lambda x: x * x, x) + y * y
    x.data = 5.0
    with pytest.raises(StaleGraphError):
        root.backward()
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_gradients_notice_a_stale_checkpoint() -> None:
    x = Value(2.0)
    node = checkpoint(lambda x: x * x, x)
    x.data = 5.0
    with pytest.raises(StaleGraphError):
        gradients(node, [x])


def test_an_input_of_nan_is_not_taken_for_a_changed_one() -> None:
    x = Value(math.nan)
    node = checkpoint(autograd.exp, x)
    x.data = float("nan")
    node.backward()
    assert math.isnan(x.grad)


def test_a_function_with_a_state_of_its_own_is_refused() -> None:
    counter = iter(range(10))
    node = checkpoint(lambda x: x * next(counter), Value(2.0))
    with pytest.raises(StaleGraphError, match="got other results: it must give the same ones each time"):
        node.backward()


def test_a_function_that_returns_another_number_of_results_is_refused() -> None:
    lengths = iter([2, 3])
    nodes = checkpoint(lambda x: [x * 2] * next(lengths), Value(2.0))
    with pytest.raises(StaleGraphError, match="got other results"):
        nodes[0].backward()


def test_a_function_that_depends_on_other_values_when_it_runs_again_is_refused() -> None:
    x = Value(2.0)
    twins = iter([Value(3.0), Value(3.0)])
    node = checkpoint(lambda x: x * next(twins), x)
    with pytest.raises(StaleGraphError):
        node.backward()


# Present data ---------------------------------------------------------------------------------------------------------


def test_recompute_reaches_through_a_checkpoint() -> None:
    x, captured = Value(2.0), Value(3.0)
    first, second = checkpoint(lambda x: [x * captured, x + captured], x * x)
    root = first * second
    x.data, captured.data = 3.0, 5.0
    root.recompute()
    assert (first.data, second.data, root.data) == (45.0, 14.0, 630.0)
    root.backward()
    assert (x.grad, captured.grad) == ((5 * 14 + 45) * 6.0, 9 * 14 + 45.0)


def test_a_domain_error_inside_a_checkpoint_in_recompute_changes_nothing() -> None:
    x = Value(4.0)
    first, second = checkpoint(lambda x: [x.square(), x - 2], x)
    root = second.log() * first
    before = (first.data, second.data, root.data)
    x.data = 1.0
    with pytest.raises(DomainError, match=r"log\(x\) is not defined at x = -1\.0"):
        root.recompute()
    assert (first.data, second.data, root.data) == before
    x.data = 4.0
    root.backward()
    assert x.grad == pytest.approx(2 * 4 * math.log(2.0) + 16 / 2.0, rel=1e-15)


def test_recompute_through_another_branch_gives_that_branch_s_gradient_or_refuses() -> None:
    x, v, w = Value(1.0), Value(3.0), Value(5.0)
    node = checkpoint(lambda x: x * v if x > 0 else x * w, x)
    x.data = -2.0
    try:
        node.recompute()
        node.backward()
    except StaleGraphError:
        return
    assert (node.data, x.grad, v.grad, w.grad) == (-10.0, 5.0, 0.0, -2.0)


# Memory ---------------------------------------------------------------------------------------------------------------

LAYERS, WORK_PER_LAYER = 40, 200


def layer(x: Value) -> Value:
    for _ in range(WORK_PER_LAYER // 2):
        x = (x * 1.001).tanh()
    return x


def network(x: Value, kept: Callable[[Function, Value], Value]) -> Value:
    for _ in range(LAYERS):
        x = kept(layer, x)
    return x


class Use(NamedTuple):
    """Bytes: held by a graph, and the peaks while it is built and while it is swept."""

    held: int
    building: int
    sweeping: int


def memory(kept: Callable[[Function, Value], Value]) -> Use:
    x = Value(0.5)
    network(x, kept).backward()  # fills the lists of free tuples and floats that Python keeps for itself
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        root = network(x, kept)
        held, building = (figure - before for figure in tracemalloc.get_traced_memory())
        tracemalloc.reset_peak()
        root.backward()
        sweeping = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    return Use(held, building, sweeping)


@pytest.mark.usefixtures("without_collector")
def test_the_inside_is_freed_and_stored_one_layer_at_a_time() -> None:
    """Of 40 layers of 200 nodes each, a checkpointed graph holds 40 nodes and, while it is swept, one layer.

    A checkpoint's node with its record of what to run again weighs at most ten plain nodes, so the graph is at least
    200 / 10 = 20 times smaller. While it is swept, one layer of the 40 is there at a time, beside the checkpoints (at
    most 40 * 10 of 40 * 200 nodes) and a sweep's own table (as much again as the layer): 1 / (2 / 40 + 1 / 20) = 10.
    """
    checkpointed, plain = memory(checkpoint), memory(lambda function, x: function(x))
    assert checkpointed.held * 20 < plain.held
    assert checkpointed.building * 20 < plain.building
    assert checkpointed.sweeping * 10 < plain.sweeping


@pytest.mark.usefixtures("without_collector")
def test_no_node_of_the_inside_stays_alive() -> None:
    x = Value(0.5)
    before = live_nodes()
    root = network(x, checkpoint)
    assert live_nodes() - before == LAYERS
    root.backward()
    assert live_nodes() - before == LAYERS


# Copies ---------------------------------------------------------------------------------------------------------------


def pair(x: Value, y: Value) -> list[Value]:
    return [x * y, x + y]


@pytest.mark.parametrize("transfer", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_the_outputs_of_a_checkpoint_stay_together_in_a_copy(transfer: Callable[[Any], Any]) -> None:
    x, y = Value(2.0), Value(3.0)
    first, second = checkpoint(pair, x, y)
    twin_x, twin_y, twin = transfer((x, y, first * second))
    twin.backward()
    assert (twin_x.grad, twin_y.grad) == (3.0 * 5 + 6, 2.0 * 5 + 6)
    assert (x.grad, y.grad) == (0.0, 0.0)


@pytest.mark.parametrize("transfer", [copy.deepcopy, pickle.dumps])
def test_a_checkpoint_that_captures_values_cannot_be_copied_and_says_why(transfer: Callable[[Any], Any]) -> None:
    captured = Value(3.0, "captured")

    def scale(x: Value) -> Value:
        return x * captured

    node = checkpoint(scale, Value(2.0))
    with pytest.raises(TypeError, match=r"cannot copy a checkpoint of scale, which captures Value 'captured': pass"):
        transfer(node)


def count_up(x: Value) -> Value:
    total = Value(0.0)
    for _ in range(3):
        total = total + x
    return total


@pytest.mark.parametrize("transfer", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_checkpoint_that_makes_leaves_inside_captures_nothing(transfer: Callable[[Any], Any]) -> None:
    x = Value(2.0)
    twin_x, twin = transfer((x, checkpoint(count_up, x)))
    twin.backward()
    assert twin_x.grad == 3.0


def test_a_pickled_checkpoint_of_nan_backpropagates() -> None:
    x = Value(math.nan)
    twin_x, twin = pickle.loads(pickle.dumps((x, checkpoint(autograd.exp, x))))
    twin.backward()
    assert math.isnan(twin_x.grad)


def test_copies_of_an_output_all_count() -> None:
    x = Value(2.0)
    y = checkpoint(lambda x: x.sin() * x, x)
    (y + copy.copy(y)).backward()
    assert x.grad == pytest.approx(2 * (math.sin(2.0) + 2.0 * math.cos(2.0)), rel=1e-15)


def test_copies_made_inside_belong_to_the_inside() -> None:
    x = Value(2.0)
    checkpoint(lambda x: copy.copy(x * 2) * 3, x).backward()
    assert x.grad == 6.0


def test_a_failed_sweep_leaves_every_gradient_as_it_was() -> None:
    runs = iter([1.0, 2.0])
    x, w = Value(2.0), Value(3.0)
    root = checkpoint(lambda x: x * next(runs), x) * w
    with pytest.raises(StaleGraphError):
        root.backward()
    assert (x.grad, w.grad, root.grad) == (0.0, 0.0, 0.0)


def test_jvp_runs_the_function_again_once_however_many_its_outputs() -> None:
    runs: list[int] = []

    def many(x: Any) -> list[Any]:
        runs.append(1)
        return [x * i for i in range(50)]

    assert autograd.jvp(lambda x: autograd.sum(checkpoint(many, x)), (2.0,), (1.0,)) == (2450.0, 1225.0)
    assert len(runs) == 2
