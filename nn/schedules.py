"""Learning rates that change: functions of the number of steps taken, for an optimiser's ``lr``."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from nn.checking import real, whole

Schedule = Callable[[int], float]


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """Multiply the rate by ``factor`` after every so many steps.

    Args:
        lr: the rate to start with, above 0.
        every: steps between two changes, at least 1.
        factor: from 0 to 1.

    Example:
        >>> from nn import step_decay
        >>> rate = step_decay(0.8, every=10, factor=0.5)
        >>> [rate(0), rate(9), rate(10), rate(25)]
        [0.8, 0.8, 0.4, 0.2]
    """
    lr, every, factor = _rate(lr), whole(every, "schedule: every"), real(factor, "schedule: factor", 0.0, 1.0)
    return partial(_step_decay, lr, every, factor)


def exponential_decay(lr: float, factor: float) -> Schedule:
    """Multiply the rate by ``factor`` after each step.

    Args:
        lr: the rate to start with, above 0.
        factor: from 0 to 1.

    Example:
        >>> from nn import exponential_decay
        >>> exponential_decay(1.0, 0.5)(3)
        0.125
    """
    return step_decay(lr, 1, factor)


def linear_decay(lr: float, steps: int, end: float = 0.0) -> Schedule:
    """Go from one rate to another in a straight line, and stay there.

    Args:
        lr: the rate to start with, above 0.
        steps: how many steps it takes, at least 1.
        end: the last rate, at least 0.

    Example:
        >>> from nn import linear_decay
        >>> rate = linear_decay(1.0, steps=100, end=0.1)
        >>> [round(rate(step), 3) for step in (0, 50, 100, 1000)]
        [1.0, 0.55, 0.1, 0.1]
    """
    lr, steps, end = _rate(lr), whole(steps, "schedule: steps"), real(end, "schedule: end", 0.0)
    return partial(_linear_decay, lr, steps, end)


def cosine_decay(lr: float, steps: int, end: float = 0.0) -> Schedule:
    """Go from one rate to another along half a cosine wave, and stay there.

    After I. Loshchilov and F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (2017).

    Args:
        lr: the rate to start with, above 0.
        steps: how many steps it takes, at least 1.
        end: the last rate, at least 0.

    Example:
        >>> from nn import cosine_decay
        >>> rate = cosine_decay(1.0, steps=100)
        >>> [round(rate(step), 3) for step in (0, 50, 100)]
        [1.0, 0.5, 0.0]
    """
    lr, steps, end = _rate(lr), whole(steps, "schedule: steps"), real(end, "schedule: end", 0.0)
    return partial(_cosine_decay, lr, steps, end)


def warmup(steps: int, then: float | Schedule) -> Schedule:
    """Go up to a rate in a straight line before a schedule begins.

    Args:
        steps: how many steps it takes, at least 1; the first of them has 1/steps of the rate.
        then: the rate, at least 0, or the schedule that begins afterwards.

    Example:
        >>> from nn import cosine_decay, warmup
        >>> rate = warmup(4, cosine_decay(1.0, steps=100))
        >>> [rate(0), rate(1), rate(3), rate(4), round(rate(54), 3)]
        [0.25, 0.5, 1.0, 1.0, 0.5]
    """
    steps, after = whole(steps, "warmup: steps"), schedule(then, "warmup: then")
    return partial(_warmup, steps, after)


def schedule(lr: float | Schedule, what: str) -> Schedule:
    """Return a rate as a schedule that does not change.

    Raises:
        TypeError: it is neither a number nor a function.
        ValueError: it is negative.
    """
    if callable(lr):
        return lr
    return partial(_constant, real(lr, what, 0.0))


def _rate(lr: float) -> float:
    return real(lr, "schedule: lr", 0.0, above=True)


# Schedules are these with their first arguments given, so that an optimiser can be pickled.


def _constant(rate: float, step: int) -> float:
    return rate


def _step_decay(lr: float, every: int, factor: float, step: int) -> float:
    return lr * factor ** (step // every)


def _linear_decay(lr: float, steps: int, end: float, step: int) -> float:
    return lr + (end - lr) * min(step / steps, 1.0)


def _cosine_decay(lr: float, steps: int, end: float, step: int) -> float:
    return end + (lr - end) * 0.5 * (1.0 + math.cos(math.pi * min(step / steps, 1.0)))


def _warmup(steps: int, after: Schedule, step: int) -> float:
    return after(0) * (step + 1) / steps if step < steps else after(step - steps)
