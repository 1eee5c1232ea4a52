"""Which slip is the likeliest, of all that would give what is claimed."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from autograd.checking.guesses import COPIED, MISREAD, MISSING, PRIORS, TRANSPOSED_DIGITS, Guess

UNEXPLAINED: Final = "no simple slip explains it"

_UNKNOWN: Final = 0.1  # how often a wrong figure comes from no slip that is known here
_ALTERNATIVES: Final = 4
_COMPARABLE: Final = 0.1  # of the likeliest slip: one that gives the very same number is named beside it
_SHORT: Final = 80  # characters of a slip that is named beside another
_VAGUE: Final = 0.1  # of the figure, and more: what a claim of one digit leaves open


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


class Tally:
    """All guesses that were made about a claim, and those that explain it.

    There may be 100,000 about a large graph: of those that explain nothing only kinds, numbers and weights are kept,
    in plain lists, which are no work for the garbage collector.
    """

    __slots__ = ("_kinds", "_numbers", "_weights", "fitting")

    def __init__(self) -> None:
        self._kinds: list[str] = []
        self._numbers: list[float] = []
        self._weights: list[float] = []
        self.fitting: list[Guess] = []

    def add(self, guess: Guess, fits: bool) -> None:
        """Count a guess, and keep it if it explains the claim."""
        self._kinds.append(guess.kind)
        self._numbers.append(guess.number)
        self._weights.append(guess.weight)
        if fits:
            self.fitting.append(guess)

    def totals(self, right: float) -> dict[str, float]:
        """Add the weights of the guesses of each kind that fits, each number once; those that are nan only count."""
        kinds = {guess.kind for guess in self.fitting}
        totals: dict[str, float] = {}
        distinct: dict[tuple[str, float], float] = {}
        for kind, number, weight in zip(self._kinds, self._numbers, self._weights, strict=True):
            if kind not in kinds or math.isinf(number):
                continue
            if math.isnan(number):
                totals[kind] = totals.get(kind, 0.0) + weight
            elif not math.isclose(number, right, rel_tol=1e-12):
                key = (kind, float(f"{number:.10g}"))
                distinct[key] = max(distinct.get(key, 0.0), weight)
        for (kind, _), weight in distinct.items():
            totals[kind] = totals.get(kind, 0.0) + weight
        return totals


def likeliest(tally: Tally, right: float, chance: float) -> Diagnosis:
    """Choose by Bayes' rule: a slip that explains the figure, by how common it is and how few others are like it.

    Args:
        tally: the guesses: how many of a kind were made makes each of them less likely.
        right: the right figure; a slip that changes nothing is no slip.
        chance: how likely a figure that comes from elsewhere hits any one guess.

    Returns:
        The likeliest slip, and the others that fit; none if a hit by chance is likelier than all of them.
    """
    totals = tally.totals(right) if tally.fitting else {}
    found = [(PRIORS[g.kind] * g.weight / totals[g.kind], g) for g in tally.fitting if totals.get(g.kind)]
    found.sort(key=lambda pair: -pair[0])
    words = list(dict.fromkeys(str(guess) for _, guess in found[: 3 * _ALTERNATIVES]))
    if not found or found[0][0] < _UNKNOWN * chance:
        return Diagnosis("", UNEXPLAINED, tuple(words[:_ALTERNATIVES]))
    likelihood, best = found[0]
    near = [guess for other, guess in found if other > _COMPARABLE * likelihood]
    if best.kind == COPIED:  # the gradient by s, for that by w with s = w * x, is what one gets who forgets the x
        best = next((guess for guess in near if guess.kind == MISSING and _same(guess, best)), best)
    same = [str(guess) for guess in near if _same(guess, best) and guess.kind != COPIED]
    text = "; here the same as ".join([str(best), *(words for words in same[:1] if len(words) <= _SHORT)])
    distinct = {float(f"{guess.number:.6g}") for _, guess in found}
    hedge = "perhaps " if chance >= _VAGUE and len(distinct) > 1 else ""
    others = [other for other in words if other != str(best)]
    return Diagnosis(best.kind, hedge + text, tuple(others[:_ALTERNATIVES]))


def _same(guess: Guess, best: Guess) -> bool:
    """Whether a slip of another kind gives the same number; in misread digits it would be no more than chance."""
    return guess.kind not in (best.kind, MISREAD, TRANSPOSED_DIGITS) and math.isclose(
        guess.number, best.number, rel_tol=1e-9
    )
