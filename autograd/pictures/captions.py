"""What stands above a picture: its title, what has to be said about it, and the legend of its colours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from autograd.pictures.boxes import Look
from autograd.pictures.highlighting import Highlight
from autograd.pictures.markup import bold, cell, escaped, font, row, table
from autograd.pictures.palette import CHIP, FULL, LINE, NOTICE, tint
from autograd.wording import number

STALE = ("stale: a leaf was changed after this was recorded", "results are as recorded (see recompute)")


def caption(title: str, remarks: Iterable[str], legend: str, *, stale: bool) -> str:
    """Write what stands above a graph; ``""`` for nothing."""
    lines = [font(bold(escaped(title, 100)), LINE, 14)] if title else []
    lines += [font(warning, NOTICE, 12) for warning in STALE if stale]
    lines += [font(escaped(remark, 200), LINE, 11) for remark in remarks]
    blank = cell("") * 9  # takes the width that is left over
    lines += [table(row(blank + cell(legend) + blank))] if legend else []
    return f"<{table(''.join(row(cell(line)) for line in lines), padding=3)}>" if lines else ""


def write_legend(look: Look, *, partials: str, signs: Collection[bool], highlights: Sequence[Highlight]) -> str:
    """Write the meaning of colours and chips, on paper of its own; ``""`` if there is nothing to explain.

    Args:
        look: how numbers and names are written.
        partials: what the numbers on chips are.
        signs: which signs of gradients occur, ``True`` for those above 0.
        highlights: the paths that have colours.
    """
    entries = [_chip("∂") + _words(partials)] if partials else []
    entries += [_swatch(tint(1.0, 1.0)) + _words("grad &gt; 0")] if True in signs else []
    entries += [_swatch(tint(-1.0, 1.0)) + _words("grad &lt; 0")] if False in signs else []
    rows = row(cell(table(row(cell("", WIDTH=4).join(entries)), spacing=2))) if entries else ""
    rows += row(cell(table("".join(_path(path, look) for path in highlights), spacing=3))) if highlights else ""
    return table(rows, paper=FULL.paper, border=1, line=CHIP, rounded=True) if rows else ""


def _path(path: Highlight, look: Look) -> str:
    product = path.contribution()
    figure = "" if product is None else number(product, look.naming.precision)
    return row(
        cell(table(2 * row(cell("")) + row(cell("", BGCOLOR=path.colour, WIDTH=20, HEIGHT=3)) + 2 * row(cell(""))))
        + cell(font(escaped(path.describe(look.naming.title), 100), FULL.soft, 10), ALIGN="LEFT")
        + cell("", WIDTH=4)
        + cell(font(figure, FULL.ink, 10), ALIGN="RIGHT")
    )


def _swatch(colour: str) -> str:
    return cell("", BGCOLOR=colour, STYLE="ROUNDED", WIDTH=16, HEIGHT=10)


def _chip(words: str) -> str:
    return cell(font(words, FULL.soft, 10), BGCOLOR=CHIP, STYLE="ROUNDED", WIDTH=16)


def _words(words: str) -> str:
    return cell(font(words, FULL.soft, 10))
