"""Which slip is the likeliest, of all that would give what is claimed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from autograd.checking.guesses import MISREAD, PRIORS, TRANSPOSED_DIGITS, Guess

UNEXPLAINED: Final = "no simple slip explains it"

_UNKNOWN: Final = 0.1  # how often a wrong figure comes from no slip that is known here
_ALTERNATIVES: Final = 4
_COMPARABLE: Final = 0.01  # of the likeliest slip: one that gives the very same number is named beside it


class Diagnosis(NamedTuple):
    """What probably went wrong.

    Attributes:
        kind: the kind of slip; ``""`` where none fits.
        text: the kind and what it is in this graph.
        alternatives: what else would give the same, the likeliest first.
    """

    kind: str
    text: str
    alternatives: tuple[str, ...] = ()


def likeliest(guesses: Sequence[Guess], fits: Sequence[bool], right: float, chance: float) -> Diagnosis:
    """Choose by Bayes' rule: a slip that explains the figure, by how common it is and how few others are like it.

    Args:
        guesses: all that were made: how many of a kind there are makes each of them less likely.
        fits: which of them explain the claim.
        right: the right figure; a slip that changes nothing is no slip.
        chance: how likely a figure that comes from elsewhere hits any one guess.

    Returns:
        The likeliest slip, and the others that fit; none if a hit by chance is likelier than all of them.
    """
    fitting = [guess for guess, fit in zip(guesses, fits, strict=True) if fit]
    totals = _totals(guesses, {guess.kind for guess in fitting}, right)
    found = [(PRIORS[g.kind] * g.weight / totals[g.kind], g) for g in fitting if totals.get(g.kind)]
    found.sort(key=lambda pair: -pair[0])
    words = list(dict.fromkeys(str(guess) for _, guess in found[: 3 * _ALTERNATIVES]))
    if not found or found[0][0] < _UNKNOWN * chance:
        return Diagnosis("", UNEXPLAINED, tuple(words[:_ALTERNATIVES]))
    likelihood, best = found[0]
    near = [guess for other, guess in found if other > _COMPARABLE * likelihood]
    same = [guess for guess in near if _same(guess, best)]
    return Diagnosis(
        best.kind, "; here the same as ".join(map(str, [best, *same[:1]])), tuple(words[1:][:_ALTERNATIVES])
    )


def _totals(guesses: Iterable[Guess], kinds: set[str], right: float) -> dict[str, float]:
    """Add the weights of the guesses of each kind, each number once; those that are nan only count."""
    totals: dict[str, float] = {}
    distinct: dict[tuple[str, float], float] = {}
    for guess in guesses:
        if guess.kind not in kinds or math.isinf(guess.number):
            continue
        if math.isnan(guess.number):
            totals[guess.kind] = totals.get(guess.kind, 0.0) + guess.weight
        elif not math.isclose(guess.number, right, rel_tol=1e-12):
            key = (guess.kind, float(f"{guess.number:.10g}"))
            distinct[key] = max(distinct.get(key, 0.0), guess.weight)
    for (kind, _), weight in distinct.items():
        totals[kind] = totals.get(kind, 0.0) + weight
    return totals


def _same(guess: Guess, best: Guess) -> bool:
    """Whether a slip of another kind gives the same number; in misread digits it would be no more than chance."""
    return guess.kind not in (best.kind, MISREAD, TRANSPOSED_DIGITS) and math.isclose(
        guess.number, best.number, rel_tol=1e-9
    )
