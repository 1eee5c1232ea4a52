"""The work that every peer is given, written once over whatever class of scalars it is handed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

SAMPLES = 100
SIZES = (2, 16, 16, 1)


def network(scalar: Callable[[float], Any]) -> tuple[list[Any], Callable[[Sequence[float]], Any]]:
    """A 2-16-16-1 ReLU network, 100 samples, hinge loss, in operators only; about 66,000 operations.

    Returns:
        The 337 parameters, and the function from new numbers for them to the loss.
    """
    source = random.Random(7)
    layers = [
        [([scalar(source.uniform(-1, 1)) for _ in range(nin)], scalar(0.0)) for _ in range(nout)]
        for nin, nout in pairwise(SIZES)
    ]
    parameters = [p for layer in layers for weights, bias in layer for p in (*weights, bias)]
    inputs = [[source.uniform(-1, 1), source.uniform(-1, 1)] for _ in range(SAMPLES)]
    targets = [1.0 if x * y > 0 else -1.0 for x, y in inputs]

    def score(x: Sequence[Any]) -> Any:
        for index, layer in enumerate(layers):
            x = [sum((w * xi for w, xi in zip(weights, x, strict=True)), bias) for weights, bias in layer]
            x = x if index == len(layers) - 1 else [z.relu() for z in x]
        return x[0]

    def loss(numbers: Sequence[float]) -> Any:
        for parameter, number in zip(parameters, numbers, strict=True):
            parameter.data, parameter.grad = number, 0.0
        margins = [(1.0 + -target * score(x)).relu() for x, target in zip(inputs, targets, strict=True)]
        return sum(margins) * (1.0 / SAMPLES)

    return parameters, loss
