"""What an animated backward pass shows, and when: the plan that is played as SVG or as GIF.

Time is counted in steps: event number k takes place from k to k + 1, and its result appears at ``k + ARRIVAL``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd.animation.svg_layout import Layout, Line, Rectangle
from autograd.node_names import NodeNames
from autograd.pictures.markup import bold, cell, escaped, font, row, table
from autograd.pictures.palette import CHIP, FULL, LINE, NOTICE, tint
from autograd.rows import CHECKPOINT
from autograd.tracing.events import Event
from autograd.value import Value
from autograd.wording import number

ARRIVAL = 0.5  # of a step: when what goes along an edge has come to its end
OVERLAP = 3.0  # points
HOLD = 3.0  # steps for which the result stays at the end


class Pill(NamedTuple):
    """An adjoint at a node: the sprite that shows it, where it is put, and from when to when it is there.

    It is put below the point (x, y), or to the right of it in a drawing that goes downwards: where no edges come or go.
    """

    sprite: int
    x: float
    y: float
    start: float
    end: float


class Move(NamedTuple):
    """One event on the picture: the box that passes on, the line along which (``None`` for a seed), and the words.

    Attributes:
        step: the number of the event.
        source: the rectangle of the node that passes on.
        line: the edge, drawn from operand to result: the event goes backwards along it.
        caption: the sprite that says what happens.
    """

    step: int
    source: Rectangle
    line: Line | None
    caption: int


class Film(NamedTuple):
    """Everything that an animation shows on top of a drawing.

    Attributes:
        pills: the adjoints.
        moves: the events, in their order.
        ending: the sprite that is the caption at the end.
        sprites: the labels of the sprites, as Graphviz's HTML-like labels.
        steps: how long it is.
        downwards: whether the drawing goes from top to bottom.
    """

    pills: list[Pill]
    moves: list[Move]
    ending: int
    sprites: list[str]
    steps: float
    downwards: bool


class Words(NamedTuple):
    """How nodes and numbers are written."""

    out: Value
    names: NodeNames
    precision: int
    largest: float  # adjoint, by which tints are measured

    def figure(self, x: float) -> str:
        """Write a number."""
        return number(x, self.precision)

    def gradient(self, node: Value) -> str:
        """Write the name of an adjoint."""
        return escaped(self.names.gradient(self.out, node), 60)


def plan(events: Sequence[Event], layout: Layout, ids: Mapping[Value, str], words: Words, *, downwards: bool) -> Film:
    """Decide what is shown when.

    Args:
        events: the events on nodes that are drawn, in their order.
        layout: where the nodes and edges of the drawing are.
        ids: the names of the nodes in the drawing.
        words: how things are written.
        downwards: whether the drawing goes from top to bottom.
    """
    sprites: dict[str, int] = {}

    def sprite(label: str) -> int:
        return sprites.setdefault(label, len(sprites))

    lines = _lines_of_edges(layout, ids)
    moves = []
    changes: dict[Value, list[int]] = defaultdict(list)
    for step, event in enumerate(events):
        line = None if event.edge is None else lines.get((event.node, event.edge.slot))
        words_said = sprite(_caption(step, len(events), event, words))
        moves.append(Move(step, layout.nodes[ids[event.node]], line, words_said))
        changes[event.target].append(step)
    end = len(events) + HOLD
    pills = []
    for node, steps in changes.items():
        x, y = _beside(layout.nodes[ids[node]], downwards)
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            finished = following is None
            until = end if following is None else following + ARRIVAL
            news, rest = (_pill(events[step].after, words, new=new, finished=finished) for new in (True, False))
            pills.append(Pill(sprite(news), x, y, step + ARRIVAL, min(step + 1.0, until)))
            if until > step + 1.0:
                pills.append(Pill(sprite(rest), x, y, step + 1.0, until))
    ending = sprite(_ending(len(events), words))
    return Film(pills, moves, ending, list(sprites), end, downwards)


def _lines_of_edges(layout: Layout, ids: Mapping[Value, str]) -> dict[tuple[Value, int], Line]:
    """Find the line of each operand: those between the same two boxes come in the order of their slots."""
    between: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in reversed(layout.lines):
        between[line.tail, line.head].append(line)
    found = {}
    for node, name in ids.items():
        for slot, operand in enumerate(node.operands):
            lines = between.get((ids.get(operand, ""), name))
            if lines:
                found[node, slot] = lines.pop()
    return found


def _beside(box: Rectangle, downwards: bool) -> tuple[float, float]:
    """Return where adjoints are put, a little within the box."""
    if downwards:
        return box.right - OVERLAP, (box.top + box.bottom) / 2.0
    return (box.left + box.right) / 2.0, box.bottom - OVERLAP


def _pill(adjoint: float, words: Words, *, new: bool, finished: bool) -> str:
    """Write an adjoint on paper of its own: in a frame that is strong when it is finished, bright while it is new."""
    border, line = (2, NOTICE) if new else (2, FULL.band) if finished else (1, LINE)
    paper = tint(adjoint, words.largest) or FULL.paper
    text = cell(font("grad", FULL.soft, 10)) + cell(bold(words.figure(adjoint)))
    return f"<{table(row(text), border=border, line=line, paper=paper, padding=2, spacing=1, rounded=True)}>"


def _caption(step: int, count: int, event: Event, words: Words) -> str:
    """Write what an event does, as ``∂L/∂x = 2 + 0.5 × −3 = 0.5``, in the colours of the picture."""
    said = [bold(words.gradient(event.target)), "="]
    if event.edge is None:
        return _strip(step, count, [*said, _on_paper(event.after, words), _remark("the backward pass starts here")])
    before = "" if event.before == 0.0 else f"{words.figure(event.before)} +"
    said += [before, _on_paper(event.upstream, words)]
    if event.node._op is CHECKPOINT:
        remark = _remark("from its inside, which ran again")
        return _strip(step, count, [*said, *(["=", _on_paper(event.after, words)] if before else []), remark])
    chip = cell(font(f"∂ {words.figure(event.partial)}", FULL.soft, 12), BGCOLOR=CHIP, STYLE="ROUNDED")
    return _strip(step, count, [*said, "×", chip, "=", _on_paper(event.after, words)])


def _ending(count: int, words: Words) -> str:
    return _strip(count - 1, count, [f"every gradient of {bold(escaped(words.names[words.out]))} is finished"])


def _on_paper(adjoint: float, words: Words) -> str:
    paper = tint(adjoint, words.largest)
    return cell(bold(words.figure(adjoint)), BGCOLOR=paper, STYLE="ROUNDED" if paper else "")


def _remark(text: str) -> str:
    return font(text, FULL.soft, 11)


def _strip(step: int, count: int, parts: Sequence[str]) -> str:
    """Put the parts of a caption side by side, after the number of the step."""
    parts = [_remark(f"step {step + 1} of {count}"), "", *filter(None, parts)]
    cells = "".join(part if part.startswith("<TD") else cell(part) for part in parts)
    return f"<{table(row(cells), paper=FULL.paper, padding=3, spacing=1)}>"
