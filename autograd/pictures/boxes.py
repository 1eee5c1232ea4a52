"""The boxes of a picture, as Graphviz's HTML-like labels.

At the side where operands come in stand, in this order: the local partial of each edge on a chip of its own, the
numbers of the operands where their order matters, and a dark band with the operation. Then follow name, data and
gradient. Leaves have no band; constants are small and pale; results have a heavy frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd.pictures.folding import Box, Edge, Naming
from autograd.pictures.markup import bold, cell, escaped, font, row, table
from autograd.pictures.palette import DIM, FULL, Tones, tint
from autograd.rows import CONSTANT
from autograd.value import is_variable
from autograd.wording import number, spoken

LINE_OF_FORMULA, MOST_LINES = 28, 4  # characters
HIGH = 4  # operands from which on a box has height to spare


class Look(NamedTuple):
    """How boxes are written: options of `draw`, and what tints are measured by."""

    downwards: bool
    gradients: bool
    partials: bool
    largest: float  # gradient
    naming: Naming


class Emphasis(NamedTuple):
    """What highlighting does to a box: whether it is dimmed, whether its edges are unless they have colours."""

    dim: bool = False
    others: bool = False
    colours: Mapping[int, Sequence[str]] = {}  # by slot

    def chip(self, slot: int) -> tuple[str, str]:
        """Return paper and ink of the chip at a slot."""
        colours = self.colours.get(slot)
        if colours:
            return colours[0] if len(colours) == 1 else FULL.band, FULL.paper
        tones = DIM if self.others else FULL
        return tones.chip, tones.soft


def box(content: Box, look: Look, *, root: bool = False, emphasis: Emphasis | None = None) -> str:
    """Write the box of a node and of what is folded into it."""
    emphasis = emphasis or Emphasis()
    tones, node = DIM if emphasis.dim else FULL, content.node
    if node._op is CONSTANT:
        return constant_box(node.data, look, name=node.label, root=root, dim=emphasis.dim)
    border, line = (2, tones.frame) if root else (1, tones.line)
    body = cell(_body(content, look, tones))
    if not content.sign and not content.formula:
        return f"<{table(row(body), border=border, line=line, paper=tones.pale, rounded=True)}>"
    sign = font(bold(escaped(content.sign)), tones.paper, 13) if content.sign else ""
    thickness = "" if content.sign else 10
    band = cell(sign, BGCOLOR=tones.band, CELLPADDING=5 if sign else 0, **_across(look, thickness))
    cells = [*_slots(content, look, tones), band, body]
    rows = "".join(map(row, cells)) if look.downwards else row("".join(cells))
    written = table(rows, border=border, line=line, paper=tones.paper)
    if not any(_has_chip(edge, look) for edge in content.edges):
        return f"<{written}>"
    parts = [cell(_chips(content, look, emphasis)), cell(written)]
    return f"<{table(''.join(map(row, parts)) if look.downwards else row(''.join(parts)))}>"


def constant_box(x: float, look: Look, *, name: str = "", root: bool = False, dim: bool = False) -> str:
    """Write the box of a constant."""
    tones = DIM if dim else FULL
    words = (f"{escaped(spoken(name))} = " if name else "") + number(x, look.naming.precision)
    content = row(cell(font(words, tones.soft, 11)))
    return f"<{table(content, border=2 if root else 0, line=tones.line, paper=tones.pale, padding=3, rounded=True)}>"


def _body(content: Box, look: Look, tones: Tones) -> str:
    """Write the part of a box that has the name, the formula and the numbers."""
    node, precision = content.node, look.naming.precision
    name = look.naming.title(node)
    rows = row(cell(font(bold(escaped(spoken(name))), tones.ink, 13))) if name else ""
    rows += "".join(row(cell(font(escaped(line, 60), tones.soft, 11))) for line in broken(content.formula))
    rows += entry("data", number(node.data, precision), tones)
    if look.gradients:
        paper = "" if tones is DIM else tint(node.grad, look.largest)
        rows += entry("grad", number(node.grad, precision), tones, paper)
    # A box with many operands is high: blank rows take most of the height that is left over.
    blank = row(cell("")) * (4 if len(content.edges) > HIGH and not look.downwards else 0)
    return table(blank + rows + blank, padding=2, spacing=2 if not blank else 1)


def entry(word: str, figure: str, tones: Tones, paper: str = "") -> str:
    """Write a row of a box: a word to the left, a figure to the right."""
    figure = figure if tones is FULL else font(figure, tones.ink, 12)
    columns = cell(font(word, tones.soft, 10), ALIGN="LEFT") + cell("", WIDTH=8) + cell(figure, ALIGN="RIGHT")
    return row(cell(table(row(columns)), BGCOLOR=paper, STYLE="ROUNDED" if paper else ""))


def broken(pieces: Sequence[str]) -> list[str]:
    """Put the pieces of a formula on lines, and an ellipsis for what does not fit.

    Example:
        >>> broken(["w·x", "+", "b"]), broken(["a_name_that_is_long", "+"] * 3)[:2]
        (['w·x + b'], ['a_name_that_is_long +', 'a_name_that_is_long +'])
    """
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + 1 + len(piece) <= LINE_OF_FORMULA:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [f"{lines[MOST_LINES - 1]} …"]
    return lines


def _has_chip(edge: Edge, look: Look) -> bool:
    """Tell whether an edge ends at a chip, rather than at the box itself; constants have no partial."""
    return look.partials and edge.partial is not None and not isinstance(edge.tail, float) and is_variable(edge.tail)


def _slots(content: Box, look: Look, tones: Tones) -> list[str]:
    """Write the places at which operands come in, as one cell beside the band; none if there is nothing to be told."""
    marked = any(edge.mark for edge in content.edges)
    if not marked and all(_has_chip(edge, look) for edge in content.edges):
        return []
    cells = []
    for edge in content.edges:
        port = {} if _has_chip(edge, look) else {"PORT": f"s{edge.slot}"}
        if edge.mark:
            cells.append(cell(font(edge.mark, tones.paper, 9), CELLPADDING=2, **port))
        else:  # just high enough to keep arrow heads apart
            cells.append(cell("", **_across(look, 1), **_along(look, 8), **port))
    rows = row("".join(cells)) if look.downwards else "".join(map(row, cells))
    return [cell(table(rows), BGCOLOR=tones.ports if marked else tones.band)]


def _chips(content: Box, look: Look, emphasis: Emphasis) -> str:
    """Write the partials of all edges, each where its edge ends."""
    cells = []
    for edge in content.edges:
        if not _has_chip(edge, look):
            cells.append(cell("", **_across(look, 1), **_along(look, 8)))
            continue
        paper, ink = emphasis.chip(edge.slot)
        words = font(f"∂ {number(edge.partial or 0.0, look.naming.precision)}", ink, 10)
        cells.append(cell(words, PORT=f"s{edge.slot}", BGCOLOR=paper, STYLE="ROUNDED", CELLPADDING=2))
    # Blank cells take the height or width that is left over, so that chips keep their size.
    spare = 70 if look.downwards else 20 * (2 + bool(look.naming.title(content.node)) + len(broken(content.formula)))
    around = 1 + max(0, spare - 18 * len(cells)) // (8 * len(cells))
    if look.downwards:
        blank = cell("", WIDTH=1) * around
        return table(row("".join(blank + chip + blank for chip in cells)), spacing=0)
    blank = row(cell("", HEIGHT=1)) * around
    return table("".join(blank + row(chip) + blank for chip in cells), spacing=0)


def _across(look: Look, size: object) -> dict[str, object]:
    """Size a cell along the direction of the graph."""
    return {"HEIGHT" if look.downwards else "WIDTH": size}


def _along(look: Look, size: object) -> dict[str, object]:
    """Size a cell across the direction of the graph."""
    return {"WIDTH" if look.downwards else "HEIGHT": size}
