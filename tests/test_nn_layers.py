"""Every module: what it computes, and all its gradients, against NumPy, complex steps and PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, dot, gradcheck
from nn import (
    DAG,
    MLP,
    Conv2d,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    Module,
    MultiHeadAttention,
    Neuron,
    RMSNorm,
    Sequential,
)
from tests.nn_reference import (
    ACTIVATIONS,
    CLOSE,
    Array,
    State,
    assert_same,
    attention,
    complex_step,
    convolution,
    data,
    flat,
    gradients_of,
    import_torch,
    layer_norm,
    leaves,
    perceptron,
    randomise,
    relu,
    rms_norm,
    state_of,
    torch_slopes,
    weights,
)

SOME = settings(deadline=None, max_examples=20)


class Case(NamedTuple):
    """A module, the shapes of its inputs, and what it computes from parameters and inputs, in NumPy and in PyTorch."""

    make: Callable[[], Module]
    shapes: tuple[tuple[int, ...], ...]
    in_numpy: Callable[..., Any]
    in_torch: Callable[..., Any]


def of_layers(*activations: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return layers of these activations in NumPy and in PyTorch."""

    def in_torch(torch: Any, state: dict[str, Any], x: Any) -> Any:
        for number, activation in enumerate(activations):
            x = torch.nn.functional.linear(x, state[f"layers.{number}.weight"], state.get(f"layers.{number}.bias"))
            if activation != "identity":
                x = torch.softmax(x, 0) if activation == "softmax" else getattr(torch, activation)(x)
        return x

    return lambda state, x: perceptron(state, x, activations), in_torch


def of_one_layer(activation: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return a single layer or neuron, whose parameters have no prefix."""
    in_numpy, in_torch = of_layers(activation)

    def prefixed(state: dict[str, Any]) -> dict[str, Any]:
        return {f"layers.0.{name}": block[None] if block.ndim == (name == "weight") else block
                for name, block in state.items()}  # fmt: skip

    return (
        lambda state, x: in_numpy(prefixed(state), x),
        lambda torch, state, x: in_torch(torch, prefixed(state), x),
    )


def of_window(stride: Any = 1, padding: Any = 0, activation: str = "identity") -> Any:
    """Return a convolution in NumPy and in PyTorch."""
    strides, paddings = ((x, x) if isinstance(x, int) else x for x in (stride, padding))

    def in_numpy(state: State, image: Array) -> Array:
        sums = convolution(image, state["weight"], strides, paddings)
        return ACTIVATIONS[activation](sums + state["bias"][:, None, None] if "bias" in state else sums)

    def in_torch(torch: Any, state: dict[str, Any], image: Any) -> Any:
        y = torch.nn.functional.conv2d(image, state["weight"], state.get("bias"), stride=stride, padding=padding)
        return y if activation == "identity" else getattr(torch, activation)(y)

    return in_numpy, in_torch


def of_attention(heads: int, causal: bool = False) -> Any:
    """Return attention in NumPy and in PyTorch, of one sequence (itself), two (keys are values) or three."""

    def three(sequences: Sequence[Any]) -> tuple[Any, Any, Any]:
        return sequences[0], sequences[1 % len(sequences)], sequences[-1]

    def in_torch(torch: Any, state: dict[str, Any], *sequences: Any) -> Any:
        query, key, value = three(sequences)
        size = query.shape[1]
        mask = torch.triu(torch.ones(len(query), len(key), dtype=torch.bool), 1) if causal else None
        parts = ("query", "key", "value")
        biases = torch.cat([state[f"{part}.bias"] for part in parts]) if "query.bias" in state else None
        return torch.nn.functional.multi_head_attention_forward(
            query, key, value, size, heads, torch.cat([state[f"{part}.weight"] for part in parts]), biases,
            None, None, False, 0.0, state["out.weight"], state.get("out.bias"), attn_mask=mask,
        )[0]  # fmt: skip

    return lambda state, *sequences: attention(state, *three(sequences), heads, causal), in_torch


def in_turn(state: State, image: Array) -> Array:
    """Return the convolutional network of the cases in NumPy."""
    maps = relu(convolution(image, state["layers.0.weight"], (1, 1), (0, 0)) + state["layers.0.bias"][:, None, None])
    return np.tanh(state["layers.3.weight"] @ maps.reshape(-1) + state["layers.3.bias"])


def in_turn_in_torch(torch: Any, state: dict[str, Any], image: Any) -> Any:
    maps = torch.relu(torch.nn.functional.conv2d(image, state["layers.0.weight"], state["layers.0.bias"]))
    return torch.tanh(torch.nn.functional.linear(maps.reshape(-1), state["layers.3.weight"], state["layers.3.bias"]))


# Two networks of neurons with several paths, whose inputs are vectors of two numbers.
D1 = "x1 → n1, x2 → n2, n1 → n3, n1 → n4, n2 → n4, n2 → n5, n3 → n6, n4 → n6, n5 → n7"
D2 = "x1 → n1 → n3 → n6, x2 → n2 → n4 → n6, n1 → n5 → n7, n3 → n8, n4 → n8"
D1_SOURCES = {"1": "", "2": "", "3": "1", "4": "12", "5": "2", "6": "34", "7": "5"}
D2_SOURCES = {"1": "", "2": "", "3": "1", "5": "1", "4": "2", "6": "34", "8": "34", "7": "5"}


def of_edges(sources: dict[str, str], outputs: str, bias: str) -> Any:
    """Return a network of tanh neurons written out: per neuron what leads to it, all by their digits."""

    def run(state: Any, x1: Any, x2: Any, tanh: Any, stack: Any) -> Any:
        n: dict[str, Any] = {}
        for neuron, before in sources.items():
            total = state["b"] if bias == "shared" else state[f"b_{neuron}"] if bias == "separate" else 0.0
            if neuron in "12":
                total = total + (state[f"v_{neuron}{neuron}"] * (x1 if neuron == "1" else x2)).sum()
            for source in before:
                total = total + state[f"w_{source}{neuron}"] * n[source]
            n[neuron] = tanh(total)
        return stack([n[output] for output in outputs])

    return (
        lambda state, x1, x2: run(state, x1, x2, np.tanh, np.array),
        lambda torch, state, x1, x2: run(state, x1, x2, torch.tanh, torch.stack),
    )


def dag(edges: str, outputs: str, bias: Any, inputs: int = 2) -> Callable[[], Module]:
    return lambda: DAG(edges, outputs=[f"n{digit}" for digit in outputs], inputs=inputs, bias=bias)


CASES: dict[str, Case] = {
    "neuron": Case(lambda: Neuron(3, "tanh"), ((3,),), *of_one_layer("tanh")),
    "neuron without bias": Case(lambda: Neuron(3, "sigmoid", bias=False), ((3,),), *of_one_layer("sigmoid")),
    "layer": Case(lambda: Layer(3, 4), ((3,),), *of_one_layer("relu")),
    "layer without bias": Case(lambda: Layer(2, 3, "tanh", bias=False), ((2,),), *of_one_layer("tanh")),
    "layer of softmax": Case(lambda: Layer(2, 3, "softmax"), ((2,),), *of_one_layer("softmax")),
    "perceptron": Case(lambda: MLP(2, [4, 3, 1], "tanh"), ((2,),), *of_layers("tanh", "tanh", "identity")),
    "perceptron of relu": Case(lambda: MLP(3, [5, 2]), ((3,),), *of_layers("relu", "identity")),
    "classifier": Case(lambda: MLP(2, [3, 3], "tanh", "softmax"), ((2,),), *of_layers("tanh", "softmax")),
    "sequence of modules": Case(
        lambda: Sequential(Conv2d(1, 2, 2), "relu", Flatten(), Layer(4, 2, "tanh")), ((1, 2, 3),),
        in_turn, in_turn_in_torch,
    ),
    "convolution": Case(lambda: Conv2d(2, 3, 2), ((2, 3, 4),), *of_window()),
    "convolution with steps": Case(lambda: Conv2d(1, 2, 3, (2, 1)), ((1, 6, 5),), *of_window((2, 1))),
    "convolution with borders": Case(lambda: Conv2d(2, 2, 3, 2, (1, 2)), ((2, 4, 3),), *of_window(2, (1, 2))),
    "convolution by a flat window": Case(
        lambda: Conv2d(2, 2, (1, 3), 1, (0, 1), bias=False, activation="tanh"), ((2, 2, 3),),
        *of_window(1, (0, 1), "tanh"),
    ),
    "embedding": Case(
        lambda: Embedding(4, 3), (), lambda state: state["weight"][[2, 0, 2]],
        lambda _, state: state["weight"][[2, 0, 2]],
    ),
    "layer norm": Case(
        lambda: LayerNorm(4), ((4,),), lambda state, x: layer_norm(x, state["weight"], state["bias"]),
        lambda torch, state, x: torch.nn.functional.layer_norm(x, (4,), state["weight"], state["bias"]),
    ),
    "layer norm without bias": Case(
        lambda: LayerNorm(3, 1e-3, bias=False), ((3,),), lambda state, x: layer_norm(x, state["weight"], eps=1e-3),
        lambda torch, state, x: torch.nn.functional.layer_norm(x, (3,), state["weight"], eps=1e-3),
    ),
    "rms norm": Case(
        lambda: RMSNorm(4), ((4,),), lambda state, x: rms_norm(x, state["weight"]),
        lambda torch, state, x: torch.nn.functional.rms_norm(x, (4,), state["weight"], 1e-5),
    ),
    "attention": Case(lambda: MultiHeadAttention(4, 2), ((2, 4),), *of_attention(2)),
    "causal attention": Case(lambda: MultiHeadAttention(2, 2, causal=True), ((3, 2),), *of_attention(2, causal=True)),
    "attention without bias": Case(lambda: MultiHeadAttention(3, 1, bias=False), ((2, 3),), *of_attention(1)),
    "attention to another sequence": Case(lambda: MultiHeadAttention(2, 2), ((2, 2), (3, 2)), *of_attention(2)),
    "attention to keys and values": Case(lambda: MultiHeadAttention(2, 1), ((2, 2), (3, 2), (3, 2)), *of_attention(1)),
    "D1": Case(dag(D1, "67", "shared"), ((2,), (2,)), *of_edges(D1_SOURCES, "67", "shared")),
    "D1 with separate biases": Case(dag(D1, "67", "separate"), ((2,), (2,)), *of_edges(D1_SOURCES, "67", "separate")),
    "D2": Case(dag(D2, "678", "shared"), ((2,), (2,)), *of_edges(D2_SOURCES, "678", "shared")),
    "D2 of numbers": Case(dag(D2, "678", "shared", 1), ((1,), (1,)), *of_edges(D2_SOURCES, "678", "shared")),
    "D2 without bias": Case(dag(D2, "678", False), ((2,), (2,)), *of_edges(D2_SOURCES, "678", "none")),
}  # fmt: skip
EVERY = pytest.mark.parametrize("name", CASES)


def call(model: Module, inputs: Sequence[Any]) -> Any:
    """Call a module on its inputs; an embedding on tokens, a network of named inputs on a list of them."""
    if isinstance(model, Embedding):
        return model([2, 0, 2])
    return model(list(inputs)) if isinstance(model, DAG) else model(*inputs)


def point_of(name: str) -> tuple[Module, State, list[str]]:
    """Return a case's module, and its parameters and inputs as named arrays, with the names of the inputs."""
    case = CASES[name]
    model = randomise(case.make(), seed=len(name))
    source = np.random.default_rng(1)
    inputs = {f"input {i}": source.uniform(-1.5, 1.5, shape) for i, shape in enumerate(case.shapes)}
    return model, {**state_of(model), **inputs}, list(inputs)


def weighted(outputs: Any) -> Any:
    """Return the sum of NumPy's outputs with the weights of `weights`."""
    return np.reshape(outputs, -1) @ np.array(weights(np.size(outputs)))


def backward(model: Module, point: State, names: list[str]) -> State:
    """Run the engine's backward pass from the weighted sum; return the gradients of parameters and inputs."""
    inputs = [leaves(point[name]) for name in names]
    outputs = flat(call(model, inputs))
    dot(outputs, weights(len(outputs))).backward()
    slopes = [np.array([x.grad for x in flat(i)]).reshape(point[n].shape) for n, i in zip(names, inputs, strict=True)]
    return {**gradients_of(model), **dict(zip(names, slopes, strict=True))}


@EVERY
def test_outputs_are_those_of_numpy(name: str) -> None:
    model, point, names = point_of(name)
    expected = CASES[name].in_numpy(point, *(point[n] for n in names))
    assert data(call(model, [point[n] for n in names])) == pytest.approx(np.reshape(expected, -1), rel=CLOSE, abs=CLOSE)


@EVERY
def test_gradients_are_those_of_complex_steps(name: str) -> None:
    model, point, names = point_of(name)
    expected = complex_step(lambda at: weighted(CASES[name].in_numpy(at, *(at[n] for n in names))), point)
    assert max(np.abs(array).max() for array in expected.values()) > 0.1  # there is something to compare
    assert_same(backward(model, point, names), expected)


@EVERY
def test_outputs_and_gradients_are_those_of_pytorch(name: str) -> None:
    torch = import_torch()
    model, point, names = point_of(name)
    seen: list[float] = []

    def loss(at: dict[str, Any]) -> Any:
        outputs = CASES[name].in_torch(torch, at, *(at[n] for n in names)).reshape(-1)
        seen.extend(outputs.tolist())
        return outputs @ torch.tensor(weights(len(outputs)), dtype=torch.float64)

    expected = torch_slopes(loss, point)
    assert data(call(model, [point[n] for n in names])) == pytest.approx(seen, rel=CLOSE, abs=CLOSE)
    assert_same(backward(model, point, names), expected)


def lifted(nested: Any) -> Any:
    """Return numbers among `Value`s as leaves."""
    if isinstance(nested, list):
        return [lifted(item) for item in nested]
    return nested if isinstance(nested, Value) else Value(nested)


@EVERY
def test_gradcheck_finds_nothing_wrong(name: str) -> None:
    """By all parameters and inputs; the parameters come in as Values, which take the place of the module's own."""
    _, point, names = point_of(name)

    def loss(at: dict[str, Any]) -> Any:
        model = CASES[name].make()
        parts = dict(model.named_modules())
        for full in at:
            if full not in names:
                prefix, _, own = full.rpartition(".")
                setattr(parts[prefix], own, lifted(at[full]))
        outputs = flat(call(model, [at[n] for n in names]))
        return dot(outputs, weights(len(outputs)))

    report = gradcheck(loss, {full: array.tolist() for full, array in point.items()}, order=1)
    assert report.ok, report
    # What is added to all keys alike changes no weights: differences cannot tell a slope of 0 that rounding blurs.
    assert all(row.argument.startswith("args[0]['key.bias']") for row in report.undecided), report
    assert len(report.rows) == sum(array.size for array in point.values())


def test_gradcheck_catches_a_wrong_layer() -> None:
    class Wrong(Layer):
        def forward(self, x: Any) -> Any:
            return super().forward([x[0].data, *x[1:]])  # the first input is cut off

    layer = Wrong(2, 1, "tanh", init=0.5)
    assert not gradcheck(lambda x: layer([Value(0.0) + number for number in x]), [0.3, 0.4], order=1).ok


@pytest.mark.parametrize("name", ["neuron", "layer norm", "attention without bias", "D1"])
def test_second_derivatives_by_the_inputs(name: str) -> None:
    model, point, names = point_of(name)

    def loss(*inputs: Any) -> Any:
        outputs = flat(call(model, inputs))
        return dot(outputs, weights(len(outputs)))

    report = gradcheck(loss, *(point[n].tolist() for n in names), order=2)
    assert report.ok, report


# Shapes and seeds at random -------------------------------------------------------------------------------------------


@SOME
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=4), st.sampled_from(["relu", "tanh", "sigmoid", "identity"]),
    st.booleans(), st.integers(0, 10**6),
)  # fmt: skip
def test_perceptrons_of_any_shape(sizes: list[int], activation: str, bias: bool, seed: int) -> None:
    model = MLP(sizes[0], sizes[1:], activation, bias=bias, seed=seed)
    x = np.random.default_rng(seed).uniform(-2.0, 2.0, sizes[0])
    activations = [activation] * (len(sizes) - 2) + ["identity"]
    point = {**state_of(model), "x": x}
    assert model.num_parameters() == sum((i + bias) * o for i, o in pairwise(sizes))
    assert data(flat(model(x))) == pytest.approx(perceptron(point, x, activations), rel=CLOSE, abs=CLOSE)
    assert_same(
        backward(model, point, ["x"]), complex_step(lambda at: weighted(perceptron(at, at["x"], activations)), point)
    )


@SOME
@given(st.data())
def test_convolutions_of_any_shape(choice: st.DataObject) -> None:
    sizes = st.integers(1, 3)
    channels, outputs = choice.draw(sizes), choice.draw(sizes)
    window, stride = choice.draw(st.tuples(sizes, sizes)), choice.draw(st.tuples(sizes, sizes))
    padding = choice.draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    high, wide = (choice.draw(st.integers(max(1, k - 2 * p), 5)) for k, p in zip(window, padding, strict=True))
    model = randomise(Conv2d(channels, outputs, window, stride, padding), choice.draw(st.integers(0, 99)))
    image = np.random.default_rng(0).normal(size=(channels, high, wide))
    state = state_of(model)
    expected = convolution(image, state["weight"], stride, padding) + state["bias"][:, None, None]
    found = np.array([[[x.data for x in row] for row in channel] for channel in model(image)])
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE)


@SOME
@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 4), st.booleans(), st.integers(0, 10**6))
def test_attention_of_any_shape(heads: int, width: int, length: int, causal: bool, seed: int) -> None:
    model = MultiHeadAttention(heads * width, heads, causal=causal, seed=seed)
    x = np.random.default_rng(seed).normal(size=(length, heads * width))
    expected = attention(state_of(model), x, x, x, heads, causal)
    outputs, shares = model.attend(x)
    assert data(outputs) == pytest.approx(expected.reshape(-1), rel=CLOSE, abs=CLOSE)
    assert len(shares) == heads
    for of_head in shares:
        assert [len(row) for row in of_head] == [i + 1 if causal else length for i in range(length)]
        assert [sum(data(row)) for row in of_head] == pytest.approx([1.0] * length, rel=1e-14)  # a few roundings


@SOME
@given(st.integers(1, 6), st.integers(0, 10**6), st.sampled_from([0.0, 1e-5, 0.1]))
def test_norms_of_any_length(length: int, seed: int, eps: float) -> None:
    x = np.random.default_rng(seed).normal(3.0, 2.0, length)
    rms = randomise(RMSNorm(length, eps), seed)
    assert data(rms(x)) == pytest.approx(rms_norm(x, state_of(rms)["weight"], eps), rel=CLOSE, abs=CLOSE)
    if length > 1 or eps:  # the variance of one number is 0, and so is the root that is divided by
        norm = randomise(LayerNorm(length, eps), seed)
        state = state_of(norm)
        assert data(norm(x)) == pytest.approx(layer_norm(x, state["weight"], state["bias"], eps), rel=CLOSE, abs=CLOSE)


# Properties that need no reference ------------------------------------------------------------------------------------


def test_causal_attention_does_not_see_what_comes_later() -> None:
    model = randomise(MultiHeadAttention(4, 2, causal=True))
    x = np.random.default_rng(0).normal(size=(3, 4))
    inputs = leaves(x)
    autograd.sum(model(inputs)[1]).backward()
    assert all(value.grad == 0.0 for value in inputs[2])
    assert all(value.grad != 0.0 for value in inputs[0] + inputs[1])


def test_a_neuron_of_a_layer_computes_its_output() -> None:
    layer = randomise(Layer(3, 4, "tanh"))
    x = [0.5, -1.0, 2.0]
    assert isinstance(layer, Layer)
    assert [neuron(x).data for neuron in layer.neurons] == data(layer(x))
    assert [p for neuron in layer.neurons for p in neuron.parameters()] == layer.parameters()


def test_an_embedding_adds_the_slopes_of_a_token_that_occurs_twice() -> None:
    table = Embedding(3, 1, init=[[1.0], [2.0], [3.0]])
    first, second, third = (vector[0] for vector in table(np.array([2, 0, 2])))
    (first + 10.0 * second + 100.0 * third).backward()
    assert [row[0].grad for row in table.weight] == [10.0, 0.0, 101.0]


def test_nodes_of_a_dag_come_in_the_order_of_their_names() -> None:
    """Whatever the order of the edges: sorted by numbers, n2 before n10, as far as what leads to what allows it."""
    edges = "x2 → n2, x10 → n10, n2 → n8, x1 → n1, n1 → n7, n10 → n6, n1 → n8"
    for text in (edges, ", ".join(reversed(edges.split(", ")))):
        net = DAG(text)
        assert list(net.inputs) == ["x1", "x2", "x10"]
        assert net.neurons == ["n1", "n2", "n7", "n8", "n10", "n6"]
        assert net.outputs == ["n6", "n7", "n8"]
