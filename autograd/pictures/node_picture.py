"""The picture of a graph node by node: its boxes, in the frames of their scopes, and its edges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from autograd.pictures.boxes import Emphasis, Look, box, constant_box
from autograd.pictures.clusters import Statement, add_in_frames
from autograd.pictures.folding import Box, Edge, Plan
from autograd.pictures.highlighting import Highlight, colours_of_edges
from autograd.pictures.palette import flow, highlighted
from autograd.pictures.rendering import Picture
from autograd.provenance import scope_of
from autograd.rows import CONSTANT
from autograd.value import Value

WIDE = "0.8"  # between columns, where edges have to find their way around frames

# How much effort goes into the layout, from how many columns on that all edges pass through, taken together: what
# makes it slow is the way of long edges through other columns, and to straighten them takes most of the time.
EFFORT = ((1_000, "2"), (20_000, "0.03"), (80_000, "0"))


def draw_nodes(
    picture: Picture,
    plan: Plan,
    roots: Collection[Value],
    ids: Mapping[Value, str],
    look: Look,
    paths: Sequence[Highlight],
) -> None:
    """Draw the boxes of a plan, and the edges between them.

    Args:
        picture: what to draw into.
        plan: the boxes.
        roots: the results, which have a frame.
        ids: the names of nodes in the picture.
        look: how boxes are written.
        paths: what is highlighted; if anything is, the rest is dimmed.
    """
    colours = colours_of_edges(paths, plan)
    lit = {node for path in paths for node in path.nodes}
    nodes = []
    for content in plan.boxes:
        own = {edge.slot: colours.get((content.node, edge.slot), ()) for edge in content.edges}
        emphasis = Emphasis(bool(paths) and content.node not in lit, bool(paths), own)
        written = box(content, look, root=content.node in roots, emphasis=emphasis)
        nodes.append((scope_of(content.node), _node(ids[content.node], written, _numbers(content.node))))
        for edge in content.edges:
            if isinstance(edge.tail, float):
                written = constant_box(edge.tail, look, dim=bool(paths))
                name = _tail(edge, ids[content.node], ids)
                nodes.append((scope_of(content.node), _node(name, written, f"data {edge.tail!r}")))
    if any(scope for scope, _ in nodes):
        picture.graph_attr["ranksep"] = WIDE
    add_in_frames(picture, nodes)
    picture.graph_attr.update(_effort(plan))
    for content in plan.boxes:
        for edge in content.edges:
            on = colours.get((content.node, edge.slot), ())
            line = _line(edge, content, look, on, dim=bool(paths))
            if isinstance(edge.tail, Value) and scope_of(edge.tail) != scope_of(content.node):
                line["minlen"] = "2"  # frames that share no column stand side by side, rather than on a staircase
            picture.edge(*_ends(edge, content, ids, look), **line)


def _effort(plan: Plan) -> dict[str, str]:
    """Estimate how long edges are, in columns, and choose the limits of the layout."""
    columns: dict[Value, int] = {}
    for content in plan.boxes:
        if content.edges:
            tails = (edge.tail for edge in content.edges)
            columns[content.node] = 1 + max(0 if isinstance(tail, float) else columns.get(tail, 0) for tail in tails)
    reach = 0
    for content in plan.boxes:
        for edge in content.edges:
            if isinstance(edge.tail, Value):  # a leaf stands beside its first use
                column = columns[content.node]
                reach += column - columns.setdefault(edge.tail, column - 1)
    limits = [limit for most, limit in EFFORT if reach > most]
    return {"nslimit": limits[-1], "nslimit1": "2", "mclimit": "0.2"} if limits else {}


def _node(name: str, label: str, tooltip: str) -> Statement:
    return lambda graph: graph.node(name, label, tooltip=tooltip)


def _tail(edge: Edge, head: str, ids: Mapping[Value, str]) -> str:
    """Name the tail of an edge; a number in an expression is a node of its own at each use."""
    return f"{head}c{edge.slot}" if isinstance(edge.tail, float) else ids[edge.tail]


def _ends(edge: Edge, content: Box, ids: Mapping[Value, str], look: Look) -> tuple[str, str]:
    head = ids[content.node]
    return _tail(edge, head, ids), f"{head}:s{edge.slot}:{'n' if look.downwards else 'w'}"


def _line(edge: Edge, content: Box, look: Look, colours: Sequence[str], *, dim: bool) -> dict[str, str]:
    """Choose how an edge is drawn: by the paths over it, else by what the backward pass sends along it."""
    if edge.partial is None:
        tooltip = "recomputed by the backward pass"
    else:
        tooltip = f"{'total derivative' if content.formula else 'local partial'} {edge.partial!r}"
    if dim or not look.gradients or edge.partial is None:
        return {"tooltip": tooltip} | highlighted(colours, dim)
    return {"tooltip": tooltip} | flow(content.node.grad * edge.partial, look.largest)


def _numbers(node: Value) -> str:
    """Write the numbers in full. The user's strings stay out: versions differ in how tooltips are escaped."""
    return f"data {node.data!r}" + ("" if node._op is CONSTANT else f", grad {node.grad!r}")
