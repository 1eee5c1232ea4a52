"""Errors carried on: what follows for each claim if the other claims are taken for true."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from autograd.checking.claims import GRADIENT, VALUE, Claim
from autograd.checking.descent import step_of
from autograd.checking.formula_claims import expected_at
from autograd.checking.guesses import Guess, carried_on, listed
from autograd.checking.points import Edge, Point, is_checkpointed, is_linear, numbers
from autograd.replay import operand_nodes, stored_operands
from autograd.sweep import Adjoints, sweep
from autograd.traversal import topological_order
from autograd.value import Value

_WORK: Final = 200_000  # nodes gone through to see which claims enter which


class Figure(NamedTuple):
    """What follows for a node from claims about others, and how far their printed digits leave it open."""

    number: float
    slack: float


class Carried:
    """The graph as somebody has it who goes on with the figures claimed: values upward, then gradients downward.

    Args:
        recorded: the graph as it is.
        claims: the claims; those that are numbers are gone on with.

    Attributes:
        followed: for each node and kind of claim, what follows from the claims about others.
    """

    def __init__(self, recorded: Point, claims: Sequence[Claim]) -> None:
        """Run the graph, and then the sweep, putting the claimed figure in wherever there is one."""
        self.followed: dict[tuple[str, Value], Figure] = {}
        self._claims = {(c.kind, c.node): Figure(c.number, c.tolerance) for c in claims if c.number is not None}
        values, slacks = self._values(recorded)
        self._gradients(Point(recorded.out, recorded.order, values), slacks)

    def _values(self, recorded: Point) -> tuple[Mapping[Value, float], Mapping[Value, float]]:
        values, slacks = dict(recorded.values), dict.fromkeys(recorded.order, 0.0)
        for node in recorded.order:
            edges = recorded.edges.get(node, ())
            changed = any(values[o] != recorded.values[o] for o in operand_nodes(node))
            if changed and stored_operands(node) is not None and not is_checkpointed(node):
                values[node] = node._op.evaluate(numbers(node, values))
            slacks[node] = sum(abs(edge.partial) * slacks[edge.operand] for edge in edges)
            self.followed[VALUE, node] = Figure(values[node], slacks[node])
            claimed = self._claims.get((VALUE, node))
            if claimed is not None and abs(claimed.number - values[node]) > claimed.slack:
                values[node], slacks[node] = claimed
        return values, slacks

    def _gradients(self, point: Point, slacks: Mapping[Value, float]) -> None:
        claimed = {node: figure for (kind, node), figure in self._claims.items() if kind == GRADIENT}
        algebra = _Going(point.edges, claimed)
        sweep([(point.out, Figure(1.0, 0.0))], algebra)
        for node in point.order:
            figure = algebra.found.get(node) or algebra.adjoints.get(node) or Figure(0.0, 0.0)
            moved = max((slacks[e.node] for e in point.edges.get(node, ())), default=slacks[node])
            self.followed[GRADIENT, node] = figure._replace(slack=figure.slack + moved * abs(figure.number))


class _Going(Adjoints[Figure]):
    """Adjoints with their slack, in the place of which a claimed one is passed on."""

    __slots__ = ("_claimed", "_edges", "found")

    def __init__(self, edges: Mapping[Value, tuple[Edge, ...]], claimed: Mapping[Value, Figure]) -> None:
        super().__init__()
        self._edges, self._claimed = edges, claimed
        self.found: dict[Value, Figure] = {}

    def pull(self, node: Value) -> None:
        adjoint, claimed = self.adjoints.get(node), self._claimed.get(node)
        if adjoint is not None and claimed is not None:
            self.found[node] = adjoint
            if abs(claimed.number - adjoint.number) > claimed.slack:
                self.adjoints[node] = adjoint = claimed
        for edge in self._edges.get(node, ()) if adjoint is not None else ():
            assert adjoint is not None
            before = self.adjoints.get(edge.operand, Figure(0.0, 0.0))
            number = before.number + adjoint.number * edge.partial
            slack = before.slack + adjoint.slack * abs(edge.partial)
            self.adjoints[edge.operand] = Figure(number, slack)


class CarriedOn:
    """Guesses that a wrong figure is what follows from other wrong figures."""

    def __init__(self, recorded: Point, claims: Sequence[Claim]) -> None:
        """Look for wrong numbers among the claims."""
        self._recorded, self._claims = recorded, claims
        numbers = (claim for claim in claims if claim.number is not None)
        self._wrong = [claim for claim in numbers if not claim.admits(expected_at(claim, recorded))]
        self._remaining = _WORK
        self._above: dict[Value, set[Value]] = {}
        self._bent: dict[Value, set[Value]] = {}

    @cached_property
    def _wide(self) -> Point:
        """The recorded point with what the output is not made from, but claims are about."""
        outside = [claim.node for claim in self._claims if claim.node not in self._recorded.values]
        if not outside:
            return self._recorded
        order = topological_order([self._recorded.out, *outside])
        return Point(self._recorded.out, order, {node: node.data for node in order})

    @cached_property
    def _carried(self) -> Carried:
        return Carried(self._wide, self._claims)

    @cached_property
    def _roots(self) -> list[Claim]:
        """The wrong claims that do not follow from others: where errors begin."""
        return [claim for claim in self._wrong if not self._follows(claim)]

    def _follows(self, claim: Claim) -> bool:
        assert claim.number is not None
        figure = self._carried.followed.get((claim.kind, claim.node))
        if figure is not None and abs(claim.number - figure.number) <= claim.tolerance + figure.slack:
            return True
        slope, step = self._slope_of(claim), step_of(claim.node)
        if slope is None or slope.number is None or step is None:
            return False
        stepped = step.weight.data - step.rate * slope.number
        return abs(claim.number - stepped) <= claim.tolerance + abs(step.rate) * slope.tolerance

    def _slope_of(self, claim: Claim) -> Claim | None:
        """Return the wrong claim about the gradient that a claimed weight after a step was made with."""
        step = step_of(claim.node) if claim.kind == VALUE else None
        if step is None or not math.isclose(
            step.slope.data, self._recorded.adjoints.get(step.weight, 0.0), rel_tol=1e-9
        ):
            return None
        return next((c for c in self._wrong if (c.kind, c.node) == (GRADIENT, step.weight)), None)

    def guesses(self, claim: Claim, right: float) -> Iterator[tuple[Guess, float]]:
        """Yield guesses about a claim, each with how far the other claims' digits leave it open."""
        slope, step = self._slope_of(claim), step_of(claim.node)
        if slope is not None and slope.number is not None and step is not None:
            slack = abs(step.rate) * slope.tolerance
            for guess in carried_on(
                step.weight.data - step.rate * slope.number, slack, claim.tolerance, f"{slope.name} as claimed"
            ):
                yield guess, slack
        others = [c for c in self._wrong if (c.kind, c.node) != (claim.kind, claim.node)]
        number, slack = (
            self._carried.followed.get((claim.kind, claim.node), Figure(right, 0.0)) if others else (right, 0.0)
        )
        if math.isclose(number, right, rel_tol=1e-12) or not math.isfinite(number):
            return
        feeding = [other for other in self._roots if other is not claim and self._feeds(other, claim)]
        feeding = feeding or [other for other in others if self._feeds(other, claim)]
        words = listed([other.name for other in feeding]) + " as claimed"
        for guess in carried_on(number, slack, claim.tolerance, words):
            yield guess, slack * (abs(guess.number / number) if number else 1.0)

    def _feeds(self, other: Claim, claim: Claim) -> bool:
        """Whether a figure enters another: values upward and into gradients, gradients downward."""
        if other.kind == GRADIENT:
            return claim.kind == GRADIENT and other.node in self._made_from(claim.node)
        if claim.kind != GRADIENT:
            return claim.node in self._made_from(other.node)
        return not self._bending(claim.node).isdisjoint(self._made_from(other.node))

    def _bending(self, node: Value) -> set[Value]:
        """Return the nodes whose values enter the gradient by a node."""
        if node not in self._bent:
            above = self._made_from(node)
            self._bent = {node: {o for one in above if not is_linear(one) for o in operand_nodes(one)}}
        return self._bent[node]

    def _made_from(self, node: Value) -> Collection[Value]:
        """List what is made from a node, within a limit of work: beyond it errors are said to come from all claims."""
        if node not in self._above:
            self._remaining -= len(self._wide.order)
            if self._remaining < 0 and self._above:
                return ()
            self._above[node] = set(self._wide.tangents(node))
        return self._above[node]
