"""Graphviz's HTML-like labels: tables, and text that shows anybody's characters and obeys none of them."""

from __future__ import annotations

import html
import re

from autograd.wording import LONGEST_LABEL, cut

# What XML cannot hold, and what would reverse the text around it.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def escaped(text: str, longest: int = LONGEST_LABEL) -> str:
    r"""Write anybody's string so that Graphviz shows its characters and obeys none of them.

    Characters that cannot be shown become signs that stand for them, and the end of a long text an ellipsis.

    Example:
        >>> print(escaped("a\n<b>"), escaped("\\N"), escaped("long" * 4, 10))
        a␊&lt;b&gt; \\N longlongl…
    """
    # Within HTML-like labels, too, Graphviz takes \N for the name of the node.
    return html.escape(_UNPRINTABLE.sub(_stand_in, cut(text, longest))).replace("\\", "\\\\")


def _stand_in(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def font(words: str, colour: str, size: int) -> str:
    """Write words in a colour and size."""
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size}">{words}</FONT>'


def bold(words: str) -> str:
    """Write words in bold."""
    return f"<B>{words}</B>"


def cell(content: str, **attributes: object) -> str:
    """Write a cell of a table."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items() if value != "")
    return f"<TD{written}>{content}</TD>"


def row(cells: str) -> str:
    """Write a row of a table."""
    return f"<TR>{cells}</TR>"


def table(
    rows: str,
    *,
    border: int = 0,
    line: str = "",
    paper: str = "",
    padding: int = 0,
    spacing: int = 0,
    rounded: bool = False,
) -> str:
    """Write a table, whose cells have no borders."""
    look = (f' COLOR="{line}"' if line else "") + (f' BGCOLOR="{paper}"' if paper else "")
    look += ' STYLE="ROUNDED"' if rounded else ""
    return (
        f'<TABLE BORDER="{border}" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"{look}>{rows}</TABLE>'
    )
