"""Losses of classes: of scores or probabilities, one for each class, or rows of them; and accuracy."""

from __future__ import annotations

import math
from typing import Any

from autograd import Value, logsumexp, relu, softplus, sum, xlogy
from nn.activations import softmax
from nn.checking import real
from nn.loss_terms import REDUCTIONS, class_of, is_nested, largest, number_of, over_rows, probability, said, surprise
from nn.nesting import described, plain


def cross_entropy(logits: Any, target: Any, reduction: str = "mean") -> Any:
    """Return ``-ln softmax(logits)[target]``, exact for logits of any size.

    For a class it is ``softplus`` of how far the others together are above it, in which nothing cancels.

    Args:
        logits: a sequence of `Value`s, one for each class, two or more; or several such rows.
        target: the number of the class, from 0, or a probability for each class; of rows, one for each.
        reduction: of rows, ``"mean"`` or ``"sum"``.

    Raises:
        TypeError: ``target`` is no class.
        ValueError: there is no such class, the numbers of logits and targets do not fit, or ``reduction`` is not known.

    Example:
        >>> from nn import cross_entropy
        >>> cross_entropy([0.0, -800.0], 1), cross_entropy([40.0, 0.0], 0)
        (800.0, 4.248354255291589e-18)
        >>> round(cross_entropy([0.0, 0.0], [0.5, 0.5]), 4)
        0.6931
    """
    return over_rows(_cross_entropy, logits, target, reduction, "cross_entropy")


def _cross_entropy(scores: list[Any], label: int | list[Any]) -> Any:
    if isinstance(label, int):
        return _of_class(scores, label)
    # Of the largest score, nothing is taken away from which another one would be lost.
    top = largest(scores)
    terms = [share * (scores[top] - score) for share, score in zip(label, scores, strict=True) if _counts(share)]
    return sum([_of_class(scores, top) * sum(label), *terms])


def _of_class(scores: list[Any], label: int) -> Any:
    """Return ``-ln softmax`` of one class: ``softplus`` of how far the others, as one, are above it."""
    others = [score for index, score in enumerate(scores) if index != label]
    nearest = others.pop(largest(others))
    ahead = nearest - scores[label]
    if others and number_of(nearest) > -math.inf:
        ahead = ahead + logsumexp([0.0, *(score - nearest for score in others)])
    return softplus(ahead)


def _counts(share: Any) -> bool:
    """Tell whether a share is there: what has none may be infinite."""
    return isinstance(share, Value) or share != 0


def cross_entropy_from_probabilities(probabilities: Any, target: Any, reduction: str = "mean") -> Any:
    """Return ``-Σ t ln p``; of logits, `cross_entropy` is exact where this is not.

    Args:
        probabilities: a sequence of `Value`s from 0 to 1, one for each class, two or more; or several such rows.
        target: the number of the class, from 0, or a probability for each class; of rows, one for each.
        reduction: of rows, ``"mean"`` or ``"sum"``.

    Raises:
        TypeError: ``target`` is no class.
        ValueError: there is no such class, the numbers of probabilities and targets do not fit, or ``reduction`` is not
            known.
        autograd.DomainError: a probability is not from 0 to 1, or that of what is the case is 0.

    Example:
        >>> from nn import cross_entropy_from_probabilities
        >>> round(cross_entropy_from_probabilities([0.25, 0.75], 0), 4)
        1.3863
    """
    who = "cross_entropy_from_probabilities"
    return over_rows(_from_probabilities, probabilities, target, reduction, who)


def _from_probabilities(shares: list[Any], label: int | list[Any]) -> Any:
    who = "cross_entropy_from_probabilities"
    if isinstance(label, int):
        return surprise(shares[label], who)
    for share in shares:
        probability(share, who)
    return -sum([xlogy(t, p) for t, p in zip(label, shares, strict=True)])


def softmax_hinge(logits: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    """Return ``Σ max(0, p_j - p_y + margin)`` over the classes j other than y, with ``p = softmax(logits)``.

    Args:
        logits: a sequence of `Value`s, one for each class, two or more; or several such rows.
        target: the number of the class y, from 0; of rows, one for each.
        margin: at least 0.
        reduction: of rows, ``"mean"`` or ``"sum"``.

    Raises:
        TypeError: ``target`` is no whole number.
        ValueError: there is no such class, the numbers of logits and targets do not fit, ``margin`` is negative, or
            ``reduction`` is not known.

    Example:
        >>> from nn import softmax_hinge
        >>> softmax_hinge([0.0, 0.0], 0, margin=0.25)
        0.25
    """
    margin = real(margin, "softmax_hinge: margin", 0.0)

    def loss(scores: list[Any], label: int | list[Any]) -> Any:
        if not isinstance(label, int):
            raise TypeError(f"softmax_hinge: target must be the number of a class, not {described(label)}")
        shares = softmax(scores)
        gaps = [share - shares[label] for index, share in enumerate(shares) if index != label]
        return REDUCTIONS["sum"]([relu(gap + margin) if margin else relu(gap) for gap in gaps])

    return over_rows(loss, logits, target, reduction, "softmax_hinge")


def accuracy(prediction: Any, target: Any, threshold: float = 0.0) -> float:
    """Return 1.0 if a prediction is right, else 0.0: a metric for `fit`, whose mean is the share of right ones.

    Args:
        prediction: scores of the classes, or several such rows, of which the mean is taken; or one score, which says
            yes above the threshold. Scores that are nan are never right.
        target: the number of the class, of rows one for each; for one score 1 (yes), or 0 or -1 (no).
        threshold: 0 for scores, 0.5 for probabilities.

    Example:
        >>> from nn import accuracy
        >>> accuracy([0.1, 2.0, -1.0], 1), accuracy(-0.3, 1), accuracy(-0.3, -1)
        (1.0, 0.0, 1.0)
    """
    prediction = plain(prediction)
    if is_nested(prediction):
        targets = plain(target)
        if not isinstance(targets, (list, tuple)) or len(targets) != len(prediction):
            raise ValueError(f"accuracy: expected a target for each of {len(prediction)} rows, got {said(targets)}")
        return math.fsum(map(accuracy, prediction, targets)) / len(targets)
    if not isinstance(prediction, (list, tuple)):
        return float((prediction > threshold) == (target > 0))
    label = class_of(target, len(prediction), "accuracy")
    label = label if isinstance(label, int) else largest(label)
    known = all(number_of(score) == number_of(score) for score in prediction)
    return float(known and largest(list(prediction)) == label)
