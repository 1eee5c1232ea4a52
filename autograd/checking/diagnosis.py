"""What went wrong in a claim that is wrong: of all slips that would give what is claimed, the likeliest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from autograd.checking.carried import CarriedOn
from autograd.checking.claims import GRADIENT, Claim
from autograd.checking.digit_slips import digit_slips
from autograd.checking.formula_claims import Trial, try_at
from autograd.checking.gradient_guesses import GradientGuesses
from autograd.checking.graph_plan import Plan
from autograd.checking.guesses import FACTOR, TRANSPOSED, Guess, copied, said, sign_and_factors, stepped
from autograd.checking.points import Point, random_points
from autograd.checking.ranking import Diagnosis, likeliest
from autograd.checking.slip_view import Swap, View, find_swaps
from autograd.checking.value_guesses import value_guesses
from autograd.node_names import NodeNames
from autograd.replay import stored_operands
from autograd.value import Value

UNTRIED: Final = "not looked into: too many wrong claims about a large graph"
ONLY_HERE: Final = "it holds at the recorded point only"

_ELSEWHERE: Final = ", as if the derivative had been taken at the wrong node"
_WORK: Final = 60_000  # nodes looked at for all diagnoses together, one by one
_POINTS: Final = 4  # at which a formula's slip must agree: by chance it hardly does at one
_LARGE: Final = 1_500  # nodes of a graph on which two points have to do


def _slope_name(out: Value, node: Value, names: NodeNames, elsewhere: bool) -> str:
    return f"it is {names.gradient(out, node)}{_ELSEWHERE if elsewhere else ''}"


def _value_name(node: Value, names: NodeNames) -> str:
    return f"it is the value of {names[node]}"


class Diagnostician:
    """Knows one graph and all claims about it, and finds the slips behind wrong ones."""

    def __init__(self, recorded: Point, claims: Sequence[Claim]) -> None:
        """Prepare; the graph is looked through when the first wrong claim comes."""
        self.recorded, self.claims = recorded, claims
        self.remaining = _WORK
        self._plan: Plan | None = None
        self._swaps: list[Swap] = []
        self._views: dict[Point, View] = {}
        self._carried = CarriedOn(recorded, claims)

    def of_number(self, claim: Claim, right: float) -> Diagnosis:
        """Find the slip behind a wrong number."""
        assert claim.number is not None
        if not self._affordable():
            return Diagnosis("", UNTRIED)
        unit = 2.0 * claim.tolerance
        guesses = [*self._guesses(claim, self.recorded), *digit_slips(claim.written, claim.number, unit, right)]
        reach = 1.01 * claim.tolerance + 1e-9 * abs(claim.number)
        low, high = claim.number - reach, claim.number + reach  # most guesses are out of the question
        fits = [low <= guess.number <= high and claim.admits(guess.number) for guess in guesses]
        for guess, slack in self._carried.guesses(claim, right):
            guesses.append(guess)
            fits.append(abs(guess.number - claim.number) <= claim.tolerance + slack)
        chance = unit / abs(claim.number) if claim.number else 1.0
        return likeliest(guesses, fits, right, chance)

    def of_formula(self, claim: Claim, trials: Sequence[Trial]) -> Diagnosis:
        """Find the slip behind a wrong formula: it must give the formula's figures at several points."""
        points = _POINTS if len(self.recorded.order) <= _LARGE else 2
        if not self._affordable(points):
            return Diagnosis("", UNTRIED)
        used = [trial for trial in trials if trial.decides][:points]
        columns = [list(self._guesses(claim, trial.point)) for trial in used]
        fits = [all(t.admits(g.number) for t, g in zip(used, row, strict=True)) for row in zip(*columns, strict=True)]
        first = columns[0] if columns else []
        telling = {i for i, fit in enumerate(fits) if fit and any(row[i].number for row in columns)}
        found = likeliest(first, [i in telling for i in range(len(first))], math.nan, 0.0)
        if found.kind:
            return found
        return self._constant_ratio(used) or self._only_here(claim, trials) or found

    def _affordable(self, points: int = 1) -> bool:
        self.remaining -= points * len(self.recorded.order)
        return self.remaining >= 0 or self.remaining + points * len(self.recorded.order) == _WORK

    def _guesses(self, claim: Claim, point: Point) -> Iterator[Guess]:
        """Make all guesses about a claim at a point."""
        view = self._view(point)
        names, values, adjoints = view.plan.names, point.values, point.adjoints
        if claim.kind == GRADIENT:
            right = adjoints.get(claim.node, 0.0)
            yield from sign_and_factors(right, view.plan.counts, stored_operands(claim.node) is None)
            yield from stepped(right, values.get(claim.node, claim.node.data))
            if claim.node in self.recorded.values:
                yield from GradientGuesses(view, claim.node, self._swaps)
        else:
            yield from sign_and_factors(values.get(claim.node, claim.node.data), view.plan.counts)
            yield from value_guesses(view, claim.node)
        yield from self._entries(claim, point)
        yield from copied(self._figures(claim, point, names))

    def _figures(
        self, claim: Claim, point: Point, names: NodeNames
    ) -> Iterator[tuple[Callable[[], str], float, float]]:
        """Yield all other quantities that may have been copied, with names and weights; nan for those that are 0.

        Others of those that are claimed too are the likeliest, then labelled ones.
        """
        near = {other.node for other in self._near(claim) if other.kind == claim.kind}
        gradient = claim.kind == GRADIENT
        for node in point.order:
            weight = 1.0 if node.label else 0.1
            same, other = 4.0 if node in near else weight, 0.5 * weight
            adjoint, value = point.adjoints.get(node) or math.nan, point.values[node] or math.nan
            yield partial(_slope_name, point.out, node, names, gradient), adjoint, same if gradient else other
            yield partial(_value_name, node, names), value, other if gradient else same

    def _near(self, claim: Claim) -> list[Claim]:
        """List the claims beside one: of the same matrix, or its neighbours."""
        if claim.entry is not None:
            return [c for c in self.claims if c.entry is not None and c.entry[0] == claim.entry[0]]
        return list(self.claims[:100])

    def _entries(self, claim: Claim, point: Point) -> Iterator[Guess]:
        """Guess that rows and columns of a matrix were exchanged."""
        if claim.entry is None or len(claim.entry[1]) != 2:
            return
        name, (i, j) = claim.entry
        for other in self._near(claim):
            if other.kind == claim.kind and other.entry == (name, (j, i)) and i != j:
                figures = point.adjoints if claim.kind == GRADIENT else point.values
                yield Guess(
                    TRANSPOSED, figures.get(other.node, 0.0), 1.0, said(f"it is the right figure of [{j}][{i}]")
                )

    def _view(self, point: Point) -> View:
        if self._plan is None:
            self._plan = Plan(self.recorded, [claim.node for claim in self.claims])
            self._views[self.recorded] = View(self._plan, self.recorded)
            self._swaps = find_swaps(self._views[self.recorded])
        if point not in self._views:
            self._views[point] = View(self._plan, point)
        return self._views[point]

    def _constant_ratio(self, trials: Iterable[Trial]) -> Diagnosis | None:
        """Find a constant by which a formula is wrong everywhere."""
        ratios = [t.claimed / t.expected for t in trials if t.expected]
        if len(ratios) < 2 or not all(math.isclose(r, ratios[0], rel_tol=1e-7) for r in ratios):
            return None
        return Diagnosis(FACTOR, f"{FACTOR}: {ratios[0]:.6g} times the right figure, everywhere")

    def _only_here(self, claim: Claim, trials: Sequence[Trial]) -> Diagnosis | None:
        if not trials[0].agrees:
            return None
        kept = [leaf for leaf in self.recorded.leaves if leaf.data in (0.0, 1.0)]
        others = random_points(self.recorded, _POINTS, [node for _, node in claim.nodes], kept) if kept else []
        if others and all(try_at(claim, point).agrees for point in others):
            names = ", ".join(leaf.describe() for leaf in kept[:4]) + (", …" if len(kept) > 4 else "")
            return Diagnosis("", f"it holds only as long as {names} are what they are: detach() what is not to vary")
        return Diagnosis("", f"{ONLY_HERE}: no simple slip explains it elsewhere")
