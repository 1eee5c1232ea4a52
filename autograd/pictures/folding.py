"""What a picture shows of a graph: which boxes and edges remain when constants and unlabelled detail are folded away.

Folding looks at each node once. An unlabelled node goes into the box of the one node in which all its uses end, so the
insides of boxes do not overlap, and each is swept once for the derivatives on its edges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from autograd.pictures.formulas import circled, formula, operation
from autograd.replay import stored_operands
from autograd.rows import CHECKPOINT, CONSTANT
from autograd.sweep import Adjoints, sweep
from autograd.value import Value, is_variable
from autograd.wording import spoken


class Edge(NamedTuple):
    """An arrow into a box.

    Attributes:
        tail: where it starts, a node or the number of a constant.
        slot: the place at the box where it ends.
        mark: what is written at that place.
        partial: the derivative of the box by the tail; ``None`` if only the backward pass will know.
    """

    tail: Value | float
    slot: int
    mark: str
    partial: float | None


class Box(NamedTuple):
    """What is drawn in one piece: a node, and what is folded into it.

    Attributes:
        node: the node whose numbers it shows.
        sign: the operation, with the constants that are folded into it; ``""`` for a leaf, constant or formula.
        formula: how the node follows from what the edges bring, where several operations are inside; in pieces.
        edges: the arrows that end here.
    """

    node: Value
    sign: str
    formula: list[str]
    edges: list[Edge]


class Plan(NamedTuple):
    """All boxes of a picture.

    Attributes:
        boxes: operands before results.
        homes: for each node the one in whose box it is; empty where every node has a box of its own.
        slots: for each box of several operations the place at which each of its operands comes in.
    """

    boxes: list[Box]
    homes: Mapping[Value, Value]
    slots: Mapping[Value, Mapping[Value, int]]

    def place(self, tail: Value, head: Value, slot: int) -> tuple[Value, int] | None:
        """Return node and slot of the box at which operand ``slot`` of ``head`` comes in; ``None`` inside of a box."""
        home = self.homes.get(head, head)
        if self.homes.get(tail, tail) is home:
            return None
        return home, self.slots[home][tail] if home in self.slots else slot


class Naming(NamedTuple):
    """How nodes are written: ``title`` gives a name or ``""``, ``precision`` is that of numbers."""

    title: Callable[[Value], str]
    precision: int


def fits(order: Iterable[Value], roots: Collection[Value], *, constants: bool, boxes: float, edges: float) -> bool:
    """Tell whether `plain_plan` would have at most so many boxes and edges, without making it."""
    for node in order:
        boxes -= constants or node._op is not CONSTANT or node in roots
        for _, operand in _operands(node):
            edges -= constants or is_variable(operand)
            boxes -= constants and isinstance(operand, float)
        if boxes < 0 or edges < 0:
            return False
    return True


def plain_plan(order: list[Value], roots: Collection[Value], naming: Naming, *, constants: bool) -> Plan:
    """Give every node a box of its own; constants only if they are results, or if ``constants`` says so."""
    shown = [node for node in order if constants or node._op is not CONSTANT or node in roots]
    if constants:
        return Plan([_single(node, (), naming) for node in shown], {}, {})
    return Plan([_single(node, _slots_of_constants(node), naming) for node in shown], {}, {})


def folded_plan(order: list[Value], roots: Collection[Value], naming: Naming) -> Plan:
    """Give every leaf, named node and result a box, and unlabelled nodes one if they are shared by several of these.

    Constants become part of formulas. Results of checkpointed functions, and what goes into them, have boxes: their
    derivatives could not be told without running the function again.
    """
    homes = _homes(order, roots, naming)
    inside: dict[Value, list[Value]] = {}
    for node in order:
        if node._op is not CONSTANT or node in roots:
            inside.setdefault(homes[node], []).append(node)
    boxes, slots = [], {}
    for home, nodes in inside.items():
        if len(nodes) == 1:
            boxes.append(_single(home, _slots_of_constants(home), naming))
        else:
            box = _several(home, nodes, homes, naming)
            boxes.append(box)
            slots[home] = {edge.tail: edge.slot for edge in box.edges if isinstance(edge.tail, Value)}
    position = {node: index for index, node in enumerate(order)}
    boxes.sort(key=lambda box: position[box.node])
    return Plan(boxes, homes, slots)


def _homes(order: list[Value], roots: Collection[Value], naming: Naming) -> dict[Value, Value]:
    homes: dict[Value, Value] = {}
    only_use: dict[Value, Value | None] = {}  # the home of all uses met so far
    for node in reversed(order):
        use = only_use.get(node)
        stays = use is None or node in roots or naming.title(node) or not stored_operands(node)
        home = homes[node] = node if stays or node._op is CHECKPOINT or use is None else use
        for _, operand in _operands(node):
            if isinstance(operand, Value):
                same = only_use.setdefault(operand, home) is home and node._op is not CHECKPOINT
                only_use[operand] = home if same else None
    return homes


def _single(node: Value, folded: Collection[int], naming: Naming) -> Box:
    """Make the box of one operation, without edges from the constants at the slots ``folded``."""
    marks = slot_marks(node) if len(node.operands) - len(folded) > 1 or not folded else [""] * len(node.operands)
    # To know the partials of a checkpoint would take running it again.
    partials = [None] * len(marks) if node._op is CHECKPOINT else node.partials
    edges = [
        Edge(operand, index, marks[index], partials[index]) for index, operand in _operands(node) if index not in folded
    ]
    return Box(node, operation(node, folded, naming.title, naming.precision), [], edges)


def _several(home: Value, inside: list[Value], homes: Mapping[Value, Value], naming: Naming) -> Box:
    """Make the box of a node with others folded into it; its edges carry total derivatives along all of these."""
    feeding: dict[Value, None] = {}
    names = {}
    for node in inside:
        for _, operand in _operands(node):
            if not isinstance(operand, Value):
                continue
            if operand._op is CONSTANT:
                names[operand] = spoken(naming.title(operand))
            elif homes[operand] is not home:
                feeding[operand] = None
    marks = ["" if naming.title(node) else circled(index) for index, node in enumerate(feeding)]
    names = {node: name for node, name in names.items() if name}
    names |= {node: spoken(naming.title(node)) or mark for node, mark in zip(feeding, marks, strict=True)}
    algebra: Adjoints[float] = Adjoints()
    sweep([(home, 1.0)], algebra, feeding)
    edges = [Edge(node, index, marks[index], algebra.adjoints.get(node, 0.0)) for index, node in enumerate(feeding)]
    return Box(home, "", formula(inside, names, naming.precision), edges)


def _slots_of_constants(node: Value) -> set[int]:
    return {index for index, operand in _operands(node) if not is_variable(operand)}


def _operands(node: Value) -> Iterator[tuple[int, Value | float]]:
    return enumerate(stored_operands(node) or ())


def slot_marks(node: Value) -> list[str]:
    """Number the operands of a node, with ``""`` for each where their order does not matter.

    Example:
        >>> from autograd import Value, dot
        >>> a, b = Value(2.0), Value(3.0)
        >>> slot_marks(a + b), slot_marks(a - b), slot_marks(dot([a, b], [b, b]))
        (['', ''], ['1', '2'], ['1', '2', '1′', '2′'])
    """
    count = len(stored_operands(node) or ())
    if count < 2 or node._op.commutative:
        return [""] * count
    if node._op.pairs:
        return [f"{i + 1}{prime}" for prime in ("", "′") for i in range(count // 2)]
    return [f"{i + 1}" for i in range(count)]
