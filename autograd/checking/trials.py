"""Trying other numbers for one input of a graph: what claimed figures become, and how they change with it."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.checking.claims import GRADIENT, Claim
from autograd.errors import DomainError
from autograd.graph_gradient import gradients
from autograd.recording import recording
from autograd.replay import operand_nodes, run_again
from autograd.sweep import Adjoints, push_forward, sweep
from autograd.traversal import topological_order
from autograd.value import Value


class Trial(NamedTuple):
    """What the claims are held against when one input is another number.

    Attributes:
        at: the number tried.
        figures: what is claimed something about, one number per claim.
        right: which claims are right there.
    """

    at: float
    figures: tuple[float, ...]
    right: tuple[bool, ...]

    @property
    def hits(self) -> int:
        """How many claims are right."""
        return sum(self.right)

    @property
    def every(self) -> bool:
        """Whether all claims are right."""
        return all(self.right)


class Vote(NamedTuple):
    """What one claim has to say about the input: all in units of the claim's tolerance.

    Attributes:
        miss: the claimed number less the figure.
        slope: how the figure changes with the input; the steps are there only if it is not 0.
    """

    miss: float
    slope: float

    @property
    def step(self) -> float:
        """The step that makes the claim exactly right, if the figure goes on as it does here."""
        return self.miss / self.slope

    @property
    def low(self) -> float:
        """The lowest step that makes the claim right."""
        return self.step - 1.0 / abs(self.slope)

    @property
    def high(self) -> float:
        """The highest step that makes the claim right."""
        return self.step + 1.0 / abs(self.slope)


class Trials:
    """A copy of a graph on which one input at a time takes other numbers.

    Claimed gradients are nodes of the copy too, so that one forward sweep gives how each figure changes with the input:
    for a gradient that is a second derivative.

    Args:
        out: the output whose gradients are claimed.
        claims: claims that are numbers.
        inputs: the leaves that are to be varied.
        budget: how many visits of nodes and claims all trials together may take; then `spent` is true.
    """

    def __init__(self, out: Value, claims: Sequence[Claim], inputs: Sequence[Value], budget: int) -> None:
        self._claims = claims
        self._left = budget
        twins: dict[int, Any] = {}
        with recording():
            copy.deepcopy([out, *(claim.node for claim in claims), *inputs], twins)
            self._out = twins[id(out)]
            self._nodes = [twins[id(claim.node)] for claim in claims]
            claimed = [i for i, claim in enumerate(claims) if claim.kind == GRADIENT]
            slopes = gradients(self._out, [self._nodes[i] for i in claimed])
        self._figures = list(self._nodes)
        for i, slope in zip(claimed, slopes, strict=True):
            self._figures[i] = slope
        self._units = [claim.tolerance or 1.0 for claim in claims]  # 0 for inf and nan: those miss by inf or nan
        self._inputs = {node: twins[id(node)] for node in inputs}
        self._order = topological_order([self._out, *self._figures])
        self._below: dict[Value, list[Value]] = {}

    @property
    def present(self) -> Trial:
        """The figures as the graph is."""
        return self._judged(math.nan)

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self._left <= 0

    def reach(self, wrong: Sequence[int]) -> dict[Value, int]:
        """Tell for each input how many of the claims at the positions ``wrong`` depend on it at all."""
        masks = dict.fromkeys(self._order, 0)
        for bit, i in enumerate(wrong):
            masks[self._figures[i]] |= 1 << bit
        for node in reversed(self._order):
            mask = masks[node]
            if mask:
                for operand in operand_nodes(node):
                    masks[operand] |= mask
        return {node: masks.get(twin, 0).bit_count() for node, twin in self._inputs.items()}

    def discord(self, claims: Sequence[int]) -> dict[Value, float]:
        """Tell for each input how far the claims at these positions are from agreeing on one step, to first order.

        The figure is 0 where one step makes all of them right, and grows with the gap between the steps that they
        call for; it is inf where one of them is wrong and does not change with the input at all.
        """
        misses = self._misses(self.present)
        votes: dict[Value, list[Vote]] = {node: [] for node in self._inputs}
        for i in claims:
            self._left -= len(self._order)
            adjoints: Adjoints[float] = Adjoints()
            sweep([(self._figures[i], 1.0)], adjoints)
            for node, twin in self._inputs.items():
                slope = adjoints.adjoints.get(twin, 0.0) / self._units[i]
                if slope or abs(misses[i]) > 1.0:
                    votes[node].append(Vote(misses[i], slope))
        return {node: _gap(several) for node, several in votes.items()}

    def trial(self, node: Value, number: float) -> Trial | None:
        """Put a number in for an input; ``None`` where a primitive has no value then."""
        if not math.isfinite(number):
            return None
        twin, below = self._inputs[node], self._depending(node)
        self._left -= len(below) + len(self._claims)
        twin.data = number
        try:
            run_again(below)
        except DomainError:
            return None
        return self._judged(number)

    def votes(self, node: Value, at: Trial) -> list[Vote]:
        """Return the votes on an input, at the number last tried for it, of the claims that change with it."""
        below = self._depending(node)
        self._left -= len(below) + len(self._claims)
        algebra: Adjoints[float] = Adjoints()
        algebra.begin(below)
        tangents = push_forward(below, {self._inputs[node]: 1.0}, algebra)
        slopes = [tangents.get(figure, 0.0) / unit for figure, unit in zip(self._figures, self._units, strict=True)]
        votes = [Vote(miss, slope) for miss, slope in zip(self._misses(at), slopes, strict=True) if slope]
        return [vote for vote in votes if math.isfinite(vote.low) and math.isfinite(vote.high)]

    def distance(self, trial: Trial) -> float:
        """Return how far all figures together are from what is claimed: the sum of squares, in units of tolerance."""
        misses = [miss for miss in self._misses(trial) if miss == miss]
        return sum(miss * miss for miss in misses) if misses else math.inf

    def _misses(self, trial: Trial) -> list[float]:
        """Return for each claim how far it is from the figure; nan where that is no number."""
        triples = zip(self._claims, trial.figures, self._units, strict=True)
        return [(math.nan if claim.number is None else claim.number - x) / unit for claim, x, unit in triples]

    def confirms(self, node: Value, trial: Trial) -> bool:
        """Whether a plain backward pass, rather than the graph of the gradient, finds the same claims right."""
        self.trial(node, trial.at)
        plain: Adjoints[float] = Adjoints()
        sweep([(self._out, 1.0)], plain)
        figures = [
            plain.adjoints.get(twin, 0.0) if claim.kind == GRADIENT else twin.data
            for claim, twin in zip(self._claims, self._nodes, strict=True)
        ]
        self.put_back(node)
        return all(c.admits(x) for c, x, right in zip(self._claims, figures, trial.right, strict=True) if right)

    def put_back(self, node: Value) -> None:
        """Give an input its own number again."""
        self.trial(node, node.data)

    def _judged(self, at: float) -> Trial:
        figures = tuple(figure.data for figure in self._figures)
        return Trial(at, figures, tuple(c.admits(x) for c, x in zip(self._claims, figures, strict=True)))

    def _depending(self, node: Value) -> list[Value]:
        """List what depends on an input, in topological order."""
        if node not in self._below:
            self._left -= len(self._order)
            found, below = {self._inputs[node]}, []
            for other in self._order:
                if not found.isdisjoint(operand_nodes(other)):
                    found.add(other)
                    below.append(other)
            self._below = {node: below}  # of the last one only: all of them could be as large as the graph's square
        return self._below[node]


def _gap(votes: Sequence[Vote]) -> float:
    """Return the gap between the steps that votes call for, as a share of the longest of them."""
    if not all(vote.slope for vote in votes):
        return math.inf
    gap = max((vote.low for vote in votes), default=0.0) - min((vote.high for vote in votes), default=0.0)
    return gap / max(abs(vote.step) for vote in votes) if gap > 0.0 else math.inf if gap != gap else 0.0
