"""The search behind `reconcile`: Newton's method for one unknown and many figures, some of which may be hopeless."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from random import Random
from statistics import median_low
from typing import Final, NamedTuple, TypeAlias

from autograd.checking.nearby_numbers import numerals_near, slips
from autograd.checking.trials import Trial, Trials, Vote
from autograd.value import Value

_STEPS: Final = 12  # of Newton's method: it converges in fewer where it does
_HALVINGS: Final = 5
_NEARER: Final = 0.99  # a step of least squares that gains less than this leads nowhere
_COMPARED: Final = 8  # claims of either kind by which inputs are put in order: the likeliest first
_SHARE: Final = 1.0 / 3.0  # of the wrong claims: an input that explains fewer may do so by chance, as any does for one
_RANDOM: Final = 4  # starts that nothing speaks for but kinks: on another piece they may be the only ones

Rule: TypeAlias = Callable[[Sequence[Vote]], float]  # from what claims say to the next step


class Candidate(NamedTuple):
    """A number for an input, how many and which claims it makes right, and the slip that would explain it."""

    input: Value
    trial: Trial
    slip: str = ""


class Found(NamedTuple):
    """The outcome of a search.

    Attributes:
        present: the figures as the inputs are.
        solutions: one candidate for each input that makes all claims right, the plainest change first.
        best: the candidate that makes most claims right, if none makes all right and this one is no coincidence.
        untried: how many inputs there was no budget for.
    """

    present: Trial
    solutions: list[Candidate]
    best: Candidate | None
    untried: int


def search(trials: Trials) -> Found:
    """Look for each input that makes all claims right; if there is none, for the one that makes most of them right."""
    present = trials.present
    if present.every:
        return Found(present, [], None, 0)
    wrong = [i for i, right in enumerate(present.right) if not right]
    reach = {node: count for node, count in trials.reach(wrong).items() if count}
    full = [node for node, count in reach.items() if count == len(wrong)]
    right = [i for i, right in enumerate(present.right) if right]
    discord = trials.discord(wrong[:_COMPARED] + right[:_COMPARED])
    found: dict[Value, Candidate] = {}
    for node in sorted(full, key=lambda node: discord[node]):
        if not trials.spent:
            found[node] = _first_look(trials, node, present)
    for node, candidate in found.items():
        if not candidate.trial.every:
            found[node] = _from_other_starts(trials, node, candidate)
    solutions = [c for c in found.values() if c.trial.every and trials.confirms(c.input, c.trial)]
    if solutions:
        return Found(present, sorted(solutions, key=_plainness), None, len(full) - len(found))
    others = [node for node in reach if node not in found]
    for node in sorted(others, key=lambda node: (-reach[node], discord[node])):
        if not trials.spent:
            found[node] = _first_look(trials, node, present)
    best = max(found.values(), key=lambda c: (c.trial.hits, bool(c.slip)), default=None)
    gained = 0 if best is None or best.trial.every else best.trial.hits - present.hits
    telling = gained >= 2 and gained >= _SHARE * len(wrong)
    return Found(present, [], best if telling else None, len(reach) - len(found))


def _first_look(trials: Trials, node: Value, present: Trial) -> Candidate:
    """Try likely slips of the pen as they are, and Newton's method from the present number."""
    best = Candidate(node, present)
    for slip, number in slips(node.data):
        trial = None if trials.spent else trials.trial(node, number)
        if trial is not None and trial.hits > best.trial.hits:
            best = Candidate(node, trial, slip)
    if not best.trial.every:
        trial = _newton(trials, node, node.data, (_consensus, _least_squares))
        if trial is not None and trial.hits > best.trial.hits:
            best = Candidate(node, trial)
    return _finished(trials, best)


def _from_other_starts(trials: Trials, node: Value, best: Candidate) -> Candidate:
    """Try Newton's method from the slips and from a few random numbers: kinks and bends can keep it from one start."""
    random, scale = Random(node.data), abs(node.data) or 1.0
    starts = [number for _, number in slips(node.data)] + [random.gauss(0.0, 2.0) * scale for _ in range(_RANDOM)]
    for start in starts:
        if trials.spent or best.trial.every:
            break
        trial = _newton(trials, node, start, (_consensus,))
        if trial is not None and trial.hits > best.trial.hits:
            best = Candidate(node, trial)
    return _finished(trials, best)


def _finished(trials: Trials, candidate: Candidate) -> Candidate:
    """Shorten the number of a candidate, unless a slip explains it, and give the input its own number back."""
    node, trial = candidate.input, candidate.trial
    if not candidate.slip and math.isfinite(trial.at):
        candidate = Candidate(node, _shortened(trials, node, trial))
    trials.put_back(node)
    return candidate


def _shortened(trials: Trials, node: Value, trial: Trial) -> Trial:
    """Find the numeral of fewest digits that does as much.

    The numbers that do form an interval around the one found, wherever figures do not turn around within their last
    digit. So if any numeral of so many digits does, one of the two next to the number found does.
    """
    for number in numerals_near(trial.at):
        shorter = trials.trial(node, number)
        if shorter is not None and shorter.hits >= trial.hits:
            return shorter
    return trial


def _newton(trials: Trials, node: Value, start: float, rules: Sequence[Rule]) -> Trial | None:
    """Return the best trial on the way of Newton's method."""
    way = [trial for rule in rules for trial in _walk(trials, node, start, rule)]
    return max(way, key=lambda trial: trial.hits, default=None)


def _walk(trials: Trials, node: Value, start: float, rule: Rule) -> Iterator[Trial]:
    """Yield the trials that Newton's method comes by, the start first."""
    at = trials.trial(node, start)
    for _ in range(_STEPS):
        if at is None:
            return
        yield at
        if at.every or trials.spent:
            return
        step = rule(trials.votes(node, at))
        if not math.isfinite(step) or at.at + step == at.at:
            return
        at = _advance(trials, node, at, step, downhill=rule is _least_squares)


def _advance(trials: Trials, node: Value, at: Trial, step: float, downhill: bool) -> Trial | None:
    """Take a step, or as much of it as stays in the domain and, if so wished, brings the figures nearer."""
    enough = _NEARER * trials.distance(at)
    for halving in range(_HALVINGS):
        reached = trials.trial(node, at.at + step / 2.0**halving)
        if reached is not None and (not downhill or reached.every or trials.distance(reached) < enough):
            return reached
    return None


def _consensus(votes: Sequence[Vote]) -> float:
    """Return the step that makes most claims right, as far as slopes tell, or where these disagree the median step.

    Claims that are wrong for reasons of their own are outvoted here, where least squares would be drawn after them.
    """
    if not votes:
        return 0.0
    ends = sorted((end, side) for vote in votes for end, side in ((vote.low, 0), (vote.high, 1)))
    covered = most = 0
    step = 0.0
    for (end, side), (following, _) in pairwise(ends):
        covered += -1 if side else 1
        if covered > most:
            most, step = covered, end + (following - end) / 2.0
    return step if 2 * most >= len(votes) else median_low(vote.step for vote in votes)


def _least_squares(votes: Sequence[Vote]) -> float:
    """Return the step of Gauss and Newton: the least squares of all misses, in units of the last digits."""
    steepest = max((abs(vote.slope) for vote in votes), default=0.0)
    if not steepest:
        return 0.0
    shares = [vote.slope / steepest for vote in votes]  # their squares stay within the range of floats
    pull = sum(share * vote.miss for share, vote in zip(shares, votes, strict=True))
    return pull / sum(share * share for share in shares) / steepest


def _plainness(candidate: Candidate) -> tuple[bool, int, float]:
    """Put slips first, then numbers of few digits, then small changes."""
    before, after = candidate.input.data, candidate.trial.at
    return not candidate.slip, len(repr(after)), abs(after - before) / (abs(before) or 1.0)
