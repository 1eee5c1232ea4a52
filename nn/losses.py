"""Losses: how far a prediction is from its target, for one sample.

Each takes a prediction (a `Value`, or nested lists of them) and the target, and returns one `Value`. Several samples
have the mean of their losses, whose gradient is the mean of theirs: `fit` takes it over each batch. Losses of classes
are in class_losses.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value, minimum, relu, softplus, square, step, where
from nn.checking import choice, real
from nn.loss_terms import REDUCTIONS, number_of, pairs_of, reduced, surprise

HALVED: dict[str, Callable[[list[Any]], Any]] = {**REDUCTIONS, "half": lambda terms: 0.5 * REDUCTIONS["sum"](terms)}


def squared_error(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Return the squared differences: their mean, their sum, or half of the sum.

    Args:
        prediction: a `Value`, or nested lists of them.
        target: a number for each.
        reduction: ``"mean"``, ``"sum"``, or ``"half"``: ½ Σ (prediction - target)².

    Raises:
        ValueError: the shapes differ, or ``reduction`` is not known.

    Example:
        >>> from nn import squared_error
        >>> [squared_error([1.0, 5.0], [0.0, 2.0], reduction) for reduction in ("mean", "sum", "half")]
        [5.0, 10.0, 5.0]
    """
    terms = [square(p - t) for p, t in pairs_of(prediction, target, "squared_error")]
    return HALVED[choice(reduction, HALVED, "squared_error: reduction")](terms)


def absolute_error(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Return the absolute differences: their mean or sum; the slope is 0 where there is no difference.

    Args:
        prediction: a `Value`, or nested lists of them.
        target: a number for each.
        reduction: ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes differ, or ``reduction`` is not known.

    Example:
        >>> from nn import absolute_error
        >>> absolute_error([1.0, 5.0], [0.0, 2.0])
        2.0
    """
    terms = [autograd.abs(p - t) for p, t in pairs_of(prediction, target, "absolute_error")]
    return reduced(terms, reduction, "absolute_error")


def huber(prediction: Any, target: Any, delta: float = 1.0, reduction: str = "mean") -> Any:
    """Return half the squared difference up to ``delta``, and beyond it a line: ``delta (|difference| - delta/2)``.

    After P. J. Huber, *Robust Estimation of a Location Parameter* (1964).

    Args:
        prediction: a `Value`, or nested lists of them.
        target: a number for each.
        delta: where the line begins, above 0.
        reduction: ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes differ, ``delta`` is not above 0, or ``reduction`` is not known.

    Example:
        >>> from nn import huber
        >>> huber(0.5, 0.0), huber(3.0, 0.0)
        (0.125, 2.5)
    """
    delta = real(delta, "huber: delta", 0.0, above=True)
    terms = [_huber(p - t, delta) for p, t in pairs_of(prediction, target, "huber")]
    return reduced(terms, reduction, "huber")


def binary_cross_entropy(probability: Any, target: Any, reduction: str = "mean") -> Any:
    """Return ``-t ln p - (1 - t) ln(1 - p)``.

    A probability that a sigmoid gave loses its digits near 1: `binary_cross_entropy_from_logits` keeps them.

    Args:
        probability: a `Value` from 0 to 1, or nested lists of them.
        target: 0 or 1 for each, or a probability.
        reduction: ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes differ, a target is not from 0 to 1, or ``reduction`` is not known.
        autograd.DomainError: a probability is not from 0 to 1, or that of what is the case is 0.

    Example:
        >>> from nn import binary_cross_entropy
        >>> round(binary_cross_entropy(0.5, 1), 4)
        0.6931
    """
    who = "binary_cross_entropy"
    pairs = pairs_of(probability, target, who)
    terms = [_expected(t, p, lambda p: surprise(p, who), lambda p: surprise(1.0 - p, who), who) for p, t in pairs]
    return reduced(terms, reduction, who)


def binary_cross_entropy_from_logits(logit: Any, target: Any, reduction: str = "mean") -> Any:
    """Return the binary cross-entropy of ``sigmoid(logit)``, exact for logits of any size.

    Args:
        logit: a `Value`, or nested lists of them: ln(p/(1 - p)).
        target: 0 or 1 for each, or a probability.
        reduction: ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes differ, a target is not from 0 to 1, or ``reduction`` is not known.

    Example:
        >>> from nn import binary_cross_entropy_from_logits
        >>> binary_cross_entropy_from_logits(-800.0, 1), binary_cross_entropy_from_logits(-40.0, 0)
        (800.0, 4.248354255291589e-18)
    """
    who = "binary_cross_entropy_from_logits"
    terms = [_expected(t, z, lambda z: softplus(-z), softplus, who) for z, t in pairs_of(logit, target, who)]
    return reduced(terms, reduction, who)


def hinge(score: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """Return ``max(0, margin - target · score)``: what is missing to the right side of the margin.

    Args:
        score: a `Value`, or nested lists of them.
        target: -1 or 1 for each.
        margin: at least 0.
        reduction: ``"mean"`` or ``"sum"``.

    Raises:
        ValueError: the shapes differ, a target is neither -1 nor 1, ``margin`` is negative, or ``reduction`` not known.

    Example:
        >>> from nn import hinge
        >>> hinge(0.25, 1), hinge(2.0, 1), hinge(2.0, -1)
        (0.75, 0.0, 3.0)
    """
    margin = real(margin, "hinge: margin", 0.0)
    pairs = pairs_of(score, target, "hinge")
    for _, t in pairs:
        if isinstance(t, Value) or t not in (-1, 1):
            raise ValueError(f"hinge: targets are -1 and 1, not {t!r:.60}; of 0 and 1, write 2*t - 1")
    return reduced([relu(margin - t * s) for s, t in pairs], reduction, "hinge")


def _huber(difference: Any, delta: float) -> Any:
    """Be without branches of Python's, so that a recorded graph may be recomputed on the other side of ``delta``."""
    size = autograd.abs(difference)
    square_of_near = 0.5 * square(minimum(size, delta))  # of a far one it would overflow
    return where(step(delta - size), square_of_near, delta * (size - 0.5 * delta))


def _expected(target: Any, x: Any, yes: Callable[[Any], Any], no: Callable[[Any], Any], who: str) -> Any:
    """Return ``target · yes(x) + (1 - target) · no(x)``, without what has no share: it may be infinite."""
    if not 0 <= number_of(target) <= 1:
        raise ValueError(f"{who}: targets are from 0 to 1, not {number_of(target)!r}; of -1 and 1, write (t + 1) / 2")
    if not isinstance(target, Value) and target in (0, 1):
        return yes(x) if target else no(x)
    return target * yes(x) + (1.0 - target) * no(x)
