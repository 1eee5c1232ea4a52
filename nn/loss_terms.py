"""What losses have in common: predictions beside targets, rows of scores, and how terms become one number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from autograd import DomainError, Value, log, sum
from nn.checking import choice
from nn.nesting import described, entries, plain, shape_of

REDUCTIONS: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "sum": lambda terms: terms[0] if len(terms) == 1 else sum(terms),
    "mean": lambda terms: REDUCTIONS["sum"](terms) / len(terms) if len(terms) > 1 else terms[0],
}
# By the name of a loss of probabilities, the one that takes the scores which they are made of.
FROM_SCORES: Final = {
    "binary_cross_entropy": "binary_cross_entropy_from_logits",
    "cross_entropy_from_probabilities": "cross_entropy",
}
ROUNDING = 1e-9  # what a probability may be beyond 0 and 1

# The loss of one row of scores, and the class or the shares of all classes.
RowLoss: TypeAlias = Callable[[list[Any], int | list[Any]], Any]


def pairs_of(prediction: Any, target: Any, who: str) -> list[tuple[Any, Any]]:
    """Return each predicted number with its target.

    Raises:
        ValueError: their shapes differ, or there are none.
    """
    prediction, target = plain(prediction), plain(target)
    if shape_of(prediction) != shape_of(target):
        raise ValueError(f"{who}: expected a target for each prediction, {said(prediction)}, but got {said(target)}")
    pairs = list(zip(entries(prediction), entries(target), strict=True))
    if not pairs:
        raise ValueError(f"{who}: there is nothing to compare")
    return pairs


def reduced(terms: list[Any], reduction: str, who: str) -> Any:
    """Return the mean or the sum of terms."""
    return REDUCTIONS[choice(reduction, REDUCTIONS, f"{who}: reduction")](terms)


def said(x: Any) -> str:
    """Describe numbers for a message.

    Example:
        >>> said(1.0), said([1.0])
        ('a single number', 'a list of 1 number')
    """
    if not isinstance(x, (list, tuple)):
        return "a single number"
    return f"a list of {described(x)}" if len(shape_of(x)) == 1 else described(x)


def number_of(x: Any) -> float:
    """Return a `Value` or a number as a number."""
    number: float = x.data if isinstance(x, Value) else x
    return number


def largest(scores: list[Any]) -> int:
    """Return where the largest score is."""
    return max(range(len(scores)), key=lambda index: number_of(scores[index]))


def surprise(share: Any, who: str) -> Any:
    """Return ``-ln p`` of what is the case.

    Raises:
        DomainError: it is no probability, or 0.
    """
    if probability(share, who) <= 0.0:
        raise DomainError(
            f"{who}: what is the case has probability 0, and so an infinite loss; {FROM_SCORES[who]}, which takes the "
            "scores that the probabilities are made of, stays finite"
        )
    return -log(share)


def probability(share: Any, who: str) -> float:
    """Return a probability as a number; `DomainError` if it can be none, but for rounding."""
    number = number_of(share)
    if not -ROUNDING <= number <= 1.0 + ROUNDING and number == number:
        raise DomainError(f"{who}: a probability is from 0 to 1, not {number!r}; {FROM_SCORES[who]} takes scores")
    return number


def over_rows(loss: RowLoss, scores: Any, target: Any, reduction: str, who: str) -> Any:
    """Return the loss of a row of scores; of several rows, with a target each, their mean or sum.

    Raises:
        TypeError: a target is no class.
        ValueError: there is no such class, or numbers do not fit.
    """
    choice(reduction, REDUCTIONS, f"{who}: reduction")
    scores, target = plain(scores), plain(target)
    if not is_nested(scores):
        return _of_row(loss, scores, target, who)
    if not isinstance(target, (list, tuple)) or len(target) != len(scores):
        raise ValueError(f"{who}: expected a target for each of {len(scores)} rows, but got {said(target)}")
    return reduced([_of_row(loss, *row, who) for row in zip(scores, target, strict=True)], reduction, who)


def is_nested(scores: Any) -> bool:
    """Tell whether these are several rows."""
    return isinstance(scores, (list, tuple)) and any(isinstance(score, (list, tuple)) for score in scores)


def class_of(target: Any, classes: int, who: str) -> int | list[Any]:
    """Return the number of a class; or the shares of all classes, if they are not all of one.

    Raises:
        TypeError: it is neither.
        ValueError: there is no such class; the shares are not as many, or not finite.
    """
    target = plain(target)
    if isinstance(target, (list, tuple)):
        return _shares(list(target), classes, who)
    if isinstance(target, bool) or not hasattr(target, "__index__"):
        got = f"{type(target).__name__} ({target!r:.60})"
        raise TypeError(f"{who}: the target is the number of a class, a whole number, not {got}: write int(target)")
    label = int(target)
    if not 0 <= label < classes:
        raise ValueError(f"{who}: the classes are 0 to {classes - 1}, not {label}")
    return label


def _shares(shares: list[Any], classes: int, who: str) -> int | list[Any]:
    if len(shares) != classes:
        raise ValueError(f"{who}: expected a share for each of {classes} classes, got {described(shares)}")
    for share in shares:
        if not math.isfinite(number_of(share)):
            raise ValueError(f"{who}: the shares of classes are from 0 to 1, not {number_of(share)!r}")
    if any(isinstance(share, Value) for share in shares) or sorted(shares) != [0] * (classes - 1) + [1]:
        return shares
    return shares.index(1)


def _of_row(loss: RowLoss, scores: Any, target: Any, who: str) -> Any:
    if not isinstance(scores, (list, tuple)) or len(scores) < 2 or is_nested(scores):
        raise ValueError(f"{who} takes a number for each of two or more classes, not {said(scores)}")
    return loss(list(scores), class_of(target, len(scores), who))
