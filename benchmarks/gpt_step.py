"""One training step of the GPT: forward, backward, and Adam's update through ``.data`` and ``.grad``."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from benchmarks.contender import Contender, Outcome, same
from benchmarks.gpt import Model, Sizes, arrange, loss, names, shapes
from benchmarks.values import Engine, with_functions

TITLE = "gpt: a training step on 9 characters"
DOCUMENT = "isabella"


class Adam:
    """Adam as its authors wrote it, over scalars: it reads and zeroes gradients and moves the data."""

    def __init__(self, parameters: Sequence[Any], rate: float = 0.01) -> None:
        self.parameters = parameters
        self.rate = rate
        self.step_count = 0
        self.means = [0.0] * len(parameters)
        self.squares = [0.0] * len(parameters)

    def step(self, first: float = 0.9, second: float = 0.999, epsilon: float = 1e-8) -> None:
        self.step_count += 1
        mean_bias, square_bias = 1.0 - first**self.step_count, 1.0 - second**self.step_count
        means, squares = self.means, self.squares
        for i, parameter in enumerate(self.parameters):
            gradient = parameter.grad
            means[i] = first * means[i] + (1.0 - first) * gradient
            squares[i] = second * squares[i] + (1.0 - second) * gradient * gradient
            parameter.data -= self.rate * (means[i] / mean_bias) / ((squares[i] / square_bias) ** 0.5 + epsilon)
            parameter.grad = 0.0


def contenders(sizes: Sizes) -> list[Contender]:
    return [contender(name, engine, sizes) for name, engine in with_functions().items()]


def contender(name: str, engine: Engine, sizes: Sizes, document: str = DOCUMENT) -> Contender:
    parameters = [engine(0.0) for _ in names(sizes)]
    model: Model = arrange(parameters, sizes)
    adam = Adam(parameters)

    def forward(numbers: Sequence[float]) -> Any:
        for parameter, number in zip(parameters, numbers, strict=True):
            parameter.data = number
        return loss(model, document, sizes)

    def backward(output: Any) -> Outcome:
        output.backward()
        return Outcome(output.data, [parameter.grad for parameter in parameters])

    def update(outcome: Outcome) -> Outcome:
        adam.step()
        return outcome

    return Contender(name, [("forward", forward), ("backward", backward), ("update", update)], same)


def draw(sizes: Sizes, source: random.Random) -> list[float]:
    return [source.gauss(0.0, 0.08) for rows, columns in shapes(sizes).values() for _ in range(rows * columns)]
