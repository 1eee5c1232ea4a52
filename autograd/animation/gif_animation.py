"""A film as GIF: painted with Pillow on the drawing; all text on it is Graphviz's, cut from the sheets of sprites."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograd.animation.film import ARRIVAL, HOLD, Film, Move
from autograd.animation.stage import DOT, OUTLINE, THICK, Stage
from autograd.animation.svg_layout import Layout, Line, Rectangle
from autograd.errors import MissingExtraError
from autograd.pictures.palette import CHIP, FULL, NOTICE

if TYPE_CHECKING:
    from PIL import Image

SHARPEST, LEGIBLE = 4.0 / 3.0, 0.5  # pixels of a point in the film: letters are 12 points high
WIDEST = 2000  # pixels of the film, either way
MOST_PIXELS = 200_000_000  # of all its pictures: so many bytes are held while it is put together
SMOOTH = 60  # events: up to so many, each is shown under way, too
FINER = 2  # as many pixels of the painting are one of the film, which smooths the lines; in lines once more
EDGE = 4  # pixels around a sprite, for the thickness of its frame
COLOURS = 256
NEARLY_WHITE = 246  # the palest paper in use is darker
SAMPLES = 8  # pictures whose colours are taken into account


def require_pillow() -> None:
    """Raise `MissingExtraError` unless Pillow is installed."""
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            'a .gif needs Pillow: pip install "scalar-autograd[animation]" (a .svg does not)'
        ) from None


def as_gif(drawing: bytes, stage: Stage, film: Film, seconds: float) -> bytes:
    """Put a film on a drawing.

    Args:
        drawing: the drawing as PNG.
        stage: where everything is.
        film: what is shown when.
        seconds: how long a step takes.

    Raises:
        ValueError: it would have to be so small that it could not be read.
    """
    from PIL import Image

    times = _times(film)
    painter = _Painter(drawing, stage, film, legible_scale(stage.whole, len(times)))
    rests = [film.steps, *(move.step + ARRIVAL for move in film.moves)]
    samples = [painter.paint(time) for time in rests[:: -(-len(rests) // SAMPLES)]]
    colours = Image.new("RGB", (samples[0].width, sum(sample.height for sample in samples)))
    for index, sample in enumerate(samples):
        colours.paste(sample, (0, index * sample.height))
    palette = colours.quantize(COLOURS)
    shades = palette.getpalette() or []
    # White is to stay white, not to become the mean of all that is nearly white.
    white = {i // 3 for i in range(0, len(shades), 3) if min(shades[i : i + 3]) >= NEARLY_WHITE}
    palette.putpalette([255 if i // 3 in white else shade for i, shade in enumerate(shades)])
    frames = (painter.paint(time).quantize(palette=palette, dither=Image.Dither.NONE) for time, _ in times)
    durations = [round(100.0 * length * seconds) * 10 for _, length in times]  # GIF counts hundredths of a second
    film_file = io.BytesIO()
    next(frames).save(
        film_file, format="GIF", save_all=True, append_images=frames, duration=durations, loop=0, optimize=False
    )
    return film_file.getvalue()


def legible_scale(whole: Rectangle, pictures: int) -> float:
    """Return how many pixels a point gets; `ValueError` if so few that nothing could be read."""
    room = WIDEST / max(whole.width, whole.height), math.sqrt(MOST_PIXELS / (pictures * whole.width * whole.height))
    scale = min(SHARPEST, *room)
    if scale < LEGIBLE:
        raise ValueError(
            f"the drawing is {whole.width:,.0f} by {whole.height:,.0f} points and the film has {pictures} pictures: "
            "too many to be read in a .gif; write a .svg, which can be enlarged, or animate a smaller graph"
        )
    return scale


def _times(film: Film) -> list[tuple[float, float]]:
    """List the times, in steps, at which the film is painted, and how long each picture stays."""
    count = len(film.moves)
    times = []
    for move in film.moves:
        phases = 0 if count > SMOOTH else 1 if move.line is None else 4
        under_way = [(move.step + ARRIVAL * phase / phases, ARRIVAL / phases) for phase in range(phases)]
        times += [*under_way, (move.step + ARRIVAL, 1.0 - ARRIVAL if phases else 1.0)]
    return [*times, (float(count), HOLD)]


class _Painter:
    """Paints the picture at any time of a film."""

    def __init__(self, drawing: bytes, stage: Stage, film: Film, scale: float) -> None:
        from PIL import Image

        self._stage, self._film, self._scale = stage, film, scale * FINER
        whole = stage.whole
        self._size = round(whole.width * scale), round(whole.height * scale)
        self._canvas = Image.new("RGB", (self._size[0] * FINER, self._size[1] * FINER), "white")
        x, y = stage.layout.origin
        picture = self._opened(drawing, stage.layout)
        left, top = self._pixel(-x, -y)
        self._canvas.paste(picture, (round(left), round(top)), picture)
        self._sprites = dict(self._cut())
        self._rectangle(self._canvas, stage.bar, outline=CHIP, fill=FULL.paper, width=1.0)

    def _cut(self) -> Iterator[tuple[int, Image.Image]]:
        for sheet in self._stage.sheets:
            picture = self._opened(sheet.image(), sheet.layout)
            x, y = sheet.layout.origin
            for name, box in sheet.layout.nodes.items():
                left, top, right, bottom = (round(edge * self._scale) for edge in box.moved(x, y))
                yield int(name[1:]), picture.crop((left - EDGE, top - EDGE, right + EDGE, bottom + EDGE))

    def _opened(self, png: bytes, layout: Layout) -> Image.Image:
        """Read a picture and bring it to the scale of the painting."""
        from PIL import Image

        picture = Image.open(io.BytesIO(png)).convert("RGBA")
        size = round(layout.width * self._scale), round(layout.height * self._scale)
        return picture if abs(picture.width - size[0]) <= 2 else picture.resize(size)

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        whole = self._stage.whole
        return (x - whole.left) * self._scale, (y - whole.top) * self._scale

    def paint(self, time: float) -> Image.Image:
        """Return the picture at a time."""
        from PIL import Image

        image = self._canvas.copy()
        film = self._film
        for move in film.moves:
            if move.step <= time < move.step + 1:
                self._move(image, move, time)
        for pill in film.pills:
            if pill.start <= time < pill.end or time == film.steps == pill.end:
                self._put(image, pill.sprite, self._stage.place(pill))
        if time >= len(film.moves):
            self._put(image, film.ending, self._stage.caption(film.ending))
        return image.resize(self._size, Image.Resampling.HAMMING)

    def _move(self, image: Image.Image, move: Move, time: float) -> None:
        self._rectangle(image, self._stage.around(move.source), outline=NOTICE, fill=None, width=OUTLINE)
        if move.line is not None:
            self._line(image, move.line, (time - move.step) / ARRIVAL)
        self._put(image, move.caption, self._stage.caption(move.caption))

    def _line(self, image: Image.Image, line: Line, share: float) -> None:
        """Paint an edge, and what has gone some share of the way back along it."""
        from PIL import Image, ImageDraw

        points = [self._pixel(x, y) for x, y in flattened(line.points())]
        arrow = [self._pixel(x, y) for x, y in line.arrow]
        radius = DOT * self._scale
        xs, ys = zip(*points, *arrow, strict=True)
        left, top = (round(min(some) - radius - 1.0) for some in (xs, ys))
        size = round(max(xs) + radius + 1.0) - left, round(max(ys) + radius + 1.0) - top
        mask = Image.new("L", (size[0] * FINER, size[1] * FINER))
        brush = ImageDraw.Draw(mask)

        def fine(x: float, y: float) -> tuple[float, float]:
            return (x - left) * FINER, (y - top) * FINER

        thickness = round(THICK * self._scale * FINER)
        brush.line([fine(*point) for point in points], 255, thickness, joint="curve")
        if arrow:
            brush.polygon([fine(*point) for point in arrow], 255, 255, thickness // 2)
        if share < 1.0:
            x, y = fine(*points[round((1.0 - share) * (len(points) - 1))])
            brush.ellipse((x - radius * FINER, y - radius * FINER, x + radius * FINER, y + radius * FINER), 255)
        image.paste(NOTICE, (left, top), mask.reduce(FINER))

    def _put(self, image: Image.Image, sprite: int, place: Rectangle) -> None:
        """Paste a sprite at its place."""
        picture = self._sprites[sprite]
        x, y = self._pixel(place.left, place.top)
        image.paste(picture, (round(x) - EDGE, round(y) - EDGE), picture)

    def _rectangle(self, image: Image.Image, box: Rectangle, *, outline: str, fill: str | None, width: float) -> None:
        from PIL import ImageDraw

        corners = (*self._pixel(box.left, box.top), *self._pixel(box.right, box.bottom))
        ImageDraw.Draw(image).rounded_rectangle(corners, 6.0 * self._scale, fill, outline, round(width * self._scale))


def flattened(points: list[tuple[float, float]], pieces: int = 16) -> list[tuple[float, float]]:
    """Turn joined cubic Bézier curves into points along them.

    Args:
        points: the first point, and for each curve its two control points and its end.
        pieces: how many points to give for each curve.

    Example:
        >>> flattened([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)], pieces=3)
        [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
    """
    found = points[:1]
    for i in range(0, len(points) - 3, 3):
        a, b, c, d = points[i : i + 4]
        for piece in range(1, pieces + 1):
            t = piece / pieces
            u = 1.0 - t
            weights = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t)
            x, y = (sum(w * p[k] for w, p in zip(weights, (a, b, c, d), strict=True)) for k in (0, 1))
            found.append((x, y))
    return found
