"""Plots: what is in them agrees with what was measured, with the gradients, and with what the model says."""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from autograd import MissingExtraError, Value
from nn import MLP, History, Layer, Module, constant, plot_decision_boundary, plot_gradients
from nn.colours import NEGATIVE, POSITIVE
from nn.gradient_plot import power
from nn.plotting import plot_curves

SQUARE = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def pixels(figure: Any) -> Any:
    """Return a picture as an array of numbers from 0 to 1: rows from above, in each pixel red, green, blue, opacity."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()) / 255


def colour_at(figure: Any, x: float, y: float) -> Any:
    """Return the colour at a place given in the coordinates of the first axes."""
    picture = pixels(figure)
    column, row = figure.axes[0].transData.transform((x, y))
    return picture[picture.shape[0] - 1 - round(row), round(column)][:3]


def texts(figure: Any) -> list[str]:
    """List what is written in and beside the axes, and the names of what legends explain."""
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    return found + [text.get_text() for legend in legends for text in legend.get_texts()]


# All plots ------------------------------------------------------------------------------------------------------------


def trained() -> MLP:
    model = MLP(2, [3, 1], "tanh", seed=0)
    model([1.0, -1.0]).backward()
    return model


def every_plot() -> list[Any]:
    history = History()
    history.loss += [0.5, 0.25]
    return [
        lambda: plot_curves({"loss": [1.0]}, {}),
        history.plot,
        lambda: plot_gradients(trained()),
        lambda: plot_decision_boundary(trained(), SQUARE, [0, 1, 1, 0], resolution=5),
    ]


@pytest.mark.parametrize("plot", every_plot())
def test_a_plot_is_a_figure_that_shows_itself_and_leaves_no_trace(plot: Any) -> None:
    before = {name for name in sys.modules if name.startswith("matplotlib.pyplot")}
    figure = plot()
    assert isinstance(figure, Figure)
    png, size = figure._repr_png_()  # type: ignore[attr-defined]
    assert png.startswith(b"\x89PNG")
    # Two pixels of the file for one of the page.
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (2 * size["width"], 2 * size["height"])
    assert {name for name in sys.modules if name.startswith("matplotlib.pyplot")} == before


@pytest.mark.parametrize("plot", every_plot())
def test_without_matplotlib_the_error_names_the_extra(plot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"plots need matplotlib: pip install 'scalar-autograd\[plot\]'"):
        plot()


def test_backgrounds_are_transparent() -> None:
    for plot in every_plot():
        assert pixels(plot())[0, 0, 3] == 0


# Curves ---------------------------------------------------------------------------------------------------------------


def test_curves_hold_the_numbers_over_epochs_from_1() -> None:
    losses = {"loss": [3.0, 2.0, 1.0], "validation loss": [4.0, 2.5, 2.75]}
    figure = plot_curves(losses, {"accuracy": [0.5, 0.75, 1.0]}, marked=2)
    assert len(figure.axes) == 2
    found = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
    for name, numbers in {**losses, "accuracy": [0.5, 0.75, 1.0]}.items():
        assert list(np.asarray(found[name].get_xdata())) == [1, 2, 3]
        assert list(np.asarray(found[name].get_ydata())) == numbers
    assert list(np.asarray(found["best epoch 2, kept"].get_xdata())) == [2, 2]
    assert [axes.get_xlabel() for axes in figure.axes] == ["epoch", "epoch"]
    assert {"loss", "validation loss", "best epoch 2, kept"} <= set(texts(figure))


def test_legends_are_there_where_they_are_needed() -> None:
    figure = plot_curves({"loss": [1.0, 2.0]})
    assert figure.axes[0].get_legend() is None
    assert figure.axes[0].get_ylabel() == "loss"
    assert plot_curves({"loss": [1.0, 2.0], "other": [1.0, 2.0]}).axes[0].get_legend() is not None
    assert plot_curves({"loss": [1.0, 2.0]}, marked=1).axes[0].get_legend() is not None


def test_only_losses_are_on_a_logarithmic_axis_and_only_if_they_can_be() -> None:
    figure = plot_curves({"loss": [1.0, 0.0]}, {"accuracy": [0.0, 1.0]}, log=True)
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear"]
    figure = plot_curves({"loss": [0.0, -1.0]}, log=True)
    assert figure.axes[0].get_yscale() == "linear"
    pixels(figure)


def test_curves_with_gaps_and_names_with_signs_of_other_languages() -> None:
    figure = plot_curves({"5$ to $6 \\alpha": [math.nan, 1.0, math.inf]}, {"": [1.0]})
    pixels(figure)
    assert figure.axes[0].get_ylabel().replace("\\$", "$") == "5$ to $6 \\alpha"


def test_a_single_epoch_is_plotted_over_its_steps_with_a_running_mean() -> None:
    history = History()
    history.step_losses += [float(step % 7) for step in range(40)]
    history.loss.append(3.0)
    (axes,) = history.plot().axes
    assert axes.get_xlabel() == "step"
    losses, means = (line.get_ydata() for line in axes.lines)
    assert list(losses) == history.step_losses
    weights = 0.8 ** np.arange(40)[::-1]  # of 40 steps it remembers 5
    for step in (1, 2, 7, 40):
        mean = np.average(history.step_losses[:step], weights=weights[-step:])
        assert means[step - 1] == pytest.approx(mean, rel=1e-14)
    assert texts(history.plot()) == ["loss of the step", "running mean"]
    history.loss.append(2.0)
    assert history.plot().axes[0].get_xlabel() == "epoch"
    assert history.plot(steps=True).axes[0].get_xlabel() == "step"


def test_a_running_mean_stays_with_the_losses() -> None:
    history = History()
    history.step_losses += [math.exp(-step / 300) for step in range(2000)]
    history.loss.append(1.0)
    means = np.asarray(history.plot(log=False).axes[0].lines[1].get_ydata())
    assert means[0] == history.step_losses[0]
    assert all(mean >= loss for mean, loss in zip(means, history.step_losses, strict=True))
    assert all(later < mean for mean, later in pairwise(means))
    # After long, e^(−n/300) with weights that fall by 1 − 1/100 from step to step: 1/(1 − 100/300), as an integral.
    assert means[-1] / history.step_losses[-1] == pytest.approx(1.5, rel=0.02)
    history.step_losses = history.step_losses[:19]
    assert len(history.plot().axes[0].lines) == 1


def test_the_best_epoch_is_marked_if_it_was_kept() -> None:
    history = History()
    history.loss += [3.0, 2.0, 1.0]
    history.validation_loss += [3.0, 2.0, 2.5]
    history.best_epoch = 2
    assert len(history.plot().axes[0].lines) == 2
    history.restored = True
    assert "best epoch 2, kept" in texts(history.plot())


@pytest.mark.parametrize(
    ("losses", "log", "scale"),
    [
        ([1.0, 0.019], None, "log"),
        ([1.0, 0.021], None, "linear"),
        ([1.0, 0.0], None, "linear"),
        ([1.0, -0.001], None, "linear"),
        ([math.inf, 1.0, 0.001, math.nan], None, "log"),
        ([math.inf, 1.0], None, "linear"),
        ([math.nan], None, "linear"),
        ([1.0, 0.001], False, "linear"),
        ([1.0, 0.9], True, "log"),
    ],
)
def test_losses_of_very_different_sizes_are_on_a_logarithmic_axis(losses: Any, log: Any, scale: str) -> None:
    history = History()
    history.loss += losses
    figure = history.plot(log=log, steps=False)
    assert figure.axes[0].get_yscale() == scale
    pixels(figure)


def test_before_the_first_epoch_there_is_nothing_to_plot() -> None:
    with pytest.raises(ValueError, match="nothing to plot before the end of the first epoch"):
        plot_curves({}, {})
    with pytest.raises(ValueError, match="nothing to plot"):
        History().plot()


# Gradients ------------------------------------------------------------------------------------------------------------


def with_gradients(*gradients: float) -> Module:
    module = Module()
    module.w = [Value(1.0) for _ in gradients]
    for leaf, gradient in zip(module.parameters(), gradients, strict=True):
        leaf.grad = gradient
    return module


def bars(axes: Any) -> tuple[list[float], list[float]]:
    """Return the counts of a histogram and the edges of its bins."""
    (steps,) = axes.patches
    return list(steps.get_data().values), list(steps.get_data().edges)


def test_counts_are_those_of_all_parameters() -> None:
    model = MLP(3, [8, 8, 2], "relu", seed=2)
    first, second = model([1.0, -2.0, 0.5])
    (first * second).backward()
    figure = plot_gradients(model, bins=20)
    blocks = [block for layer in model.layers for block in ([w for row in layer.weight for w in row], layer.bias or [])]
    assert len(figure.axes) == len(blocks) == 6
    for axes, block in zip(figure.axes, blocks, strict=True):
        zeros = sum(leaf.grad == 0.0 for leaf in block)
        assert sum(bars(axes)[0]) + zeros == len(block)
        share = f"{100 * zeros / len(block):.3g} % zeros"
        assert (share in axes.texts[1].get_text()) == (zeros > 0)
    assert [axes.texts[0].get_text() for axes in figure.axes][:2] == ["layers.0.weight", "layers.0.bias"]


def test_each_gradient_is_in_its_bin() -> None:
    (axes,) = plot_gradients(with_gradients(1e-6, -1e-4, 2e-4, 0.02, 50.0, 0.0, 0.0, 0.0), bins=8).axes
    counts, edges = bars(axes)
    assert edges == [-6, -5, -4, -3, -2, -1, 0, 1, 2]  # whole powers of ten around all
    # log10 of 2e-4, 0.02 and 50 is -3.7, -1.7 and 1.7
    assert counts == [1, 0, 2, 0, 1, 0, 0, 1]
    assert axes.texts[1].get_text() == "median 2e−4\n37.5 % zeros"
    (median,) = axes.lines
    assert list(np.asarray(median.get_xdata())) == pytest.approx([math.log10(2e-4)] * 2)


def test_the_largest_is_in_the_last_bin_and_a_single_magnitude_has_an_axis() -> None:
    (axes,) = plot_gradients(with_gradients(1.0, 100.0), bins=2).axes
    assert bars(axes) == ([1, 1], [0, 1, 2])
    (axes,) = plot_gradients(with_gradients(-1.0), bins=1).axes
    assert bars(axes) == ([1], [0, 1])


def test_gradients_that_are_not_finite_are_counted_apart() -> None:
    figure = plot_gradients(with_gradients(math.nan, math.inf, -math.inf, 1.0, 0.0))
    assert figure.axes[0].texts[1].get_text() == "median 1\n20 % zeros\n3 nan or inf"
    assert sum(bars(figure.axes[0])[0]) == 1
    pixels(figure)
    pixels(plot_gradients(with_gradients(math.nan)))


def test_gradients_of_all_sizes_that_floats_have() -> None:
    figure = plot_gradients(with_gradients(5e-324, 1e308))
    pixels(figure)
    assert sum(bars(figure.axes[0])[0]) == 2


@pytest.mark.parametrize(
    ("log", "text"),
    [(0.0, "1"), (-0.30103, "0.5"), (3.0, "1e3"), (-2.0, "0.01"), (-323.3, "5e−324"), (-4.0, "1e−4"), (-5.001, "1e−5")],
)
def test_powers_of_ten_are_written(log: float, text: str) -> None:
    assert power(log).replace("1000", "1e3") == text


def test_a_shared_parameter_counts_once_and_what_is_not_made_has_zeros() -> None:
    model = Module()
    layer = Layer(1, 1, "identity", init=constant(1.0))
    model.first, model.second, model.unused = layer, layer, Layer(100, 3)
    layer(2.0).backward()
    figure = plot_gradients(model)
    names = [axes.texts[0].get_text() for axes in figure.axes]
    assert names == ["first.weight", "first.bias", "unused.weight", "unused.bias"]
    assert figure.axes[2].texts[1].get_text() == "no gradient\n100 % zeros"
    assert "weight" not in vars(model.unused)


def test_without_gradients_it_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"all gradients are 0: call backward\(\) on a loss first"):
        plot_gradients(MLP(2, [3, 1]))
    with pytest.raises(ValueError, match="Module has no parameters"):
        plot_gradients(Module())
    model: Any = [Value(1.0)]
    with pytest.raises(TypeError, match="plot_gradients takes a module, not list"):
        plot_gradients(model)
    for bins, error in ((0, ValueError), (1001, ValueError), (2.5, TypeError)):
        wrong: Any = bins
        with pytest.raises(error, match="bins must be"):
            plot_gradients(trained(), bins=wrong)


def test_vanishing_gradients_are_seen() -> None:
    model = MLP(1, [6] * 6 + [1], "sigmoid", seed=1)
    model(1.0).backward()
    rows = [axes for axes in plot_gradients(model).axes if axes.texts[0].get_text().endswith("bias")]
    medians = [float(np.asarray(axes.lines[0].get_xdata())[0]) for axes in rows]
    assert medians == sorted(medians)  # each sigmoid takes three quarters away, at least
    assert medians[0] < medians[-1] - 2


# Decision boundaries --------------------------------------------------------------------------------------------------


def sloping(point: list[float]) -> float:
    return 2.0 * point[0] - point[1] - 0.4


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_the_line_is_where_the_score_is_the_threshold(threshold: float) -> None:
    figure = plot_decision_boundary(sloping, SQUARE, [-1, -1, 1, 1], threshold=threshold, resolution=30)
    line = figure.axes[0].collections[1]
    vertices = np.concatenate([np.asarray(path.vertices) for path in line.get_paths()])
    assert len(vertices) > 10
    # Interpolation between points of the grid is exact for a score that is linear.
    assert [sloping(list(vertex)) for vertex in vertices] == pytest.approx([threshold] * len(vertices), abs=1e-9)


def test_colours_are_those_of_what_the_model_says() -> None:
    model = MLP(2, [6, 1], "tanh", seed=3)
    figure = plot_decision_boundary(model, SQUARE, [-1, 1, 1, -1], resolution=60, margin=0.3)
    picture = pixels(figure)
    checked = 0
    for x in np.linspace(-0.2, 1.2, 9):
        for y in np.linspace(-0.25, 1.15, 9):
            score = model([float(x), float(y)]).data
            column, row = figure.axes[0].transData.transform((x, y))
            red, _, blue, _ = picture[picture.shape[0] - 1 - round(row), round(column)]
            near_a_sample = min(math.hypot(x - a, y - b) for a, b in SQUARE) < 0.1
            if abs(score) > 0.1 and not near_a_sample:
                assert (blue > red) == (score > 0)
                checked += 1
    assert checked > 40


def test_scores_spread_evenly_around_the_threshold() -> None:
    figure = plot_decision_boundary(lambda p: p[0], [[0.0, 0.0], [2.0, 1.0]], [0, 1], threshold=0.5, margin=0.0)
    filled = figure.axes[0].collections[0]
    levels = list(filled.levels)  # type: ignore[attr-defined]
    assert (levels[0] + levels[-1]) / 2 == pytest.approx(0.5)
    assert levels[-1] == pytest.approx(0.5 + 1.5)  # the score that is furthest away is 2
    assert len({round(b - a, 9) for a, b in pairwise(levels)}) == 1


def test_regions_are_those_of_the_highest_score() -> None:
    model = MLP(2, [5, 3], "tanh", seed=1)
    points = [[-1.0, 0.0], [1.0, 2.0], [0.0, 1.0]]
    figure = plot_decision_boundary(model, points, [0, 1, 2], resolution=8, margin=0.0)
    mesh = figure.axes[0].collections[0]
    classes = np.asarray(mesh.get_array()).reshape(8, 8)
    for row, y in enumerate(np.linspace(0.0, 2.0, 8)):
        for column, x in enumerate(np.linspace(-1.0, 1.0, 8)):
            scores = [score.data for score in model([float(x), float(y)])]
            assert classes[row, column] == int(np.argmax(scores))
    assert len(set(classes.ravel())) > 1
    assert {"class 0", "class 1", "class 2"} == set(texts(figure))


@pytest.mark.parametrize("resolution", [12, 60])
def test_boundaries_of_classes_are_where_the_two_highest_scores_are_equal(resolution: int) -> None:
    def scores(point: list[float]) -> list[float]:  # linear, so that interpolation is exact
        return [point[0], point[1], 1.1 - point[0] - point[1]]

    axes = plot_decision_boundary(scores, SQUARE, [0, 1, 2, 0], resolution=resolution).axes[0]
    lines = axes.collections[4:7]  # after the map, and a region for each class
    for index, line in enumerate(lines):
        vertices = np.concatenate([np.asarray(path.vertices) for path in line.get_paths()])
        assert len(vertices) > 100
        found = np.array([scores(list(vertex)) for vertex in vertices])
        others = np.delete(found, index, axis=1).max(axis=1)
        # The corner where all meet is cut, within a cell of the fine grid.
        assert np.abs(found[:, index] - others).max() < 2 * 1.3 / 400
        assert np.median(np.abs(found[:, index] - others)) < 1e-9


def test_regions_of_classes_are_smooth() -> None:
    def scores(point: list[float]) -> list[float]:
        return [point[0] - 0.37 * point[1], 0.3, 0.0]

    figure = plot_decision_boundary(scores, SQUARE, [0, 1, 2, 0], resolution=8)
    first = colour_at(figure, 0.95, 0.5)
    for y in np.linspace(0.05, 0.95, 25):  # just beside the line, where the map of 8 × 8 places has steps
        edge = 0.3 + 0.37 * y
        if min(math.hypot(edge - a, y - b) for a, b in SQUARE) > 0.1:
            assert colour_at(figure, edge + 0.02, y) == pytest.approx(first, abs=0.02)
            assert colour_at(figure, edge - 0.02, y) != pytest.approx(first, abs=0.1)


@pytest.mark.parametrize("outputs", [[1.0, 1.0], [math.nan, 1.0], [math.inf, math.inf], [2.0, 1.0]])
def test_scores_that_are_the_same_everywhere_have_no_lines(outputs: list[float]) -> None:
    figure = plot_decision_boundary(lambda _: outputs, SQUARE, [0, 1, 1, 0], resolution=2)
    assert len(figure.axes[0].collections) == 3  # the map, and the samples of two classes
    pixels(figure)


def test_samples_stand_where_they_are_in_the_colours_of_their_targets() -> None:
    X = np.array([[0.0, 0.0], [0.5, 1.0], [1.0, 0.25]])  # noqa: N806
    figure = plot_decision_boundary(sloping, X, np.array([False, True, True]), resolution=4)
    low, high = figure.axes[0].collections[-2:]
    assert np.asarray(low.get_offsets()).tolist() == [[0.0, 0.0]]
    assert np.asarray(high.get_offsets()).tolist() == [[0.5, 1.0], [1.0, 0.25]]
    for points, colour in ((low, NEGATIVE), (high, POSITIVE)):
        shade = np.asarray(points.get_facecolor())[0, :3]
        assert shade == pytest.approx(0.72 * np.array(to_rgb(colour)), abs=0.003)
    assert set(texts(figure)) == {"target 0", "target 1"}
    assert "target −1" in texts(plot_decision_boundary(sloping, X, [-1, 1, 1], resolution=4))


def test_the_map_reaches_beyond_the_samples_by_the_margin() -> None:
    axes = plot_decision_boundary(sloping, [[0.0, 5.0], [2.0, 5.0]], [0, 1], margin=0.25, resolution=3).axes[0]
    assert axes.get_xlim() == pytest.approx((-0.5, 2.5))
    assert axes.get_ylim() == pytest.approx((4.5, 5.5))  # without an extent, by one half


def test_nothing_is_recorded() -> None:
    model, recorded = trained(), []

    def watched(point: list[float]) -> Any:
        recorded.append(model(point).operands)
        return model(point)

    plot_decision_boundary(watched, SQUARE, [0, 1, 1, 0], resolution=4)
    assert recorded == [()] * 16


def test_scores_that_are_not_finite_have_no_colour() -> None:
    def holed(point: list[float]) -> float:
        return math.nan if point[0] > 0.5 else point[1] - 0.3

    figure = plot_decision_boundary(holed, SQUARE, [0, 1, 0, 1], margin=0.0, resolution=20)
    red, _, blue = colour_at(figure, 0.2, 0.8)
    assert blue > red
    column, row = figure.axes[0].transData.transform((0.8, 0.5))
    assert pixels(figure)[-1 - round(row), round(column), 3] == 0.0
    with pytest.raises(ValueError, match="nothing but nan and infinity"):
        plot_decision_boundary(lambda _: math.inf, SQUARE, [0, 1, 0, 1], resolution=2)


def test_one_score_that_is_the_same_everywhere() -> None:
    pixels(plot_decision_boundary(lambda _: 0.0, SQUARE, [0, 0, 0, 0], resolution=3))
    pixels(plot_decision_boundary(lambda _: [Value(1.0)], SQUARE, [1, 1, 1, 1], resolution=3))


def test_axes_of_ones_own() -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert plot_decision_boundary(sloping, SQUARE, [0, 0, 1, 1], axes=right, resolution=3, title="50$") is figure
    assert len(figure.axes) == 2
    assert (len(left.collections), right.get_title()) == (0, "50\\$")
    pixels(figure)


def test_more_classes_than_there_are_colours_for_everybody() -> None:
    figure = plot_decision_boundary(lambda p: [p[0] * k for k in range(9)], SQUARE, [0, 3, 8, 8], resolution=3)
    pixels(figure)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"X": [[1.0], [2.0]]}, ValueError, "X must be samples of two numbers each, not nested lists of 2 × 1"),
        ({"X": []}, ValueError, "X must be samples of two numbers each, not 0 numbers"),
        ({"X": [[1.0, 2.0], [3.0]]}, ValueError, "X must be samples of two numbers each"),
        ({"X": 3}, ValueError, "X must be samples of two numbers each, not int"),
        ({"X": [[1.0, math.nan]] * 4}, ValueError, "X must be finite"),
        ({"y": [0, 1]}, ValueError, "y must be one target for each of 4 samples, not 2 numbers"),
        ({"y": 1}, ValueError, "y must be one target for each of 4 samples"),
        ({"y": [0.5, 1, 0, 1]}, ValueError, "targets are ±1, 0 and 1, or the numbers of classes"),
        ({"y": ["a", "b", "a", "b"]}, TypeError, "y must be a number, not str"),
        ({"y": [0, 1, 2, 1]}, ValueError, r"for one score the targets are ±1, or 0 and 1, not \[0, 1, 2\]"),
        ({"resolution": 1}, ValueError, "resolution must be at least 2"),
        ({"resolution": 1001}, ValueError, "resolution must be at most 1000"),
        ({"margin": -0.1}, ValueError, "margin must be at least 0"),
        ({"threshold": math.nan}, ValueError, "threshold must be finite"),
        ({"model": lambda _: "high"}, TypeError, r"must return a number or a list of numbers, not str \('high'\)"),
        ({"model": lambda _: []}, TypeError, "must return a number or a list of numbers"),
        ({"model": lambda _: [[1.0], [2.0]]}, TypeError, "not nested lists of 2 × 1"),
        (
            {"model": lambda _: [1.0, 2.0], "y": [0, 1, 2, -1]},
            ValueError,
            r"classes 0 to 1; .* \[-1, 2\]",
        ),
    ],
)
def test_what_cannot_be_plotted_is_refused(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    given: dict[str, Any] = {"model": sloping, "X": SQUARE, "y": [0, 0, 1, 1], "resolution": 3} | arguments
    with pytest.raises(error, match=f"plot_decision_boundary: .*{words}"):
        plot_decision_boundary(given.pop("model"), given.pop("X"), given.pop("y"), **given)
