"""`fit`: the course of a training step for step, its batches, its end, and that nothing is lost on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, exp, log
from nn import (
    LBFGS,
    MLP,
    SGD,
    Adam,
    DivergenceError,
    History,
    Layer,
    LayerNorm,
    Module,
    MultiHeadAttention,
    Newton,
    accuracy,
    evaluate,
    fit,
    hinge,
    squared_error,
)
from tests.nn_reference import Array, Recorder, State, attention, complex_step, data, import_torch, layer_norm, state_of

STEPS = 50
# Roundings of 1e-16 grow from step to step where the loss is curved; they stay far below this in 50 steps.
ALIKE = 1e-8

# Wrong types are the point in some tests, so the names are looked up without theirs.
of: Any = nn

SOURCE = np.random.default_rng(0)
X = SOURCE.normal(size=(20, 2))
Y = np.sin(X[:, 0]) - 0.5 * X[:, 1] ** 2


# The same training elsewhere ------------------------------------------------------------------------------------------


def by_hand(state: State, activation: str, lr: float, momentum: float) -> list[float]:
    """Train a perceptron of three layers with full batches, the backward pass being written out by hand."""
    weights = [state[f"layers.{n}.weight"] for n in range(3)]
    biases = [state[f"layers.{n}.bias"] for n in range(3)]
    velocities = [np.zeros_like(block) for block in weights + biases]
    losses = []
    for _ in range(STEPS):
        outputs = [X]
        for n in range(3):
            sums = outputs[-1] @ weights[n].T + biases[n]
            outputs.append(sums if n == 2 else np.tanh(sums) if activation == "tanh" else np.maximum(sums, 0.0))
        error = outputs[3][:, 0] - Y
        losses.append(float((error**2).mean()))
        delta = 2.0 / len(X) * error[:, None]
        slopes: list[Array] = [None] * 6
        for n in (2, 1, 0):
            slopes[n], slopes[3 + n] = delta.T @ outputs[n], delta.sum(axis=0)
            delta = (delta @ weights[n]) * (1.0 - outputs[n] ** 2 if activation == "tanh" else outputs[n] > 0.0)
        velocities = [momentum * v + g for v, g in zip(velocities, slopes, strict=True)]
        weights = [w - lr * v for w, v in zip(weights, velocities[:3], strict=True)]
        biases = [b - lr * v for b, v in zip(biases, velocities[3:], strict=True)]
    return losses


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_perceptron_is_trained_as_by_hand(activation: str) -> None:
    model = MLP(2, [8, 8, 1], activation, seed=1)
    expected = by_hand(state_of(model), activation, 0.05, 0.9)
    optimiser = SGD(model.parameters(), 0.05, 0.9)
    history = fit(model, squared_error, zip(X, Y, strict=True), optimiser, epochs=STEPS)
    assert expected[-1] < 0.5 * expected[0]
    assert history.loss == pytest.approx(expected, rel=ALIKE)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_perceptron_is_trained_as_in_pytorch(activation: str) -> None:
    torch = import_torch()
    model = MLP(2, [8, 8, 1], activation, seed=2)
    state = {name: torch.tensor(block, requires_grad=True) for name, block in state_of(model).items()}
    optimiser, losses = torch.optim.Adam(list(state.values()), lr=0.01), []
    for _ in range(STEPS):
        x = torch.tensor(X)
        for n in range(3):
            x = torch.nn.functional.linear(x, state[f"layers.{n}.weight"], state[f"layers.{n}.bias"])
            x = getattr(torch, activation)(x) if n < 2 else x
        loss = torch.nn.functional.mse_loss(x[:, 0], torch.tensor(Y))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    data = zip(X.tolist(), Y.tolist(), strict=True)
    history = fit(model, squared_error, data, Adam(model.parameters(), 0.01), epochs=STEPS)
    assert losses[-1] < 0.7 * losses[0]
    assert history.loss == pytest.approx(losses, rel=ALIKE)


class Reader(Module):
    """Attention over a sequence, its norm, and a number made of the sum of all vectors."""

    def __init__(self, seed: int) -> None:
        self.attention = MultiHeadAttention(4, 2, seed=seed)
        self.norm = LayerNorm(4)
        self.last = Layer(4, 1, "tanh", seed=seed)

    def forward(self, x: Any) -> Any:
        vectors = [self.norm(vector) for vector in self.attention(x)]
        return self.last([sum(column) for column in zip(*vectors, strict=True)])


SEQUENCES = SOURCE.normal(size=(4, 3, 4))
ANSWERS = [0.5, -0.5, 0.1, -0.8]


def reader_loss(state: State) -> Any:
    """Return the mean squared error of a reader in NumPy."""
    inner = {name.removeprefix("attention."): block for name, block in state.items()}
    errors = []
    for x, y in zip(SEQUENCES, ANSWERS, strict=True):
        rows = attention(inner, x, x, x, 2)
        total = sum(layer_norm(row, state["norm.weight"], state["norm.bias"]) for row in rows)
        errors.append(np.tanh(state["last.weight"] @ total + state["last.bias"])[0] - y)
    return (np.array(errors) ** 2).mean()


def test_attention_and_norms_are_trained_as_in_numpy() -> None:
    model = Reader(seed=3)
    state, losses = state_of(model), []
    for _ in range(15):
        losses.append(float(reader_loss(state)))
        state = {name: block - 0.05 * g for (name, block), g in
                 zip(state.items(), complex_step(reader_loss, state).values(), strict=True)}  # fmt: skip
    pairs = zip(SEQUENCES, ANSWERS, strict=True)
    history = fit(model, squared_error, pairs, SGD(model.parameters(), 0.05), epochs=15)
    assert abs(losses[-1] - losses[0]) > 0.01  # there is something to compare
    assert history.loss == pytest.approx(losses, rel=ALIKE)


def test_attention_and_norms_are_trained_as_in_pytorch() -> None:
    torch = import_torch()
    model = Reader(seed=3)
    theirs = torch.nn.ModuleList([torch.nn.MultiheadAttention(4, 2), torch.nn.LayerNorm(4), torch.nn.Linear(4, 1)])
    theirs = theirs.double()
    state, parts = state_of(model), ("query", "key", "value")
    theirs.load_state_dict({name: torch.tensor(block) for name, block in {
        "0.in_proj_weight": np.vstack([state[f"attention.{part}.weight"] for part in parts]),
        "0.in_proj_bias": np.hstack([state[f"attention.{part}.bias"] for part in parts]),
        "0.out_proj.weight": state["attention.out.weight"], "0.out_proj.bias": state["attention.out.bias"],
        "1.weight": state["norm.weight"], "1.bias": state["norm.bias"],
        "2.weight": state["last.weight"], "2.bias": state["last.bias"],
    }.items()})  # fmt: skip
    optimiser, losses = torch.optim.SGD(theirs.parameters(), lr=0.02, momentum=0.5), []
    for _ in range(STEPS):
        found = []
        for x in torch.tensor(SEQUENCES):
            vectors = theirs[1](theirs[0](x, x, x, need_weights=False)[0])
            found.append(torch.tanh(theirs[2](vectors.sum(dim=0)))[0])
        loss = torch.nn.functional.mse_loss(torch.stack(found), torch.tensor(ANSWERS, dtype=torch.float64))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    pairs = zip(SEQUENCES, ANSWERS, strict=True)
    history = fit(model, squared_error, pairs, SGD(model.parameters(), 0.02, 0.5), epochs=STEPS)
    assert history.loss == pytest.approx(losses, rel=ALIKE)


def test_optimisers_that_go_by_curvature_find_the_least_squares() -> None:
    columns = np.hstack([X, np.ones((20, 1))])
    expected = np.linalg.lstsq(columns, Y)[0]
    # L-BFGS ends where no slope is above 1e-7, which is as far away as the smallest curvature lets it be.
    close = math.sqrt(3.0) * 1e-7 / np.linalg.eigvalsh(columns.T @ columns / 10.0)[0]
    for make, epochs in ((LBFGS, 3), (Newton, 1)):
        model = MLP(2, [1], seed=0)
        history = fit(model, squared_error, zip(X, Y, strict=True), make(model.parameters()), epochs=epochs)
        assert len(history) == history.steps == epochs
        assert history.loss[0] > ((columns @ expected - Y) ** 2).mean()
        assert data(model.parameters()) == pytest.approx(expected.tolist(), rel=0.0, abs=close)


# Batches --------------------------------------------------------------------------------------------------------------


def seen(count: int = 7, epochs: int = 3, **options: Any) -> list[list[list[int]]]:
    """Return the numbers of the samples that each batch of each epoch is made of."""
    w = Value(0.0)
    batches: list[list[int]] = []

    class Counter(SGD):
        def step(self, closure: Any = None) -> Any:
            batches.append([])
            return super().step(closure)

    def loss(prediction: Any, target: int) -> Any:
        batches[-1].append(target)
        return prediction * 0.0

    fit(lambda x: w * x, loss, [(1.0, i) for i in range(count)], Counter([w], 0.1), epochs=epochs, **options)
    steps = len(batches) // epochs
    return [batches[at : at + steps] for at in range(0, len(batches), steps)]


def test_every_epoch_has_every_sample_once() -> None:
    for size, sizes in ((None, [7]), (1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (100, [7])):
        for epoch in seen(batch_size=size):
            assert [len(batch) for batch in epoch] == sizes
            assert sorted(i for batch in epoch for i in batch) == list(range(7))


def test_the_order_is_that_of_the_seed_and_new_in_every_epoch() -> None:
    assert seen(20, batch_size=4, seed=1) == seen(20, batch_size=4, seed=1) != seen(20, batch_size=4, seed=2)
    first, second, third = ([i for batch in epoch for i in batch] for epoch in seen(20, batch_size=4))
    assert len({tuple(first), tuple(second), tuple(third)}) == 3
    assert seen(5, batch_size=2, shuffle=False) == [[[0, 1], [2, 3], [4]]] * 3


def test_the_loss_of_an_epoch_is_the_mean_over_its_samples() -> None:
    model = MLP(2, [1], "tanh", seed=0)
    options: dict[str, Any] = {"epochs": 2, "batch_size": 7, "metrics": {"absolute": lambda p, y: abs(p - y)}}
    history = fit(model, squared_error, zip(X, Y, strict=True), SGD(model.parameters(), 0.0), **options)
    errors = X @ state_of(model)["layers.0.weight"][0] - Y
    assert history.loss == pytest.approx([(errors**2).mean()] * 2, rel=1e-13)
    assert history.metrics["absolute"] == pytest.approx([np.abs(errors).mean()] * 2, rel=1e-13)
    assert history.steps == 6


def test_the_loss_of_every_step_is_kept() -> None:
    w = Value(1.0)
    options: dict[str, Any] = {"epochs": 2, "batch_size": 1, "shuffle": False}
    history = fit(lambda x: w * x, squared_error, [(1.0, 3.0), (2.0, 3.0)], SGD([w], 0.1), **options)
    number, losses = 1.0, []
    for x in (1.0, 2.0, 1.0, 2.0):
        losses.append((number * x - 3.0) ** 2)
        number -= 0.1 * 2.0 * (number * x - 3.0) * x
    assert history.step_losses == pytest.approx(losses, rel=1e-14)
    assert history.loss == pytest.approx([sum(losses[:2]) / 2, sum(losses[2:]) / 2], rel=1e-14)


def test_evaluation_records_nothing_and_leaves_gradients_alone() -> None:
    model = MLP(2, [1], "tanh", seed=0)
    weight = model.layers[0].weight[0]
    weight[0].grad = 7.0
    errors = X @ np.array(data(weight)) - Y
    assert evaluate(model, squared_error, zip(X, Y, strict=True)) == pytest.approx((errors**2).mean(), rel=1e-13)
    assert evaluate(model, lambda p, y: p.op == "constant", zip(X, Y, strict=True)) == 1.0
    assert weight[0].grad == 7.0
    with pytest.raises(ValueError, match="evaluate: there are no samples in data"):
        evaluate(model, squared_error, [])
    with pytest.raises(TypeError, match=r"evaluate: data .*zip\(X, y\)"):
        of.evaluate(model, squared_error, X)


def test_a_penalty_is_added_to_each_batch_and_gradients_are_clipped() -> None:
    w, expected = Value(3.0), 3.0
    optimiser = Recorder([w], 0.1)
    history = fit(
        lambda x: w * x, squared_error, [(1.0, 0.0), (2.0, 0.0)], optimiser, epochs=9, penalty=lambda: 0.5 * w * w,
        clip_norm=4.0,
    )  # fmt: skip
    course, losses = [expected], []
    for _ in range(9):
        losses.append((1.0 + 4.0) / 2.0 * expected**2 + 0.5 * expected**2)
        expected -= 0.1 * min(6.0 * expected, 4.0)
        course.append(expected)
    assert course[1] == pytest.approx(3.0 - 0.4)  # the first gradient, 18, is clipped; the last is not
    assert 6.0 * course[-2] < 4.0
    assert [numbers[0] for numbers in optimiser.course] == pytest.approx(course, rel=1e-14)
    assert history.loss == pytest.approx(losses, rel=1e-14)


# Its end --------------------------------------------------------------------------------------------------------------


def towards(goal: float, held_out: float, **options: Any) -> tuple[History, list[float], float]:
    """Train one number from 0 towards a goal; return the history, the number after each epoch, and the last."""
    w, course = Value(0.0), []
    history = fit(
        lambda x: w * x, squared_error, [(1.0, goal)], SGD([w], 0.05), epochs=100, validation=[(1.0, held_out)],
        on_epoch=lambda history: course.append(w.data), **options,
    )  # fmt: skip
    return history, course, w.data


def test_early_stopping_restores_the_best_epoch() -> None:
    history, course, last = towards(10.0, 4.0, patience=3)
    expected = [(number - 4.0) ** 2 for number in course]
    assert history.validation_loss == pytest.approx(expected, rel=1e-14)
    best = expected.index(min(expected))
    assert 2 < best < 20
    assert len(history) == best + 1 + 3
    assert history.best_epoch == best + 1
    assert last == course[best] != course[-1]
    assert history.ended == f"no better loss for 3 epochs, so back to epoch {best + 1}"
    assert repr(history).endswith(f"{history.ended})")


def test_without_samples_held_out_the_loss_after_each_epoch_counts() -> None:
    """The loss that an epoch's step has met is that of the parameters before it, one step too good for these."""
    w = Value(1.0)
    optimiser = SGD([w], lambda step: 0.1 if step < 3 else 1.5)  # three times w *= 0.8, then w *= -2
    history = fit(lambda x: w * x, squared_error, [(1.0, 0.0)], optimiser, epochs=50, patience=2)
    assert history.best_epoch == 3
    assert len(history) == 5
    assert w.data == pytest.approx(0.8**3, rel=1e-14)


def test_small_improvements_do_not_count() -> None:
    history, course, last = towards(10.0, 10.0, patience=2, min_improvement=5.0)
    best, epoch = math.inf, 0
    for number, loss in enumerate((x - 10.0) ** 2 for x in course):
        if loss < best - 5.0:
            best, epoch = loss, number
    assert len(history) == epoch + 1 + 2 < 100
    assert last == course[epoch]


def test_without_patience_training_goes_on_and_remembers_the_best_epoch() -> None:
    history, course, last = towards(10.0, 4.0)
    assert len(history) == len(course) == 100
    assert last == course[-1]
    assert history.best_epoch == 1 + history.validation_loss.index(min(history.validation_loss))
    assert history.ended == "all epochs done"


def test_divergence_leaves_the_parameters_as_before_the_step() -> None:
    w = Value(1.0, "w")
    optimiser = Recorder([w], 1e60)
    with pytest.raises(DivergenceError, match=r"loss became inf in step 4 \(epoch 4\).*8e\+180.*smaller lr") as caught:
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)], optimiser, epochs=10)  # w grows by 2e60 in each step
    assert [w.data] == optimiser.course[-1] == pytest.approx([-8e180], rel=1e-12)
    assert caught.value.loss.data == math.inf
    assert isinstance(caught.value.loss, Value)
    assert (len(caught.value.history), caught.value.history.steps, optimiser.steps) == (3, 3, 3)
    assert isinstance(caught.value, ArithmeticError)


def test_a_gradient_that_is_not_finite_moves_nothing() -> None:
    w, v = Value(0.0), Value(1.0)
    with pytest.raises(ValueError, match=r"gradient of parameter 0 .*nothing was moved"):
        fit(lambda x: (w * w) ** 0.5 + v * x, lambda p, y: p, [(1.0, 0.0)], SGD([w, v], 0.1))
    assert data([w, v]) == [0.0, 1.0]


def test_any_error_of_the_loss_leaves_the_parameters_as_they_were() -> None:
    model = MLP(2, [1], seed=0)
    before = data(model.parameters())
    with pytest.raises(ZeroDivisionError):
        fit(model, lambda p, y: p / 0 if y > 1 else p * (1 // 0), [([1.0, 2.0], 0.0)], SGD(model.parameters(), 0.1))
    assert data(model.parameters()) == before


# What it tells --------------------------------------------------------------------------------------------------------


def test_histories() -> None:
    model = MLP(2, [1], seed=0)
    lengths: list[int] = []
    pairs = [(x, 1 if y > 0 else -1) for x, y in zip(X.tolist(), Y.tolist(), strict=True)]
    history = fit(
        model, hinge, pairs[:15], SGD(model.parameters(), 0.1), epochs=4, batch_size=5, validation=pairs[15:],
        metrics={"accuracy": accuracy}, on_epoch=lambda history: lengths.append(len(history)),
    )  # fmt: skip
    assert lengths == [1, 2, 3, 4]
    assert list(history.curves()) == ["loss", "validation loss", "accuracy", "validation accuracy"]
    assert all(len(curve) == 4 for curve in history.curves().values())
    outputs = [model(x).data for x, _ in pairs[15:]]
    right = [(output > 0) == (sign > 0) for output, (_, sign) in zip(outputs, pairs[15:], strict=True)]
    assert history.metrics["validation accuracy"][-1] == sum(right) / 5
    margins = [max(0.0, 1.0 - sign * output) for output, (_, sign) in zip(outputs, pairs[15:], strict=True)]
    assert history.validation_loss[-1] == pytest.approx(sum(margins) / 5, rel=1e-14)
    text = repr(history)
    assert text.startswith("History(4 epochs, 12 steps, loss ")
    assert f"{history.loss[0]:.4g} → {history.loss[-1]:.4g}" in text
    assert text.endswith(": all epochs done)")
    assert bool(History())
    assert not len(History())
    assert History().curves() == {}


@pytest.mark.parametrize(("progress", "shown"), [(None, False), (False, False), (True, True)])
def test_the_progress_bar(progress: bool | None, shown: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """By default it is shown in a terminal, which the captured standard error is not."""
    model = MLP(1, [1], seed=0)
    fit(model, squared_error, [(1.0, 2.0)], SGD(model.parameters(), 0.1), epochs=3, progress=progress)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("epoch 3/3" in captured.err and "loss" in captured.err and "3/3" in captured.err) == shown
    assert shown or captured.err == ""


# Errors ---------------------------------------------------------------------------------------------------------------


def tried(samples: Any, model: Any = None, loss: Any = squared_error, optimiser: Any = None, **options: Any) -> Any:
    model = model or MLP(2, [1], seed=0)
    optimiser = optimiser or SGD(model.parameters(), 0.1)
    return of.fit(model, loss, samples, optimiser, **{"epochs": 1, **options})


PAIR = [([1.0, 2.0], 0.5)]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: tried([]), ValueError, ["no samples in data"]),
        (lambda: tried(PAIR, validation=[]), ValueError, ["no samples in validation"]),
        (lambda: tried(3), TypeError, ["data", "pairs", "int"]),
        (lambda: tried({"x": 1}), TypeError, ["data", "pairs", "dict"]),
        (lambda: tried("xy"), TypeError, ["data", "pairs", "str"]),
        (lambda: tried([1.0, 2.0]), TypeError, ["number 0", "float", "zip(X, y)"]),
        (lambda: tried([*PAIR, ([1.0, 2.0],)]), TypeError, ["number 1", "zip(X, y)"]),
        (lambda: tried(X), TypeError, ["number 0", "2 numbers", "zip(X, y)"]),
        (lambda: tried((X, Y)), TypeError, ["number 0", "zip(X, y)"]),
        (lambda: tried([([1.0], 0.5)]), ValueError, ["Layer(2, 1)", "2 numbers", "1 number"]),
        (lambda: tried([([1.0, 2.0], [0.5])]), ValueError, ["squared_error", "a single number", "1 number"]),
        (lambda: tried([(X, Y)]), TypeError, ["one sample", "20 × 2"]),
        (lambda: tried(PAIR, optimiser=0.1), TypeError, ["optimiser", "float"]),
        (lambda: tried(PAIR, optimiser=SGD([Value(1.0)], 0.1)), ValueError, ["none of the model's parameters"]),
        (lambda: tried(PAIR, loss=lambda p, y: 3.0), TypeError, ["loss", "Value", "float"]),
        (lambda: tried(PAIR, loss=lambda p, y: [p]), TypeError, ["loss", "1 number"]),
        (lambda: tried(PAIR, loss=lambda p, y: Value(1.0)), TypeError, ["loss", "depends on parameters"]),
        (lambda: tried(PAIR, epochs=0), ValueError, ["epochs", "at least 1"]),
        (lambda: tried(PAIR, batch_size=0), ValueError, ["batch_size", "at least 1"]),
        (lambda: tried(PAIR, batch_size=1.5), TypeError, ["batch_size", "whole number"]),
        (lambda: tried(PAIR, patience=0), ValueError, ["patience", "at least 1"]),
        (lambda: tried(PAIR, min_improvement=-1), ValueError, ["min_improvement", "at least 0"]),
        (lambda: tried(PAIR, clip_norm=0), ValueError, ["clip_norm", "above 0"]),
        (lambda: tried(PAIR, loss=lambda p, y: log(p * 0.0 + 1.0) + exp(p * 0.0 + 800.0)), DivergenceError, ["inf"]),
    ],
)
def test_errors(make: Callable[[], Any], error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert all(word in str(caught.value) for word in words), caught.value


def test_what_cannot_be_trained_on_is_refused_at_once() -> None:
    nan = math.nan
    w = Value(1.0)
    with pytest.raises(ValueError, match="data: the input of number 1 has nan"):
        fit(lambda x: w * x[0], squared_error, [([1.0], 0.0), ([nan], 0.0)], SGD([w], 0.1))
    with pytest.raises(ValueError, match="validation: the target of number 0 has inf"):
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)], SGD([w], 0.1), validation=[(1.0, math.inf)])
    spent = zip([1.0], [2.0], strict=True)
    assert list(spent)
    with pytest.raises(ValueError, match=r"no samples in data .*list\(zip\(X, y\)\)"):
        fit(lambda x: w * x, squared_error, spent, SGD([w], 0.1))
    with pytest.raises(ValueError, match="LBFGS needs all samples"):
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)] * 4, LBFGS([w]), batch_size=2)
    assert w.data == 1.0


def test_a_loss_of_samples_held_out_that_is_not_finite_ends_training() -> None:
    w = Value(1.0)
    with pytest.raises(DivergenceError, match=r"held out became inf after epoch 1; the largest parameter is 0.8"):
        fit(lambda x: w * x, squared_error, [(1.0, 0.0)], SGD([w], 0.1), validation=[(1e200, 0.0)], patience=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loss": "mse"}, "loss must be a function, such as squared_error"),
        ({"metrics": [accuracy]}, '{"accuracy": accuracy}'),
        ({"metrics": accuracy}, '{"accuracy": accuracy}'),
        ({"metrics": {"accuracy": 1.0}}, "metric 'accuracy' must be a function"),
        ({"penalty": 0.01}, "penalty must be a function"),
        ({"on_epoch": 3}, "on_epoch must be a function"),
        ({"optimiser": SGD}, r"write SGD(model.parameters(), …)"),
        ({"model": 3}, "model must be a function, such as a module"),
    ],
)
def test_arguments_that_are_no_functions(options: dict[str, Any], words: str) -> None:
    w = Value(1.0)
    arguments: dict[str, Any] = {
        "model": lambda x: w * x, "loss": squared_error, "data": [(1.0, 0.0)], "optimiser": SGD([w], 0.1),
    }  # fmt: skip
    with pytest.raises(TypeError, match=re.escape(words)):
        fit(**arguments | options)


def test_a_history_tells_of_the_parameters_that_were_kept() -> None:
    history, course, last = towards(10.0, 4.0, patience=3)
    assert history.restored
    kept = (last - 4.0) ** 2
    assert last in course
    assert f"→ {kept:.4g}: no better loss for 3 epochs, so back to epoch {history.best_epoch}" in repr(history)
    assert not towards(10.0, 4.0)[0].restored
