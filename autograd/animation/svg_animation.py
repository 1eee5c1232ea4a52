"""A film as SVG: it plays by itself, without a script, wherever a browser shows it.

What moves is in one group and what stays at the end in another, and the reader's wish for reduced motion decides which
of the two is shown. Where nothing can move, the end is seen.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from autograd.animation.film import ARRIVAL, Film, Move
from autograd.animation.stage import DOT, OUTLINE, THICK, Stage
from autograd.animation.svg_layout import Rectangle
from autograd.pictures.palette import CHIP, FULL, NOTICE

_STYLE = """<style>
.autograd-still { display: none }
@media (prefers-reduced-motion: reduce) { .autograd-moving { display: none } .autograd-still { display: inline } }
</style>"""


def as_svg(drawing: str, stage: Stage, film: Film, seconds: float, title: str) -> str:
    """Put a film on a drawing.

    Args:
        drawing: the drawing as SVG.
        stage: where everything is.
        film: what is shown when.
        seconds: how long a step takes.
        title: what the picture is, for those who cannot see it.
    """
    clock = _Clock(film.steps, seconds)
    moving = [_move(move, stage, clock) for move in film.moves]
    moving += [
        _sprite(stage, pill.sprite, stage.place(pill), clock.during(pill.start, pill.end)) for pill in film.pills
    ]
    ending = stage.caption(film.ending)
    moving.append(_sprite(stage, film.ending, ending, clock.during(len(film.moves), film.steps)))
    still = [_sprite(stage, p.sprite, stage.place(p)) for p in film.pills if p.end == film.steps]
    still.append(_sprite(stage, film.ending, ending))
    parts = [
        _rectangle(stage.bar, f'fill="{FULL.paper}" stroke="{CHIP}" rx="5"'),
        f'<g class="autograd-moving">\n{"".join(moving)}</g>',
        f'<g class="autograd-still">\n{"".join(still)}</g>',
    ]
    return _headed(_without_gradients(drawing), stage.whole, title).replace(
        "</g>\n</svg>", "\n".join(parts) + "\n</g>\n</svg>"
    )


class _Clock:
    """Writes when things are visible, and when they move, in the terms of SMIL: as shares of one round."""

    def __init__(self, steps: float, seconds: float) -> None:
        self._steps = steps
        self._timing = f'dur="{steps * seconds:g}s" repeatCount="indefinite"'

    def during(self, start: float, end: float) -> tuple[str, str]:
        """Return an attribute and an element that show something from ``start`` to ``end``."""
        times, values = [self._share(start)], ["visible"]
        if start > 0.0:
            times, values = ["0", *times], ["hidden", *values]
        if end < self._steps:
            times, values = [*times, self._share(end)], [*values, "hidden"]
        return (
            f' visibility="{values[-1]}"',
            f'<animate attributeName="visibility" calcMode="discrete" values="{";".join(values)}" '
            f'keyTimes="{";".join(times)}" {self._timing}/>',
        )

    def backwards(self, path: str, start: float, end: float) -> str:
        """Return an element that moves something along a path, from its end to its beginning."""
        times = f"0;{self._share(start)};{self._share(end)};1"
        return f'<animateMotion path="{path}" keyPoints="1;1;0;0" keyTimes="{times}" calcMode="linear" {self._timing}/>'

    def _share(self, time: float) -> str:
        return f"{time / self._steps:.6f}".rstrip("0").rstrip(".")


def _move(move: Move, stage: Stage, clock: _Clock) -> str:
    attribute, element = clock.during(move.step, move.step + 1.0)
    parts = [_rectangle(stage.around(move.source), f'fill="none" stroke="{NOTICE}" stroke-width="{OUTLINE}" rx="6"')]
    if move.line is not None:
        corners = " ".join(f"{px:g},{py:g}" for px, py in move.line.arrow)
        parts += [
            f'<path d="{move.line.path}" fill="none" stroke="{NOTICE}" stroke-width="{THICK}"/>\n',
            f'<polygon points="{corners}" fill="{NOTICE}" stroke="{NOTICE}" stroke-width="{THICK}"/>\n',
        ]
    parts.append(_sprite(stage, move.caption, stage.caption(move.caption)))
    drawn = f"<g{attribute}>{element}\n{''.join(parts)}</g>\n"
    if move.line is None:
        return drawn
    attribute, element = clock.during(move.step, move.step + ARRIVAL)
    motion = clock.backwards(move.line.path, move.step, move.step + ARRIVAL)
    look = f'r="{DOT}" fill="{NOTICE}"'
    return f"{drawn}<circle {look}{attribute}>{element}{motion}</circle>\n"


def _sprite(stage: Stage, sprite: int, place: Rectangle, shown: tuple[str, str] = ("", "")) -> str:
    """Write a sprite at its place."""
    box = stage.size(sprite)
    attribute, element = shown
    moved = f"translate({place.left - box.left:.2f} {place.top - box.top:.2f})"
    return f'<g transform="{moved}"{attribute}>{element}\n{stage.drawn(sprite)}</g>\n'


def _rectangle(box: Rectangle, look: str) -> str:
    return f'<rect x="{box.left:.2f}" y="{box.top:.2f}" width="{box.width:.2f}" height="{box.height:.2f}" {look}/>\n'


def _headed(svg: str, whole: Rectangle, title: str) -> str:
    """Make room for all that is shown, and say what it is."""
    x, y = next(_origins(svg))
    view = f"{whole.left + x:.2f} {whole.top + y:.2f} {whole.width:.2f} {whole.height:.2f}"
    head = (
        f'<svg width="{whole.width:.0f}pt" height="{whole.height:.0f}pt" viewBox="{view}" role="img" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f"<title>{html.escape(title)}</title>\n{_STYLE}"
    )
    return re.sub(r"<svg\b[^>]*>", lambda _: head, svg, count=1)


def _origins(svg: str) -> Iterator[tuple[float, float]]:
    for x, y in re.findall(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", svg):
        yield float(x), float(y)


def _without_gradients(svg: str) -> str:
    """Drop from the tooltips what ``.grad`` held when the drawing was made: here gradients come and go."""
    return re.sub(r'(?<=title="data )([^",]*), grad [^"]*', r"\1", svg)
