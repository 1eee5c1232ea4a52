"""Losses: values in 50 digits, also at extreme arguments; slopes against difference quotients and PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import DomainError, Value, gradcheck
from nn import (
    absolute_error,
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    cross_entropy,
    cross_entropy_from_probabilities,
    hinge,
    huber,
    softmax_hinge,
    squared_error,
)
from tests.nn_reference import data, flat, import_torch, leaves, torch_slopes

mp = mpmath.mp
Numbers = list[Any]

# Wrong types are the point in some tests, so the names are looked up without theirs.
of: Any = nn


def softmax_of(z: Numbers) -> Numbers:
    powers = [mp.exp(x - max(z)) for x in z]
    return [power / mp.fsum(powers) for power in powers]


def surprise(logits: Numbers, label: int) -> Any:
    """Return -ln softmax: a difference from the largest logit, and log1p of the others'."""
    top = max(range(len(logits)), key=lambda i: logits[i])
    others = mp.fsum(mp.exp(z - logits[top]) for i, z in enumerate(logits) if i != top)
    return logits[top] - logits[label] + mp.log1p(others)


def huber_of(x: Any, delta: float) -> Any:
    return x * x / 2 if abs(x) <= delta else delta * (abs(x) - mp.mpf(delta) / 2)


def log_loss(p: Numbers, t: Numbers) -> Any:
    return mp.fsum(-a * mp.log(b) - (1 - a) * mp.log(1 - b) for b, a in zip(p, t, strict=True))


class Case(NamedTuple):
    """A loss with its arguments: the engine's, and what it is by definition and in PyTorch, as functions of them."""

    loss: Callable[[Any], Any]
    at: list[float]
    by_definition: Callable[[Numbers], Any]
    in_torch: Callable[[Any, Any], Any]


X, Y = [0.3, -1.7, 2.2, 0.9], [1.0, -1.5, -0.4, 0.9 + 1e-3]
P, T = [0.2, 0.7, 0.999, 0.4], [0.0, 1.0, 1.0, 0.3]
SIGNS, SHARES = [1, -1, -1, 1], [0.1, 0.2, 0.3, 0.4]


def difference(f: Callable[[Any], Any], divisor: float = 1.0) -> Callable[[Numbers], Any]:
    return lambda x: mp.fsum(f(a - mp.mpf(b)) for a, b in zip(x, Y, strict=True)) / divisor


def tensor(torch: Any, numbers: Any) -> Any:
    return torch.tensor(numbers, dtype=torch.float64)


def elementwise(name: str, target: list[float], **options: Any) -> Callable[[Any, Any], Any]:
    """Return a loss of torch.nn.functional with a target."""
    return lambda torch, x: getattr(torch.nn.functional, name)(x, tensor(torch, target), **options)


CASES: dict[str, Case] = {
    "squared": Case(lambda x: squared_error(x, Y), X, difference(lambda d: d * d, 4), elementwise("mse_loss", Y)),
    "squared, sum": Case(
        lambda x: squared_error(x, Y, "sum"), X, difference(lambda d: d * d),
        elementwise("mse_loss", Y, reduction="sum"),
    ),
    "squared, half": Case(
        lambda x: squared_error(x, Y, "half"), X, difference(lambda d: d * d / 2),
        lambda torch, x: 0.5 * elementwise("mse_loss", Y, reduction="sum")(torch, x),
    ),
    "absolute": Case(lambda x: absolute_error(x, Y), X, difference(abs, 4), elementwise("l1_loss", Y)),
    "absolute, sum": Case(
        lambda x: absolute_error(x, Y, "sum"), X, difference(abs), elementwise("l1_loss", Y, reduction="sum")
    ),
    "huber": Case(
        lambda x: huber(x, Y), X, difference(lambda d: huber_of(d, 1.0), 4), elementwise("huber_loss", Y)
    ),
    "huber, sum": Case(
        lambda x: huber(x, Y, 0.25, "sum"), X, difference(lambda d: huber_of(d, 0.25)),
        elementwise("huber_loss", Y, delta=0.25, reduction="sum"),
    ),
    "binary": Case(
        lambda p: binary_cross_entropy(p, T), P, lambda p: log_loss(p, T) / 4, elementwise("binary_cross_entropy", T)
    ),
    "binary, sum": Case(
        lambda p: binary_cross_entropy(p, T, "sum"), P, lambda p: log_loss(p, T),
        elementwise("binary_cross_entropy", T, reduction="sum"),
    ),
    "binary from logits": Case(
        lambda z: binary_cross_entropy_from_logits(z, T), X,
        lambda z: log_loss([1 / (1 + mp.exp(-x)) for x in z], T) / 4,
        elementwise("binary_cross_entropy_with_logits", T),
    ),
    "cross-entropy of a class": Case(
        lambda z: cross_entropy(z, 2), X, lambda z: surprise(z, 2),
        lambda torch, z: torch.nn.functional.cross_entropy(z, torch.tensor(2)),
    ),
    "cross-entropy of shares": Case(
        lambda z: cross_entropy(z, SHARES), X, lambda z: mp.fsum(t * surprise(z, i) for i, t in enumerate(SHARES)),
        elementwise("cross_entropy", SHARES),
    ),
    "cross-entropy of weights": Case(
        lambda z: cross_entropy(z, [2.0, 0.0, 0.5, 1.0]), X,
        lambda z: 2 * surprise(z, 0) + surprise(z, 2) / 2 + surprise(z, 3),
        elementwise("cross_entropy", [2.0, 0.0, 0.5, 1.0]),
    ),
    "from probabilities of a class": Case(
        lambda p: cross_entropy_from_probabilities(p, 1), P, lambda p: -mp.log(p[1]),
        lambda torch, p: torch.nn.functional.nll_loss(torch.log(p), torch.tensor(1)),
    ),
    "from probabilities of shares": Case(
        lambda p: cross_entropy_from_probabilities(p, SHARES), P,
        lambda p: -mp.fsum(t * mp.log(x) for t, x in zip(SHARES, p, strict=True)),
        lambda torch, p: -(tensor(torch, SHARES) * torch.log(p)).sum(),
    ),
    "hinge": Case(
        lambda s: hinge(s, SIGNS), X, lambda s: mp.fsum(max(0, 1 - t * x) for t, x in zip(SIGNS, s, strict=True)) / 4,
        lambda torch, s: torch.relu(1.0 - tensor(torch, SIGNS) * s).mean(),
    ),
    "hinge, sum": Case(
        lambda s: hinge(s, SIGNS, 0.5, "sum"), X,
        lambda s: mp.fsum(max(0, mp.mpf(0.5) - t * x) for t, x in zip(SIGNS, s, strict=True)),
        lambda torch, s: torch.relu(0.5 - tensor(torch, SIGNS) * s).sum(),
    ),
    "softmax hinge": Case(
        lambda z: softmax_hinge(z, 0), X, lambda z: mp.fsum(max(0, p - softmax_of(z)[0]) for p in softmax_of(z)[1:]),
        lambda torch, z: torch.relu(torch.softmax(z, 0)[1:] - torch.softmax(z, 0)[0]).sum(),
    ),
    "softmax hinge with a margin": Case(
        lambda z: softmax_hinge(z, 3, 0.2), X,
        lambda z: mp.fsum(max(0, p - softmax_of(z)[3] + mp.mpf(0.2)) for p in softmax_of(z)[:3]),
        lambda torch, z: 4.0 * torch.nn.functional.multi_margin_loss(torch.softmax(z, 0), torch.tensor(3), margin=0.2),
    ),
}  # fmt: skip
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def slopes(f: Callable[[Numbers], Any], at: list[float], h: str = "1e-25") -> list[float]:
    """Return central differences, whose error is the square of the step."""
    step = mp.mpf(h)
    point = list(map(mp.mpf, at))
    moved = [[*point[:i], x + s, *point[i + 1 :]] for i, x in enumerate(point) for s in (step, -step)]
    results = [f(x) for x in moved]
    return [float((a - b) / (2 * step)) for a, b in zip(results[::2], results[1::2], strict=True)]


def gradient(loss: Callable[[Any], Any], at: list[float]) -> tuple[float, list[float]]:
    inputs = leaves(np.array(at))
    output = loss(inputs)
    output.backward()
    return output.data, [x.grad for x in inputs]


@EVERY
def test_values_and_slopes_are_those_of_the_definition(case: Case) -> None:
    value, found = gradient(case.loss, case.at)
    with mp.workdps(80):
        assert value == pytest.approx(float(case.by_definition(list(map(mp.mpf, case.at)))), rel=1e-14)
        expected = slopes(case.by_definition, case.at)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-14)  # few operations, but probabilities cancel
    assert case.loss(case.at) == pytest.approx(value, rel=1e-15)  # numbers in, a number out


@EVERY
def test_values_and_slopes_are_those_of_pytorch(case: Case) -> None:
    torch = import_torch()
    value, found = gradient(case.loss, case.at)
    assert value == pytest.approx(float(case.in_torch(torch, tensor(torch, case.at))), rel=1e-10)
    expected = torch_slopes(lambda at: case.in_torch(torch, at["x"]), {"x": np.array(case.at)})["x"]
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-10)


@EVERY
def test_gradcheck(case: Case) -> None:
    report = gradcheck(lambda x: case.loss(x) * 1.0, case.at, order=1)
    assert report.ok, report


# Where exponentials leave the floats ----------------------------------------------------------------------------------

LOGITS = [0.0, 1e-300, 1.0, 30.0, 36.8, 40.0, 700.0, 745.0, 800.0, 1e5, 1e8, 1e300]


@pytest.mark.parametrize("z", [*LOGITS, *(-z for z in LOGITS)])
@pytest.mark.parametrize("target", [0, 1])
def test_binary_cross_entropy_is_exact_for_any_logit(z: float, target: int) -> None:
    value, (slope,) = gradient(lambda x: binary_cross_entropy_from_logits(x, [target]), [z])
    signed = -z if target else z
    with mp.workdps(50):
        power = mp.exp(-abs(mp.mpf(signed)))
        expected = mp.log1p(power) + max(signed, 0)
        share = (power if signed < 0 else 1) / (1 + power)  # sigmoid of the signed logit
    assert value == pytest.approx(float(expected), rel=1e-14, abs=5e-324)
    assert slope == pytest.approx(float(share) * (-1.0 if target else 1.0), rel=1e-14, abs=5e-324)


OFFSETS = [0.0, 1000.0, -1e6, 2.0**40]
GAPS = [
    [0.0, 0.0], [0.0, 0.25, 0.5], [40.0, 0.0], [0.0, -800.0, -800.0], [700.0, 0.0, 1.5], [-3.0, 1.0, 0.5, 0.5],
    [5.0, 5.0, -1e5],
]  # fmt: skip


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("gaps", GAPS)
def test_cross_entropy_is_exact_for_any_logits(gaps: list[float], offset: float) -> None:
    """The gaps between the logits are exact, so that a common offset must not cost a digit."""
    logits = [gap + offset for gap in gaps]
    for label in range(len(logits)):
        value, found = gradient(lambda z, label=label: cross_entropy(z, label), logits)  # type: ignore[misc]
        with mp.workdps(50):
            exact = list(map(mp.mpf, gaps))
            expected = float(surprise(exact, label))
            shares = [share - (i == label) for i, share in enumerate(softmax_of(exact))]
        # A logarithm of size g is rounded to spacings of g, which exp makes a relative error of its result.
        close = 1e-14 + 4e-16 * max(0.0, max(gap - gaps[label] for gap in gaps), -max(
            gap - gaps[label] for i, gap in enumerate(gaps) if i != label
        ))  # fmt: skip
        assert value == pytest.approx(expected, rel=close, abs=5e-324)
        assert found == pytest.approx([float(x) for x in shares], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("gaps", GAPS)
def test_cross_entropy_of_shares_is_exact_for_any_logits(gaps: list[float], offset: float) -> None:
    source = np.random.default_rng(len(gaps))
    shares = [float(share) for share in source.dirichlet(np.ones(len(gaps)))]
    value, found = gradient(lambda z: cross_entropy(z, shares), [gap + offset for gap in gaps])
    with mp.workdps(50):
        exact = list(map(mp.mpf, gaps))
        expected = mp.fsum(share * surprise(exact, i) for i, share in enumerate(shares))
        slope = [p * mp.fsum(shares) - share for p, share in zip(softmax_of(exact), shares, strict=True)]
    assert value == pytest.approx(float(expected), rel=1e-14)
    assert found == pytest.approx([float(x) for x in slope], rel=1e-12, abs=1e-15)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=5), st.data())
def test_one_hot_targets_are_class_numbers(logits: list[float], choice: st.DataObject) -> None:
    label = choice.draw(st.integers(0, len(logits) - 1))
    one_hot = [float(i == label) for i in range(len(logits))]
    expected = cross_entropy(logits, label)
    for target in (np.int64(label), np.array(label), one_hot, tuple(map(int, one_hot)), np.array(one_hot)):
        assert cross_entropy(logits, target) == expected


@pytest.mark.parametrize("loss", [cross_entropy, cross_entropy_from_probabilities, softmax_hinge])
@pytest.mark.parametrize("as_array", [False, True])
def test_rows_of_scores_have_the_mean_or_the_sum_of_their_losses(loss: Callable[..., Any], as_array: bool) -> None:
    rows, targets = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], [2, 0]
    each = [loss(row, target) for row, target in zip(rows, targets, strict=True)]
    assert each[0] != each[1]
    given, labels = (np.array(rows), np.array(targets)) if as_array else (rows, targets)
    assert loss(given, labels) == pytest.approx(sum(each) / 2, rel=1e-15)
    assert loss(given, labels, reduction="sum") == pytest.approx(sum(each), rel=1e-15)
    with pytest.raises(ValueError, match="2 rows"):
        loss(given, [0])
    with pytest.raises(ValueError, match="reduction"):
        loss(given, labels, reduction="half")
    if loss is not softmax_hinge:
        one_hot = [[0, 0, 1], [1, 0, 0]]
        assert loss(given, np.array(one_hot) if as_array else one_hot) == loss(given, labels)


# Shapes, targets, edges -----------------------------------------------------------------------------------------------


def test_predictions_may_be_single_nested_and_arrays() -> None:
    assert squared_error(3.0, 1) == 4.0
    assert squared_error(Value(3.0), np.float64(1.0)).data == 4.0
    nested = [[1.0, 2.0], [3.0, 4.0]]
    assert squared_error(nested, np.zeros((2, 2)), "sum") == 30.0
    assert squared_error(np.array(nested), [np.zeros(2), np.ones(2)], "sum") == 1 + 4 + 4 + 9
    assert absolute_error(nested, [[0, 0], [0, 0]]) == 2.5
    assert binary_cross_entropy_from_logits(np.zeros(3), np.array([0, 1, 1])) == pytest.approx(math.log(2.0), rel=1e-15)
    assert hinge(np.array([0.5, -0.5]), np.array([1, -1])) == 0.5
    assert of.softmax_hinge(np.array([0.0, 0.0]), np.int64(1), 0.25) == 0.25


def test_a_probability_of_nothing_is_left_out() -> None:
    assert binary_cross_entropy([0.0, 1.0], [0, 1]) == 0.0
    assert cross_entropy_from_probabilities([0.0, 1.0], [0.0, 1.0]) == 0.0
    assert cross_entropy_from_probabilities([0.0, 0.5, 0.5], [0.0, 0.5, 0.5]) == pytest.approx(math.log(2.0), rel=1e-15)
    with pytest.raises(DomainError):
        binary_cross_entropy(Value(0.0), 1)
    with pytest.raises(DomainError):
        cross_entropy_from_probabilities([Value(0.0), Value(1.0)], 0)


def test_targets_may_be_values_that_are_differentiated() -> None:
    logits, target = leaves(np.array([0.3, -0.2])), Value(0.4)
    binary_cross_entropy_from_logits(logits[0], target).backward()
    assert target.grad == pytest.approx(-0.3, rel=1e-14)  # ln(1 - p) - ln p is minus the logit
    shares = leaves(np.array([0.25, 0.75]))
    cross_entropy(logits, shares).backward()
    with mp.workdps(50):
        expected = [float(surprise([mp.mpf(0.3), mp.mpf(-0.2)], label)) for label in (0, 1)]
    assert [share.grad for share in shares] == pytest.approx(expected, rel=1e-14)


def test_the_slopes_at_kinks() -> None:
    assert gradient(lambda x: absolute_error(x, [1.0]), [1.0]) == (0.0, [0.0])
    assert gradient(lambda x: hinge(x, [1]), [1.0]) == (0.0, [0.0])
    assert gradient(lambda x: huber(x, [0.0]), [1.0]) == (0.5, [1.0])  # both pieces meet with one slope
    assert gradient(lambda x: huber(x, [0.0]), [-1e200]) == (1e200, [-1.0])


def test_a_recorded_huber_loss_may_be_recomputed_beyond_its_delta() -> None:
    x = Value(0.5)
    loss = huber(x, 0.0)
    x.data = 3.0
    loss.recompute()
    assert loss.data == 2.5


def test_accuracy() -> None:
    assert [accuracy([0.1, 2.0, -1.0], target) for target in (0, 1, 2)] == [0.0, 1.0, 0.0]
    assert accuracy(leaves(np.array([0.1, 2.0])), np.int64(1)) == 1.0
    assert accuracy(np.array([0.1, 2.0]), [0, 1]) == 1.0
    assert [accuracy(Value(score), target) for score in (-0.3, 0.3) for target in (-1, 0, 1)] == [1, 1, 0, 0, 0, 1]
    assert [accuracy(share, 1, threshold=0.5) for share in (0.4, 0.6)] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: of.squared_error([1.0], [1.0, 2.0]), ValueError, ["squared_error", "1 number", "2 numbers"]),
        (lambda: of.squared_error([[1.0]], [1.0]), ValueError, ["squared_error", "1 × 1", "1 number"]),
        (lambda: of.squared_error(1.0, [1.0]), ValueError, ["squared_error", "a single number", "1 number"]),
        (lambda: of.squared_error([], []), ValueError, ["squared_error", "nothing to compare"]),
        (lambda: of.squared_error([1.0], [1.0], "man"), ValueError, ["reduction", "'man'", "did you mean 'mean'"]),
        (lambda: of.absolute_error([1.0], [1.0], "half"), ValueError, ["absolute_error: reduction", "half"]),
        (lambda: of.huber(1.0, 0.0, 0.0), ValueError, ["huber: delta", "above 0"]),
        (lambda: of.huber(1.0, 0.0, "1"), TypeError, ["huber: delta", "str"]),
        (lambda: of.binary_cross_entropy(0.5, 2), ValueError, ["targets are from 0 to 1", "2"]),
        (lambda: of.binary_cross_entropy_from_logits(0.5, -1), ValueError, ["from 0 to 1", "-1", "(t + 1) / 2"]),
        (lambda: of.binary_cross_entropy_from_logits(0.5, math.nan), ValueError, ["from 0 to 1", "nan"]),
        (lambda: of.cross_entropy([1.0], 0), ValueError, ["cross_entropy", "two or more", "1 number"]),
        (lambda: of.cross_entropy(1.0, 0), ValueError, ["cross_entropy", "two or more", "a single number"]),
        (lambda: of.cross_entropy([1.0, 2.0], 2), ValueError, ["cross_entropy", "0 to 1", "2"]),
        (lambda: of.cross_entropy([1.0, 2.0], -1), ValueError, ["cross_entropy", "0 to 1", "-1"]),
        (lambda: of.cross_entropy([1.0, 2.0], 1.0), TypeError, ["number of a class", "float"]),
        (lambda: of.cross_entropy([1.0, 2.0], True), TypeError, ["number of a class", "bool"]),
        (lambda: of.cross_entropy([1.0, 2.0], [1.0]), ValueError, ["2 classes", "1 number"]),
        (lambda: of.cross_entropy_from_probabilities([0.5, 0.5], 7), ValueError, ["probabilities", "0 to 1", "7"]),
        (lambda: of.hinge(0.5, 0), ValueError, ["hinge", "-1 and 1", "2*t - 1"]),
        (lambda: of.hinge(0.5, 1, -1.0), ValueError, ["hinge: margin", "at least 0"]),
        (lambda: of.softmax_hinge([0.1, 0.2], [0.5, 0.5]), TypeError, ["softmax_hinge", "number of a class"]),
        (lambda: of.softmax_hinge([0.1, 0.2], 0, -0.1), ValueError, ["softmax_hinge: margin", "at least 0"]),
        (lambda: of.accuracy([0.1, 0.2], 2), ValueError, ["accuracy", "0 to 1"]),
    ],
)
def test_errors(make: Callable[[], Any], error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert all(word in str(caught.value) for word in words), caught.value


def test_losses_of_a_graph_are_values() -> None:
    outputs = leaves(np.array([0.2, 0.3]))
    losses = [squared_error(outputs, [0, 0]), cross_entropy(outputs, 0), softmax_hinge(outputs, 0, 0.5)]
    assert all(isinstance(loss, Value) for loss in losses)
    autograd.sum(losses).backward()
    assert data(flat(outputs)) == [0.2, 0.3]


@pytest.mark.parametrize("loss", [cross_entropy, cross_entropy_from_probabilities, softmax_hinge])
def test_rows_have_the_mean_or_the_sum_of_their_losses(loss: Any) -> None:
    rows, labels = [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], [0, 1]
    each = [loss(row, label) for row, label in zip(rows, labels, strict=True)]
    assert loss(rows, labels) == pytest.approx((each[0] + each[1]) / 2, rel=1e-15)
    assert loss(np.array(rows), np.array(labels), reduction="sum") == pytest.approx(each[0] + each[1], rel=1e-15)
    assert loss(rows[:1], labels[:1]) == each[0]
    with pytest.raises(ValueError, match="a target for each of 2 rows"):
        loss(rows, 1)
    with pytest.raises(ValueError, match="reduction"):
        loss(rows[0], 1, reduction="half")
