"""What diagrams say, as Graphviz's HTML-like labels: names and numbers, captions, the legend."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence

from nn.colours import BROKEN, CHIP, INK, LINE, NEGATIVE, PAPER, POSITIVE, SOFT

LONGEST = 100  # characters

# What XML cannot hold, and what would reverse the text around it.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_INDEXED = re.compile(r"([^\W\d_]+)_?([0-9]+(?:_[0-9]+)*)")
_LOW = str.maketrans("0123456789_", "₀₁₂₃₄₅₆₇₈₉‚")


def escaped(text: str) -> str:
    r"""Write anybody's string so that Graphviz shows its characters and obeys none of them.

    Example:
        >>> print(escaped("a<b>"), escaped("\\N"))
        a&lt;b&gt; \\N
    """
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    # Within HTML-like labels, too, Graphviz takes \N for the name of the node.
    return html.escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)).replace("\\", "\\\\")


def harmless(name: str) -> str:
    """Write a name for a tooltip: versions of Graphviz differ in how they escape there, so nothing needs it.

    Example:
        >>> harmless('heads."a".weight[0]')
        'heads._a_.weight[0]'
    """
    return re.sub(r"[^\w.\[\]]", "_", name)


def spoken(name: str) -> str:
    """Return a name as mathematics writes it, if it has indices: ``w_36``, ``W1_12``; any other as it is.

    Example:
        >>> spoken("n3"), spoken("w_36"), spoken("W1_12"), spoken("w_a_b")
        ('n₃', 'w₃₆', 'W₁‚₁₂', 'w_a_b')
    """
    found = _INDEXED.fullmatch(name)
    return found[1] + found[2].translate(_LOW) if found else name


def number(x: float, precision: int) -> str:
    """Write a number for reading: rounded, with a real minus sign.

    Example:
        >>> [number(x, 3) for x in (-0.0, 2 / 3, -12.0, 1e-12, float("-inf"))]
        ['0', '0.667', '−12', '1e−12', '−inf']
    """
    return _readable(f"{x or 0.0:.{precision}g}")


def figure(x: float, precision: int) -> str:
    """Write a number that is read for itself: as `number`, but where it is rounded, zeros at the end say so.

    Example:
        >>> [figure(x, 3) for x in (1.0, 0.9997, 0.25, 0.2501, 999.8)]
        ['1', '1.00', '0.25', '0.250', '1.00e3']
        >>> figure(100.2, 3)  # as many digits would read as 100
        '100.2'
    """
    short = f"{x or 0.0:.{precision}g}"
    if float(short) == x:
        return _readable(short)
    long = f"{x:#.{precision}g}".replace(".e", ".0e")
    return _readable(f"{x:.1f}" if long.endswith(".") else long)


def _readable(text: str) -> str:
    return re.sub(r"e([+-])0*", lambda found: "e" + found[1].strip("+"), text).replace("-", "−")


def font(words: str, colour: str, size: int) -> str:
    """Write words in a colour and size."""
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size}">{words}</FONT>'


def cell(content: str, **attributes: object) -> str:
    """Write a cell of a table."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<TD{written}>{content}</TD>"


def table(rows: Iterable[str], *, padding: int = 0, spacing: int = 0, look: str = "") -> str:
    """Write a table of rows, each of them cells in a row."""
    inside = "".join(f"<TR>{cells}</TR>" for cells in rows)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="{padding}" CELLSPACING="{spacing}" {look}>{inside}</TABLE>'


def lines(*texts: tuple[str, str, int]) -> str:
    """Write a label of lines, each with its colour and size."""
    return f"<{table(cell(font(text, colour, size)) for text, colour, size in texts)}>" if texts else ""


def chip(name: str, figure: str) -> str:
    """Write what stands on a line, on paper of its own: a figure, and what it is called if there is a name.

    Args:
        name: of a parameter, or ``""``.
        figure: the number.
    """
    words = font(escaped(spoken(name)) + "\N{NO-BREAK SPACE}", SOFT, 9) if name else ""
    look = f'BGCOLOR="{PAPER}" STYLE="ROUNDED"'
    return f"<{table([cell(words + font(figure, INK, 9))], padding=1, look=look)}>"


def heading(title: str, remarks: Sequence[str], legend: str) -> str:
    """Write what stands above a diagram."""
    rows = [cell(font(f"<B>{escaped(title)}</B>", LINE, 14))] if title else []
    rows += [cell(font(escaped(remark), LINE, 11)) for remark in remarks]
    blank = cell("") * 9  # takes the width that is left over
    rows += [cell(table([blank + cell(legend) + blank])), cell("", HEIGHT=4)] if legend else []
    return f"<{table(rows, padding=3)}>" if rows else ""


def legend(what: str, numbers: Sequence[float], largest: float, precision: int, more: Sequence[str]) -> str:
    """Say what colours and widths mean.

    Args:
        what: the edges show, such as ``"weight"``.
        numbers: those that are shown; what does not occur is not explained.
        largest: the magnitude that the widest edge has.
        precision: digits.
        more: what else has to be said.
    """
    signs = [
        (POSITIVE, f"{what} &gt; 0", any(math.isfinite(x) and x > 0 for x in numbers)),
        (NEGATIVE, f"{what} &lt; 0", any(math.isfinite(x) and x < 0 for x in numbers)),
        (BROKEN, "nan or inf", not all(map(math.isfinite, numbers))),
    ]
    entries = [_swatch(colour, 3) + _words(words) for colour, words, occurs in signs if occurs]
    if largest:
        widths = "".join(_swatch(SOFT, height, 9) for height in (1, 2, 4))
        entries.append(widths + _words(f"|{what}| up to {figure(largest, precision)}"))
    rows = [cell(table([cell("", WIDTH=8).join(entries)], spacing=2))] if entries else []
    rows += [_words(escaped(words)) for words in more]
    look = f'BGCOLOR="{PAPER}" STYLE="ROUNDED" COLOR="{CHIP}"'
    return table(rows, padding=1, look=look).replace('BORDER="0"', 'BORDER="1"', 1) if rows else ""


def _swatch(colour: str, height: int, width: int = 18) -> str:
    bar = cell("", BGCOLOR=colour, WIDTH=width, HEIGHT=height, FIXEDSIZE="TRUE")
    return cell(table([bar]))


def _words(words: str) -> str:
    return cell(font(words, SOFT, 10))
