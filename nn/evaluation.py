"""Measuring predictions: means over samples, of losses and of metrics."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from typing import Any, TypeAlias

from autograd import Value, no_grad
from nn.nesting import described, entries, plain

Sample: TypeAlias = tuple[Any, Any]
Metric: TypeAlias = Callable[[Any, Any], Any]


def evaluate(model: Callable[[Any], Any], measure: Metric, data: Iterable[Sample]) -> float:
    """Return the mean of a loss or a metric over samples, without recording anything.

    Args:
        model: a module, or any function of an input.
        measure: a function of a prediction and its target, such as `cross_entropy` or `accuracy`.
        data: pairs of an input and its target; of two arrays, ``zip(X, y)``.

    Raises:
        TypeError: ``data`` is made of something else.
        ValueError: there are no samples.

    Example:
        >>> from nn import MLP, evaluate, squared_error
        >>> evaluate(MLP(1, [1], init=2.0), squared_error, [(1.0, 2.0), (2.0, 5.0)])
        0.5
    """
    return mean_over(model, measure, samples_of(data, "evaluate", "data"))


def mean_over(model: Callable[[Any], Any], measure: Metric, samples: Iterable[Sample]) -> float:
    """Return the mean of a loss or a metric over samples that were read before."""
    means = Means({"": measure})
    add_predictions(model, samples, means)
    return means.all()[""]


def add_predictions(model: Callable[[Any], Any], samples: Iterable[Sample], *several: Means) -> None:
    """Ask a model for its predictions, without recording anything, and measure them.

    In a context of its own: Ctrl-C at the edge of a block of `no_grad` cannot leave it on.
    """

    def add() -> None:
        with no_grad():
            for sample in samples:
                prediction = model(sample[0])
                for means in several:
                    means.add([prediction], [sample])

    copy_context().run(add)


class Means:
    """Means of metrics, by name, over samples that are added bit by bit."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        """Begin with none."""
        self.metrics = metrics
        self.measured: dict[str, list[float]] = {name: [] for name in metrics}

    def add(self, predictions: Sequence[Any], samples: Sequence[Sample]) -> None:
        """Measure predictions."""
        for name, metric in self.metrics.items():
            for prediction, (_, target) in zip(predictions, samples, strict=True):
                number = metric(prediction, target)
                if not isinstance(number, Value) and not isinstance(plain(number), (int, float)):
                    what = f"metric {name!r}" if name else "what is measured"
                    raise TypeError(f"{what} must be a number, not {type(number).__name__} ({number!r:.60})")
                self.measured[name].append(number.data if isinstance(number, Value) else float(number))

    def all(self) -> dict[str, float]:
        """Return the means so far."""
        return {name: _mean(numbers) for name, numbers in self.measured.items()}


def _mean(numbers: list[float]) -> float:
    try:
        return math.fsum(numbers) / len(numbers)
    except (OverflowError, ValueError):  # too large together, or infinite
        return sum(number / len(numbers) for number in numbers)


def samples_of(data: Iterable[Sample], who: str, what: str) -> list[Sample]:
    """Return samples as pairs, arrays among them as lists, which are faster.

    Raises:
        TypeError: they are something else.
        ValueError: there are none, or nan or infinite numbers in them.
    """
    wanted: Any = data
    if isinstance(wanted, (str, bytes, Mapping)) or not isinstance(wanted, Iterable):
        raise TypeError(f"{who}: {what} must be pairs of an input and its target, not {type(data).__name__}")
    samples = [_sample(sample, position, f"{who}: {what}") for position, sample in enumerate(data)]
    if not samples:
        spent = " (an iterator such as zip is used up by the first who reads it: write list(zip(X, y)))"
        raise ValueError(f"{who}: there are no samples in {what}{spent * isinstance(wanted, Iterator)}")
    return samples


def _sample(sample: object, position: int, what: str) -> Sample:
    if not isinstance(sample, (tuple, list)) or len(sample) != 2:
        got = described(plain(sample))
        raise TypeError(
            f"{what} must be pairs of an input and its target, but number {position} is {got}: of inputs X and "
            "targets y, write zip(X, y)"
        )
    pair = plain(sample[0]), plain(sample[1])
    for side, part in zip(("input", "target"), pair, strict=True):
        for entry in entries(list(part.values()) if isinstance(part, dict) else part):
            if isinstance(entry, float) and entry - entry != 0.0:
                raise ValueError(f"{what}: the {side} of number {position} has {entry!r} in it")
    return pair
