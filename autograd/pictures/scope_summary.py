"""The picture of a graph that is too large to be drawn node by node: a box for each group of nodes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from autograd.pictures.boxes import Look, broken, entry
from autograd.pictures.clusters import Statement, add_in_frames, parts
from autograd.pictures.grouping import Key, group
from autograd.pictures.highlighting import Highlight
from autograd.pictures.markup import bold, cell, escaped, font, row, table
from autograd.pictures.palette import CHIP, FULL, highlighted, tint
from autograd.pictures.rendering import Picture
from autograd.replay import stored_operands
from autograd.rows import CONSTANT
from autograd.value import Value
from autograd.wording import number, sign

MOST_ARROWS = 120
MOST_OPERATIONS = 5  # in a box


class Tally:
    """What is told of a group of nodes."""

    __slots__ = ("broken", "count", "leaves", "operations", "result", "steepest")

    def __init__(self) -> None:
        """Start with no node."""
        self.count = self.leaves = self.broken = 0
        self.operations: Counter[str] = Counter()
        self.steepest = 0.0  # the gradient that is largest in magnitude, with its sign
        self.result = False

    def add(self, node: Value) -> None:
        """Count a node."""
        self.count += 1
        if stored_operands(node):
            self.operations[node.op] += 1
        else:
            self.leaves += node._op is not CONSTANT
        gradient = node.grad
        if not math.isfinite(gradient):
            self.broken += 1
        elif abs(gradient) > abs(self.steepest):
            self.steepest = gradient


def summarise(
    picture: Picture, order: list[Value], roots: Collection[Value], look: Look, highlights: Sequence[Highlight]
) -> list[str]:
    """Draw groups of nodes, with the number of edges between them.

    Args:
        picture: what to draw into.
        order: the nodes in topological order.
        roots: the results.
        look: how numbers are written.
        highlights: paths whose way from group to group has their colours.

    Returns:
        Remarks on what was done.
    """
    keys, remark = group(order, look.naming.title)
    tallies, arrows = _count(order, roots, keys)
    names = {key: f"g{index}" for index, key in enumerate(tallies)}
    frames = {"/".join(parts(key.scope)[:depth]) for key in tallies for depth in range(1, len(parts(key.scope)))}
    add_in_frames(picture, [_placed(key, names[key], tally, look, frames) for key, tally in tallies.items()])
    colours: dict[tuple[Key, Key], list[str]] = {}
    for path in highlights:
        for arrow in {(keys[step.tail], keys[step.head]): None for step in path.steps}:
            colours.setdefault(arrow, []).append(path.colour)
    busiest = arrows.most_common(MOST_ARROWS)
    for (tail, head), count in busiest:
        look_of_arrow = _arrow(count) | highlighted(colours.get((tail, head), ()))
        picture.edge(names[tail], f"{names[head]}:{'n' if look.downwards else 'w'}", **look_of_arrow)
    remarks = [f"{len(order):,} nodes, {remark}"]
    if len(arrows) > len(busiest):
        remarks.append(f"of {len(arrows):,} connections the {MOST_ARROWS} with most edges are drawn")
    return remarks


def _count(
    order: list[Value], roots: Collection[Value], keys: Mapping[Value, Key]
) -> tuple[dict[Key, Tally], Counter[tuple[Key, Key]]]:
    """Count the nodes of each group, and the edges from group to group."""
    tallies: dict[Key, Tally] = {}
    arrows: Counter[tuple[Key, Key]] = Counter()
    for node in order:
        key = keys[node]
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = Tally()
        tally.add(node)
        for operand in stored_operands(node) or ():
            if not isinstance(operand, float) and keys[operand] is not key:
                arrows[keys[operand], key] += 1
    for root in roots:
        tallies[keys[root]].result = True
    return tallies, arrows


def _placed(key: Key, name: str, tally: Tally, look: Look, frames: Collection[str]) -> tuple[str, Statement]:
    """Return the scope around a group and what adds its box; the rest of a scope stands beside the scopes inside it."""
    names = parts(key.scope)
    around, title = ("/".join(names[:-1]), key.title) if names else ("", key.title)
    if "/".join(names) in frames:
        around, title = key.scope, "directly inside"
    label = _box(title, tally, look)
    return around, lambda graph: graph.node(name, label, tooltip=f"{tally.count} nodes")


def _box(title: str, tally: Tally, look: Look) -> str:
    inside = [font(bold(escaped(title)), FULL.ink, 13)]
    if tally.leaves < tally.count:
        inside.append(font(_counted(tally.count, "node"), FULL.ink, 12))
    if tally.leaves:
        inside.append(font(_counted(tally.leaves, "leaf", "leaves"), FULL.ink, 12))
    operations = tally.operations.most_common(MOST_OPERATIONS)
    pieces = [f"{count:,}\N{NO-BREAK SPACE}{sign(op)}" for op, count in operations]
    rest = len(tally.operations) - len(operations)
    pieces += [f"{rest:,}\N{NO-BREAK SPACE}other\N{NO-BREAK SPACE}kinds"] if rest else []
    pieces[:-1] = [f"{piece}," for piece in pieces[:-1]]
    inside += [font(escaped(line, 60), FULL.soft, 11) for line in broken(pieces)]
    rows = "".join(row(cell(line)) for line in inside)
    if look.gradients:
        steepest = number(abs(tally.steepest), look.naming.precision)
        rows += entry("largest |grad|", steepest, FULL, tint(tally.steepest, look.largest))
        if tally.broken:
            rows += entry("nan or inf", f"{tally.broken:,}", FULL, tint(math.nan, 1.0))
    operating = bool(tally.operations)
    border, line = (2, FULL.frame) if tally.result else (1, FULL.line)
    body = table(row(cell(table(rows, padding=2, spacing=1))), padding=3)
    paper = FULL.paper if operating else FULL.pale
    return f"<{table(row(cell(body)), border=border, line=line, paper=paper, rounded=not operating)}>"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _arrow(count: int) -> dict[str, str]:
    """Describe the arrow that stands for so many edges: the heavier, the more they are."""
    chip = table(row(cell(font(f"{count:,}", FULL.soft, 10))), paper=CHIP, padding=1, rounded=True)
    return {
        "label": f"<{chip}>", "tooltip": _counted(count, "edge"), "penwidth": f"{1.1 + 0.6 * math.log10(count):.1f}"
    }  # fmt: skip
