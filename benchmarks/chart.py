"""The times as horizontal bars, one panel per workload."""

from __future__ import annotations

import importlib
import textwrap
from pathlib import Path
from typing import Any

from autograd import MissingExtraError
from benchmarks.contender import OURS
from benchmarks.figures import Figures, Row, Timed
from benchmarks.machine import headline
from benchmarks.tables import duration

OURS_COLOUR, EARLIER_COLOUR, OTHER_COLOUR = "#d1495b", "#e8a4ad", "#8d99ae"
TEXT, MUTED = "#222222", "#666666"
GAP = 0.5  # bars, between those that record and those that replay
ORDER = ("network", "gpt", "tiny", "small")
SUFFIXES = (".svg", ".png")


def drawing_library() -> Any:
    """Import matplotlib.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module("matplotlib.figure")
    except ImportError as error:
        message = "a chart needs matplotlib: pip install 'scalar-autograd[bench]'"
        raise MissingExtraError(message) from error


def draw(figures: Figures, path: Path) -> None:
    """Write the chart as SVG or PNG, by the suffix of ``path``."""
    library = drawing_library()
    panels = [figures.timed[name] for name in ORDER if name in figures.timed]
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    slots = max(len(panel.rows) for panel in panels) + GAP
    figure = library.Figure(figsize=(10, lines * (0.29 * slots + 0.5) + 0.7), layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08)
    axes = figure.subplots(lines, columns, squeeze=False).flat
    for axis, panel in zip(axes, panels, strict=False):
        _draw_panel(axis, panel, slots)
    for axis in list(axes)[len(panels) :]:
        axis.remove()
    figure.supxlabel(_caption(figures), fontsize=8, color=MUTED, x=0.012, ha="left", linespacing=1.35)
    figure.savefig(path, dpi=200)


def _draw_panel(axis: Any, panel: Timed, slots: float) -> None:
    rows = sorted(panel.rows, key=lambda row: (row.compiled, row.total))  # the other kind of work in a group below
    places = [index + GAP * row.compiled for index, row in enumerate(rows)]
    bars = axis.barh(places, [row.total for row in rows], height=0.7, color=[_colour(row) for row in rows])
    for bar, row in zip(bars, rows, strict=True):
        if row.compiled:
            bar.set(hatch="/////", facecolor="white", edgecolor=OTHER_COLOUR, linewidth=0.8)
        middle = (row.total, bar.get_y() + bar.get_height() / 2)
        ratio = "" if row.engine == OURS else f"  {_factor(row.total / panel.rows[0].total)}"
        axis.annotate(
            duration(row.total) + ratio, middle, (4, 0), textcoords="offset points", va="center", fontsize=8.5,
            color=TEXT, fontweight=_weight(row),
        )  # fmt: skip
    axis.set_yticks(places, [row.engine for row in rows])
    axis.set_ylim(slots - 0.5, -0.6)
    for label, row in zip(axis.get_yticklabels(), rows, strict=True):
        label.set_fontweight(_weight(row))
    _style(axis, panel)


def _style(axis: Any, panel: Timed) -> None:
    totals = [row.total for row in panel.rows]
    logarithmic = max(totals) > 20 * min(totals)
    if logarithmic:
        axis.set_xscale("log")
        axis.set_xlim(min(totals) / 3, max(totals) * (max(totals) / min(totals)) ** 0.45)
    else:
        axis.set_xlim(0, max(totals) * 1.4)
    axis.set_title(panel.title + ("   (log scale)" if logarithmic else ""), loc="left", fontsize=9.5, color=TEXT)
    axis.xaxis.set_visible(False)
    axis.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=TEXT)
    for side in ("top", "right", "bottom", "left"):
        axis.spines[side].set_visible(False)


def _weight(row: Row) -> str:
    return "bold" if row.engine == OURS else "normal"


def _colour(row: Row) -> str:
    return OURS_COLOUR if row.engine == OURS else EARLIER_COLOUR if row.engine.startswith(OURS) else OTHER_COLOUR


def _factor(ratio: float) -> str:
    return f"({ratio:.2g} ×)" if ratio < 1 else f"({ratio:.1f} ×)" if ratio < 100 else f"({ratio:.0f} ×)"


def _caption(figures: Figures) -> str:
    lines = [
        "Forward and backward pass (GPT: and Adam's update), every gradient read; in brackets, times ours. Shorter is "
        "better. Hatched: compiled once, then replayed, which is another kind of work.",
        headline(figures.run),
        *(note for note in figures.notes if note.startswith(OURS)),
    ]
    return "\n".join(textwrap.fill(line, 175) for line in lines)
