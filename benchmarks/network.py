"""The network: micrograd's demonstration, 2-16-16-1 with ReLU, 100 samples, hinge loss; about 66,000 operations."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

TITLE = "network: 2-16-16-1 ReLU, 100 samples"
SIZES = (2, 16, 16, 1)
SAMPLES = 100

# Each layer is a list of neurons, each neuron its weights and its bias.
Layers = list[list[tuple[Sequence[Any], Any]]]


class Samples(NamedTuple):
    """Points in the square, and their classes, -1 or 1."""

    inputs: list[list[float]]
    targets: list[float]


def samples(count: int = SAMPLES) -> Samples:
    source = random.Random(7)
    inputs = [[source.uniform(-1, 1), source.uniform(-1, 1)] for _ in range(count)]
    return Samples(inputs, [1.0 if x * y > 0 else -1.0 for x, y in inputs])


def names() -> list[str]:
    """Name the parameters in the order in which they are drawn: neuron by neuron, weights before bias."""
    return [
        f"layer {index} neuron {neuron} {'bias' if i == nin else f'weight {i}'}"
        for index, (nin, nout) in enumerate(pairwise(SIZES))
        for neuron in range(nout)
        for i in range(nin + 1)
    ]


def draw(source: random.Random) -> list[float]:
    return [source.uniform(-1, 1) for _ in names()]


def layers(parameters: Sequence[Any]) -> Layers:
    """Arrange the flat list of parameters as layers of neurons."""
    rest = iter(parameters)
    return [[([next(rest) for _ in range(nin)], next(rest)) for _ in range(nout)] for nin, nout in pairwise(SIZES)]


def loss(network: Layers, data: Samples, relu: Callable[[Any], Any]) -> Any:
    """Return the mean hinge loss, one scalar operation at a time."""
    margins = [relu(1.0 + -target * score(network, x, relu)) for x, target in zip(*data, strict=True)]
    return sum(margins) * (1.0 / len(margins))


def score(network: Layers, x: Sequence[Any], relu: Callable[[Any], Any]) -> Any:
    for index, layer in enumerate(network):
        x = [sum((w * xi for w, xi in zip(weights, x, strict=True)), bias) for weights, bias in layer]
        x = x if index == len(network) - 1 else [relu(z) for z in x]
    return x[0]
