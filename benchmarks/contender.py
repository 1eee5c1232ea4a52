"""A contender: one engine on one workload, as a chain of phases that are timed one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

OURS = "scalar-autograd"
W = TypeVar("W")  # the work: a graph, or samples


class Outcome(NamedTuple):
    """What a run must agree on with every other engine's run on the same numbers."""

    value: float
    gradients: Sequence[float]


@dataclass(frozen=True)
class Contender:
    """One engine on one workload.

    Args:
        engine: its name in tables and messages.
        phases: each takes what the one before returned, the first the drawn numbers.
        outcome: turns what the last phase returned into an `Outcome`, outside of what is timed.
        build: seconds that compiling took, for an engine that compiles once and then replays.
    """

    engine: str
    phases: Sequence[tuple[str, Callable[[Any], Any]]]
    outcome: Callable[[Any], Outcome]
    build: float | None = None


def same(outcome: Outcome) -> Outcome:
    return outcome


def of_installed(
    peers: Mapping[str, Any], makers: Mapping[str, Callable[[Any, W], Contender]], work: W
) -> list[Contender]:
    """Make the contenders of those peers that are installed, in the order of ``makers``."""
    return [make(peers[name], work) for name, make in makers.items() if name in peers]
