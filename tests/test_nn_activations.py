"""Activations by name: values and slopes against mpmath and PyTorch; softmax where exponentials leave the floats."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Value, gradcheck
from nn import Activation, Flatten, Layer, Neuron, log_softmax, softmax
from nn.activations import ELEMENTWISE
from tests.nn_reference import data, import_torch, leaves, torch_slopes

mp = mpmath.mp
POINTS = [-30.0, -3.0, -1.2, -0.4, -1e-3, 1e-3, 0.3, 0.9, 2.5, 30.0]  # away from 0, where some have a kink

# Every activation by its definition.
DEFINITIONS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda x: x,
    "relu": lambda x: max(x, 0),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else mp.expm1(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "tanh": mpmath.tanh,
    "arctan": mpmath.atan,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "erf": mpmath.erf,
    "exp": mpmath.exp,
    "square": lambda x: x * x,
    "abs": abs,
    "step": lambda x: mp.mpf(x > 0),
    "sign": mpmath.sign,
}

# Those that PyTorch has under the same name.
FUNCTIONAL = ["relu", "leaky_relu", "elu", "silu", "gelu", "softplus", "sigmoid", "tanh"]
PLAIN = ["arctan", "sin", "cos", "erf", "exp", "square", "abs"]


def slope(function: Callable[[Any], Any], x: float) -> Any:
    """Return a central difference, whose error is the square of its step; 20 of the digits there are cancel."""
    h = mp.mpf(10) ** -20
    return (function(mp.mpf(x) + h) - function(mp.mpf(x) - h)) / (2 * h)


def test_every_activation_has_a_definition_here() -> None:
    assert set(ELEMENTWISE) == set(DEFINITIONS)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_values_and_slopes_are_those_of_the_definition(name: str) -> None:
    inputs = [Value(x) for x in POINTS]
    outputs = Activation(name)(inputs)
    for output in outputs:
        if isinstance(output, Value):
            output.backward()
    with mp.workdps(80):  # tanh has 26 nines at 30
        # 1e-13: exp and its kin are right to a few spacings, which silu and gelu scale at -30 by 30 (gelu by 30²).
        assert data(outputs) == pytest.approx([float(DEFINITIONS[name](mp.mpf(x))) for x in POINTS], rel=1e-13, abs=0.0)
        expected = [float(slope(DEFINITIONS[name], x)) for x in POINTS]
    assert [x.grad for x in inputs] == pytest.approx(expected, rel=1e-12, abs=0.0)


@pytest.mark.parametrize("name", FUNCTIONAL + PLAIN)
def test_values_and_slopes_are_those_of_pytorch(name: str) -> None:
    torch = import_torch()
    theirs = getattr(torch.nn.functional if name in FUNCTIONAL else torch, name)
    points = [x for x in POINTS if abs(x) < 20.0]  # beyond, PyTorch's softplus is x itself
    inputs = [Value(x) for x in points]
    outputs = Activation(name)(inputs)
    autograd.sum(outputs).backward()
    expected = torch_slopes(lambda at: theirs(at["x"]).sum(), {"x": np.array(points)})["x"]
    assert [x.grad for x in inputs] == pytest.approx(expected, rel=1e-10, abs=1e-10)
    assert data(outputs) == pytest.approx(theirs(torch.tensor(points, dtype=torch.float64)).tolist(), rel=1e-10)


@pytest.mark.parametrize("name", sorted(set(DEFINITIONS) - {"step", "sign"}))
def test_gradcheck_of_every_activation_in_a_neuron(name: str) -> None:
    neuron = Neuron(2, name, init=[0.7, -0.4])
    assert gradcheck(lambda x: neuron(x) * 2.0, [0.9, -0.3]).ok


def test_any_function_is_an_activation() -> None:
    def cube(x: Any) -> Any:
        return x**3

    neuron = Neuron(1, cube, init=2.0)
    output = neuron([1.5])
    output.backward()
    assert output.data == 27.0
    assert neuron.weight[0].grad == 3 * 9.0 * 1.5
    assert repr(neuron) == "Neuron(1, 'cube')"
    assert data(Layer(1, 2, lambda x: x + 1.0, init=[[1], [2]])(3.0)) == [4.0, 7.0]


ROWS = [[-1.0, 2.0], [3.0, -4.0]]


@pytest.mark.parametrize("nested", [ROWS, tuple(map(tuple, ROWS)), np.array(ROWS), [np.array(row) for row in ROWS]])
def test_the_module_goes_over_nested_vectors(nested: Any) -> None:
    assert Activation("relu")(nested) == [[0.0, 2.0], [3.0, 0.0]]
    assert Flatten()(nested) == [-1.0, 2.0, 3.0, -4.0]
    assert [sum(row) for row in Activation("softmax")(nested)] == pytest.approx([1.0, 1.0], rel=1e-15)
    assert Activation("relu")(-3.0) == 0.0


# Softmax --------------------------------------------------------------------------------------------------------------

SCORES = [
    [0.0], [0.0, 0.0], [1.0, 2.0, 3.0], [-0.5, 0.1, 0.1, 2.7], [0.0, -745.0], [-800.0, 0.0, 5.0], [0.0, 1e5],
    [1e300, -1e300], [700.0, 710.0, 709.5], [-1e5, -1e5 - 3.0],
]  # fmt: skip


def shares_of(scores: list[float]) -> list[Any]:
    """Return the shares in as many digits as the smallest of them takes."""
    powers = [mp.exp(mp.mpf(score) - max(scores)) for score in scores]
    return [power / mp.fsum(powers) for power in powers]


@pytest.mark.parametrize("scores", SCORES)
def test_softmax_and_its_logarithm_at_any_scores(scores: list[float]) -> None:
    with mp.workdps(50):
        shares = shares_of(scores)
        logarithms = [mp.mpf(score) - max(scores) - mp.log(mp.fsum(mp.exp(mp.mpf(s) - max(scores)) for s in scores))
                      for score in scores]  # fmt: skip
    # The score minus the logarithm of the sum is rounded to spacings of the score, which exp makes relative errors.
    close = 1e-15 * max([1.0, *(abs(score) for score in scores if abs(score) < 1e100)])
    assert softmax(scores) == pytest.approx([float(share) for share in shares], rel=close, abs=5e-324)
    assert log_softmax(scores) == pytest.approx([float(x) for x in logarithms], rel=1e-15, abs=close)
    assert math.fsum(softmax(scores)) == pytest.approx(1.0, rel=close)


@pytest.mark.parametrize("scores", [s for s in SCORES if max(s) - min(s) < 1e3])
def test_slopes_of_softmax(scores: list[float]) -> None:
    inputs = leaves(np.array(scores))
    weights = [1.0 + i for i in range(len(scores))]
    autograd.dot(softmax(inputs), weights).backward()
    with mp.workdps(50):
        shares = shares_of(scores)
        mean = mp.fsum(weight * share for weight, share in zip(weights, shares, strict=True))
        expected = [float(share * (weight - mean)) for weight, share in zip(weights, shares, strict=True)]
    close = 1e-15 * max(1.0, *map(abs, scores))
    assert [x.grad for x in inputs] == pytest.approx(expected, rel=10 * close, abs=10 * close)


def test_softmax_of_nothing() -> None:
    with pytest.raises((TypeError, ValueError)):
        softmax([])
