"""What a model of two inputs decides, as a map of the plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value, no_grad
from nn.axes import explain, new_figure, plain
from nn.checking import real, whole
from nn.colours import AXES, CLASSES, INK, NEGATIVE, PAPER, POSITIVE, mixed
from nn.extras import library
from nn.markup import number
from nn.nesting import described, shape_of
from nn.nesting import plain as as_lists

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST, MOST = 2, 1000  # points along each side
FINE = 400  # points along each side, at least, between which boundaries of several classes are found
STEPS = 20  # of colour between the extremes
MARKERS = "os^Dvp"
WHO = "plot_decision_boundary"


class Grid(NamedTuple):
    """Points at even distances, and what the model says there: rows from below, each from the left."""

    x: list[float]
    y: list[float]
    outputs: list[list[list[float]]]  # the scores of each point


def plot_decision_boundary(
    model: Callable[[Any], Any],
    X: Any,  # noqa: N803 - as everywhere
    y: Any,
    *,
    resolution: int = 100,
    margin: float = 0.15,
    threshold: float = 0.0,
    title: str = "",
    axes: Any = None,
) -> Figure:
    """Plot what a model of two inputs says in each place, and the samples on top.

    Of a single score, blue stands for what is above the threshold, orange for what is below, and a line for the
    boundary; of several, each place has the colour of the highest one, and lines are where the two highest are equal.

    Args:
        model: a module, or any function of two numbers that returns one score or a list of them.
        X: the samples, two numbers each.
        y: their targets: for one score ±1 or 0 and 1, for several the number of the class, from 0.
        resolution: points along each side at which the model is asked, from 2 to 1000.
        margin: how far the map reaches beyond the samples, as a share of their extent; at least 0.
        threshold: which score separates the two classes: 0, or 0.5 for probabilities.
        title: a heading.
        axes: matplotlib axes to plot into; by default a figure is made.

    Returns:
        The `matplotlib.figure.Figure`, which shows itself in Jupyter.

    Raises:
        TypeError: the model returns no numbers, or an argument is of another kind.
        ValueError: samples and targets do not belong together, or an argument is out of its range.
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> from nn import MLP, plot_decision_boundary
        >>> model = MLP(2, [4, 1], "tanh", seed=0)
        >>> figure = plot_decision_boundary(model, [[0, 0], [1, 1]], [-1, 1], resolution=20)
        >>> figure.axes[0].get_xlabel()
        'x₁'
    """
    resolution = whole(resolution, f"{WHO}: resolution", LEAST)
    if resolution > MOST:
        raise ValueError(f"{WHO}: resolution must be at most {MOST}, not {resolution}")
    margin, threshold = real(margin, f"{WHO}: margin", 0.0), real(threshold, f"{WHO}: threshold")
    samples = _samples(X)
    targets = _targets(y, len(samples))
    grid = _asked(model, samples, resolution, margin)
    own = axes is None
    if own:
        axes = new_figure(5.4, 4.4).add_subplot()
    plain(axes, x="x₁", y="x₂", title=title, pad=24)
    if len(grid.outputs[0][0]) == 1:
        _plot_score(axes, grid, samples, targets, threshold, scale=own)
    else:
        _plot_classes(axes, grid, samples, targets)
    explain(axes, loc="lower left", bbox_to_anchor=(0, 1), ncols=6, borderpad=0, handletextpad=0.2, columnspacing=1)
    axes.set(xlim=(grid.x[0], grid.x[-1]), ylim=(grid.y[0], grid.y[-1]))
    return axes.figure  # type: ignore[no-any-return]


# Arguments ----------------------------------------------------------------------------------------------------------


def _samples(X: Any) -> list[list[float]]:  # noqa: N803
    rows = as_lists(X)
    try:
        fits = shape_of(rows)[1:] == (2,)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{WHO}: X must be samples of two numbers each, not {described(rows)}")
    return [[real(x, f"{WHO}: X") for x in row] for row in rows]


def _targets(y: Any, count: int) -> list[int]:
    targets = as_lists(y)
    if not isinstance(targets, (list, tuple)) or len(targets) != count:
        raise ValueError(f"{WHO}: y must be one target for each of {count} samples, not {described(targets)}")
    floats = [real(float(target) if isinstance(target, bool) else target, f"{WHO}: y") for target in targets]
    if any(target != int(target) for target in floats):
        raise ValueError(f"{WHO}: targets are ±1, 0 and 1, or the numbers of classes, not {floats!r:.60}")
    return [int(target) for target in floats]


def _asked(model: Callable[[Any], Any], samples: Sequence[Sequence[float]], resolution: int, margin: float) -> Grid:
    """Ask the model at each point of a grid around the samples."""
    sides = []
    for numbers in zip(*samples, strict=True):
        low, high = min(numbers), max(numbers)
        spare = margin * (high - low) or 0.5 * (high == low)
        low, high = low - spare, high + spare
        sides.append([low + (high - low) * step / (resolution - 1) for step in range(resolution)])
    with no_grad():
        outputs = [[_scores(model([x, y])) for x in sides[0]] for y in sides[1]]
    return Grid(sides[0], sides[1], outputs)


def _scores(output: Any) -> list[float]:
    """Return what the model gave as a list of floats."""
    output = as_lists(output)
    scores = list(output) if isinstance(output, (list, tuple)) else [output]
    floats = [score.data if isinstance(score, Value) else score for score in scores]
    if not floats or not all(isinstance(score, (int, float)) for score in floats):
        raise TypeError(f"{WHO}: the model must return a number or a list of numbers, not {described(output)}")
    return [float(score) for score in floats]


# One score ----------------------------------------------------------------------------------------------------------


def _plot_score(
    axes: Any, grid: Grid, samples: Sequence[Sequence[float]], targets: Sequence[int], threshold: float, *, scale: bool
) -> None:
    """Plot heights above and below the threshold."""
    if not {*targets} <= {-1, 1} and not {*targets} <= {0, 1}:
        raise ValueError(f"{WHO}: for one score the targets are ±1, or 0 and 1, not {sorted({*targets})!r:.60}")
    scores = [[outputs[0] for outputs in row] for row in grid.outputs]
    finite = [score for row in scores for score in row if math.isfinite(score)]
    if not finite:
        raise ValueError(f"{WHO}: the model gives nothing but nan and infinity")
    reach = rounded_up(max(abs(score - threshold) for score in finite) or 1.0)
    levels = [threshold + reach * (2 * step / STEPS - 1) for step in range(STEPS + 1)]
    colours = library("matplotlib.colors", "plot", "plots")
    blend = [mixed(NEGATIVE, 0.95), mixed(NEGATIVE, 0.08), mixed(POSITIVE, 0.08), mixed(POSITIVE, 0.95)]
    stops = list(zip((0.0, 0.5, 0.5, 1.0), blend, strict=True))
    blended = colours.LinearSegmentedColormap.from_list("score", stops)
    filled = axes.contourf(grid.x, grid.y, _masked(scores), levels=levels, cmap=blended)
    if min(finite) < threshold < max(finite):
        axes.contour(grid.x, grid.y, _masked(scores), levels=[threshold], colors=[INK], linewidths=1.4)
    names = ["target −1" if -1 in targets else "target 0", "target 1"]
    for high, colour in ((False, NEGATIVE), (True, POSITIVE)):
        chosen = [sample for sample, target in zip(samples, targets, strict=True) if (target > 0) == high]
        _plot_points(axes, chosen, _dark(colour), MARKERS[high], names[high])
    if scale:
        _add_scale(axes, filled, levels)


def _add_scale(axes: Any, filled: Any, levels: Sequence[float]) -> None:
    bar = axes.figure.colorbar(filled, ax=axes, fraction=0.05, pad=0.02)
    bar.outline.set_visible(False)
    ticks = levels[:: STEPS // 4]
    bar.set_ticks(ticks, labels=[number(tick, 3) for tick in ticks])
    bar.ax.tick_params(color=AXES, labelcolor=AXES, labelsize=8)
    bar.set_label("score", color=AXES)


def rounded_up(x: float) -> float:
    """Return a round number that is not below ``x``, which is above 0.

    Example:
        >>> rounded_up(1.094), rounded_up(0.5), rounded_up(73.0)
        (1.2, 0.5, 80.0)
    """
    unit = 10.0 ** math.floor(math.log10(x))
    return next((unit * step for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8) if unit * step >= x), 10 * unit)


def _masked(scores: Any) -> Any:
    """Return the scores as an array, without those that are not finite: they have no colour."""
    return library("numpy.ma", "plot", "plots").masked_invalid(scores)


def _dark(colour: str) -> str:
    """Return a darker shade, to be seen on the colour itself."""
    return "#" + "".join(f"{round(int(colour[start : start + 2], 16) * 0.72):02x}" for start in (1, 3, 5))


# Several scores -----------------------------------------------------------------------------------------------------


def _plot_classes(axes: Any, grid: Grid, samples: Sequence[Sequence[float]], targets: Sequence[int]) -> None:
    """Plot which class has the highest score."""
    count = len(grid.outputs[0][0])
    wrong = sorted({target for target in targets if not 0 <= target < count})
    if wrong:
        raise ValueError(f"{WHO}: the model has classes 0 to {count - 1}; there are targets {wrong!r:.60}")
    classes = [[max(range(count), key=outputs.__getitem__) for outputs in row] for row in grid.outputs]
    colours = class_colours(count)
    listed = library("matplotlib.colors", "plot", "plots").ListedColormap([mixed(colour, 0.35) for colour in colours])
    # Below the smooth regions: what they leave open, where three of them meet and around scores that are not finite.
    axes.pcolormesh(grid.x, grid.y, classes, cmap=listed, vmin=-0.5, vmax=count - 0.5, shading="nearest")
    x, y, leads = _leads(grid)
    contested = [index for index, lead in enumerate(leads) if lead.min() < 0 < lead.max()]
    for index in reversed(contested):  # of equal scores the first counts
        axes.contourf(x, y, leads[index], levels=[0, leads[index].max() * 2], colors=[mixed(colours[index], 0.35)])
    for index in contested:
        axes.contour(x, y, leads[index], levels=[0], colors=[INK], linewidths=1.4)
    for index, colour in enumerate(colours):
        chosen = [sample for sample, target in zip(samples, targets, strict=True) if target == index]
        _plot_points(axes, chosen, colour, MARKERS[index % len(MARKERS)], f"class {index}")


def _leads(grid: Grid) -> tuple[Any, Any, list[Any]]:
    """Return by how much the score of each class is above the best of all others, on a grid that is finer.

    Scores are interpolated, not leads: where three classes meet, leads have an edge within a cell of the grid.
    """
    numpy = library("numpy", "plot", "plots")
    scores = numpy.moveaxis(numpy.array(grid.outputs), 2, 0)
    scores[~numpy.isfinite(scores)] = math.nan
    per_cell = math.ceil(FINE / len(grid.x))
    places = numpy.arange((len(grid.x) - 1) * per_cell + 1) / per_cell
    left = numpy.minimum(places.astype(int), len(grid.x) - 2)
    share = places - left
    scores = scores[:, left] * (1 - share[:, None]) + scores[:, left + 1] * share[:, None]
    scores = scores[:, :, left] * (1 - share) + scores[:, :, left + 1] * share
    leads = [score - numpy.delete(scores, index, axis=0).max(axis=0) for index, score in enumerate(scores)]
    corners = numpy.arange(len(grid.x))
    return numpy.interp(places, corners, grid.x), numpy.interp(places, corners, grid.y), [*map(_masked, leads)]


def class_colours(count: int) -> list[str]:
    """Return a colour for each class: those that everybody can tell apart, if they are enough.

    Example:
        >>> class_colours(2)
        ['#0072b2', '#d55e00']
    """
    if count <= len(CLASSES):
        return list(CLASSES[:count])
    wheel = library("matplotlib", "plot", "plots").colormaps["turbo"]
    to_hex = library("matplotlib.colors", "plot", "plots").to_hex
    return [to_hex(wheel(0.05 + 0.9 * index / (count - 1))) for index in range(count)]


def _plot_points(axes: Any, points: Sequence[Sequence[float]], colour: str, marker: str, name: str) -> None:
    if points:
        x, y = zip(*points, strict=True)
        look = {"color": colour, "edgecolor": PAPER, "linewidth": 0.8, "s": 26 if len(points) <= 200 else 12}
        axes.scatter(x, y, marker=marker, label=name, zorder=3, **look)
