"""Optimisers: step for step against NumPy, PyTorch and SciPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.optimize

import nn
from autograd import Value, dot, exp, sin, softplus
from nn import (
    LBFGS,
    SGD,
    Adam,
    AdamW,
    Newton,
    Optimiser,
    RMSprop,
)
from tests.nn_reference import CLOSE, Array, data, import_torch

STEPS = 30
START = np.array([1.5, -2.0, 0.3, 4.0, 0.0])
SCALES = np.array([1.0, 0.5, 20.0, 1e-3, 3.0])

# Wrong types are the point in some tests, so the names are looked up without theirs.
of: Any = nn


def slope(x: Array, step: int) -> Array:
    """Return the gradient of a loss that changes from step to step, as that of batches does."""
    return SCALES * x + np.cos(3.0 * x + step)


def loss_of(parameters: list[Value], step: int) -> Value:
    """Return the loss with that gradient."""
    terms = [0.5 * s * x * x + sin(3.0 * x + step) / 3.0 for x, s in zip(parameters, SCALES.tolist(), strict=True)]
    return loss_from(terms)


def loss_from(terms: list[Value]) -> Value:
    """Return the sum of terms."""
    total: Value = dot(terms, [1.0] * len(terms))
    return total


def run(make: Callable[[list[Value]], Optimiser], steps: int = STEPS) -> Array:
    """Return the parameters after each step."""
    parameters = [Value(x) for x in START.tolist()]
    optimiser = make(parameters)
    course = []
    for step in range(steps):
        optimiser.zero_grad()
        loss_of(parameters, step).backward()
        optimiser.step()
        course.append(data(parameters))
    return np.array(course)


# Written independently, after the formulas of the papers and PyTorch's documentation ----------------------------------


def sgd(lr: float, momentum: float = 0.0, nesterov: bool = False, decay: float = 0.0) -> Array:
    x, course, velocity = START, [], None
    for step in range(STEPS):
        g = slope(x, step) + decay * x
        velocity = g if velocity is None else momentum * velocity + g
        x = x - lr * (g + momentum * velocity if nesterov else velocity if momentum else g)
        course.append(x)
    return np.array(course)


def adam(lr: float, betas: tuple[float, float], eps: float, coupled: float = 0.0, decoupled: float = 0.0) -> Array:
    x, course, m, v = START, [], np.zeros(5), np.zeros(5)
    for step in range(STEPS):
        g = slope(x, step) + coupled * x
        m, v = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g**2
        mean, square = m / (1 - betas[0] ** (step + 1)), v / (1 - betas[1] ** (step + 1))
        x = x * (1 - lr * decoupled) - lr * mean / (np.sqrt(square) + eps)
        course.append(x)
    return np.array(course)


def rmsprop(
    lr: float, alpha: float, eps: float, momentum: float = 0.0, centred: bool = False, decay: float = 0.0
) -> Array:
    x, course, v, m, velocity = START, [], np.zeros(5), np.zeros(5), np.zeros(5)
    for step in range(STEPS):
        g = slope(x, step) + decay * x
        v, m = alpha * v + (1 - alpha) * g**2, alpha * m + (1 - alpha) * g
        velocity = momentum * velocity + g / (np.sqrt(v - m**2 if centred else v) + eps)
        x = x - lr * velocity
        course.append(x)
    return np.array(course)


CASES: dict[str, tuple[Callable[[list[Value]], Optimiser], Callable[[], Array], str, dict[str, Any]]] = {
    "SGD": (lambda p: SGD(p, 0.03), lambda: sgd(0.03), "SGD", {"lr": 0.03}),
    "SGD with momentum": (
        lambda p: SGD(p, 0.02, 0.9), lambda: sgd(0.02, 0.9), "SGD", {"lr": 0.02, "momentum": 0.9}
    ),
    "SGD of Nesterov": (
        lambda p: SGD(p, 0.02, 0.8, nesterov=True), lambda: sgd(0.02, 0.8, nesterov=True), "SGD",
        {"lr": 0.02, "momentum": 0.8, "nesterov": True},
    ),
    "SGD with weight decay": (
        lambda p: SGD(p, 0.02, weight_decay=0.1), lambda: sgd(0.02, decay=0.1), "SGD", {"lr": 0.02, "weight_decay": 0.1}
    ),
    "SGD with all": (
        lambda p: SGD(p, 0.02, 0.8, nesterov=True, weight_decay=0.1), lambda: sgd(0.02, 0.8, True, 0.1), "SGD",
        {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
    ),
    "Adam": (lambda p: Adam(p), lambda: adam(1e-3, (0.9, 0.999), 1e-8), "Adam", {}),
    "Adam with all": (
        lambda p: Adam(p, 0.05, (0.8, 0.9), 1e-3, weight_decay=0.1), lambda: adam(0.05, (0.8, 0.9), 1e-3, 0.1), "Adam",
        {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1},
    ),
    "AdamW": (
        lambda p: AdamW(p), lambda: adam(1e-3, (0.9, 0.999), 1e-8, decoupled=0.01), "AdamW", {}
    ),
    "AdamW with all": (
        lambda p: AdamW(p, 0.05, (0.5, 0.9), 1e-3, weight_decay=0.2),
        lambda: adam(0.05, (0.5, 0.9), 1e-3, decoupled=0.2), "AdamW",
        {"lr": 0.05, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.2},
    ),
    "RMSprop": (lambda p: RMSprop(p), lambda: rmsprop(1e-2, 0.99, 1e-8), "RMSprop", {}),
    "RMSprop with momentum": (
        lambda p: RMSprop(p, 0.01, 0.9, 1e-4, momentum=0.7), lambda: rmsprop(0.01, 0.9, 1e-4, 0.7), "RMSprop",
        {"lr": 0.01, "alpha": 0.9, "eps": 1e-4, "momentum": 0.7},
    ),
    "RMSprop, centred": (
        lambda p: RMSprop(p, 0.01, 0.9, centred=True), lambda: rmsprop(0.01, 0.9, 1e-8, centred=True), "RMSprop",
        {"lr": 0.01, "alpha": 0.9, "centered": True},
    ),
    "RMSprop with all": (
        lambda p: RMSprop(p, 0.01, 0.8, 1e-6, momentum=0.5, centred=True, weight_decay=0.1),
        lambda: rmsprop(0.01, 0.8, 1e-6, 0.5, True, 0.1), "RMSprop",
        {"lr": 0.01, "alpha": 0.8, "eps": 1e-6, "momentum": 0.5, "centered": True, "weight_decay": 0.1},
    ),
}  # fmt: skip
EVERY = pytest.mark.parametrize("name", CASES)


@EVERY
def test_every_step_is_that_of_numpy(name: str) -> None:
    make, reference, _, _ = CASES[name]
    expected = reference()
    assert np.abs(expected[-1] - START).min() > 1e-3  # every parameter was moved
    np.testing.assert_allclose(run(make), expected, rtol=CLOSE, atol=CLOSE)


@EVERY
def test_every_step_is_that_of_pytorch(name: str) -> None:
    torch = import_torch()
    make, _, theirs, options = CASES[name]
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimiser = getattr(torch.optim, theirs)([x], **options)
    scales, course = torch.tensor(SCALES), []
    for step in range(STEPS):
        optimiser.zero_grad()
        (0.5 * scales * x * x + torch.sin(3.0 * x + step) / 3.0).sum().backward()
        optimiser.step()
        course.append(x.detach().numpy().copy())
    np.testing.assert_allclose(run(make), np.array(course), rtol=CLOSE, atol=CLOSE)


@EVERY
def test_a_state_that_is_loaded_goes_on_as_if_nothing_had_happened(name: str) -> None:
    make = CASES[name][0]
    expected = run(make)
    first = [Value(x) for x in START.tolist()]
    optimiser = make(first)
    for step in range(STEPS):
        if step == 7:
            kept = optimiser.state_dict()
            first = [Value(x) for x in data(first)]
            optimiser = make(first)
            optimiser.load_state_dict(kept)
            optimiser.load_state_dict({key: np.array(item) for key, item in kept.items()})
        optimiser.zero_grad()
        loss_of(first, step).backward()
        optimiser.step()
        kept = {}  # what was returned is a copy
        assert data(first) == expected[step].tolist()
    assert optimiser.steps == STEPS


@EVERY
def test_nothing_is_moved_by_a_gradient_that_is_not_finite(name: str) -> None:
    parameters = [Value(x, f"p{i}") for i, x in enumerate(START.tolist())]
    optimiser = CASES[name][0](parameters)
    loss_of(parameters, 0).backward()
    before = optimiser.state_dict()
    for bad in (math.nan, math.inf, -math.inf):
        parameters[2].grad = bad
        with pytest.raises(ValueError, match=r"parameter 2 \(.*p2.*\) is .*nothing was moved.*blame"):
            optimiser.step()
        assert data(parameters) == START.tolist()
        assert optimiser.state_dict() == before
    assert optimiser.steps == 0


def test_large_gradients_whose_sum_overflows_are_finite() -> None:
    parameters = [Value(0.0), Value(0.0)]
    (1e308 * parameters[0] + 1e308 * parameters[1]).backward()
    SGD(parameters, 1e-308).step()
    assert data(parameters) == pytest.approx([-1.0, -1.0], rel=1e-15)


@EVERY
def test_parameters_without_a_gradient_stay_but_for_weight_decay(name: str) -> None:
    parameters = [Value(0.0), Value(2.0)]
    optimiser = CASES[name][0](parameters)
    optimiser.step()
    assert parameters[0].data == 0.0
    assert (parameters[1].data == 2.0) == (not getattr(optimiser, "weight_decay", 0.0))


def test_a_step_takes_a_closure() -> None:
    x = Value(3.0)
    optimiser = SGD([x], 0.1)

    def closure() -> Value:
        optimiser.zero_grad()
        loss = x * x
        loss.backward()
        return loss

    loss = optimiser.step(closure)
    assert loss is not None
    assert loss.data == 9.0
    assert x.data == pytest.approx(2.4, rel=1e-15)
    assert repr(optimiser) == "SGD(1 parameters, lr=0.1, 1 steps taken)"


# By curvature ---------------------------------------------------------------------------------------------------------


def rosenbrock(x: Array) -> tuple[float, Array]:
    """Return the chained function of Rosenbrock, and its gradient by hand."""
    ahead, behind = x[1:], x[:-1]
    slopes = np.zeros_like(x)
    slopes[:-1] += -2.0 * (1.0 - behind) - 400.0 * behind * (ahead - behind**2)
    slopes[1:] += 200.0 * (ahead - behind**2)
    return float(((1.0 - behind) ** 2 + 100.0 * (ahead - behind**2) ** 2).sum()), slopes


def test_lbfgs_is_scipy_s_with_the_gradients_of_the_graph() -> None:
    start = np.array([-1.2, 1.0, 0.7, -0.4])
    parameters = [Value(x) for x in start.tolist()]
    optimiser = LBFGS(parameters, max_iter=12, history=5)

    def closure() -> Value:
        optimiser.zero_grad()
        pairs = list(pairwise(parameters))
        loss = dot([1.0 - a for a, _ in pairs], [1.0 - a for a, _ in pairs])
        loss = loss + 100.0 * dot([b - a * a for a, b in pairs], [b - a * a for a, b in pairs])
        loss.backward()
        return loss

    options = {"maxiter": 12, "maxcor": 5, "gtol": 1e-7, "ftol": 0.0}
    for _ in range(2):
        before = rosenbrock(start)[0]
        found = scipy.optimize.minimize(rosenbrock, start, jac=True, method="L-BFGS-B", options=options)
        start = found.x
        assert optimiser.step(closure).data == pytest.approx(before, rel=1e-10)
        # Roundings of 1e-16 in the first gradients grow in the valley, whose curvatures are 1000 apart.
        assert data(parameters) == pytest.approx(start.tolist(), rel=1e-7)
    for _ in range(4):
        optimiser.step(closure)
    assert np.abs(rosenbrock(np.array(data(parameters)))[1]).max() < 2e-7  # a step ends at 1e-7, unless in between
    assert optimiser.steps == 6


def test_lbfgs_leaves_everything_as_it_was_where_the_closure_raises() -> None:
    x = Value(3.0)
    optimiser = LBFGS([x])
    calls: list[float] = []

    def closure() -> Value:
        optimiser.zero_grad()
        calls.append(x.data)
        if len(calls) == 3:
            raise KeyboardInterrupt
        loss = exp(x) - 2.0 * x
        loss.backward()
        return loss

    with pytest.raises(KeyboardInterrupt):
        optimiser.step(closure)
    assert len(set(calls)) == 3
    assert (x.data, optimiser.steps) == (3.0, 0)


def test_newton_takes_one_step_on_a_quadratic() -> None:
    source = np.random.default_rng(0)
    root = source.normal(size=(4, 4))
    matrix, right = root @ root.T + np.eye(4), source.normal(size=4)
    x = [Value(number) for number in source.normal(size=4).tolist()]
    optimiser = Newton(x)

    def loss() -> Value:
        rows = [dot(row, x) for row in matrix.tolist()]
        return 0.5 * dot(rows, x) - dot(right.tolist(), x)

    optimiser.step(loss)
    assert data(x) == pytest.approx(np.linalg.solve(matrix, right).tolist(), rel=1e-10)


@pytest.mark.parametrize(("lr", "damping"), [(1.0, 0.0), (0.5, 0.0), (1.0, 0.3)])
def test_newton_on_a_logistic_regression_is_that_with_the_analytic_hessian(lr: float, damping: float) -> None:
    source = np.random.default_rng(1)
    inputs = np.hstack([source.normal(size=(30, 2)), np.ones((30, 1))])
    targets = (inputs[:, 0] + source.normal(size=30) > 0).astype(float)
    w, parameters = np.zeros(3), [Value(0.0) for _ in range(3)]
    optimiser = Newton(parameters, lr, damping=damping)

    def loss() -> Value:
        logits = [dot(row, parameters) for row in inputs.tolist()]
        return loss_from([softplus(z) - t * z for z, t in zip(logits, targets.tolist(), strict=True)])

    for _ in range(20):
        p = 1.0 / (1.0 + np.exp(-inputs @ w))
        hessian = inputs.T @ np.diag(p * (1.0 - p)) @ inputs + damping * np.eye(3)
        w = w - lr * np.linalg.solve(hessian, inputs.T @ (p - targets))
        optimiser.step(loss)
        assert data(parameters) == pytest.approx(w.tolist(), rel=CLOSE, abs=CLOSE)
    assert optimiser.steps == 20


def test_newton_says_where_it_cannot_go_on() -> None:
    x, y = Value(1.0), Value(2.0)
    for loss in (lambda: 3.0 * x, lambda: (x + y) ** 2):
        with pytest.raises(ValueError, match=r"singular.*nothing was moved.*damping"):
            Newton([x, y]).step(loss)
    assert data([x, y]) == [1.0, 2.0]
    Newton([x, y], damping=1.0).step(lambda: 3.0 * x)
    assert data([x, y]) == [-2.0, 2.0]


def test_an_optimiser_follows_its_schedule() -> None:
    x = Value(0.0)
    optimiser = SGD([x], lambda step: 1.0 / (step + 1))
    for _ in range(4):
        x.grad = 1.0
        optimiser.step()
    assert x.data == pytest.approx(-(1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0), rel=1e-15)
    assert optimiser.rate == 0.2
    optimiser.lr = 0.5
    assert optimiser.rate == 0.5
    with pytest.raises(ValueError, match="SGD: lr must be at least 0"):
        optimiser.lr = -1.0
    assert optimiser.lr == 0.5


# Errors ---------------------------------------------------------------------------------------------------------------


def two() -> list[Value]:
    return [Value(1.0), Value(2.0)]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: of.SGD([], 0.1), ValueError, ["SGD", "no parameters"]),
        (lambda: of.SGD([1.0], 0.1), TypeError, ["parameter 0", "Value", "float"]),
        (lambda: of.SGD([Value(1.0) * 2], 0.1), TypeError, ["parameter 0", "no leaf"]),
        (lambda: of.SGD(two()[:1] * 2, 0.1), ValueError, ["occurs twice"]),
        (lambda: of.SGD(of.Layer(1, 1), 0.1), TypeError, ["SGD(model.parameters(), …)"]),
        (lambda: of.SGD(two(), -0.1), ValueError, ["SGD: lr", "at least 0", "-0.1"]),
        (lambda: of.SGD(two(), "0.1"), TypeError, ["SGD: lr", "str"]),
        (lambda: of.SGD(two(), math.nan), ValueError, ["SGD: lr", "nan"]),
        (lambda: of.SGD(two(), 0.1, 1.5), ValueError, ["SGD: momentum", "at most 1"]),
        (lambda: of.SGD(two(), 0.1, nesterov=True), ValueError, ["nesterov needs momentum"]),
        (lambda: of.SGD(two(), 0.1, weight_decay=-1), ValueError, ["SGD: weight_decay", "at least 0"]),
        (lambda: of.Adam(two(), betas=(0.9, 1.0)), ValueError, ["Adam: betas[1]", "below 1"]),
        (lambda: of.AdamW(two(), eps=-1e-8), ValueError, ["AdamW: eps", "above 0"]),
        (lambda: of.RMSprop(two(), alpha=1.0), ValueError, ["RMSprop: alpha", "below 1"]),
        (lambda: of.LBFGS(two(), max_iter=0), ValueError, ["LBFGS: max_iter", "at least 1"]),
        (lambda: of.LBFGS(two()).step(), TypeError, ["LBFGS", "closure"]),
        (lambda: of.Newton(two()).step(), TypeError, ["Newton", "closure"]),
        (lambda: of.Newton([Value(0.0) for _ in range(501)]), ValueError, ["at most 500", "501", "LBFGS"]),
        (lambda: of.Newton(two(), damping=-1), ValueError, ["Newton: damping", "at least 0"]),
        (lambda: of.SGD(two(), 0.1).load_state_dict({"steps": 1}), ValueError, ["SGD", "velocities"]),
        (
            lambda: of.SGD(two(), 0.1).load_state_dict({"steps": 1, "velocities": [0.0]}),
            ValueError,
            ["numbers of 2", "got 1"],
        ),
        (lambda: of.Adam(two()).load_state_dict(of.SGD(two(), 0.1).state_dict()), ValueError, ["Adam", "means"]),
    ],
)
def test_errors(make: Callable[[], Any], error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert all(word in str(caught.value) for word in words), caught.value
