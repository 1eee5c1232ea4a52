"""Guesses at what went wrong in a hand computation: the slips, what each would have given, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

SIGN: Final = "sign"
FACTOR: Final = "constant factor"
MEAN: Final = "a mean for a sum"
LEFT_OUT: Final = "a path left out"
TWICE: Final = "a path counted twice"
MISSING: Final = "a local factor missing"
TOO_MANY: Final = "a local factor too many"
WRONG_NODE: Final = "a derivative taken at the wrong node"
TRANSPOSED_DIGITS: Final = "transposed digits"
MISREAD: Final = "misread digits"
SHIFTED: Final = "misread digits, a shifted decimal point"
COPIED: Final = "a value copied from another quantity"
TRANSPOSED: Final = "a transposed entry"
CARRIED: Final = "an error carried on"
STEPPED: Final = "the value after a step"
TERM_LEFT_OUT: Final = "a term left out"
TERM_TWICE: Final = "a term counted twice"
TERM_SIGN: Final = "the sign of a term"
SKIPPED: Final = "an operation left out"
WRONG_INPUT: Final = "a value taken from the wrong node"
OTHER_RATE: Final = "another rate"
UPDATE_SIGN: Final = "the sign of the update"

# How often a slip of the kind is met, before anything is known of the claim. A kind that offers many guesses is more
# often right by chance, so each guess has only its share of this.
PRIORS: Final[Mapping[str, float]] = {
    SIGN: 0.15, FACTOR: 0.12, MEAN: 0.08, LEFT_OUT: 0.14, TWICE: 0.10, MISSING: 0.16, TOO_MANY: 0.03,
    WRONG_NODE: 0.14, TRANSPOSED_DIGITS: 0.06, MISREAD: 0.08, SHIFTED: 0.05, COPIED: 0.10, TRANSPOSED: 0.05,
    STEPPED: 0.01, CARRIED: 0.25,
    TERM_LEFT_OUT: 0.12, TERM_TWICE: 0.06, TERM_SIGN: 0.08, SKIPPED: 0.12, WRONG_INPUT: 0.10,
    OTHER_RATE: 0.15, UPDATE_SIGN: 0.15,
}  # fmt: skip

RATES: Final = (0.1, 0.01, 0.001, 0.05, 0.02, 0.005, 0.3)  # learning rates that people choose


class Guess(NamedTuple):
    """One slip: what it would have given, and how much likelier it is than others of its kind."""

    kind: str
    number: float
    weight: float
    words: Callable[[], str]

    def __str__(self) -> str:
        """Say it: the kind, and what it is in this graph."""
        return f"{self.kind}: {self.words()}"


def sign_and_factors(right: float, counts: Mapping[int, float], parameter: bool = False) -> Iterator[Guess]:
    """Guess that the figure has the wrong sign, or is so many times what it should be.

    Args:
        right: the right figure.
        counts: numbers of terms in the graph's sums, with weights.
        parameter: whether it is the gradient by a leaf, which a learning rate may have got into.

    Example:
        >>> [str(guess) for guess in sign_and_factors(0.3, {4: 1.0}) if abs(guess.number - 0.075) < 1e-12]
        ['a mean for a sum: constant factor 1/4, as if divided by the number of terms, 4']
    """
    yield Guess(SIGN, -right, 1.0, lambda: "it is the negative of the right figure")
    plain = {2: 6.0, 3: 1.0, 4: 1.0, 5: 0.3, 6: 0.3, 7: 0.2, 8: 0.3, 9: 0.2, 10: 0.3}
    for n in sorted({*plain, *counts}):
        share = counts.get(n, 0.0)
        mean = "; or a mean for a sum of 2 terms" if share else ""
        if n > 2 and share:
            times = f"constant factor 1/{n}, as if divided by the number of terms, {n}"
            yield Guess(MEAN, right / n, share, said(times))
            yield Guess(
                FACTOR, right * n, 2.0 * share, said(f"{n} times the right figure (a sum of {n} terms for a mean)")
            )
        else:
            words = "half the right figure" + mean if n == 2 else f"1/{n} of the right figure"
            yield Guess(FACTOR, right / n, plain[n], said(words))
            words = "twice the right figure" + ("; or a sum for a mean of 2 terms" if share else "")
            yield Guess(FACTOR, right * n, plain[n], said(words if n == 2 else f"{n} times the right figure"))
        both = 0.8 if n == 2 else 0.1
        yield Guess(FACTOR, -right / n, both, said(f"−1/{n} times the right figure: the sign is wrong too"))
        yield Guess(FACTOR, -right * n, both, said(f"−{n} times the right figure: the sign is wrong too"))
    for rate in RATES if parameter else ():
        weight = 8.0 if rate in (0.1, 0.01, 0.001) else 0.7  # the usual ones
        yield Guess(FACTOR, right * rate, weight, said(f"{rate} times the right figure, as by a learning rate"))
        yield Guess(FACTOR, -right * rate, 0.3, said(f"−{rate} times the right figure, as in a step of descent"))


def copied(figures: Iterable[tuple[Callable[[], str], float, float]]) -> Iterator[Guess]:
    """Guess that the figure is that of another quantity.

    Args:
        figures: names, numbers and weights of the other quantities.
    """
    for name, number, weight in figures:
        yield Guess(COPIED, number, weight, name)


def carried_on(followed: float, slack: float, tolerance: float, others: str) -> Iterator[Guess]:
    """Guess that the figure follows from another claim that is wrong.

    Args:
        followed: what follows from the other claims.
        slack: how far their printed digits leave that open.
        tolerance: that of the claim itself.
        others: names of the wrong claims, in words.
    """
    # What is left open is more often right by chance.
    share = tolerance / (tolerance + slack) if tolerance else float(slack == 0.0)
    yield Guess(CARRIED, followed, share, said(f"it follows from {others}"))
    for factor, words in ((-1.0, "the negative of"), (2.0, "twice"), (0.5, "half of")):
        yield Guess(CARRIED, factor * followed, 0.05 * share, said(f"it is {words} what follows from {others}"))


def stepped(right: float, value: float) -> Iterator[Guess]:
    """Guess that the figure is the parameter after a step of gradient descent, not its gradient."""
    for rate in RATES:
        yield Guess(STEPPED, value - rate * right, 1.0, said(f"the node's value less {rate} times the gradient"))


def listed(names: Sequence[str]) -> str:
    """Enumerate in a sentence, the first few of many.

    Example:
        >>> listed(["a"]), listed(["a", "b", "c"]), listed(list("abcdef"))
        ('a', 'a, b and c', 'a, b, c and 3 more')
    """
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def said(words: str) -> Callable[[], str]:
    """Return words that are known already."""
    return lambda: words
