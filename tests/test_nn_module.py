"""Modules: which parameters they have, in which order, when they are made, how they are set, copied and shown."""

from __future__ import annotations

import copy
import pickle
import random
import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, checkpoint, grad, no_grad
from nn import (
    DAG,
    MLP,
    Conv2d,
    Embedding,
    Layer,
    LayerNorm,
    Module,
    MultiHeadAttention,
    Neuron,
    RMSNorm,
    Sequential,
)
from tests.nn_reference import data, flat


class Parts(Module):
    """Parameters and modules in all kinds of places."""

    def __init__(self) -> None:
        self.scale = Value(2.0)
        self.layer = Layer(1, 1, init=0.5)
        self.table = [[Value(1.0), Value(2.0)]]
        self.branches: dict[str, Any] = {"left": Neuron(1, init=3.0), "right": [Neuron(1, init=4.0)]}
        self.pair = (Value(5.0), Value(6.0))
        self.product = self.scale * 3.0  # computed: no parameter
        self.mixed = [Value(7.0), 8.0]  # the leaf in it is one
        self.number, self.text, self.nothing, self.empty = 9.0, "text", None, ()


def test_parameters_are_found_in_attributes_lists_tuples_and_dictionaries() -> None:
    model = Parts()
    names = [
        "scale", "table[0][0]", "table[0][1]", "pair[0]", "pair[1]", "mixed.0",
        "layer.weight[0][0]", "layer.bias[0]",
        "branches.left.weight[0]", "branches.left.bias", "branches.right.0.weight[0]", "branches.right.0.bias",
    ]  # fmt: skip
    assert [name for name, _ in model.named_parameters()] == names
    assert [p.data for _, p in model.named_parameters()] == [2.0, 1.0, 2.0, 5.0, 6.0, 7.0, 0.5, 0.0, 3.0, 0.0, 4.0, 0.0]
    assert [name for name, _ in model.children()] == ["layer", "branches.left", "branches.right.0"]
    assert model.num_parameters() == len(names)
    assert type(model.parameters()) is list
    assert model.parameters() == [p for _, p in model.named_parameters()]


def test_rows_of_different_lengths_are_parameters_too() -> None:
    class Triangle(Module):
        def __init__(self) -> None:
            self.rows = [[Value(1.0)], [Value(2.0), Value(3.0)]]

    model = Triangle()
    assert [name for name, _ in model.named_parameters()] == ["rows.0[0]", "rows.1[0]", "rows.1[1]"]
    model.load_state_dict({"rows.0": [4], "rows.1": [5, 6]})
    assert data(model.rows) == [4.0, 5.0, 6.0]


def test_a_parameter_that_occurs_twice_counts_once() -> None:
    class Tied(Module):
        def __init__(self) -> None:
            self.first = Layer(2, 2, "identity", bias=False, init=[[1, 2], [3, 4]])
            self.second = Layer(2, 2, "identity", bias=False)
            self.second.weight = self.first.weight
            self.again = self.first

    model = Tied()
    assert model.second.weight[1][0] is model.first.weight[1][0]
    assert model.num_parameters() == len(model.parameters()) == 4
    assert [name for name, _ in model.named_modules()] == ["", "first", "second"]
    # w·(w·x) by the first weight: w₁₁(w₁₁ x₁ + w₁₂ x₂) + w₁₂(w₂₁ x₁ + w₂₂ x₂) has the slope 2w₁₁ x₁ + w₁₂ x₂.
    model.second(model.first([1.0, 10.0]))[0].backward()
    assert model.first.weight[0][0].grad == 2 * 1 * 1 + 2 * 10


def test_parameters_come_layer_by_layer_and_neuron_by_neuron_the_weights_before_the_bias() -> None:
    model = MLP(2, [2, 1])
    names = [name for name, _ in model.named_parameters()]
    assert names == [
        "layers.0.weight[0][0]", "layers.0.weight[0][1]", "layers.0.bias[0]",
        "layers.0.weight[1][0]", "layers.0.weight[1][1]", "layers.0.bias[1]",
        "layers.1.weight[0][0]", "layers.1.weight[0][1]", "layers.1.bias[0]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "model", [MLP(2, [3, 2]), Conv2d(2, 2, 2), MultiHeadAttention(2, 1), LayerNorm(3), Parts(),
              DAG("x → a → b, x → b", inputs=2, bias="separate")],
    ids=lambda model: type(model).__name__,
)  # fmt: skip
def test_every_name_leads_to_its_parameter(model: Module) -> None:
    for name, parameter in model.named_parameters():
        steps = [a or b for a, b in re.findall(r"([^.\[\]]+)|\[(\d+)\]", name)]
        found: Any = model
        for step in steps:
            found = found[step if isinstance(found, dict) else int(step)] if isinstance(found, (list, tuple, dict)) \
                else getattr(found, step)  # fmt: skip
        assert found is parameter, name


# Made when they are first used ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (lambda: Layer(8192, 96), 786_528),
        (lambda: Conv2d(2, 96, 6), 7_008),
        (lambda: Conv2d(2, 96, 1), 288),
        (lambda: Layer(2, 96), 288),
        (lambda: MLP(2, [16, 16, 1]), 337),
        (lambda: Layer(10_000, 10_000, bias=False), 10**8),
    ],
)
def test_counting_makes_no_parameter(make: Callable[[], Module], count: int) -> None:
    make()  # so that what Python keeps of the first call is not counted
    tracemalloc.start()
    try:
        assert make().num_parameters() == count
        assert f"{count:,} parameters" in repr(Sequential(make()))
        assert tracemalloc.get_traced_memory()[1] < 1e6  # 786,528 leaves would take about 60 MB
    finally:
        tracemalloc.stop()


def test_making_is_not_seen_from_outside() -> None:
    lazy, made = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=1)
    numbers = data(made.parameters())
    assert "weight" not in vars(lazy.layers[0])
    assert lazy.num_parameters() == 13
    assert lazy.state_dict() == made.state_dict()
    assert "weight" not in vars(lazy.layers[0])
    assert data(lazy.parameters()) == numbers
    assert lazy.layers[0].weight is lazy.layers[0].weight


def test_parameters_made_inside_any_block_are_the_same_leaves_outside() -> None:
    def gradients(model: MLP) -> list[float]:
        model.zero_grad()
        model([1.0, 2.0]).backward()
        return [p.grad for p in model.parameters()]

    expected = gradients(MLP(2, [2, 1], "tanh", seed=0))
    assert any(expected)
    silent, transformed, rerun = (MLP(2, [2, 1], "tanh", seed=0) for _ in range(3))
    with no_grad():
        silent([1.0, 2.0])
    grad(lambda x: transformed([x, 2.0]))(1.0)
    checkpoint(lambda x: rerun([x, 2.0]), Value(1.0)).backward()
    assert [p.grad for p in rerun.parameters()] == expected
    for model in (silent, transformed, rerun):
        assert all(p.op == "" for p in model.parameters())
        assert gradients(model) == expected


# Set by assignment and from a dictionary ------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [[[3, 4]], ((3.0, 4),), np.array([[3, 4]]), np.array([[3, 4]], dtype=np.float32)])
def test_assigned_numbers_keep_the_leaves(numbers: Any) -> None:
    layer = Layer(2, 1)
    before = layer.weight
    leaves = flat(before)
    layer.weight = numbers
    assert layer.weight is before
    assert flat(layer.weight) == leaves
    assert data(layer.weight) == [3.0, 4.0]
    assert all(type(x.data) is float for x in leaves)


def test_one_number_is_assigned_to_all_leaves() -> None:
    layer: Any = Layer(2, 3)
    leaves = layer.parameters()
    layer.weight, layer.bias = 0.25, 2
    assert layer.parameters() == leaves
    assert data(layer.weight) == [0.25] * 6
    assert data(layer.bias) == [2.0] * 3


def test_assigned_values_take_the_place_of_the_leaves() -> None:
    layer = Layer(2, 1)
    mine = [[Value(1.0), Value(2.0)]]
    layer.weight = mine
    assert layer.parameters()[:2] == mine[0]
    assert layer.num_parameters() == 3
    mine[0][0] = Value(5.0)  # the list is not shared
    assert data(layer.weight) == [1.0, 2.0]


def test_parameters_may_be_arguments_of_a_function_that_is_differentiated() -> None:
    layer = Layer(2, 1, "square", init=1.0)

    def output(weight: Any) -> Any:
        layer.weight = weight
        return layer([1.0, 2.0])

    assert grad(output)([[3.0, 4.0]]) == [[2 * 11.0 * 1.0, 2 * 11.0 * 2.0]]  # of (3·1 + 4·2)²


def test_one_number_is_assigned_to_all_leaves_of_a_parameter() -> None:
    layer = Layer(2, 3)
    leaves = layer.parameters()
    layer.weight = 0.5  # type: ignore[assignment]  # numbers for leaves
    layer.bias = -1  # type: ignore[assignment]
    assert layer.state_dict() == {"weight": [[0.5, 0.5]] * 3, "bias": [-1.0] * 3}
    assert layer.parameters() == leaves


@pytest.mark.parametrize(
    ("assigned", "error", "words"),
    [
        ([[1, 2, 3]], ValueError, ["Layer.weight", "1 × 2", "1 × 3"]),
        ([[1], [2, 3]], ValueError, ["Layer.weight", "1 × 2", "different shapes"]),
        (True, ValueError, ["Layer.weight", "a single number"]),
        ([[Value(1.0)]], ValueError, ["Layer.weight", "Values of 1 × 2", "1 × 1"]),
        ([["a", "b"]], TypeError, ["Layer.weight", "numbers", "str"]),
        ([[True, 1.0]], TypeError, ["Layer.weight", "bool"]),
        ([[Value(1.0) * 2, 1.0]], TypeError, ["Layer.weight", "Value"]),
    ],
)
def test_wrong_assignments_change_nothing(assigned: Any, error: type[Exception], words: list[str]) -> None:
    layer = Layer(2, 1, init=0.5)
    with pytest.raises(error) as caught:
        layer.weight = assigned
    assert all(word in str(caught.value) for word in words), caught.value
    assert data(layer.parameters()) == [0.5, 0.5, 0.0]


def test_a_state_comes_back_from_lists_and_arrays() -> None:
    model, other = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=2)
    leaves = other.parameters()
    other.load_state_dict(model.state_dict())
    assert other.parameters() == leaves
    assert data(other.parameters()) == data(model.parameters())
    fresh = MLP(2, [3, 1])
    fresh.load_state_dict({name: np.array(block) for name, block in model.state_dict().items()})
    assert data(fresh.parameters()) == data(model.parameters())


STATE = {"layers.0.weight": [[1.0, 2.0]], "layers.0.bias": [3.0]}


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        ({"layers.0.bias": [3.0]}, ValueError, ["missing", "layers.0.weight"]),
        ({}, ValueError, ["missing", "layers.0.weight, layers.0.bias"]),
        ({**STATE, "extra": [1.0]}, ValueError, ["not known", "extra"]),
        ({**STATE, "layers.0.bias": [1.0, 2.0]}, ValueError, ["layers.0.bias", "of 1", "got 2"]),
        ({"layers.0.weight": [[1.0]], "more": 1.0}, ValueError,
         ["missing: layers.0.bias", "more", "layers.0.weight", "1 × 2", "1 × 1"]),
        ({**STATE, "layers.0.bias": ["x"]}, TypeError, ["layers.0.bias", "str"]),
        (dict([*STATE.items(), (7, 1.0)]), ValueError, ["not known", "7"]),
        ([1.0], TypeError, ["by name", "list"]),
    ],
)  # fmt: skip
def test_a_state_is_loaded_completely_or_not_at_all(state: Any, error: type[Exception], words: list[str]) -> None:
    model = MLP(2, [1], init=0.5)
    with pytest.raises(error) as caught:
        model.load_state_dict(state)
    assert all(word in str(caught.value) for word in ["MLP", *words] if error is ValueError), caught.value
    assert all(word in str(caught.value) for word in words), caught.value
    assert model.state_dict() == {"layers.0.weight": [[0.5, 0.5]], "layers.0.bias": [0.0]}


# Declared -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("two words", (1,)), ValueError, ["Module", "identifier", "two words"]),
        (("parameters", (1,)), ValueError, ["not taken", "parameters"]),
        (("there", (1,)), ValueError, ["not taken", "there"]),
        (("w", (0,)), ValueError, ["shape of w", "at least 1", "0"]),
        (("w", (2.0,)), TypeError, ["shape of w", "whole number", "float"]),
        (("w", (2,), [1.0]), ValueError, ["init of w", "2", "1"]),
        (("w", (2,), "ones?"), ValueError, ["init of w", "ones?", "did you mean 'ones'"]),
        (("w", (2,), object()), TypeError, ["init of w", "object"]),
    ],
)
def test_wrong_declarations(arguments: tuple[Any, ...], error: type[Exception], words: list[str]) -> None:
    module = Module()
    module.there = 1
    with pytest.raises(error) as caught:
        module.declare(*arguments)
    assert all(word in str(caught.value) for word in words), caught.value
    assert module.num_parameters() == 0


def test_a_name_is_declared_once_and_an_unknown_one_is_no_attribute() -> None:
    module = Module()
    module.declare("w", (2,), seed=0)
    with pytest.raises(ValueError, match="not taken"):
        module.declare("w", (2,), seed=0)
    with pytest.raises(AttributeError, match="Module has no attribute 'v'"):
        module.v  # noqa: B018
    assert not hasattr(module, "v")
    with pytest.raises(NotImplementedError, match="forward"):
        module(1.0)


# Copied, pickled, shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("made", [False, True])
def test_copies_compute_the_same_and_share_nothing(copied: Callable[[Any], Any], made: bool) -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    if made:
        model.parameters()[0].data = 0.25
    twin = copied(model)
    assert data(twin.parameters()) == data(model.parameters())
    assert not set(twin.parameters()) & set(model.parameters())
    assert twin([1.0, 2.0]).data == model([1.0, 2.0]).data
    assert repr(twin) == repr(model)


@pytest.mark.parametrize("activation", ["relu", "softmax", "identity"])
def test_every_activation_by_name_can_be_pickled(activation: str) -> None:
    model = Sequential(Layer(2, 2, activation, seed=0), "tanh", LayerNorm(2), RMSNorm(2), Embedding(2, 2))
    assert repr(pickle.loads(pickle.dumps(model))) == repr(model)


def test_zero_grad_clears_every_gradient() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 13


def test_repr_shows_parts_and_counts_as_a_tree() -> None:
    lines = repr(MLP(2, [16, 1], "tanh", bias=False)).splitlines()
    assert [line.split("  ")[0] for line in lines[:1]] == ["MLP(2, [16, 1])"]
    assert lines[1].startswith("  layers.0: Layer(2, 16, 'tanh', bias=False)")
    assert [int(re.findall(r"(\d+) parameters$", line)[0]) for line in lines] == [48, 32, 16]
    assert repr(Layer(2, 1)) == "Layer(2, 1, 'relu')"
    assert repr(Module()) == "Module()"
    assert "786,528 parameters" in repr(Sequential(Layer(8192, 96)))


def test_modules_without_bias() -> None:
    for module in (
        Neuron(2, bias=False),
        Layer(2, 3, bias=False),
        Conv2d(1, 1, 2, bias=False),
        LayerNorm(2, bias=False),
    ):
        assert vars(module)["bias"] is None
        assert "bias=False" in repr(module)
        assert not [name for name, _ in module.named_parameters() if "bias" in name]


def test_a_single_output_comes_as_one_value() -> None:
    assert type(Neuron(2)([1.0, 2.0])) is Value
    assert type(Layer(2, 1)([1.0, 2.0])) is Value
    assert type(MLP(2, [3, 1])([1.0, 2.0])) is Value
    assert type(DAG("x → a")(1.0)) is Value
    assert [len(f([1.0, 2.0])) for f in (Layer(2, 2), MLP(2, [3, 2]))] == [2, 2]


def test_inputs_may_be_arrays_tuples_and_iterators() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    expected = model([1.0, -2.0]).data
    for x in (np.array([1.0, -2.0]), np.array([1, -2]), np.array([1, -2], np.float32), (1, -2), iter([1, -2])):
        assert model(x).data == expected


# Seeds ----------------------------------------------------------------------------------------------------------------

SEEDED: list[Callable[..., Module]] = [
    lambda **seed: Neuron(3, **seed), lambda **seed: Layer(3, 2, **seed), lambda **seed: MLP(3, [2, 2], **seed),
    lambda **seed: Conv2d(1, 2, 2, **seed), lambda **seed: Embedding(3, 2, **seed),
    lambda **seed: MultiHeadAttention(2, 1, **seed), lambda **seed: DAG("x → a → b", inputs=2, **seed),
]  # fmt: skip


@pytest.mark.parametrize("make", SEEDED)
def test_seeds(make: Callable[..., Module]) -> None:
    assert make(seed=1).state_dict() == make(seed=1).state_dict() != make(seed=2).state_dict()
    assert make().state_dict() != make().state_dict()
    kept = random.getstate()
    try:
        random.seed(3)
        first = make().state_dict()
        random.seed(3)
        assert make().state_dict() == first
        before = random.getstate()
        make(seed=1).state_dict()
        assert random.getstate() == before  # an explicit seed leaves Python's own numbers alone
    finally:
        random.setstate(kept)


def test_parts_with_one_seed_have_numbers_of_their_own() -> None:
    first, second = MLP(2, [2, 2, 1], seed=0).layers[:2]
    assert data(first.weight) != data(second.weight)
    attention = MultiHeadAttention(2, 1, seed=0)
    assert data(attention.query.weight) != data(attention.key.weight)


def test_a_number_assigned_to_a_parameter_of_ones_own_moves_it_and_keeps_it() -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.slope = Value(1.0)
            self.rows = [Value(2.0), Value(3.0)]

    line: Any = Line()
    leaves = line.parameters()
    line.slope = 4
    line.rows = 0.5
    assert line.parameters() == leaves
    assert [leaf.data for leaf in leaves] == [4.0, 0.5, 0.5]
    line.slope = None  # what is no number takes its place
    assert line.parameters() == leaves[1:]
