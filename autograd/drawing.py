"""`draw`: a computation graph as a picture.

Every node is one box: at the side where its operands come in a dark band with the operation, then label, data and
gradient. Leaves have no band; constants are small and pale; results have a heavy frame. Where the order of operands
matters, each edge ends at its number. Hovering over an SVG picture shows the numbers in full.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from autograd.rendering import Picture
from autograd.replay import is_stale
from autograd.rows import CHECKPOINT, CONSTANT, LEAF
from autograd.traversal import topological_order
from autograd.value import Value

DIRECTIONS = ("LR", "TB")
LONGEST_LABEL = 40  # characters

# The background is transparent: what stands on it is readable on white and on black, and boxes bring their own paper.
INK, SOFT, LINE, NOTICE = "#1f2933", "#5b6875", "#8391a1", "#c2570c"
PAPER, PALE, BAND, FRAME = "#ffffff", "#eef1f5", "#46586c", "#2f74c0"
RISING, FALLING, BROKEN = (0x7D, 0xB3, 0xE8), (0xF2, 0xB2, 0x79), (0xE8, 0x7F, 0xAE)

FONT = {"fontname": "Helvetica,Arial,sans-serif", "fontsize": "12", "fontcolor": INK}
GRAPH = FONT | {"bgcolor": "transparent", "pad": "0.15", "nodesep": "0.22", "ranksep": "0.5", "labelloc": "t"}
NODE = FONT | {"shape": "plain"}
EDGE = {"color": LINE, "penwidth": "1.1", "arrowsize": "0.6"}
# From so many nodes and edges on, how much effort goes into the layout: a third of the time, hardly less beauty.
LARGE, HASTE = 600, {"nslimit": "2", "nslimit1": "2", "mclimit": "0.2"}

_SIGNS = {"*": "×", "-": "−", "neg": "−", "pos": "+"}
# What XML cannot hold, and what would reverse the text around it.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def draw(
    out: Value | Iterable[Value],
    *,
    rankdir: str = "LR",
    gradients: bool = True,
    precision: int = 4,
    title: str = "",
) -> Picture:
    """Draw the graph that one or several results were made from.

    The picture shows what was recorded; if a leaf's data was changed since, it says so.

    Args:
        out: the result, or several.
        rankdir: ``"LR"`` for results on the right, ``"TB"`` for results at the bottom.
        gradients: whether to show ``grad`` (0 before any backward pass).
        precision: how many significant digits to show.
        title: a heading.

    Returns:
        A `graphviz.Digraph` that shows itself in Jupyter and needs no ``dot`` program: ``.save("y.svg")`` writes it
        (.svg, .png, .pdf; .dot for its ``source``). Leaves are rounded, results framed in blue, constants small;
        gradients are tinted, blue above and orange below 0, the deeper the larger. Numbered slots tell operands
        apart where their order matters. Tooltips in SVG hold all digits, and the local partial of an edge.

    Raises:
        TypeError: ``out`` is no `Value` and no collection of them.
        ValueError: there is nothing to draw, or ``rankdir`` or ``precision`` is none of the above.

    Example:
        >>> from autograd import Value, draw
        >>> x = Value(3.0, "x")
        >>> picture = draw(x * x)
        >>> [line.strip() for line in picture.body if "->" in line]
        ['n0 -> n1:s0:w [tooltip="local partial 3.0"]', 'n0 -> n1:s1:w [tooltip="local partial 3.0"]']
    """
    if rankdir not in DIRECTIONS:
        raise ValueError(f"rankdir must be one of {', '.join(map(repr, DIRECTIONS))}, not {rankdir!r}")
    if type(precision) is not int or not 1 <= precision <= 17:
        raise ValueError(f"precision must be a number of digits from 1 to 17, not {precision!r}")
    roots = _roots(out)
    order = topological_order(reversed(roots))  # the first comes first
    style = Style(rankdir == "TB", gradients, precision, _largest(node.grad for node in order))
    heading = caption(title, stale=_is_stale(roots))
    picture = Picture(
        graph_attr=GRAPH | {"rankdir": rankdir, "label": heading},
        node_attr=NODE,
        edge_attr=EDGE | {"tailport": "s" if rankdir == "TB" else "e"},
    )
    results = set(roots)
    names = {node: f"n{index}" for index, node in enumerate(order)}
    for node, name in names.items():
        picture.node(name, box(node, style, root=node in results), tooltip=_numbers(node))
        _add_edges(picture, node, names, style)
    if len(picture.body) > LARGE:
        picture.graph_attr.update(HASTE)
    return picture


class Style(NamedTuple):
    """How boxes are written: the options of `draw`, and what they are measured by."""

    downwards: bool
    gradients: bool
    precision: int
    largest: float  # gradient, to which the tints are relative


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


def _add_edges(picture: Picture, node: Value, names: Mapping[Value, str], style: Style) -> None:
    """Add one edge per operand; a number in an expression is a node of its own at each use."""
    head, side = names[node], "n" if style.downwards else "w"
    # To know the partials of a checkpoint would take running it again.
    partials = () if node.op == CHECKPOINT.symbol else node.partials
    for index, operand in enumerate(node.operands):
        tail = names.get(operand)
        if tail is None:
            tail = f"{head}c{index}"
            picture.node(tail, box(operand, style), tooltip=_numbers(operand))
        tooltip = f"local partial {partials[index]!r}" if partials else "recomputed by the backward pass"
        picture.edge(tail, f"{head}:s{index}:{side}", tooltip=tooltip)


def box(node: Value, style: Style, root: bool = False) -> str:
    """Write the box of a node: what Graphviz calls an HTML-like label."""
    if node._op is CONSTANT:
        name = f"{_text(node.label)} = " if node.label else ""
        words = _font(name + number(node.data, style.precision), SOFT, 11)
        return f"<{_table(_row(_cell(words)), border=2 if root else 0, paper=PALE, padding=3, rounded=True)}>"
    border, line = (2, FRAME) if root else (1, LINE)
    content = _cell(_content(node, style))
    if node._op is LEAF:
        return f"<{_table(_row(content), border=border, line=line, paper=PALE, rounded=True)}>"
    band = _cell(_font(f"<B>{_text(_SIGNS.get(node.op, node.op))}</B>", PAPER, 13), BGCOLOR=BAND, CELLPADDING=5)
    cells = [*_slots(node, style), band, content]
    rows = "".join(map(_row, cells)) if style.downwards else _row("".join(cells))
    return f"<{_table(rows, border=border, line=line, paper=PAPER)}>"


def _content(node: Value, style: Style) -> str:
    """Write the part of a box that has the label and the numbers."""
    rows = _row(_cell(_font(f"<B>{_text(node.label)}</B>", INK, 13))) if node.label else ""
    rows += _entry("data", number(node.data, style.precision))
    if style.gradients:
        rows += _entry("grad", number(node.grad, style.precision), tint(node.grad, style.largest))
    # A box with many operands is high: blank rows take most of the height that is left over.
    blank = _row(_cell("")) * (4 if len(node.operands) > 4 and not style.downwards else 0)
    return _table(blank + rows + blank, padding=2, spacing=2 if not blank else 1)


def _entry(word: str, figure: str, paper: str = "") -> str:
    background = {"BGCOLOR": paper, "STYLE": "ROUNDED"} if paper else {}
    columns = _cell(_font(word, SOFT, 10), ALIGN="LEFT") + _cell("", WIDTH=8) + _cell(figure, ALIGN="RIGHT")
    return _row(_cell(_table(_row(columns)), **background))


def _slots(node: Value, style: Style) -> list[str]:
    """Write the places at which the operands come in, as one cell beside the band; none for none."""
    marks = slot_marks(node)
    cells = [
        _cell(_font(mark, PAPER, 9), PORT=f"s{index}", CELLPADDING=2) if mark
        # Just high enough to keep arrow heads apart.
        else _cell("", PORT=f"s{index}", WIDTH=8 if style.downwards else 1, HEIGHT=1 if style.downwards else 8)
        for index, mark in enumerate(marks)
    ]  # fmt: skip
    rows = _row("".join(cells)) if style.downwards else "".join(map(_row, cells))
    return [_cell(_table(rows), BGCOLOR=SOFT if marks[0] else BAND)] if marks else []


def slot_marks(node: Value) -> list[str]:
    """Number the operands of a node, with ``""`` for each where their order does not matter.

    Example:
        >>> from autograd import Value, dot
        >>> a, b = Value(2.0), Value(3.0)
        >>> slot_marks(a + b), slot_marks(a - b), slot_marks(dot([a, b], [b, b]))
        (['', ''], ['1', '2'], ['1', '2', '1′', '2′'])
    """
    count = len(node.operands)
    if count < 2 or node._op.commutative:
        return [""] * count
    if node._op.pairs:
        return [f"{i + 1}{prime}" for prime in ("", "′") for i in range(count // 2)]
    return [f"{i + 1}" for i in range(count)]


def number(x: float, precision: int) -> str:
    """Write a number for reading: rounded, with a real minus sign; whole numbers in full.

    Example:
        >>> [number(x, 4) for x in (-0.0, 2 / 3, -12345.0, 1e-12, 123456.7, float("-inf"))]
        ['0', '0.6667', '−12345', '1e−12', '1.235e5', '−inf']
    """
    if x == 0.0:
        return "0"
    text = f"{x:.0f}" if abs(x) < 1e6 and x == int(x) else f"{x:.{precision}g}"
    return re.sub(r"e([+-])0*", lambda found: "e" + found[1].strip("+"), text).replace("-", "−")


def tint(gradient: float, largest: float) -> str:
    """Choose the paper of a gradient: blue above 0, orange below, the stronger the larger; pink if not finite."""
    if not math.isfinite(gradient):
        return _mix(BROKEN, 0.8)
    share = abs(gradient) / largest if largest else 0.0
    # A square root, so that small ones can be told from none.
    return _mix(RISING if gradient > 0 else FALLING, 0.1 + 0.7 * math.sqrt(share)) if share else ""


def _mix(colour: tuple[int, int, int], strength: float) -> str:
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in colour)


def caption(title: str, stale: bool) -> str:
    """Write what stands above the graph: the title, and a warning that the graph is stale."""
    lines = [_row(_cell(_font(f"<B>{_text(title, 100)}</B>", LINE, 14)))] if title else []
    if stale:
        warnings = ["stale: a leaf was changed after this was recorded", "results are as recorded (see recompute)"]
        lines += [_row(_cell(_font(warning, NOTICE, 12))) for warning in warnings]
    return f"<{_table(''.join(lines), padding=3)}>" if lines else ""


def _text(text: str, longest: int = LONGEST_LABEL) -> str:
    r"""Write anybody's string so that Graphviz shows its characters and obeys none of them.

    Characters that cannot be shown become signs that stand for them, and the end of a long text an ellipsis.

    Example:
        >>> print(_text("a\n<b>"), _text("\\N"), _text("long" * 4, 10))
        a␊&lt;b&gt; \\N longlongl…
    """
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    # Within HTML-like labels, too, Graphviz takes \N for the name of the node.
    return html.escape(_UNPRINTABLE.sub(_stand_in, text)).replace("\\", "\\\\")


def _stand_in(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _numbers(node: Value) -> str:
    """Write the numbers in full. The user's strings stay out: versions differ in how tooltips are escaped."""
    return f"data {node.data!r}" + ("" if node._op is CONSTANT else f", grad {node.grad!r}")


def _font(words: str, colour: str, size: int) -> str:
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size}">{words}</FONT>'


def _cell(content: str, **attributes: object) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<TD{written}>{content}</TD>"


def _row(cells: str) -> str:
    return f"<TR>{cells}</TR>"


def _table(
    rows: str,
    *,
    border: int = 0,
    line: str = LINE,
    paper: str = "",
    padding: int = 0,
    spacing: int = 0,
    rounded: bool = False,
) -> str:
    look = (f' BGCOLOR="{paper}"' if paper else "") + (' STYLE="ROUNDED"' if rounded else "")
    return (
        f'<TABLE BORDER="{border}" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}" COLOR="{line}"{look}>'
        f"{rows}</TABLE>"
    )
