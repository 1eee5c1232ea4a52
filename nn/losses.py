"""Losses: how far a prediction is from its target, for one sample.

Each takes a prediction (a `Value`, or nested lists of them) and the target, and returns one `Value`. Several samples
have the mean of their losses, whose gradient is the mean of theirs: `fit` takes it over each batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import autograd
from autograd import DomainError, Value, log, logsumexp, minimum, relu, softplus, square, step, sum, where, xlogy
from nn.activations import softmax
from nn.checking import choice, real
from nn.nesting import described, entries, plain, shape_of

REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda terms: terms[0] if len(terms) == 1 else sum(terms),
    "mean": lambda terms: REDUCTIONS["sum"](terms) / len(terms) if len(terms) > 1 else terms[0],
}
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
    terms = [square(p - t) for p, t in _pairs(prediction, target, "squared_error")]
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
    terms = [autograd.abs(p - t) for p, t in _pairs(prediction, target, "absolute_error")]
    return _reduced(terms, reduction, "absolute_error")


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
    terms = [_huber(p - t, delta) for p, t in _pairs(prediction, target, "huber")]
    return _reduced(terms, reduction, "huber")


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
    pairs = _pairs(probability, target, who)
    terms = [_expected(t, p, lambda p: _surprise(p, who), lambda p: _surprise(1.0 - p, who), who) for p, t in pairs]
    return _reduced(terms, reduction, who)


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
    terms = [_expected(t, z, lambda z: softplus(-z), softplus, who) for z, t in _pairs(logit, target, who)]
    return _reduced(terms, reduction, who)


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
    return _over_rows(_cross_entropy, logits, target, reduction, "cross_entropy")


def _cross_entropy(scores: list[Any], label: int | list[Any]) -> Any:
    if isinstance(label, int):
        return _of_class(scores, label)
    # Of the largest score, nothing is taken away from which another one would be lost.
    top = _largest(scores)
    terms = [share * (scores[top] - score) for share, score in zip(label, scores, strict=True) if _counts(share)]
    return sum([_of_class(scores, top) * sum(label), *terms])


def _of_class(scores: list[Any], label: int) -> Any:
    """Return ``-ln softmax`` of one class: ``softplus`` of how far the others, as one, are above it."""
    others = [score for index, score in enumerate(scores) if index != label]
    nearest = others.pop(_largest(others))
    ahead = nearest - scores[label]
    if others and _number(nearest) > -math.inf:
        ahead = ahead + logsumexp([0.0, *(score - nearest for score in others)])
    return softplus(ahead)


def _largest(scores: list[Any]) -> int:
    return max(range(len(scores)), key=lambda index: _number(scores[index]))


def _counts(share: Any) -> bool:
    """Tell whether a share is there: what has none may be infinite."""
    return isinstance(share, Value) or share != 0


def _number(x: Any) -> float:
    number: float = x.data if isinstance(x, Value) else x
    return number


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
    return _over_rows(_from_probabilities, probabilities, target, reduction, who)


def _from_probabilities(shares: list[Any], label: int | list[Any]) -> Any:
    who = "cross_entropy_from_probabilities"
    if isinstance(label, int):
        return _surprise(shares[label], who)
    for share in shares:
        _number_of(share, who)
    return -sum([xlogy(t, p) for t, p in zip(label, shares, strict=True)])


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
    pairs = _pairs(score, target, "hinge")
    for _, t in pairs:
        if isinstance(t, Value) or t not in (-1, 1):
            raise ValueError(f"hinge: targets are -1 and 1, not {t!r:.60}; of 0 and 1, write 2*t - 1")
    return _reduced([relu(margin - t * s) for s, t in pairs], reduction, "hinge")


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

    return _over_rows(loss, logits, target, reduction, "softmax_hinge")


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
    if _is_nested(prediction):
        targets = plain(target)
        if not isinstance(targets, (list, tuple)) or len(targets) != len(prediction):
            raise ValueError(f"accuracy: expected a target for each of {len(prediction)} rows, got {_said(targets)}")
        return math.fsum(map(accuracy, prediction, targets)) / len(targets)
    if not isinstance(prediction, (list, tuple)):
        return float((prediction > threshold) == (target > 0))
    label = _class(target, len(prediction), "accuracy")
    label = label if isinstance(label, int) else _largest(label)
    known = all(_number(score) == _number(score) for score in prediction)
    return float(known and _largest(list(prediction)) == label)


def _pairs(prediction: Any, target: Any, who: str) -> list[tuple[Any, Any]]:
    """Return each predicted number with its target."""
    prediction, target = plain(prediction), plain(target)
    if shape_of(prediction) != shape_of(target):
        raise ValueError(f"{who}: expected a target for each prediction, {_said(prediction)}, but got {_said(target)}")
    pairs = list(zip(entries(prediction), entries(target), strict=True))
    if not pairs:
        raise ValueError(f"{who}: there is nothing to compare")
    return pairs


def _said(x: Any) -> str:
    if not isinstance(x, (list, tuple)):
        return "a single number"
    return f"a list of {described(x)}" if len(shape_of(x)) == 1 else described(x)


def _reduced(terms: list[Any], reduction: str, who: str) -> Any:
    return REDUCTIONS[choice(reduction, REDUCTIONS, f"{who}: reduction")](terms)


def _huber(difference: Any, delta: float) -> Any:
    """Be without branches of Python's, so that a recorded graph may be recomputed on the other side of ``delta``."""
    size = autograd.abs(difference)
    square_of_near = 0.5 * square(minimum(size, delta))  # of a far one it would overflow
    return where(step(delta - size), square_of_near, delta * (size - 0.5 * delta))


def _surprise(probability: Any, who: str) -> Any:
    """Return ``-ln p``."""
    if _number_of(probability, who) <= 0.0:
        raise DomainError(
            f"{who}: what is the case has probability 0, and so an infinite loss; {_FROM_SCORES[who]}, which takes the "
            "scores that the probabilities are made of, stays finite"
        )
    return -log(probability)


def _number_of(probability: Any, who: str) -> float:
    """Return a probability as a number; `DomainError` if it can be none, but for rounding."""
    number = _number(probability)
    if not -1e-9 <= number <= 1.0 + 1e-9 and number == number:
        raise DomainError(f"{who}: a probability is from 0 to 1, not {number!r}; {_FROM_SCORES[who]} takes scores")
    return number


_FROM_SCORES = {
    "binary_cross_entropy": "binary_cross_entropy_from_logits",
    "cross_entropy_from_probabilities": "cross_entropy",
}


def _expected(target: Any, x: Any, yes: Callable[[Any], Any], no: Callable[[Any], Any], who: str) -> Any:
    """Return ``target · yes(x) + (1 - target) · no(x)``, without what has no share: it may be infinite."""
    if not 0 <= _number(target) <= 1:
        raise ValueError(f"{who}: targets are from 0 to 1, not {_number(target)!r}; of -1 and 1, write (t + 1) / 2")
    if not isinstance(target, Value) and target in (0, 1):
        return yes(x) if target else no(x)
    return target * yes(x) + (1.0 - target) * no(x)


Row: TypeAlias = Callable[[list[Any], int | list[Any]], Any]


def _over_rows(loss: Row, scores: Any, target: Any, reduction: str, who: str) -> Any:
    """Return the loss of a row of scores; of several rows, with a target each, their mean or sum."""
    choice(reduction, REDUCTIONS, f"{who}: reduction")
    scores, target = plain(scores), plain(target)
    if not _is_nested(scores):
        return _of_row(loss, scores, target, who)
    if not isinstance(target, (list, tuple)) or len(target) != len(scores):
        raise ValueError(f"{who}: expected a target for each of {len(scores)} rows, but got {_said(target)}")
    return _reduced([_of_row(loss, *row, who) for row in zip(scores, target, strict=True)], reduction, who)


def _is_nested(scores: Any) -> bool:
    return isinstance(scores, (list, tuple)) and any(isinstance(plain(score), (list, tuple)) for score in scores)


def _of_row(loss: Row, scores: Any, target: Any, who: str) -> Any:
    scores = plain(scores)
    if not isinstance(scores, (list, tuple)) or len(scores) < 2 or _is_nested(scores):
        raise ValueError(f"{who} takes a number for each of two or more classes, not {_said(scores)}")
    return loss(list(scores), _class(target, len(scores), who))


def _class(target: Any, classes: int, who: str) -> int | list[Any]:
    """Return the number of a class; or the shares of all classes, if they are not all of one."""
    target = plain(target)
    if isinstance(target, (list, tuple)):
        if len(target) != classes:
            raise ValueError(f"{who}: expected a share for each of {classes} classes, got {described(target)}")
        shares = list(target)
        for share in shares:
            if not math.isfinite(_number(share)):
                raise ValueError(f"{who}: the shares of classes are from 0 to 1, not {_number(share)!r}")
        if any(isinstance(share, Value) for share in shares) or sorted(shares) != [0] * (classes - 1) + [1]:
            return shares
        return shares.index(1)
    if isinstance(target, bool) or not hasattr(target, "__index__"):
        got = f"{type(target).__name__} ({target!r:.60})"
        raise TypeError(f"{who}: the target is the number of a class, a whole number, not {got}: write int(target)")
    label = int(target)
    if not 0 <= label < classes:
        raise ValueError(f"{who}: the classes are 0 to {classes - 1}, not {label}")
    return label
