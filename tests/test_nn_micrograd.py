"""A program in the manner of micrograd's demo runs on both libraries, with only its imports exchanged."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

OURS = """
from autograd import Value
from nn import Neuron, Layer, MLP
"""

THEIRS = """
from micrograd.engine import Value
from micrograd.nn import Neuron, Layer, MLP
"""

# Two half moons, a perceptron, the largest margin, a penalty on large weights, and a rate that falls: the program
# receives `weights` (numbers to begin with) and `batch_size`, and leaves `losses`, `accuracies` and `model`.
PROGRAM = """
import random

import numpy as np
from sklearn.datasets import make_moons

np.random.seed(1337)
random.seed(1337)

X, y = make_moons(n_samples=100, noise=0.1)
y = y * 2 - 1  # the two classes as signs

model = MLP(2, [16, 16, 1])
count = len(model.parameters())
for p, number in zip(model.parameters(), weights):
    p.data = number

def loss(batch_size=None):
    if batch_size is None:
        Xb, yb = X, y
    else:
        chosen = np.random.permutation(X.shape[0])[:batch_size]
        Xb, yb = X[chosen], y[chosen]
    inputs = [list(map(Value, row)) for row in Xb]
    scores = list(map(model, inputs))

    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(yb, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum((p * p for p in model.parameters()))
    total_loss = data_loss + reg_loss

    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]
    return total_loss, sum(accuracy) / len(accuracy)

losses, accuracies = [], []
for k in range(steps):
    total_loss, accuracy = loss(batch_size)

    model.zero_grad()
    total_loss.backward()

    learning_rate = 1.0 - 0.9 * k / 100
    for p in model.parameters():
        p.data -= learning_rate * p.grad

    losses.append(total_loss.data)
    accuracies.append(accuracy)

kinds = isinstance(model.layers[0], Layer) and isinstance(model.layers[0].neurons[0], Neuron)
scores_after = [model(list(row)).data for row in X]
"""


def execute(imports: str, steps: int, batch_size: int | None = None) -> dict[str, Any]:
    """Run the program, with Python's and NumPy's own random numbers left as they were."""
    weights = np.random.default_rng(7).uniform(-1.0, 1.0, 337).tolist()
    names: dict[str, Any] = {"weights": weights, "steps": steps, "batch_size": batch_size}
    python, numpy = random.getstate(), np.random.get_state()
    try:
        exec(compile(imports + PROGRAM, "<demo>", "exec"), names)
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
    return names


def right(names: dict[str, Any]) -> int:
    """Count the points that a trained model puts on their side."""
    return sum((score > 0) == (sign > 0) for score, sign in zip(names["scores_after"], names["y"], strict=True))


def test_the_same_program_gives_the_same_losses() -> None:
    """All samples in every step, of which micrograd takes one in a second: so not all hundred of them."""
    ours, theirs = execute(OURS, 5), execute(THEIRS, 5)
    assert ours["count"] == theirs["count"] == 337
    assert ours["kinds"]
    assert theirs["kinds"]
    # Ours adds up a neuron's inputs at once, in another order: 1e-16 in the first step. Where the loss bends, whatever
    # is between two courses grows from step to step; nothing makes it grow by seven digits, but a wrong slope would.
    assert ours["losses"] == pytest.approx(theirs["losses"], rel=1e-9)
    assert ours["accuracies"] == theirs["accuracies"]
    assert len(set(ours["losses"])) == 5


def test_a_hundred_steps_with_batches_are_the_same_and_learn_to_tell_the_moons_apart() -> None:
    ours, theirs = execute(OURS, 100, batch_size=8), execute(THEIRS, 100, batch_size=8)
    assert ours["losses"] == pytest.approx(theirs["losses"], rel=1e-9)
    assert ours["accuracies"] == theirs["accuracies"]
    assert right(ours) == right(theirs) == 100


def test_a_hundred_steps_with_all_samples_learn_to_tell_the_moons_apart() -> None:
    names = execute(OURS, 100)
    assert names["losses"][0] > 0.5
    assert names["losses"][-1] < 0.05
    assert names["accuracies"][-1] == 1.0
    assert right(names) == 100
