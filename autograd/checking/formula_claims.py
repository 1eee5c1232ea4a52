"""Formulas that somebody derived, held against the engine at the recorded point and at many random ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, islice
from random import Random
from typing import Any, Final, NamedTuple

from autograd.checking.claims import GRADIENT, Claim
from autograd.checking.points import Point
from autograd.operators import Operators
from autograd.rows import Primitive, ieee_values

# What two right computations in floats may differ by. A formula's own rounding is seen by stirring every number in it
# in its last digits (1 - n**2 near n = 1 loses most of its own); the engine's is a few spacings of the sum over all
# paths. On top of both comes this share of the figure: an expression that is wrong differs by far more than that.
_SHARE: Final = 1e-9
_STIRRED: Final = 100.0  # times the change under stirring: the roundings inside are of that size, and may add up
_TURNS: Final = 4
_SUMMED: Final = 1e-12  # of the sum of the absolute contributions of all paths
_STIR: Final = 2.0**-51


class Trial(NamedTuple):
    """A claim at one point: what it comes to there, what is right, and by how much two right figures may differ."""

    point: Point
    claimed: float
    expected: float
    slack: float

    @property
    def agrees(self) -> bool:
        """Whether the claim is right here."""
        return self.admits(self.expected)

    @property
    def decides(self) -> bool:
        """Whether there are two figures to compare."""
        return math.isfinite(self.claimed) and math.isfinite(self.expected)

    def admits(self, x: float) -> bool:
        """Tell whether the claim comes to ``x``, but for rounding."""
        if not (math.isfinite(x) and math.isfinite(self.claimed)):
            return x == self.claimed or (x != x and self.claimed != self.claimed)
        return abs(x - self.claimed) <= _SHARE * max(abs(x), abs(self.claimed)) + self.slack


def expected_at(claim: Claim, point: Point) -> float:
    """Return the right figure at a point: the engine's gradient or value."""
    if claim.kind == GRADIENT:
        return point.adjoints.get(claim.node, 0.0)
    return point.values.get(claim.node, claim.node.data)


def try_at(claim: Claim, point: Point) -> Trial:
    """Evaluate a claimed formula at a point, beside the right figure; nan where the formula has no value."""
    names = {name: point.values.get(node, node.data) for name, node in claim.nodes}
    claimed = _evaluate(claim, names)
    stirred = [_evaluate(claim, names, Random(turn)) for turn in range(_TURNS)]
    change = max((abs(x - claimed) for x in stirred if math.isfinite(x)), default=0.0)
    size = point.sizes.get(claim.node, 0.0) if claim.kind == GRADIENT else 0.0
    slack = _STIRRED * change + _SUMMED * (size if math.isfinite(size) else 0.0)
    return Trial(point, claimed, expected_at(claim, point), slack)


class _Stirred(Operators):
    """A float whose last digits are changed at random, and those of all that is made from it."""

    __slots__ = ("number", "random")

    def __init__(self, number: float, random: Random) -> None:
        self.number = number * (1.0 + random.choice((-_STIR, _STIR)))
        self.random = random

    def _apply(self, row: Primitive, operands: tuple[Any, ...]) -> _Stirred:
        return _Stirred(row.evaluate(tuple([_number(o) for o in operands])), self.random)


def _number(x: Any) -> float:
    return x.number if isinstance(x, _Stirred) else float(x)


def _evaluate(claim: Claim, names: dict[str, float], random: Random | None = None) -> float:
    """Evaluate the formula, stirring all numbers in it if there is randomness; nan where it has no value."""
    assert claim.formula is not None
    given = names if random is None else {name: _Stirred(x, random) for name, x in names.items()}
    try:
        with ieee_values():
            return _number(claim.formula.evaluate(given))
    except (ArithmeticError, ValueError):
        return math.nan


def tried(claim: Claim, recorded: Point, others: Sequence[Point]) -> list[Trial]:
    """Try a formula at the recorded point and, if it mentions any node, at the others where it can be judged.

    A formula of plain numbers, such as ``"2/3"``, claims a figure at the recorded point, not an identity.
    """
    trials = [try_at(claim, point) for point in others] if claim.nodes else []
    return [try_at(claim, recorded), *(trial for trial in trials if trial.decides)]


def counterexample(claim: Claim, trials: Sequence[Trial], elsewhere: bool = True) -> str:
    """Write down where a formula goes wrong: here, or else where one sees it best; what it comes to, what is right.

    Args:
        claim: the formula.
        trials: where it was tried; the first is the recorded point.
        elsewhere: whether to look beyond the recorded point.

    Returns:
        The text; ``""`` if it is right everywhere.
    """
    wrong = [trial for trial in trials if not trial.agrees and trial.decides]
    if not wrong:
        return ""
    worst = max(wrong, key=_visibility)
    if trials[0] in wrong and _figures(trials[0]):
        return f"here {_figures(trials[0])}"
    figures = next(filter(None, (_figures(worst, digits) for digits in (6, 9, 12, 15, 17))), "")
    if worst is trials[0]:
        return f"here {figures}"
    if not elsewhere:
        return ""
    names = {node: name for name, node in claim.nodes}
    leaves = [node for node in worst.point.leaves if node.label]
    shown = list(islice(chain(names, (node for node in leaves if node not in names)), 8))
    inputs = ", ".join(
        f"{names.get(node, node.label)} = {worst.point.values.get(node, node.data):.6g}" for node in shown
    )
    return f"at {inputs}{', …' if len(leaves) > 8 else ''} {figures}"


def _figures(trial: Trial, digits: int = 6) -> str:
    """Write both figures; ``""`` if they do not differ in so many digits."""
    claimed, right = (f"{x + 0.0:.{digits}g}" for x in (trial.claimed, trial.expected))
    return f"it comes to {claimed}, right is {right}" if claimed != right else ""


def _visibility(trial: Trial) -> float:
    return abs(trial.claimed - trial.expected) / (abs(trial.claimed) + abs(trial.expected) + 1e-3)
