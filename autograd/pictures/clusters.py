"""The scopes of a program as nested frames around the nodes made in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import graphviz

from autograd.pictures.markup import bold, escaped, font
from autograd.pictures.palette import CLUSTER, LINE

DEEPEST = 8  # frames within each other; what is nested deeper is named on the innermost

Statement = Callable[[graphviz.Digraph], object]


class _Frame(NamedTuple):
    """What is in a frame: what adds its nodes, and the frames inside."""

    statements: list[Statement]
    frames: dict[str, Any]


def parts(scope: str) -> list[str]:
    """Return the names of nested scopes, outermost first.

    Example:
        >>> parts("net/layer 1"), parts("")
        (['net', 'layer 1'], [])
    """
    names = [part for part in scope.split("/") if part]
    return names if len(names) <= DEEPEST else [*names[: DEEPEST - 1], "/".join(names[DEEPEST - 1 :])]


def add_in_frames(picture: graphviz.Digraph, nodes: Iterable[tuple[str, Statement]]) -> None:
    """Add nodes to a picture, those of a scope in a frame.

    Args:
        picture: what to add to.
        nodes: the scope of each node, and a function that adds it to the graph that it is given.
    """
    top = _Frame([], {})
    for scope, statement in nodes:
        frame = top
        for part in parts(scope):
            frame = frame.frames.setdefault(part, _Frame([], {}))
        frame.statements.append(statement)
    _write(picture, top, "cluster")


def _write(graph: graphviz.Digraph, frame: _Frame, prefix: str) -> None:
    for statement in frame.statements:
        statement(graph)
    for index, (name, inner) in enumerate(frame.frames.items()):
        with graph.subgraph(name=f"{prefix}_{index}", graph_attr=_look(name)) as subgraph:
            _write(subgraph, inner, f"{prefix}_{index}")


def _look(name: str) -> dict[str, str]:
    label = f"<{font(bold(escaped(name)), LINE, 12)}>"
    return {
        "label": label, "labeljust": "l", "labelloc": "t", "style": "rounded,filled", "fillcolor": CLUSTER,
        "color": LINE, "penwidth": "0.8", "margin": "12",
    }  # fmt: skip
