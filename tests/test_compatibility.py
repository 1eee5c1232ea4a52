"""Programs written for the `Value` of micrograd and of microgpt run unchanged."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd

# The engine is an argument, and untyped, so that the same program runs on the `Value` of the other libraries.
Engine = Any


# In the manner of micrograd -------------------------------------------------------------------------------------------


class Module:
    def zero_grad(self) -> None:
        for p in self.parameters():
            p.grad = 0

    def parameters(self) -> list[Any]:
        return []


class Neuron(Module):
    def __init__(self, engine: Engine, source: random.Random, inputs: int, nonlinear: bool = True) -> None:
        self.w = [engine(source.uniform(-1, 1)) for _ in range(inputs)]
        self.b = engine(0)
        self.nonlinear = nonlinear

    def __call__(self, x: Any) -> Any:
        activation = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return activation.relu() if self.nonlinear else activation

    def parameters(self) -> list[Any]:
        return [*self.w, self.b]


class Layer(Module):
    def __init__(self, engine: Engine, source: random.Random, inputs: int, outputs: int, nonlinear: bool) -> None:
        self.neurons = [Neuron(engine, source, inputs, nonlinear) for _ in range(outputs)]

    def __call__(self, x: Any) -> Any:
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Any]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class Perceptron(Module):
    def __init__(self, engine: Engine, source: random.Random, sizes: list[int]) -> None:
        last = len(sizes) - 2
        pairs = enumerate(itertools.pairwise(sizes))
        self.layers = [Layer(engine, source, i, o, nonlinear=index != last) for index, (i, o) in pairs]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Any]:
        return [p for layer in self.layers for p in layer.parameters()]


def two_moons(count: int) -> tuple[Any, Any]:
    """Points of two half circles, with the labels -1 and 1, as NumPy arrays."""
    angles = np.linspace(0.0, math.pi, count // 2)
    outer = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    inner = np.stack([1.0 - np.cos(angles), 0.5 - np.sin(angles)], axis=1)
    noise = np.random.default_rng(1).normal(scale=0.05, size=(2 * (count // 2), 2))
    return np.concatenate([outer, inner]) + noise, np.repeat([-1, 1], count // 2)


def hinge_loss(engine: Engine, model: Perceptron, points: Any, labels: Any) -> tuple[Any, float]:
    inputs = [list(map(engine, row)) for row in points]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * score).relu() for yi, score in zip(labels, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    penalty = 1e-4 * sum(p * p for p in model.parameters())
    right = [(yi > 0) == (score.data > 0) for yi, score in zip(labels, scores, strict=True)]
    return data_loss + penalty, sum(right) / len(right)


def train_on_moons(engine: Engine, steps: int) -> tuple[list[float], list[float], float]:
    """Train as the demo does; return the losses, the first step's gradient and the last accuracy."""
    model = Perceptron(engine, random.Random(1337), [2, 8, 8, 1])
    points, labels = two_moons(40)
    losses: list[float] = []
    first: list[float] = []
    accuracy = 0.0
    for k in range(steps):
        total, accuracy = hinge_loss(engine, model, points, labels)
        model.zero_grad()
        total.backward()
        first = first or [p.grad for p in model.parameters()]
        rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= rate * p.grad
        losses.append(total.data)
    return losses, first, accuracy


def numeric_gradient(loss: Callable[[], float], parameters: list[Any]) -> list[float]:
    """Central differences; the networks here are smooth within the step."""
    slopes = []
    for p in parameters:
        kept, step = p.data, 1e-6
        p.data = kept + step
        above = loss()
        p.data = kept - step
        below = loss()
        p.data = kept
        slopes.append((above - below) / (2 * step))
    return slopes


def test_a_perceptron_in_micrograd_s_manner_learns_the_two_moons() -> None:
    losses, _, accuracy = train_on_moons(autograd.Value, 60)
    assert losses[-1] < 0.5 * losses[0]
    assert losses[-1] < 0.5  # a model that says nothing has the hinge loss 1
    assert accuracy >= 0.9  # and the accuracy 0.5


def test_its_gradient_is_that_of_finite_differences() -> None:
    model = Perceptron(autograd.Value, random.Random(7), [2, 4, 1])
    points, labels = two_moons(10)
    hinge_loss(autograd.Value, model, points, labels)[0].backward()
    expected = numeric_gradient(
        lambda: float(hinge_loss(autograd.Value, model, points, labels)[0].data), model.parameters()
    )
    assert [p.grad for p in model.parameters()] == pytest.approx(expected, rel=1e-6, abs=1e-8)


def expression(engine: Engine) -> list[float]:
    """Each operator of micrograd's in one expression; the value, then the gradient."""
    a, b = engine(-4.0), engine(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return [g.data, a.grad, b.grad]


def test_every_operator_of_micrograd_in_one_expression() -> None:
    """By hand: c = -3, 2c + 1 and so on give c = -1, d = 6, e = -7; see the sums beside the lines."""
    # c = 4(a + b) + 2 + … : c1 = 2(a+b)+1 = -3; c = 2*c1 + 1 - a = -1, so dc/da = 4 - 1 = 3, dc/db = 4.
    # d0 = ab + b³ = 0; d1 = 3*d0 + relu(a+b) = 0; d = 4*d1 + relu(b-a) = 6; dd/da = 12b - 1 = 23,
    # dd/db = 12(a + 3b²) + 1 = 97. g = e²/2 + 10/e² with e = -7, so dg/de = e - 20/e³ = -7 + 20/343.
    slope = -7.0 + 20.0 / 343.0
    expected = [24.5 + 10.0 / 49.0, slope * (3 - 23), slope * (4 - 97)]
    assert expression(autograd.Value) == pytest.approx(expected, rel=1e-14)


def micrograd_value() -> Engine:
    if importlib.util.find_spec("micrograd") is None:
        pytest.skip("micrograd is not installed; the tests beside this one compare with finite differences")
    return importlib.import_module("micrograd.engine").Value


def test_micrograd_itself_gives_the_same_expression() -> None:
    assert expression(autograd.Value) == pytest.approx(expression(micrograd_value()), rel=1e-14)


def test_micrograd_itself_gives_the_same_training() -> None:
    losses, first, accuracy = train_on_moons(autograd.Value, 5)
    other_losses, other_first, other_accuracy = train_on_moons(micrograd_value(), 5)
    assert first == pytest.approx(other_first, rel=1e-9, abs=1e-12)
    assert losses == pytest.approx(other_losses, rel=1e-9)
    assert accuracy == other_accuracy


def test_the_neuron_of_the_lecture() -> None:
    """tanh by name and written out with exp give the same, and what the chain rule says."""

    def neuron(activation: Callable[[Any], Any]) -> list[float]:
        x1, x2 = autograd.Value(2.0, label="x1"), autograd.Value(0.0, label="x2")
        w1, w2 = autograd.Value(-3.0, label="w1"), autograd.Value(1.0, label="w2")
        b = autograd.Value(6.8813735870195432, label="b")
        n = x1 * w1 + x2 * w2 + b
        n.label = "n"
        o = activation(n)
        o.backward()
        return [o.data, x1.grad, w1.grad, x2.grad, w2.grad]

    def written_out(n: Any) -> Any:
        e = (2 * n).exp()
        return (e - 1) / (e + 1)

    # tanh(asinh(1)) = sqrt(0.5), whose slope is 1 - 0.5.
    expected = [math.sqrt(0.5), -1.5, 1.0, 0.5, 0.0]
    assert neuron(lambda n: n.tanh()) == pytest.approx(expected, rel=1e-12)
    assert neuron(written_out) == pytest.approx(expected, rel=1e-12)


# In the manner of microgpt --------------------------------------------------------------------------------------------


def linear(x: list[Any], w: list[list[Any]]) -> list[Any]:
    return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]


def softmax(logits: list[Any]) -> list[Any]:
    largest = max(value.data for value in logits)
    exps = [(value - largest).exp() for value in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rms_norm(x: list[Any]) -> list[Any]:
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


class Language:
    """One block of attention and perceptron on letters, with its parameters in a dictionary of matrices."""

    width, heads = 8, 2

    def __init__(self, engine: Engine, source: random.Random, letters: int, positions: int) -> None:
        def matrix(rows: int, columns: int) -> list[list[Any]]:
            return [[engine(source.gauss(0, 0.3)) for _ in range(columns)] for _ in range(rows)]

        n = self.width
        self.state = {"wte": matrix(letters, n), "wpe": matrix(positions, n), "head": matrix(letters, n)}
        self.state |= {name: matrix(n, n) for name in ("wq", "wk", "wv", "wo")}
        self.state |= {"fc1": matrix(2 * n, n), "fc2": matrix(n, 2 * n)}
        self.params = [p for m in self.state.values() for row in m for p in row]

    def logits(self, token: int, position: int, keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
        x = [t + p for t, p in zip(self.state["wte"][token], self.state["wpe"][position], strict=True)]
        x = rms_norm(x)
        attended = self.attention(x, keys, values)
        x = [a + b for a, b in zip(linear(attended, self.state["wo"]), x, strict=True)]
        hidden = [h.relu() ** 2 for h in linear(rms_norm(x), self.state["fc1"])]
        x = [a + b for a, b in zip(linear(hidden, self.state["fc2"]), x, strict=True)]
        return linear(x, self.state["head"])

    def attention(self, x: list[Any], keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
        query = linear(x, self.state["wq"])
        keys.append(linear(x, self.state["wk"]))
        values.append(linear(x, self.state["wv"]))
        size, out = self.width // self.heads, []
        for start in range(0, self.width, size):
            part = slice(start, start + size)
            scores = [sum(qi * ki for qi, ki in zip(query[part], key[part], strict=True)) / size**0.5 for key in keys]
            weights = softmax(scores)
            columns = zip(*(value[part] for value in values), strict=True)
            out += [sum(wi * vi for wi, vi in zip(weights, column, strict=True)) for column in columns]
        return out

    def loss(self, tokens: list[int]) -> Any:
        keys: list[list[Any]] = []
        values: list[list[Any]] = []
        losses = []
        for position, (token, target) in enumerate(itertools.pairwise(tokens)):
            probabilities = softmax(self.logits(token, position, keys, values))
            losses.append(-probabilities[target].log())
        return (1 / len(losses)) * sum(losses)


WORDS = [[0, 1, 2, 3, 0], [0, 2, 1, 0], [0, 3, 3, 1, 0]]


def adam(model: Language, steps: int) -> list[float]:
    m, v = [0.0] * len(model.params), [0.0] * len(model.params)
    losses = []
    for step in range(steps):
        loss = model.loss(WORDS[step % len(WORDS)])
        loss.backward()
        rate = 0.05 * (1 - step / steps)
        for i, p in enumerate(model.params):
            m[i] = 0.85 * m[i] + (1 - 0.85) * p.grad
            v[i] = 0.99 * v[i] + (1 - 0.99) * p.grad**2
            m_hat = m[i] / (1 - 0.85 ** (step + 1))
            v_hat = v[i] / (1 - 0.99 ** (step + 1))
            p.data -= rate * m_hat / (v_hat**0.5 + 1e-8)
            p.grad = 0
        losses.append(loss.data)
    return losses


def test_a_language_model_in_microgpt_s_manner_learns_its_words() -> None:
    losses = adam(Language(autograd.Value, random.Random(42), letters=4, positions=5), 24)
    assert sum(losses[-3:]) < 0.4 * sum(losses[:3])


def test_its_gradient_too_is_that_of_finite_differences() -> None:
    model = Language(autograd.Value, random.Random(3), letters=4, positions=5)
    model.loss(WORDS[0]).backward()
    some = model.params[:: len(model.params) // 40]
    expected = numeric_gradient(lambda: float(model.loss(WORDS[0]).data), some)
    assert [p.grad for p in some] == pytest.approx(expected, rel=1e-5, abs=1e-8)
    assert any(p.grad for p in some)


def test_the_gradient_of_softmax_and_cross_entropy_is_probability_less_target() -> None:
    logits = [autograd.Value(number) for number in (0.5, -1.25, 2.0, 0.0)]
    probabilities = softmax(logits)
    (-probabilities[2].log()).backward()
    exps = [math.exp(value.data) for value in logits]
    expected = [e / sum(exps) - (i == 2) for i, e in enumerate(exps)]
    assert [value.grad for value in logits] == pytest.approx(expected, rel=1e-13)


def test_code_that_iterates_over_a_dictionary_of_parameters() -> None:
    parameters = {"w": autograd.Value(2.0), "b": autograd.Value(-1.0)}
    loss = (parameters["w"] * 3 + parameters["b"]) ** 2
    loss.backward()
    for p in parameters.values():
        p.data += -0.01 * p.grad
        p.grad = 0.0
    assert (parameters["w"].data, parameters["b"].data) == (2.0 - 0.01 * 30.0, -1.0 - 0.01 * 10.0)
