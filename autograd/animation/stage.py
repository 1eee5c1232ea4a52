"""Where an animation shows things: the drawing, the sprites that are put on it, and the caption below."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.animation.film import Film, Pill
from autograd.animation.sprites import Sheet
from autograd.animation.svg_layout import Layout, Rectangle

MARGIN = 8.0  # points around the caption
THICK, OUTLINE = 2.6, 2.0  # points: the line of an event, and the frame of the node that it leaves
DOT = 4.5  # points: what goes along the line


class Stage:
    """The places of everything, in the coordinates of the drawing.

    Attributes:
        layout: that of the drawing.
        sheets: the sprites.
        whole: the whole picture.
        bar: the paper of captions, below the drawing.
    """

    def __init__(self, layout: Layout, sheets: Sequence[Sheet], film: Film) -> None:
        """Measure how much room is needed."""
        self.layout = layout
        self.sheets = sheets
        self._sizes = {name: box for sheet in sheets for name, box in sheet.layout.nodes.items()}
        self._drawn = {name: drawn for sheet in sheets for name, drawn in sheet.layout.drawn.items()}
        self._downwards = film.downwards
        x, y = layout.origin
        drawing = Rectangle(-x, -y, layout.width - x, layout.height - y)
        pills = [self.place(pill) for pill in film.pills]
        left, right = min(drawing.left, *(p.left for p in pills)), max(drawing.right, *(p.right for p in pills))
        top = max(drawing.bottom, *(p.bottom for p in pills)) + MARGIN
        captions = [self.size(sprite) for sprite in (*(move.caption for move in film.moves), film.ending)]
        width = max(box.width for box in captions) + 2.0 * MARGIN
        height = max(box.height for box in captions) + MARGIN
        beside = max(MARGIN, (width + 2.0 * MARGIN - (right - left)) / 2.0)
        middle = (left + right) / 2.0
        self.bar = Rectangle(middle - width / 2.0, top, middle + width / 2.0, top + height)
        self.whole = Rectangle(left - beside, drawing.top, right + beside, self.bar.bottom + MARGIN)

    def place(self, pill: Pill) -> Rectangle:
        """Return where an adjoint stands."""
        size = self.size(pill.sprite)
        if self._downwards:
            return Rectangle(pill.x, pill.y - size.height / 2.0, pill.x + size.width, pill.y + size.height / 2.0)
        return Rectangle(pill.x - size.width / 2.0, pill.y, pill.x + size.width / 2.0, pill.y + size.height)

    def caption(self, sprite: int) -> Rectangle:
        """Return where a caption stands: all of them start at the same point, or what they share would jump."""
        size = self.size(sprite)
        left, middle = self.bar.left + MARGIN, (self.bar.top + self.bar.bottom) / 2.0
        return Rectangle(left, middle - size.height / 2.0, left + size.width, middle + size.height / 2.0)

    def size(self, sprite: int) -> Rectangle:
        """Return where a sprite is on its sheet."""
        return self._sizes[f"s{sprite}"]

    def drawn(self, sprite: int) -> str:
        """Return what a sprite consists of, as SVG, where it is on its sheet."""
        return self._drawn[f"s{sprite}"]

    def around(self, box: Rectangle) -> Rectangle:
        """Return the frame around the node that an event leaves."""
        return Rectangle(box.left - OUTLINE, box.top - OUTLINE, box.right + OUTLINE, box.bottom + OUTLINE)
