"""`animate`: the backward pass, played on the drawing of its graph."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, SupportsFloat

from autograd.animation.film import Words, plan
from autograd.animation.gif_animation import as_gif, require_pillow
from autograd.animation.sprites import sheets
from autograd.animation.stage import Stage
from autograd.animation.svg_animation import as_svg
from autograd.animation.svg_layout import read_layout
from autograd.node_names import NodeNames
from autograd.pictures.drawing import FONT, draw, node_ids
from autograd.pictures.rendering import replace_file
from autograd.pictures.variable_names import variable_names
from autograd.rows import real
from autograd.tracing.events import Event, trace_backward
from autograd.value import Value

SUFFIXES = (".svg", ".gif")
LIMIT = 200  # events: what somebody may watch, and what a file may hold
FASTEST, SLOWEST = 0.1, 60.0  # seconds of a step
ROOM = {"LR": "0.45", "TB": "1.1"}  # inches between boxes, where adjoints are put


def animate(
    out: Value,
    path: str | os.PathLike[str],
    *,
    seed: SupportsFloat = 1.0,
    seconds: float = 1.6,
    rankdir: str = "LR",
    precision: int = 4,
    title: str = "",
    names: Mapping[str, Any] | None = None,
) -> None:
    """Write a moving picture of the backward pass: adjoints appear on the drawing, edge by edge, as they come about.

    A caption shows what each step adds. A gradient has a strong frame once it is finished. Touches no ``.grad``.

    Args:
        out: where the backward pass starts.
        path: a file ending in ``.svg`` (plays by itself in a browser, without a script; shows the end at once to
            those who wish for reduced motion) or ``.gif`` (on white; needs Pillow).
        seed: the adjoint to start from.
        seconds: how long each step takes, from 0.1 to 60.
        rankdir: ``"LR"`` for results on the right, ``"TB"`` for results at the bottom.
        precision: how many significant digits to show, from 1 to 17.
        title: a heading.
        names: variables, such as ``locals()``, that name nodes without a label (see `draw`).

    Raises:
        TypeError: ``out`` is not a `Value`, or ``seed`` or ``seconds`` not a number.
        ValueError: another suffix; ``out`` is a constant; more than 200 steps; a .gif that would be too large to be
            read; an option is none of the above.
        MissingExtraError: Graphviz, or Pillow for a ``.gif``, is not installed.
        OSError: the file cannot be written.

    Example:
        >>> from autograd import Value
        >>> from autograd import animate
        >>> x = Value(3.0, "x")
        >>> animate(x * x, "square.txt")
        Traceback (most recent call last):
        ...
        ValueError: cannot tell the format from 'square.txt': the suffixes are .svg, .gif
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"cannot tell the format from {os.fspath(path)!r}: the suffixes are {', '.join(SUFFIXES)}")
    if suffix == ".gif":
        require_pillow()
    seconds = real(seconds, "seconds")
    if not FASTEST <= seconds <= SLOWEST:
        raise ValueError(f"seconds must be from {FASTEST} to {SLOWEST:g}, not {seconds!r}")
    events = _events(out, seed)
    picture = draw(
        out, rankdir=rankdir, precision=precision, title=title, names=names, gradients=False, legend=False, limit=None
    )
    picture.graph_attr["nodesep"] = ROOM[rankdir]
    drawing = picture.pipe("svg", encoding="utf-8")
    layout = read_layout(str(drawing))
    words = _words(out, events, precision, names)
    film = plan(events, layout, node_ids(out), words, downwards=rankdir == "TB")
    stage = Stage(layout, sheets(film.sprites, FONT), film)
    if suffix == ".gif":
        content = as_gif(bytes(picture.pipe("png")), stage, film, seconds)  # type: ignore[arg-type]
    else:
        spoken = f"The backward pass of {words.names[out]} in {len(events)} steps"
        content = as_svg(str(drawing), stage, film, seconds, spoken).encode("utf-8")
    replace_file(Path(path), content)


def _events(out: Value, seed: SupportsFloat) -> list[Event]:
    """List the events on nodes that are drawn; `ValueError` if there are too many."""
    events = []
    count = 0
    for event in trace_backward(out, seed):
        if not event.inside:
            count += 1
            events += [event] if count <= LIMIT else []
    if count > LIMIT:
        raise ValueError(
            f"the backward pass has {count:,} steps, and an animation shows at most {LIMIT}: animate a smaller graph, "
            "or read the steps with print_trace or trace_backward"
        )
    return events


def _words(out: Value, events: list[Event], precision: int, names: Mapping[str, Any] | None) -> Words:
    ids = node_ids(out)
    largest = max((abs(event.after) for event in events if math.isfinite(event.after)), default=0.0)
    return Words(out, NodeNames(ids, variable_names(names, ids)), precision, largest)
