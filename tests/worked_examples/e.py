"""Worked example E: a 4-3-2-1 ReLU network, derivative by derivative."""

from __future__ import annotations

from typing import Any

from autograd import Value
from nn import Layer, Sequential, label, squared_error
from tests.worked_examples.printed import Sheet, adjoints, row, through

INPUT = [0.5, -1.2, 0.8, 0.3]
W1 = [[0.4, -0.3, 0.7, 0.2], [-0.5, -0.6, 0.1, 0.9], [0.3, 0.2, -0.8, 0.6]]
W2 = [[0.6, -0.4, 0.5], [0.2, 0.7, -0.3]]
W3 = [[0.9, -0.7]]
TARGET = 0.25


def e() -> list[Sheet]:
    """Build the network, with l = ½ (h3 − t)² for the loss that is left open, and return what is printed about it."""
    layers: list[Any] = model().layers
    first, second, third = (label(layer.weight, f"W{k}") for k, layer in enumerate(layers, 1))
    _, h1 = through(layers[0], row("x", INPUT), "z1", "h1")
    h2 = label(layers[1](h1), "h2")
    h3 = layers[2](h2).named("h3")
    loss = squared_error(h3, Value(TARGET, "t"), "half").named("l")
    slopes = adjoints(loss, [h3, *h1])
    delta = {"delta": slopes.pop("dl_h3").named("delta")}
    return [
        Sheet("E", loss, _of_loss(), of={**delta, "W3": third, "h2": h2, "W2": second}),
        Sheet("E, ∂l/∂W1 in full", loss, {"W1": _w1_in_full()}, of={**delta, "W1": first}),
        Sheet("E, ∂l/∂W1 by ∂l/∂h1", loss, {"W1": _w1_by_h1()}, of={**slopes, "W1": first}),
        Sheet(
            "E, ∂h2_1",
            h2[0],
            {f"W2_1{j}": f"relu(z1_{j})" for j in (1, 2, 3)} | {f"h1_{j}": f"W2_1{j}" for j in (1, 2, 3)},
        ),
        Sheet("E, ∂h2_1/∂W2_2", h2[0], {second[1][j]: f"relu(z1_{j + 1})" for j in range(3)}),
    ]


def model() -> Sequential:
    """Return the network as a module: only the first layer has an activation."""
    return Sequential(
        Layer(4, 3, "relu", bias=False, init=W1),
        Layer(3, 2, "identity", bias=False, init=W2),
        Layer(2, 1, "identity", bias=False, init=W3),
    )


def _of_loss() -> dict[str, object]:
    return {
        "W3_11": "h2_1 * delta",
        "W3": [["h2_1 * delta", "h2_2 * delta"]],
        "h2": ["W3_11 * delta", "W3_12 * delta"],
        "W2": [[f"delta * W3_1{i} * relu(z1_{j})" for j in (1, 2, 3)] for i in (1, 2)],
        **{f"h1_{j}": f"delta*W3_11*W2_1{j} + delta*W3_12*W2_2{j}" for j in (1, 2, 3)},
    }


def _w1_in_full() -> list[list[str]]:
    terms = [f"(delta*W3_11*W2_1{k} + delta*W3_12*W2_2{k})" for k in (1, 2, 3)]
    return [[" + ".join(terms) for _ in range(4)] for _ in range(3)]


def _w1_by_h1() -> list[list[str]]:
    return [[" + ".join(f"dl_h1_{k} * x_{j}" for k in (1, 2, 3)) for j in (1, 2, 3, 4)] for _ in range(3)]
