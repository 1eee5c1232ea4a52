"""Plots of a training, of gradients, and of what a model decides; on matplotlib, without pyplot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.axes import explain, new_figure, plain, verbatim
from nn.colours import AXES, CLASSES, LINE
from nn.decision_boundary import plot_decision_boundary as plot_decision_boundary
from nn.gradient_plot import plot_gradients as plot_gradients

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW = 30  # epochs that are marked each
WIDE = 50  # times the smallest loss: with larger ones, the small ones are told apart on a logarithmic axis only


def plot_curves(
    losses: Mapping[Any, Sequence[float]],
    metrics: Mapping[Any, Sequence[float]] | None = None,
    *,
    log: bool | None = None,
    marked: int = 0,
    unit: str = "epoch",
) -> Figure:
    """Plot what was measured after each epoch: losses, and metrics beside them.

    Args:
        losses: numbers by name, one for each epoch.
        metrics: likewise, on axes of their own.
        log: whether losses are on a logarithmic axis, where only those above 0 are seen; by default if all are above 0,
            and the largest is more than 50 times the smallest.
        marked: the epoch whose parameters were kept, which gets a line of its own, from 1; 0 for none.
        unit: what the numbers are one each of, instead of an epoch.

    Returns:
        A `matplotlib.figure.Figure`, which shows itself in Jupyter.

    Raises:
        ValueError: there are no numbers.
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> from nn.plotting import plot_curves
        >>> figure = plot_curves({"loss": [0.5, 0.25]}, {"accuracy": [0.75, 1.0]})
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['loss', 'accuracy']
    """
    groups = [curves for curves in (losses, metrics) if curves and any(map(len, curves.values()))]
    if not groups:
        raise ValueError("there is nothing to plot before the end of the first epoch")
    figure = new_figure(5.0 * len(groups), 3.2)
    for column, curves in enumerate(groups, 1):
        axes = figure.add_subplot(1, len(groups), column)
        if curves is losses and _is_logarithmic([x for numbers in curves.values() for x in numbers], log):
            axes.set_yscale("log")
        _plot_group(axes, curves, marked, unit)
    return figure  # type: ignore[no-any-return]


def _is_logarithmic(numbers: Sequence[float], wanted: bool | None) -> bool:
    """Tell whether losses are to be on a logarithmic axis: not if there are none that it can show."""
    if wanted is not None:
        return wanted and any(x > 0 for x in numbers)
    finite = [x for x in numbers if math.isfinite(x)]
    return bool(finite) and min(finite) > 0 and max(finite) > WIDE * min(finite)


def _plot_group(axes: Any, curves: Mapping[Any, Sequence[float]], marked: int, unit: str) -> None:
    """Plot curves into one pair of axes."""
    plain(axes, x=unit, y=verbatim(next(iter(curves))) if len(curves) == 1 else "")
    longest = max(map(len, curves.values()))
    for number, (name, numbers) in enumerate(curves.items()):
        look = {"color": CLASSES[number % len(CLASSES)], "linewidth": 1.6}
        look |= {"marker": "o", "markersize": 3} if longest <= FEW else {}
        if unit == "step" and len(curves) > number + 1:  # steps are noisy: their running mean is what is looked at
            look |= {"linewidth": 0.7, "alpha": 0.5}
        axes.plot(range(1, len(numbers) + 1), numbers, label=verbatim(name), **look)
    axes.set_xlim(max(0.5, 1 - 0.03 * longest), longest + max(0.03 * longest, 0.5 * (longest == 1)))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color=LINE, alpha=0.25, linewidth=0.6)
    if 0 < marked <= longest:
        axes.axvline(marked, color=AXES, linewidth=1, linestyle=":", label=f"best epoch {marked}, kept")
    if len(curves) > 1 or 0 < marked <= longest:
        explain(axes)
