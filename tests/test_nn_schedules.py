"""Schedules of the learning rate, and clipping: against their formulas, NumPy and PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from nn import clip_grad_norm, clip_grad_value, cosine_decay, exponential_decay, linear_decay, step_decay, warmup
from tests.nn_reference import Array, import_torch

# Wrong types are the point in some tests, so the names are looked up without theirs.
of: Any = nn


# Schedules ------------------------------------------------------------------------------------------------------------

SCHEDULES: dict[str, tuple[Callable[[int], float], Callable[[int], float], str, dict[str, Any]]] = {
    "step": (
        step_decay(0.8, 7, 0.5), lambda k: 0.8 * 0.5 ** math.floor(k / 7), "StepLR", {"step_size": 7, "gamma": 0.5}
    ),
    "exponential": (
        exponential_decay(0.8, 0.9), lambda k: 0.8 * math.exp(k * math.log(0.9)), "ExponentialLR", {"gamma": 0.9}
    ),
    "cosine": (
        cosine_decay(0.8, 50, 0.1), lambda k: 0.1 + 0.35 * (1.0 + math.cos(math.pi * k / 50)), "CosineAnnealingLR",
        {"T_max": 50, "eta_min": 0.1},
    ),
    "linear": (
        linear_decay(0.8, 40, 0.2), lambda k: 0.8 - 0.6 * min(k, 40) / 40, "LinearLR",
        {"start_factor": 1.0, "end_factor": 0.25, "total_iters": 40},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_their_formulas(name: str) -> None:
    rate, formula, _, _ = SCHEDULES[name]
    assert [rate(k) for k in range(51)] == pytest.approx([formula(k) for k in range(51)], rel=1e-13)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_those_of_pytorch(name: str) -> None:
    torch = import_torch()
    rate, _, theirs, options = SCHEDULES[name]
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
    scheduler = getattr(torch.optim.lr_scheduler, theirs)(optimiser, **options)
    expected = []
    for _ in range(50):
        expected.append(scheduler.get_last_lr()[0])
        optimiser.step()
        scheduler.step()
    assert [rate(k) for k in range(50)] == pytest.approx(expected, rel=1e-12)  # PyTorch multiplies step by step


def test_schedules_stay_at_their_end() -> None:
    assert [linear_decay(1.0, 10, 0.25)(k) for k in (10, 11, 1000)] == [0.25] * 3
    assert [cosine_decay(1.0, 10, 0.25)(k) for k in (10, 11, 1000)] == pytest.approx([0.25] * 3, rel=1e-15)


def test_a_warmup_goes_before_another_schedule() -> None:
    rate = warmup(5, step_decay(1.0, 3, 0.5))
    assert [rate(k) for k in range(12)] == pytest.approx(
        [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25], rel=1e-15
    )
    assert [warmup(2, 0.5)(k) for k in range(4)] == [0.25, 0.5, 0.5, 0.5]


# Clipping -------------------------------------------------------------------------------------------------------------


def with_gradients(gradients: Array) -> list[Value]:
    parameters = [Value(0.0) for _ in gradients]
    for parameter, gradient in zip(parameters, gradients.tolist(), strict=True):
        parameter.grad = gradient
    return parameters


@pytest.mark.parametrize("limit", [0.1, 2.0, 5.0, 100.0])
def test_clipping(limit: float) -> None:
    gradients = np.array([3.0, -0.5, 0.0, -4.0])
    norm = np.linalg.norm(gradients)
    by_norm, by_value = with_gradients(gradients), with_gradients(gradients)
    assert clip_grad_norm(by_norm, limit) == pytest.approx(norm, rel=1e-15)
    clip_grad_value(by_value, limit)
    assert [p.grad for p in by_norm] == pytest.approx((gradients * min(1.0, limit / norm)).tolist(), rel=1e-15)
    assert [p.grad for p in by_value] == np.clip(gradients, -limit, limit).tolist()


@pytest.mark.parametrize("limit", [0.1, 2.0, 100.0])
def test_clipping_is_that_of_pytorch(limit: float) -> None:
    torch = import_torch()
    gradients = np.array([3.0, -0.5, 0.0, -4.0])
    x = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    x.grad = torch.tensor(gradients)
    parameters = with_gradients(gradients)
    norm = float(torch.nn.utils.clip_grad_norm_([x], limit))
    assert clip_grad_norm(parameters, limit) == pytest.approx(norm, rel=1e-15)
    assert [p.grad for p in parameters] == pytest.approx(x.grad.tolist(), rel=1e-5)  # PyTorch adds 1e-6 to the norm


def test_clipping_at_the_ends_of_the_floats() -> None:
    huge = with_gradients(np.array([1e300, -1e300]))
    assert clip_grad_norm(huge, 1.0) == pytest.approx(math.sqrt(2.0) * 1e300, rel=1e-15)
    assert [p.grad for p in huge] == pytest.approx([math.sqrt(0.5), -math.sqrt(0.5)], rel=1e-15)
    for bad in (math.nan, math.inf):
        parameters = with_gradients(np.array([1.0, bad]))
        with pytest.raises(ValueError, match=r"nothing was changed.*blame"):
            clip_grad_norm(parameters, 1.0)
        assert parameters[0].grad == 1.0


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: of.step_decay(0.0, 1), ValueError, ["schedule: lr", "above 0"]),
        (lambda: of.step_decay(1.0, 0), ValueError, ["schedule: every", "at least 1"]),
        (lambda: of.exponential_decay(1.0, 1.5), ValueError, ["schedule: factor", "at most 1"]),
        (lambda: of.cosine_decay(1.0, 2.5), TypeError, ["schedule: steps", "whole number"]),
        (lambda: of.warmup(0, 1.0), ValueError, ["warmup: steps", "at least 1"]),
        (lambda: of.clip_grad_norm([Value(1.0)], 0.0), ValueError, ["max_norm", "above 0"]),
        (lambda: of.clip_grad_value([Value(1.0)], -1.0), ValueError, ["limit", "above 0"]),
    ],
)
def test_errors(make: Callable[[], Any], error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert all(word in str(caught.value) for word in words), caught.value
