"""Claims about the gradient of an output by a node that it is not made from: whose gradient was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from autograd.checking.claims import Claim
from autograd.checking.formula_claims import expected_at, try_at
from autograd.checking.formula_hints import stem
from autograd.checking.points import random_points, recorded_point
from autograd.checking.written_names import WrittenNames
from autograd.notation import shown
from autograd.rows import CONSTANT
from autograd.traversal import topological_order
from autograd.value import Value

_LARGEST: Final = 2_000  # nodes of all graphs together in which another output is looked for
_TRIED: Final = 8
_POINTS: Final = 4


def about_unrelated(out: Value, claim: Claim, known: Sequence[Value]) -> str:
    """Say that the output is not made from a node, and of which other node the claim is right.

    Args:
        out: the output.
        claim: a wrong claim about its gradient.
        known: other nodes that were mentioned, in whose graphs another output is looked for.
    """
    name = shown(claim.node.label) or WrittenNames([claim.node])[claim.node]
    output = shown(out.label) or "the output"
    if claim.node._op is CONSTANT:
        return f"{name} is a constant, so the gradient is 0"
    other = _meant(out, claim, known)
    hint = f"; it would be ∂{shown(other.label)}/∂{name}" if other is not None else ""
    return f"{output} is not made from {name}, so the gradient is 0{hint}"


def _meant(out: Value, claim: Claim, known: Sequence[Value]) -> Value | None:
    order = topological_order([out, *known])
    if len(order) > _LARGEST:
        return None
    alike = [node for node in order if node.label and node._op is out._op and node is not out]
    alike.sort(key=lambda node: stem(node.label) != stem(out.label))
    return next((node for node in alike[:_TRIED] if _is_right(node, claim)), None)


def _is_right(out: Value, claim: Claim) -> bool:
    """Whether a claim is right about the gradient of another output, which is made from the node."""
    recorded = recorded_point(out)
    if claim.node not in recorded.adjoints:
        return False
    if claim.number is not None:
        return claim.admits(expected_at(claim, recorded))
    points = random_points(recorded, _POINTS, [node for _, node in claim.nodes])
    return all(try_at(claim, point).agrees for point in (recorded, *points))
