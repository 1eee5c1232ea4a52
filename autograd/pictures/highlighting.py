"""Paths that a picture highlights: which they are, whether they are in the graph, and what colours their edges."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from autograd.derivative_paths.best_paths import product
from autograd.pictures.folding import Plan
from autograd.pictures.palette import PATHS
from autograd.replay import stored_operands
from autograd.rows import CHECKPOINT
from autograd.value import Value
from autograd.wording import spoken

LONGEST_PATH = 7  # names, in the legend


class Route(Protocol):
    """What can be highlighted: a derivative path, from where it starts to the result that it leads to.

    Attributes:
        nodes: at least one, each an operand of the next.
        slots: for each node but the last, which operand of the next one it is.
    """

    @property
    def nodes(self) -> Sequence[Value]:
        """Where it leads, one after the other."""

    @property
    def slots(self) -> Sequence[int]:
        """By which operands."""


class Step(NamedTuple):
    """One edge of a path: operand ``slot`` of ``head``, which is ``tail``."""

    tail: Value
    head: Value
    slot: int


class Highlight(NamedTuple):
    """One path with its colour.

    Attributes:
        colour: of its edges.
        nodes: in its order.
        steps: one fewer.
    """

    colour: str
    nodes: list[Value]
    steps: list[Step]

    def contribution(self) -> float | None:
        """Return the product of the partials; ``None`` if a checkpointed function would have to run again for one."""
        if any(step.head._op is CHECKPOINT for step in self.steps):
            return None
        return product([step.head.partials[step.slot] for step in self.steps])

    def describe(self, title: Callable[[Value], str]) -> str:
        """Write the path by its ends and the names on its way, without the middle ones if these are many."""
        names = [spoken(title(node)) for node in self.nodes]
        for end in (0, -1):
            names[end] = names[end] or self.nodes[end].op or "leaf"
        names = [name for name in names if name]
        if len(names) > LONGEST_PATH:
            half = LONGEST_PATH // 2
            names = [*names[: half + 1], "…", *names[-half:]]
        return " → ".join(names)


def read_highlights(highlight: Any, graph: Collection[Value]) -> tuple[list[Highlight], str]:
    """Check the paths that are to be highlighted, at most as many as there are colours.

    Args:
        highlight: one path or several (see `Route`); ``None`` for none.
        graph: the nodes of the picture.

    Returns:
        The paths with their colours, and a remark if there are more; endlessly many do not matter.

    Raises:
        TypeError: something is no path.
        ValueError: a path is not in the graph.
    """
    if highlight is None:
        return [], ""
    several = [highlight] if _is_route(highlight) else _several(highlight)
    if len(several) <= len(PATHS):
        remark = ""
    else:
        count = getattr(highlight, "count", None)
        if not isinstance(count, int):
            count = len(highlight) if isinstance(highlight, (list, tuple)) else None
        of = f" of {count:,}" if count is not None and count < 10**15 else ""
        remark = f"the first {len(PATHS)}{of} paths are highlighted"
    paths = zip(PATHS, several, strict=False)
    return [_read(colour, path, graph) for colour, path in paths], remark


def colours_of_edges(highlights: Sequence[Highlight], plan: Plan) -> dict[tuple[Value, int], list[str]]:
    """Return the colours of each highlighted edge, by the node and slot where it ends."""
    found: dict[tuple[Value, int], list[str]] = {}
    for path in highlights:
        places = {plan.place(*step) for step in path.steps} - {None}
        for place in places:
            found.setdefault(place, []).append(path.colour)  # type: ignore[arg-type]
    return found


def _is_route(x: object) -> bool:
    return hasattr(x, "nodes") and hasattr(x, "slots")


def _several(highlight: object) -> list[Any]:
    if isinstance(highlight, (str, bytes, Value)) or not isinstance(highlight, Iterable):
        raise TypeError(_wanted(highlight))
    several = list(itertools.islice(highlight, len(PATHS) + 1))
    for path in several:
        if not _is_route(path):
            raise TypeError(_wanted(path))
    return several


def _wanted(x: object) -> str:
    return (
        "highlight takes a path or several, as paths(out, x) and top_paths(out, x, k) give them, "
        f"not {type(x).__name__} ({x!r:.60})"
    )


def _read(colour: str, path: Route, graph: Collection[Value]) -> Highlight:
    nodes, slots = list(path.nodes), list(path.slots)
    if not nodes or len(slots) != len(nodes) - 1:
        raise ValueError(f"a path has one slot fewer than nodes, not {len(slots)} slots for {len(nodes)} nodes")
    for node in nodes:
        if not isinstance(node, Value):
            raise TypeError(f"the nodes of a path are Values, not {type(node).__name__} ({node!r:.60})")
        if node not in graph:
            raise ValueError(f"a highlighted path is not in this graph: {node.describe()} is no part of what is drawn")
    steps = [Step(tail, head, slot) for tail, head, slot in zip(nodes, nodes[1:], slots, strict=False)]
    for step in steps:
        operands = stored_operands(step.head) or ()
        if type(step.slot) is not int or not 0 <= step.slot < len(operands) or operands[step.slot] is not step.tail:
            raise ValueError(
                f"a highlighted path is not in this graph: {step.tail.describe()} is not operand {step.slot!r} "
                f"(counted from 0) of {step.head.describe()}"
            )
    return Highlight(colour, nodes, steps)
