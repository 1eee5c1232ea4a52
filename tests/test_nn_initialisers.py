"""What parameters start from: bounds, moments and fans of the rules, gains, seeds, numbers that are given."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nn import (
    DAG,
    Conv2d,
    Embedding,
    Initialiser,
    Layer,
    MultiHeadAttention,
    Neuron,
    constant,
    gain_of,
    kaiming,
    normal,
    uniform,
    xavier,
)
from tests.nn_reference import import_torch, state_of

MANY = (200, 300)  # 60,000 numbers: the mean of a distribution is met to std/245, its variance to about 1 %


def drawn(rule: Initialiser, shape: tuple[int, ...] = MANY, seed: int = 0) -> Any:
    return np.array(rule(shape, seed))


@pytest.mark.parametrize(
    ("rule", "std"),
    [
        (uniform(-0.5, 0.5), 1.0 / math.sqrt(12.0)),
        (xavier(), math.sqrt(2.0 / 500.0)),
        (xavier(5.0 / 3.0), 5.0 / 3.0 * math.sqrt(2.0 / 500.0)),
        (kaiming(), math.sqrt(2.0 / 300.0)),
        (kaiming(1.0), math.sqrt(1.0 / 300.0)),
    ],
    ids=repr,
)
def test_uniform_numbers_have_their_bounds_and_variance(rule: Initialiser, std: float) -> None:
    numbers = drawn(rule)
    bound = math.sqrt(3.0) * std
    assert numbers.shape == MANY
    assert np.abs(numbers).max() <= bound
    assert np.abs(numbers).max() > 0.999 * bound  # 60,000 draws miss the last thousandth with probability e^-60
    assert abs(numbers.mean()) < 5.0 * std / math.sqrt(numbers.size)  # five of its standard deviations
    assert numbers.std() == pytest.approx(std, rel=0.01)  # as many


@pytest.mark.parametrize(
    ("rule", "mean", "std"),
    [
        (normal(), 0.0, 1.0),
        (normal(3.0, 0.02), 3.0, 0.02),
        (xavier(2.0, "normal"), 0.0, 2.0 * math.sqrt(2.0 / 500.0)),
        (kaiming(distribution="normal"), 0.0, math.sqrt(2.0 / 300.0)),
    ],
    ids=repr,
)
def test_normal_numbers_have_their_moments(rule: Initialiser, mean: float, std: float) -> None:
    numbers = (drawn(rule) - mean) / std
    assert abs(numbers.mean()) < 5.0 / math.sqrt(numbers.size)
    assert numbers.std() == pytest.approx(1.0, rel=0.015)  # five of its standard deviations, 1/√(2 · 60,000)
    assert (numbers**4).mean() == pytest.approx(3.0, abs=0.2)  # five again: √(96/60,000) = 0.04
    assert np.abs(numbers).max() > 3.5


@pytest.mark.parametrize("shape", [(4, 7), (3, 2, 5, 2), (2, 1, 3, 3)])
def test_fans_are_those_of_pytorch(shape: tuple[int, ...]) -> None:
    torch = import_torch()
    tensor = torch.empty(shape)
    into, out = torch.nn.init._calculate_fan_in_and_fan_out(tensor)
    torch.nn.init.xavier_uniform_(tensor)
    seen = Initialiser("fans", lambda source, fans: fans.into + 1e-3 * fans.out)(shape, 0)
    assert np.unique(np.array(seen)) == pytest.approx([into + 1e-3 * out], rel=1e-14)


@pytest.mark.parametrize(
    ("shape", "fans"), [((), (1, 1)), ((5,), (5, 1)), ((4, 7), (7, 4)), ((3, 2, 5, 4), (2 * 20, 3 * 20))]
)
def test_fans_by_shape(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    seen: set[tuple[int, int]] = set()

    def draw(source: random.Random, given: tuple[int, int]) -> float:
        seen.add((given[0], given[1]))
        return 0.0

    Initialiser("seen", draw)(shape, 0)
    assert seen == {fans}


def test_gains() -> None:
    assert gain_of("tanh") == 5.0 / 3.0
    for name in ("relu", "leaky_relu", "elu", "silu", "gelu", "softplus"):
        assert gain_of(name) == math.sqrt(2.0)
    assert [gain_of(name) for name in ("identity", "sigmoid", "softmax", "something else")] == [1.0] * 4


@pytest.mark.parametrize("name", ["identity", "sigmoid", "tanh", "relu"])
def test_gains_are_those_of_pytorch(name: str) -> None:
    theirs = "linear" if name == "identity" else name
    assert gain_of(name) == pytest.approx(import_torch().nn.init.calculate_gain(theirs), rel=1e-15)


@pytest.mark.parametrize(
    ("make", "bound"),
    [
        (lambda: Layer(300, 100, "relu", seed=0).weight, math.sqrt(6.0 / 300.0)),
        (lambda: Layer(300, 100, "tanh", seed=0).weight, 5.0 / 3.0 * math.sqrt(3.0 / 300.0)),
        (lambda: Layer(300, 100, "identity", seed=0).weight, math.sqrt(3.0 / 300.0)),
        (lambda: Neuron(9_000, "relu", seed=0).weight, math.sqrt(6.0 / 9_000.0)),
        (lambda: Conv2d(3, 200, 4, seed=0).weight, math.sqrt(3.0 / 48.0)),
        (lambda: Conv2d(3, 200, 4, activation="relu", seed=0).weight, math.sqrt(6.0 / 48.0)),
        (lambda: MultiHeadAttention(96, 2, seed=0).value.weight, math.sqrt(6.0 / 192.0)),
        (
            lambda: DAG("x → a, y → a", inputs={"x": 4_000, "y": 5_000}, seed=0).v_x_a,
            5.0 / 3.0 * math.sqrt(3.0 / 9_000.0),
        ),
    ],
)
def test_modules_start_with_numbers_of_the_size_that_suits_their_activation(
    make: Callable[[], Any], bound: float
) -> None:
    numbers = np.array([x.data for x in np.array(make(), dtype=object).reshape(-1)])
    assert np.abs(numbers).max() <= bound
    assert np.abs(numbers).max() > 0.99 * bound  # of 4,000 draws or more, one is in the last hundredth but for e^-40
    assert numbers.std() == pytest.approx(bound / math.sqrt(3.0), rel=0.05)


def test_layers_keep_the_size_of_what_passes_through_them() -> None:
    """By kaiming with the gain of relu, the mean square of the sums is that of the inputs, layer after layer."""
    source = np.random.default_rng(0)
    x = source.normal(size=400)
    for seed in range(5):
        sums = drawn(kaiming(), (400, 400), seed) @ x
        x = np.maximum(sums, 0.0)
        assert 0.5 < (sums**2).mean() < 2.0
    assert np.array(Embedding(50, 50, seed=0).state_dict()["weight"]).std() == pytest.approx(1.0, rel=0.1)


def test_biases_start_at_0_and_gains_at_1() -> None:
    assert not state_of(Layer(3, 4))["bias"].any()
    assert not state_of(Conv2d(1, 2, 2))["bias"].any()


# Seeds, and numbers that are given ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [uniform(), normal(), xavier(), kaiming(1.0, "normal")], ids=repr)
def test_one_seed_gives_the_same_numbers_in_any_shape(rule: Initialiser) -> None:
    state = random.getstate()
    assert rule((3, 4), 1) == rule((3, 4), 1) != rule((3, 4), 2)
    assert rule(12, "text") == rule((12,), "text")
    assert random.getstate() == state
    assert len(set(drawn(rule).reshape(-1))) > 59_990  # no two alike, but by chance


@pytest.mark.parametrize("init", [[[1, 2]], ((1.0, 2.0),), np.array([[1, 2]]), np.array([[1.0, 2.0]], np.float32)])
def test_given_numbers(init: Any) -> None:
    layer = Layer(2, 1, init=init)
    assert layer.state_dict()["weight"] == [[1.0, 2.0]]
    assert type(layer.weight[0][0].data) is float


@pytest.mark.parametrize(
    ("init", "numbers"),
    [("zeros", 0.0), ("ones", 1.0), (3, 3.0), (np.float64(0.5), 0.5), (constant(-2.0), -2.0)],
)
def test_constants(init: Any, numbers: float) -> None:
    assert Layer(2, 1, init=init).state_dict()["weight"] == [[numbers] * 2]


@pytest.mark.parametrize("name", ["uniform", "normal", "xavier", "kaiming"])
def test_rules_by_name_are_those_with_default_arguments(name: str) -> None:
    rules: dict[str, Callable[[], Initialiser]] = {
        "uniform": uniform,
        "normal": normal,
        "xavier": xavier,
        "kaiming": kaiming,
    }
    assert Layer(3, 2, init=name, seed=1).state_dict() == Layer(3, 2, init=rules[name](), seed=1).state_dict()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: uniform(1.0, 0.0), ValueError, ["uniform", "low", "1.0 > 0.0"]),
        (lambda: normal(0.0, -1.0), ValueError, ["normal: std", "at least 0"]),
        (lambda: constant(math.nan), ValueError, ["constant", "finite", "nan"]),
        (lambda: xavier(-1.0), ValueError, ["xavier: gain", "at least 0"]),
        (lambda: kaiming(1.0, "even"), ValueError, ["kaiming: distribution", "even", "uniform"]),
        (lambda: Layer(2, 1, init=[["a", 1.0]]), TypeError, ["init of weight", "str"]),
        (lambda: Layer(2, 1, init=[[1.0], [2.0, 3.0]]), ValueError, ["different shapes"]),
        (lambda: kaiming()((2, 2), 0, fans=(0, 1)), ValueError, ["fans", "at least 1"]),
    ],
)
def test_errors(make: Callable[[], Any], error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert all(word in str(caught.value) for word in words), caught.value
