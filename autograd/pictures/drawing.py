"""`draw`: a computation graph as a picture.

Every node is one box (`boxes`), and every use of an operand one edge, which ends in its local partial. What is folded
away, framed, highlighted or summarised is decided in modules of their own; here it is put together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from autograd.pictures.boxes import Look
from autograd.pictures.captions import caption, write_legend
from autograd.pictures.folding import Naming, Plan, fits, folded_plan, plain_plan
from autograd.pictures.highlighting import Highlight, Route, read_highlights
from autograd.pictures.node_picture import draw_nodes
from autograd.pictures.palette import INK, LINE
from autograd.pictures.rendering import Picture
from autograd.pictures.scope_summary import summarise
from autograd.pictures.variable_names import variable_names
from autograd.provenance import scope_of
from autograd.replay import is_stale
from autograd.traversal import topological_order
from autograd.value import Value

DIRECTIONS = ("LR", "TB")
LIMIT = 600  # boxes: what is laid out in seconds, even where one leaf is used everywhere
EDGES_PER_BOX = 2  # on average, likewise

FONT = {"fontname": "Helvetica,Arial,sans-serif", "fontsize": "12", "fontcolor": INK}
GRAPH = FONT | {"bgcolor": "transparent", "pad": "0.15", "nodesep": "0.22", "ranksep": "0.5", "labelloc": "t"}
NODE = FONT | {"shape": "plain"}
EDGE = FONT | {"color": LINE, "penwidth": "1.1", "arrowsize": "0.6"}


def draw(
    out: Value | Iterable[Value],
    *,
    rankdir: str = "LR",
    gradients: bool = True,
    partials: bool = True,
    precision: int = 4,
    title: str = "",
    legend: bool = True,
    names: Mapping[str, Any] | None = None,
    highlight: Route | Iterable[Route] | None = None,
    constants: bool = True,
    fold: bool = False,
    limit: int | None = LIMIT,
) -> Picture:
    """Draw the graph that one or several results were made from.

    The picture shows what was recorded; if a leaf's data was changed since, it says so. What was made in one
    ``with scope("name"):`` stands in a frame.

    Args:
        out: the result, or several.
        rankdir: ``"LR"`` for results on the right, ``"TB"`` for results at the bottom.
        gradients: whether to show ``grad`` (0 before any backward pass), and by the colours of edges how it flows.
        partials: whether to show the local partial of each edge, where the edge ends.
        precision: how many significant digits to show, from 1 to 17.
        title: a heading.
        legend: whether to explain the colours.
        names: variables, such as ``locals()``, that name nodes without a label in this picture, also from within
            lists, tuples, dictionaries and arrays: ``W1[0][2]``. Names with a leading ``_`` are skipped; of several
            names for one node the least nested counts, of these the first.
        highlight: a path or several, as `paths` and `top_paths` give them: each gets a colour, the first six at most,
            and all else is dimmed.
        constants: whether numbers have boxes; else they are written into the operations: ``× 2``.
        fold: whether to write nodes without a name into those that are made from them, as formulas; constants too.
            Edges then carry the total derivative along all that is folded away. What several boxes share remains.
        limit: above so many boxes, or twice as many edges, a summary is drawn: one box for each scope; without scopes
            the graph with ``fold`` if that is small enough, else by distance from the leaves. ``None``: none.

    Returns:
        A `graphviz.Digraph` that shows itself in Jupyter and needs no ``dot`` program: ``.save("y.svg")`` writes it
        (.svg, .png, .pdf; .dot for its ``source``). Leaves are rounded, results framed in blue, constants small;
        gradients are tinted, blue above and orange below 0, the deeper the larger. Numbered slots tell operands
        apart where their order matters. Tooltips in SVG hold all digits.

    Raises:
        TypeError: ``out`` is no `Value` and no collection of them; ``names`` or ``highlight`` is not what it should be.
        ValueError: there is nothing to draw; a path is not in the graph; ``rankdir``, ``precision`` or ``limit`` is
            none of the above.

    Example:
        >>> from autograd import Value, draw
        >>> x = Value(3.0, "x")
        >>> picture = draw(x * x)
        >>> [line.strip() for line in picture.body if "->" in line]
        ['n0 -> n1:s0:w [tooltip="local partial 3.0"]', 'n0 -> n1:s1:w [tooltip="local partial 3.0"]']
    """
    _check_options(rankdir, precision, limit)
    roots = _roots(out)
    order = topological_order(reversed(roots))  # the first comes first
    graph = set(order) if names is not None or highlight is not None else set()
    called = variable_names(names, graph)
    naming = Naming(lambda node: node.label or called.get(node, ""), precision)
    paths, remark = read_highlights(highlight, graph)
    look = Look(rankdir == "TB", gradients, partials, _largest(node.grad for node in order), naming)
    picture = _empty(rankdir)
    results = set(roots)
    plan, remarks = _plan(order, results, naming, constants=constants and not fold, fold=fold, limit=limit)
    if plan is None:
        remarks = summarise(picture, order, results, look, paths)
    else:
        draw_nodes(picture, plan, results, _ids(order), look, paths)
    remarks += [remark] if remark else []
    explained = _explained(look, order, plan, paths) if legend else ""
    picture.graph_attr["label"] = caption(title, remarks, explained, stale=_is_stale(roots))
    return picture


def node_ids(out: Value | Iterable[Value]) -> dict[Value, str]:
    """Return the names that the boxes of a picture have in its source, and as titles in SVG.

    The edge to operand ``slot`` of a node ends at ``{id}:s{slot}``. What is folded away has a name, but no box.

    Example:
        >>> from autograd import Value
        >>> x = Value(3.0, "x")
        >>> node_ids((x * x).named("y"))[x]
        'n0'
    """
    return _ids(topological_order(reversed(_roots(out))))


def _ids(order: Iterable[Value]) -> dict[Value, str]:
    return {node: f"n{index}" for index, node in enumerate(order)}


def _check_options(rankdir: str, precision: int, limit: int | None) -> None:
    if rankdir not in DIRECTIONS:
        raise ValueError(f"rankdir must be one of {', '.join(map(repr, DIRECTIONS))}, not {rankdir!r}")
    if type(precision) is not int or not 1 <= precision <= 17:
        raise ValueError(f"precision must be a number of digits from 1 to 17, not {precision!r}")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise ValueError(f"limit must be a number of boxes, at least 1, or None for no limit, not {limit!r}")


def _roots(out: Value | Iterable[Value]) -> list[Value]:
    if isinstance(out, Value):
        return [out]
    if not isinstance(out, Iterable):
        raise TypeError(f"draw takes a Value or several, not {type(out).__name__} ({out!r:.60})")
    roots = list(out)
    for root in roots:
        if not isinstance(root, Value):
            raise TypeError(f"draw takes a Value or several, not {type(root).__name__} ({root!r:.60})")
    if not roots:
        raise ValueError("there is nothing to draw: no Value was given")
    return roots


def _is_stale(roots: list[Value]) -> bool:
    try:
        return is_stale(roots) is not None
    except (ArithmeticError, ValueError):  # the present data lies where something has no value
        return True


def _largest(gradients: Iterable[float]) -> float:
    return max((abs(gradient) for gradient in gradients if math.isfinite(gradient)), default=0.0)


def _empty(rankdir: str) -> Picture:
    return Picture(
        graph_attr=GRAPH | {"rankdir": rankdir},
        node_attr=NODE,
        edge_attr=EDGE | {"tailport": "s" if rankdir == "TB" else "e"},
    )


def _plan(
    order: list[Value], roots: Collection[Value], naming: Naming, *, constants: bool, fold: bool, limit: int | None
) -> tuple[Plan | None, list[str]]:
    """Decide on boxes and edges, and what to say about it; ``None`` if there are too many."""
    most = math.inf if limit is None else limit
    if not fold and fits(order, roots, constants=constants, boxes=most, edges=EDGES_PER_BOX * most):
        return plain_plan(order, roots, naming, constants=constants), []
    named = 0
    for node in order:
        named += naming.title(node) != ""
        if named > most or (not fold and scope_of(node)):
            return None, []
    if not fold and named < 2:
        return None, []
    plan = folded_plan(order, roots, naming)
    if len(plan.boxes) > most or sum(len(box.edges) for box in plan.boxes) > EDGES_PER_BOX * most:
        return None, []
    return plan, [] if fold else [f"{len(order):,} nodes, those without a name folded away"]


def _explained(look: Look, order: list[Value], plan: Plan | None, paths: Sequence[Highlight]) -> str:
    """Write the legend of what is there to be explained."""
    partials = ""
    if look.partials and plan is not None and any(box.edges for box in plan.boxes):
        partials = "derivative along the edge" if plan.slots else "local partial"
    signs = {node.grad > 0.0 for node in order if node.grad} if look.gradients else set()
    return write_legend(look, partials=partials, signs=signs, highlights=paths)
