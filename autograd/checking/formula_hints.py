"""What is said of a wrong formula that no slip explains: indices exchanged, what it takes for granted and lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from autograd.checking.claims import Claim
from autograd.checking.formula_claims import Trial, expected_at, try_at
from autograd.checking.guesses import TRANSPOSED, listed
from autograd.checking.points import Point, is_checkpointed, random_points, replayed
from autograd.checking.ranking import Diagnosis
from autograd.checking.regions import Region
from autograd.replay import stored_operands
from autograd.traversal import topological_order
from autograd.value import Value

_POINTS: Final = 4
_GROUPS: Final = 8  # of leaves of one kind, of which each is tried
_LEAVES: Final = 8  # that are tried, whether a gradient depends on them
_INDICES: Final = (re.compile(r"(.*?\D)(\d)()(\d)()"), re.compile(r"(.*\D)(\d+)(\D+)(\d+)(\D*)"))
_INDEX = re.compile(r"[0-9₀-₉]+|(?<=_)\w$")


def stem(label: str) -> str:
    """Return what labels of one kind have in common: all of it but the indices."""
    return _INDEX.sub("#", label)


# Indices --------------------------------------------------------------------------------------------------------------


def exchanged(claim: Claim, trials: Sequence[Trial], recorded: Point) -> Diagnosis | None:
    """Find that a formula is right with W_ji in the place of W_ij.

    Example:
        >>> from autograd import check, dot
        >>> w, x = [Value(float(i), f"W_{i}") for i in (11, 12, 21, 22)], [Value(0.5, "x_1"), Value(2.0, "x_2")]
        >>> h_1, h_2 = dot(w[:2], x).named("h_1"), dot(w[2:], x).named("h_2")
        >>> check((h_1**2 + h_2**2).named("L"), {"x_1": "2*W_11*h_1 + 2*W_12*h_2"}).rows[0].diagnosis
        'a derivative taken at the wrong node: W_12 in the place of W_21 in the derivative of h_2'
        >>> check((h_1**2 + h_2**2).named("L"), {"x_2": "2*(W_11*x_1 + W_21*x_2)*W_21 + 2*h_2*W_22"}).rows[0].diagnosis
        'a transposed entry: with W_12 in the place of W_21 it is right'
    """
    labels: dict[str, list[Value]] = {}
    for node in recorded.order:
        labels.setdefault(node.label, []).append(node)
    swaps: dict[str, dict[str, Value]] = {}
    for name, _ in claim.nodes:
        for matrix, other in _transposed(name):
            if len(labels.get(other, ())) == 1 and other != name:
                swaps.setdefault(matrix, {})[name] = labels[other][0]
                break
    together = {name: node for swap in swaps.values() for name, node in swap.items()}
    for swap in [*swaps.values(), *([together] if len(swaps) > 1 else [])]:
        turned = claim._replace(nodes=tuple((name, swap.get(name, node)) for name, node in claim.nodes))
        if all(try_at(turned, trial.point).agrees for trial in trials):
            (name, node), *more = swap.items()
            words = f"with {node.label} in the place of {name}{' and so on' if more else ''} it is right"
            return Diagnosis(TRANSPOSED, f"{TRANSPOSED}: {words}")
    return None


def _transposed(name: str) -> Iterator[tuple[str, str]]:
    for pattern in _INDICES:
        match = pattern.fullmatch(name)
        if match:
            before, i, between, j, behind = match.groups()
            yield before + behind, f"{before}{j}{between}{i}{behind}"


# What is taken for granted --------------------------------------------------------------------------------------------


def taken_for_granted(claim: Claim, recorded: Point) -> list[Value]:
    """List the leaves that are 0 or 1 of which a formula is right only as long as they are: no more than matter."""
    kept = [leaf for leaf in recorded.leaves if leaf.data in (0.0, 1.0)]
    if not kept or not _right(claim, recorded, kept):
        return []
    for kind in list(dict.fromkeys(stem(leaf.label) for leaf in kept))[:_GROUPS]:
        fewer = [leaf for leaf in kept if stem(leaf.label) != kind]
        if _right(claim, recorded, fewer):
            kept = fewer
    return kept


def _right(claim: Claim, recorded: Point, kept: Sequence[Value]) -> bool:
    points = random_points(recorded, _POINTS, [node for _, node in claim.nodes], kept)
    return bool(points) and all(try_at(claim, point).agrees for point in points)


# What is lacking ------------------------------------------------------------------------------------------------------


def common_factors(node: Value, regions: Sequence[Region], recorded: Point) -> list[Value]:
    """List the leaves that are a factor in every local derivative by a node."""
    leaves = [o for o in (regions[0].leaves if regions else ()) if stored_operands(o) is None and o is not node]

    def is_factor(leaf: Value) -> bool:
        without = {**recorded.values, leaf: 0.0}
        return all(leaf in region.leaves and region.slopes(without)[node] == 0.0 for region in regions)

    return [leaf for leaf in leaves[:_LEAVES] if is_factor(leaf)]


def lacking(claim: Claim, trials: Sequence[Trial], recorded: Point, factors: Sequence[Value]) -> str:
    """Say which leaves ought to occur in a formula and do not.

    Args:
        claim: the formula.
        trials: where it was tried.
        recorded: the point at which the graph was recorded.
        factors: leaves that are a factor of the gradient.

    Returns:
        The words; ``""`` if there is nothing to say.
    """
    mentioned = [node for _, node in claim.nodes]
    order = topological_order([recorded.out, *mentioned])
    below = set(topological_order(mentioned))
    if not trials or any(map(is_checkpointed, order)):
        return ""
    point = trials[-1].point
    absent = [leaf for leaf in recorded.leaves if leaf.label and leaf is not claim.node and leaf not in mentioned]
    forgotten = [leaf for leaf in factors if leaf in absent and _is_wrong(claim, _moved(point, order, leaf, 0.0))]
    if forgotten:
        factor = _each(forgotten, "a factor", "factors")
        return f"{_enumerated(forgotten)}, {factor} of the gradient, {_do_not_occur(forgotten)}"
    unknown = [leaf for leaf in absent if leaf not in below][:_LEAVES]
    right = expected_at(claim, point)
    moved = (expected_at(claim, _moved(point, order, leaf, 1.37 * point.values[leaf] + 0.11)) for leaf in unknown)
    needed = [leaf for leaf, x in zip(unknown, moved, strict=True) if not math.isclose(x, right, rel_tol=1e-9)]
    words = f"{_do_not_occur(needed)}, and the gradient depends on {_each(needed, 'it', 'them')}"
    return f"{_enumerated(needed)} {words}" if needed else ""


def _is_wrong(claim: Claim, point: Point) -> bool:
    there = try_at(claim, point)
    return there.decides and not there.agrees


def _moved(point: Point, order: Sequence[Value], leaf: Value, number: float) -> Point:
    values = {node: point.values.get(node, node.data) for node in order}
    values[leaf] = number
    return Point(
        point.out, point.order, replayed((node for node in order if stored_operands(node) is not None), values)
    )


def _enumerated(leaves: Sequence[Value]) -> str:
    return listed([leaf.label for leaf in leaves])


def _each(leaves: Sequence[Value], one: str, several: str) -> str:
    return one if len(leaves) == 1 else several


def _do_not_occur(leaves: Sequence[Value]) -> str:
    return f"{_each(leaves, 'does', 'do')} not occur in it"
