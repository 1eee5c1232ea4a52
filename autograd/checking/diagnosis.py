"""What went wrong in a claim that is wrong: of all slips that would give what is claimed, the likeliest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Final

from autograd.checking.carried import CarriedOn
from autograd.checking.claims import GRADIENT, Claim
from autograd.checking.digit_slips import digit_slips
from autograd.checking.formula_claims import Trial
from autograd.checking.formula_hints import common_factors, exchanged, lacking, taken_for_granted
from autograd.checking.gradient_guesses import GradientGuesses
from autograd.checking.graph_plan import Plan
from autograd.checking.guesses import FACTOR, TRANSPOSED, Guess, copied, said, sign_and_factors, stepped
from autograd.checking.points import Point, recorded_point
from autograd.checking.ranking import Diagnosis, Tally, likeliest
from autograd.checking.slip_view import Swap, View, find_swaps
from autograd.checking.unrelated import about_unrelated
from autograd.checking.value_guesses import value_guesses
from autograd.checking.written_names import WrittenNames
from autograd.replay import stored_operands
from autograd.traversal import topological_order
from autograd.value import Value

UNTRIED: Final = "not looked into: too many wrong claims about a large graph"
ONLY_HERE: Final = "it holds at the recorded point only"

_WORK: Final = 60_000  # nodes looked at for all diagnoses together, one by one
_POINTS: Final = 4  # at which a formula's slip must agree: by chance it hardly does at one
_TRIED: Final = 16  # points at which it is tried what does not occur in a formula
_LARGE: Final = 1_500  # nodes of a graph on which two points have to do


def _slope_name(out: Value, node: Value, names: WrittenNames) -> str:
    return f"it is {names.gradient(out, node)}"


def _value_name(node: Value, names: WrittenNames) -> str:
    return f"it is the value of {names[node]}"


def _telling(trials: Sequence[Trial], count: int) -> list[Trial]:
    """Choose so many trials, one of which the formula fails: a slip must explain that."""
    used = [trial for trial in trials if trial.decides]
    wrong = next((i for i, trial in enumerate(used) if not trial.agrees), 0)
    return used[:count] if wrong < count else [*used[: count - 1], used[wrong]]


class Diagnostician:
    """Knows one graph and all claims about it, and finds the slips behind wrong ones."""

    def __init__(self, recorded: Point, claims: Sequence[Claim], known: Sequence[Value] = ()) -> None:
        """Prepare; the graph is looked through when the first wrong claim comes.

        Args:
            recorded: the point at which the graph was recorded.
            claims: all of them.
            known: other nodes that were mentioned beside the graph.
        """
        self.recorded, self.claims = recorded, claims
        self._known = [*known, *(claim.node for claim in claims)]
        self.remaining = _WORK
        self._plan: Plan | None = None
        self._swaps: list[Swap] = []
        self._views: dict[Point, View] = {}
        self._plans: dict[Value, Plan] = {}  # of the last claim about a node outside the graph
        self._orders: dict[Value, list[Value]] = {}
        self._carried = CarriedOn(recorded, claims)

    def of_number(self, claim: Claim, right: float) -> Diagnosis:
        """Find the slip behind a wrong number."""
        assert claim.number is not None
        if self.is_unrelated(claim):
            return Diagnosis("", about_unrelated(self.recorded.out, claim, self._known))
        if not self._affordable(claim):
            return Diagnosis("", UNTRIED)
        unit = 2.0 * claim.tolerance
        reach = 1.01 * claim.tolerance + 1e-9 * abs(claim.number)
        low, high = claim.number - reach, claim.number + reach  # most guesses are out of the question
        tally = Tally()
        for guess in chain(self._guesses(claim, self.recorded), digit_slips(claim.written, claim.number, unit, right)):
            tally.add(guess, low <= guess.number <= high and claim.admits(guess.number))
        for guess, slack in self._carried.guesses(claim, right):
            tally.add(guess, abs(guess.number - claim.number) <= claim.tolerance + slack)
        chance = unit / abs(claim.number) if claim.number else 1.0
        return likeliest(tally, right, chance)

    def of_formula(self, claim: Claim, trials: Sequence[Trial]) -> Diagnosis:
        """Find the slip behind a wrong formula: it must give the formula's figures at several points."""
        if self.is_unrelated(claim):
            return Diagnosis("", about_unrelated(self.recorded.out, claim, self._known))
        points = _POINTS if len(self.recorded.order) <= _LARGE else 2
        if not self._affordable(claim, points):
            return Diagnosis("", UNTRIED)
        used = _telling(trials, points)
        tally = Tally()
        for row in zip(*(self._guesses(claim, trial.point) for trial in used), strict=True):
            agrees = all(trial.admits(guess.number) for trial, guess in zip(used, row, strict=True))
            tally.add(row[0], agrees and any(guess.number for guess in row))
        found = likeliest(tally, math.nan, 0.0)
        if found.kind:
            return found
        return (
            self._constant_ratio(used)
            or exchanged(claim, used, self.recorded)
            or self._only_here(claim, trials)
            or self._lacking(claim, used, found)
        )

    def is_unrelated(self, claim: Claim) -> bool:
        """Whether a claim is about the gradient by a node that the output is not made from."""
        return claim.kind == GRADIENT and claim.node not in self.recorded.adjoints

    def _affordable(self, claim: Claim, points: int = 1) -> bool:
        if self.remaining < 0:
            return False
        work = len(self.recorded.order)
        if claim.node not in self.recorded.values:
            work += len(self._order_of(claim.node))
        self.remaining -= points * work
        return self.remaining >= 0 or self.remaining + points * work == _WORK

    def _order_of(self, node: Value) -> list[Value]:
        """List what a node outside the graph is made of."""
        if node not in self._orders:
            self._orders[node] = topological_order([node])
        return self._orders[node]

    def _guesses(self, claim: Claim, point: Point) -> Iterator[Guess]:
        """Make all guesses about a claim at a point."""
        view = self._view(point)
        names, values, adjoints = view.plan.names, point.values, point.adjoints
        if claim.kind == GRADIENT:
            right = adjoints.get(claim.node, 0.0)
            yield from sign_and_factors(right, view.plan.counts, stored_operands(claim.node) is None)
            yield from self._stepped(claim, right, values.get(claim.node, claim.node.data))
            if claim.node in self.recorded.values:
                yield from GradientGuesses(view, claim.node, self._swaps)
        else:
            yield from sign_and_factors(values.get(claim.node, claim.node.data), view.plan.counts)
            yield from value_guesses(self._view_above(claim.node, point), claim.node)
        yield from self._entries(claim, point)
        yield from copied(self._figures(claim, point, names))

    @staticmethod
    def _stepped(claim: Claim, right: float, value: float) -> Iterator[Guess]:
        """Guess at a leaf after a step; but one that does not show in the digits claimed is no step: it was copied."""
        shows = claim.number is None or not claim.admits(value)
        return stepped(right, value) if stored_operands(claim.node) is None and shows else iter(())

    def _figures(
        self, claim: Claim, point: Point, names: WrittenNames
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
            if not (gradient and node is claim.node):
                yield partial(_slope_name, point.out, node, names), adjoint, same if gradient else other
            if gradient or node is not claim.node:
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

    def _view_above(self, node: Value, point: Point) -> View:
        """Return the view from a node: for one that the output is not made from, of the graph that it has itself."""
        if node in self.recorded.values:
            return self._view(point)
        order = self._order_of(node)
        own = Point(node, order, {other: point.values.get(other, other.data) for other in order})
        if node not in self._plans:
            self._plans = {node: Plan(recorded_point(node), [claim.node for claim in self.claims])}
        return View(self._plans[node], own)

    def _constant_ratio(self, trials: Iterable[Trial]) -> Diagnosis | None:
        """Find a constant by which a formula is wrong everywhere."""
        ratios = [t.claimed / t.expected for t in trials if t.expected]
        if (
            len(ratios) < 2
            or not ratios[0]
            or not all(math.isfinite(r) for r in ratios)
            or not all(math.isclose(r, ratios[0], rel_tol=1e-7) for r in ratios)
        ):
            return None
        factor = next((text for digits in (6, 9, 12) if (text := f"{ratios[0]:.{digits}g}") != "1"), repr(ratios[0]))
        return Diagnosis(FACTOR, f"{FACTOR}: {factor} times the right figure, everywhere")

    def _only_here(self, claim: Claim, trials: Sequence[Trial]) -> Diagnosis | None:
        if not trials[0].agrees:
            return None
        kept = taken_for_granted(claim, self.recorded)
        if kept:
            names = ", ".join(leaf.label or leaf.describe() for leaf in kept[:6]) + (", …" if len(kept) > 6 else "")
            are = "are what they are" if len(kept) > 1 else "is what it is"
            return Diagnosis("", f"it holds only as long as {names} {are}: detach() what is not to vary")
        return Diagnosis("", f"{ONLY_HERE}: no simple slip explains it elsewhere")

    def _lacking(self, claim: Claim, trials: Sequence[Trial], found: Diagnosis) -> Diagnosis:
        """Add to what is said of a formula that no slip explains what does not occur in it."""
        self.remaining -= _TRIED * len(self.recorded.order)
        if self.remaining < 0 or claim.kind != GRADIENT or self._plan is None:
            return found
        regions = [region for region in self._plan.regions if claim.node in region.inputs]
        words = lacking(claim, trials, self.recorded, common_factors(claim.node, regions, self.recorded))
        return found._replace(text=f"{found.text}: {words}") if words else found
