"""How the axes of all plots look: few lines, in a colour that is readable on white and on black."""

from __future__ import annotations

from typing import Any

from nn.colours import AXES, LINE
from nn.extras import library


def new_figure(wide: float, high: float) -> Any:
    """Return an empty figure of a size in inches, which shows itself in a notebook.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    library("matplotlib.figure", "plot", "plots")
    from nn.figure import Figure

    return Figure(figsize=(wide, high), facecolor="none", layout="constrained")


def plain(axes: Any, *, x: str = "", y: str = "", title: str = "", pad: int = 6) -> Any:
    """Give axes their look and their names; return them."""
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(which="both", color=LINE, labelcolor=AXES, labelsize=9)
    axes.xaxis.get_offset_text().set_color(AXES)
    axes.yaxis.get_offset_text().set_color(AXES)
    axes.set_xlabel(x, color=AXES)
    axes.set_ylabel(y, color=AXES)
    if title:
        axes.set_title(verbatim(title), color=AXES, fontsize=11, fontweight="bold", pad=pad)
    return axes


def explain(axes: Any, **options: Any) -> None:
    """Add a legend without a frame."""
    axes.legend(frameon=False, labelcolor=AXES, fontsize=9, **options)


def verbatim(text: object) -> str:
    r"""Write anybody's text so that matplotlib does not take dollar signs for mathematics.

    Example:
        >>> print(verbatim("5$ to 6$"))
        5\$ to 6\$
    """
    return str(text).replace("$", r"\$")
