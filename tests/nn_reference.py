"""What the tests of `nn` compare with: networks written anew in NumPy, and derivatives by complex steps.

All functions take complex numbers too. The imaginary part of ``f(x + ih)``, divided by h, is the slope of f without any
cancellation, so that with h = 1e-30 (whose square is nothing beside 1) it has the digits that f itself has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import SGD, Module

# An array of floats or complex numbers: NumPy's types tell nothing apart here.
Array = Any
State = dict[str, Array]
H = 1e-30

# The engine and NumPy add the same few dozen terms of order 1 in different orders, each to a spacing of 2e-16.
CLOSE = 1e-10


def import_torch() -> Any:
    """Return PyTorch, without which the test is skipped: everything it is asked is also compared with NumPy."""
    return pytest.importorskip("torch", reason="PyTorch, one of two references, is not installed")


# Models as arrays -----------------------------------------------------------------------------------------------------


def state_of(model: Module) -> State:
    """Return the numbers of all parameters as arrays."""
    return {name: np.array(block, dtype=float) for name, block in model.state_dict().items()}


def randomise(model: Module, seed: int = 0) -> Module:
    """Give every parameter, biases and gains too, a number that NumPy draws."""
    source = np.random.default_rng(seed)
    model.load_state_dict({name: source.uniform(-0.9, 0.9, block.shape) for name, block in state_of(model).items()})
    return model


def gradients_of(model: Module) -> State:
    """Return ``.grad`` of all parameters as arrays, put together by the names of the parameters."""
    found = {name: np.full(block.shape, np.nan) for name, block in state_of(model).items()}
    for name, parameter in model.named_parameters():
        block, places = re.fullmatch(r"(.*?)((?:\[\d+\])*)", name).groups()  # type: ignore[union-attr]
        found[block][tuple(map(int, re.findall(r"\d+", places)))] = parameter.grad
    return found


def leaves(array: Array) -> Any:
    """Return nested lists of leaves with an array's numbers."""
    return [leaves(item) for item in array] if array.ndim else Value(float(array))


def flat(nested: Any) -> list[Any]:
    """Return what nested lists hold."""
    return [entry for item in nested for entry in flat(item)] if isinstance(nested, (list, tuple)) else [nested]


def data(nested: Any) -> list[float]:
    """Return the data of nested `Value`s."""
    return [value.data for value in flat(nested)]


def weights(count: int) -> list[float]:
    """Return weights for a sum of outputs, no two alike, so that their slopes cannot be mixed up."""
    return [1.0 + 0.37 * index for index in range(count)]


class Recorder(SGD):
    """SGD that keeps the parameters after each step."""

    def __init__(self, parameters: list[Value], lr: float) -> None:
        super().__init__(parameters, lr)
        self.course = [data(parameters)]

    def step(self, closure: Any = None) -> Any:
        loss = super().step(closure)
        self.course.append(data(self.parameters))
        return loss


# Derivatives ----------------------------------------------------------------------------------------------------------


def complex_step(f: Callable[[State], Any], point: Mapping[str, Array]) -> State:
    """Return the slope of a function of named arrays by each of their numbers."""
    slopes: State = {}
    for name, array in point.items():
        slopes[name] = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[place] += 1j * H
            slopes[name][place] = np.imag(f({**point, name: moved})) / H
    return slopes


def torch_slopes(f: Callable[[dict[str, Any]], Any], point: Mapping[str, Array]) -> State:
    """Return the same from PyTorch; ``f`` takes its tensors."""
    torch = import_torch()
    tensors = {name: torch.tensor(array, dtype=torch.float64, requires_grad=True) for name, array in point.items()}
    f(tensors).backward()
    zeros = {name: np.zeros(array.shape) for name, array in point.items()}
    return {name: zeros[name] if t.grad is None else t.grad.numpy() for name, t in tensors.items()}


def assert_same(found: Mapping[str, Array], expected: Mapping[str, Array], close: float = CLOSE) -> None:
    """Compare named arrays, relative to 1 or to the number, whichever is larger."""
    assert set(found) == set(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=close, atol=close, err_msg=name)


# Layers in NumPy ------------------------------------------------------------------------------------------------------


def relu(x: Array) -> Array:
    return np.where(x.real > 0, x, 0.0)


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def softmax(x: Array) -> Array:
    powers: Array = np.exp(x - x.real.max())
    return powers / powers.sum()


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda x: x, "relu": relu, "tanh": np.tanh, "sigmoid": sigmoid, "softmax": softmax,
}  # fmt: skip


def perceptron(state: State, x: Array, activations: Iterable[str]) -> Array:
    """Put a sample through layers called ``layers.0``, ``layers.1``…"""
    for number, activation in enumerate(activations):
        x = state[f"layers.{number}.weight"] @ x + state.get(f"layers.{number}.bias", 0.0)
        x = ACTIVATIONS[activation](x)
    return x


def layer_norm(x: Array, gain: Array, bias: Array | float = 0.0, eps: float = 1e-5) -> Array:
    centred = x - x.mean()
    return gain * centred / np.sqrt((centred**2).mean() + eps) + bias


def rms_norm(x: Array, gain: Array, eps: float = 1e-5) -> Array:
    return gain * x / np.sqrt((x**2).mean() + eps)


def convolution(image: Array, kernels: Array, stride: tuple[int, int], padding: tuple[int, int]) -> Array:
    """Slide every kernel over an image."""
    padded = np.pad(image, ((0, 0), (padding[0],) * 2, (padding[1],) * 2))
    rows, columns = kernels.shape[2:]
    high = (padded.shape[1] - rows) // stride[0] + 1
    wide = (padded.shape[2] - columns) // stride[1] + 1
    windows = [
        [padded[:, i * stride[0] : i * stride[0] + rows, j * stride[1] : j * stride[1] + columns] for j in range(wide)]
        for i in range(high)
    ]
    return np.einsum("ijcrs,ocrs->oij", np.array(windows), kernels)


def attention(state: State, query: Array, key: Array, value: Array, heads: int, causal: bool = False) -> Array:
    """Let all heads attend at once, by masks and einsum; ``query``, ``key`` and ``value`` have a vector in each row."""
    parts = []
    for name, rows in (("query", query), ("key", key), ("value", value)):
        mapped = rows @ state[f"{name}.weight"].T + state.get(f"{name}.bias", 0.0)
        parts.append(mapped.reshape(len(rows), heads, -1))
    q, k, v = parts
    scores = np.einsum("qhd,khd->hqk", q, k) / np.sqrt(q.shape[2])
    if causal:
        scores = np.where(np.tril(np.ones(scores.shape[1:])) > 0, scores, -1e9)
    powers = np.exp(scores - scores.real.max(axis=2, keepdims=True))
    shares = powers / powers.sum(axis=2, keepdims=True)
    joined = np.einsum("hqk,khd->qhd", shares, v).reshape(len(query), -1)
    result: Array = joined @ state["out.weight"].T + state.get("out.bias", 0.0)
    return result
