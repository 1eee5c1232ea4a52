"""Histograms of gradients, block by block: whether they vanish or explode on their way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value
from nn.axes import new_figure, plain, verbatim
from nn.checking import whole
from nn.colours import AXES, BROKEN, LINE, NEGATIVE, POSITIVE
from nn.markup import number
from nn.module import Module
from nn.nesting import entries
from nn.parameters import Declaration

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BINS = 1000


class Block(NamedTuple):
    """The gradients of one parameter."""

    name: str
    size: int
    logs: list[float]  # of the magnitudes of those that have one
    zeros: int
    broken: int

    @property
    def median(self) -> float:
        """The logarithm of the median magnitude of those that are not 0."""
        ordered, middle = sorted(self.logs), len(self.logs) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

    @property
    def described(self) -> str:
        """What stands beside the histogram."""
        said = f"median {power(self.median)}" if self.logs else "no gradient"
        zeros = f"{100 * self.zeros / self.size:.3g} % zeros" if self.zeros else ""
        broken = f"{self.broken:,} nan or inf" if self.broken else ""
        return "\n".join(filter(None, (said, zeros, broken)))


def power(log: float) -> str:
    """Write ten to a power.

    Example:
        >>> power(-7.0), power(-400.0), power(math.log10(0.25))
        ('1e−7', '1e−400', '0.25')
    """
    if -3 <= log < 4:
        return number(10.0**log, 2)
    digits = f"{10 ** (log % 1):.1f}".removesuffix(".0")
    digits, exponent = ("1", math.floor(log) + 1) if digits == "10" else (digits, math.floor(log))
    return f"{digits}e{exponent}".replace("-", "−")


def plot_gradients(model: Module, *, bins: int = 50, title: str = "") -> Figure:
    """Plot how large the gradients of each parameter are, as histograms of their magnitudes below each other.

    From the results (at the bottom) upwards, gradients that vanish move to the left, those that explode to the right.

    Args:
        model: a module whose gradients `backward` has computed.
        bins: how many there are, from 1 to 1000.
        title: a heading.

    Returns:
        A `matplotlib.figure.Figure`, which shows itself in Jupyter. Beside each histogram stand the median (marked by
        a line) and the shares of zeros, which are in no bin; and how many are nan or infinite.

    Raises:
        TypeError: ``model`` is no module, or ``bins`` no whole number.
        ValueError: it has no parameters, or no gradients yet; ``bins`` is out of its range.
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> from nn import MLP, plot_gradients
        >>> model = MLP(2, [3, 1], seed=0)
        >>> model([1.0, -1.0]).backward()
        >>> figure = plot_gradients(model)
        >>> len(figure.axes)
        4
    """
    if not isinstance(model, Module):
        raise TypeError(f"plot_gradients takes a module, not {type(model).__name__} ({model!r:.60})")
    bins = whole(bins, "plot_gradients: bins")
    if bins > MOST_BINS:
        raise ValueError(f"plot_gradients: bins must be at most {MOST_BINS}, not {bins}")
    blocks = _blocks(model)
    if not any(block.logs or block.broken for block in blocks):
        raise ValueError("plot_gradients: all gradients are 0: call backward() on a loss first")
    return _plotted(blocks, bins, title)


def _blocks(model: Module) -> list[Block]:
    """Read the gradients of all parameters; those that are not there yet have none."""
    blocks, met = [], set[Value]()
    for full, (_, leaves) in model._blocks().items():
        if isinstance(leaves, Declaration):
            blocks.append(Block(full, leaves.size, [], leaves.size, 0))
            continue
        new = [leaf for leaf in dict.fromkeys(entries(leaves)) if leaf not in met]
        met.update(new)
        blocks += [_block(full, [leaf.grad for leaf in new])] if new else []
    if not blocks:
        raise ValueError(f"plot_gradients: {type(model).__name__} has no parameters")
    return blocks


def _block(name: str, gradients: Sequence[float]) -> Block:
    finite = [gradient for gradient in gradients if math.isfinite(gradient)]
    logs = [math.log10(abs(gradient)) for gradient in finite if gradient]
    return Block(name, len(gradients), logs, len(finite) - len(logs), len(gradients) - len(finite))


def _plotted(blocks: Sequence[Block], bins: int, title: str) -> Figure:
    """Plot blocks below each other, over one axis."""
    logs = [log for block in blocks for log in block.logs] or [0.0]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    high += high == low
    edges = [low + (high - low) * index / bins for index in range(bins + 1)]
    figure = new_figure(7.0, 0.9 + 0.5 * len(blocks))
    if title:
        figure.suptitle(verbatim(title), color=AXES, fontsize=11, fontweight="bold")
    rows = figure.subplots(len(blocks), 1, sharex=True, squeeze=False)[:, 0]
    for axes, block in zip(rows, blocks, strict=True):
        _plot_block(axes, block, edges)
    plain(rows[-1], x="|gradient|")
    rows[-1].spines["left"].set_visible(False)
    rows[-1].tick_params(bottom=True, labelbottom=True)
    rows[-1].set_xlim(low, high)
    rows[-1].xaxis.get_major_locator().set_params(integer=True, nbins=8)
    rows[-1].xaxis.set_major_formatter(lambda log, _: f"$10^{{{log:.0f}}}$")
    return figure  # type: ignore[no-any-return]


def _plot_block(axes: Any, block: Block, edges: Sequence[float]) -> None:
    """Plot the histogram of one block, with what there is to say beside it."""
    plain(axes)
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False, labelleft=False, bottom=False, labelbottom=False)
    counts = _counts(block.logs, edges)
    axes.stairs(counts, edges, fill=True, color=POSITIVE)
    axes.set_ylim(0, max(*counts, 1) * 1.1)
    beside = {"transform": axes.transAxes, "va": "center"}
    axes.text(-0.02, 0.45, verbatim(block.name), ha="right", fontsize=9, color=AXES, **beside)
    if block.logs:
        axes.axvline(block.median, color=NEGATIVE, linewidth=1.4)
    colour = BROKEN if block.broken else AXES
    axes.text(1.02, 0.45, block.described, ha="left", fontsize=8, color=colour, **beside)
    axes.grid(axis="x", color=LINE, alpha=0.25, linewidth=0.6)


def _counts(logs: Sequence[float], edges: Sequence[float]) -> list[int]:
    """Count the numbers in each bin; the last one includes its upper edge."""
    counts, bins = [0] * (len(edges) - 1), len(edges) - 1
    for log in logs:
        position = int((log - edges[0]) / (edges[-1] - edges[0]) * bins)
        counts[min(position, bins - 1)] += 1
    return counts
